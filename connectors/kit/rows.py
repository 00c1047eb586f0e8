"""Rows as they stream by: what can be read, what cannot, and both in handfuls."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from connectors.kit.answers import parsed_json
from okr_engine.errors import Place, SourceError
from okr_engine.measuring.sources import Record, SetAside
from okr_engine.words import message

ROWS_OF_A_PAGE = 5_000

Row = Record | SetAside


def in_pages(rows: Iterable[Row], size: int = ROWS_OF_A_PAGE) -> Iterator[tuple[Sequence[Record], Sequence[SetAside]]]:
    """Rows in handfuls: what can be read, and what cannot. Where the rows break off, those before are still given."""
    source = iter(rows)
    broken: SourceError | None = None
    while broken is None:
        handful: list[Row] = []
        try:
            _fill(handful, source, size)
        except SourceError as error:
            broken = error
        if handful:
            yield (
                [row for row in handful if isinstance(row, Record)],
                [row for row in handful if isinstance(row, SetAside)],
            )
        elif broken is None:
            return
    raise broken


def _fill(handful: list[Row], source: Iterator[Row], size: int) -> None:
    """Take rows one by one, so that those before a break stay in hand."""
    for row in islice(source, size):
        handful.append(row)  # noqa: PERF402


def json_lines(cut: Iterable[bytes], *, name: str) -> Iterator[Row]:
    """One JSON object per line; a line that is none is set aside."""
    for number, line in enumerate(cut, 1):
        if not line.strip():
            continue
        place = Place(file=name, line=number)
        try:
            content = parsed_json(line)
        except ValueError:
            content = None
        yield Record(place, content) if isinstance(content, Mapping) else unreadable(place)


def unreadable(place: Place) -> SetAside:
    """A record that cannot even be read."""
    return SetAside(place, message("sources.unreadable_record"))
