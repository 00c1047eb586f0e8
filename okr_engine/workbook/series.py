"""A series read from a CSV file: the columns date and value, one line for each period."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from okr_engine.errors import InvalidInput, InvalidWorkbook, Place
from okr_engine.statistics.xmr import Observation
from okr_engine.words import Words, message
from okr_engine.workbook.archive import check_size, refused
from okr_engine.workbook.cells import Converter, converter_for
from okr_engine.workbook.csv_text import (
    MOST_ROWS,
    TextCell,
    csv_lines,
    decoded,
    next_line,
    tell_too_many,
    without_guard,
)
from okr_engine.workbook.mistakes import Mistakes
from okr_engine.workbook.rows import folded
from okr_engine.workbook.template import Column, Kind

DATE, VALUE = "date", "value"

_READERS: Mapping[str, Converter] = {
    DATE: converter_for(Column(DATE, Words(en=DATE), Kind.DAY)),
    VALUE: converter_for(Column(VALUE, Words(en=VALUE), Kind.NUMBER)),
}


def read_series_csv(data: bytes, *, file: str, max_mb: int) -> list[Observation]:
    """The values of a CSV file in its order, None for an empty one; InvalidWorkbook with all mistakes.

    Days as 2025-06-30 or 30.6.2025, a decimal comma or point; fields parted by semicolons, commas or tabs. Other
    columns and blank lines are passed over. A day that is there twice is a mistake.
    """
    if not data or data.isspace():
        raise _without_rows(file)
    check_size(data, file=file, max_mb=max_mb)
    text, _ = decoded(data, file)
    mistakes = Mistakes(file)
    lines = csv_lines(text, _READERS)
    headings = [folded(heading) for heading in next_line(lines, mistakes) or []]
    found = dict(_observations(lines, headings, mistakes)) if _has_columns(headings, mistakes) else {}
    _refuse_days_told_twice(found, mistakes)
    mistakes.raise_any()
    if not found:
        raise _without_rows(file)
    return list(found.values())


def typed_number(text: str) -> Decimal:
    """A number as people type it, with a decimal comma or point; InvalidInput."""
    number = _READERS[VALUE](TextCell(text))
    assert isinstance(number, Decimal)
    return number


def typed_day(text: str) -> date:
    """A day as people type it, 2025-06-30 or 30.6.2025; InvalidInput."""
    day = _READERS[DATE](TextCell(text))
    assert isinstance(day, date)
    return day


def _without_rows(file: str) -> InvalidWorkbook:
    return refused(file, message("workbook.empty_file"), message("spc.columns_remedy"))


def _has_columns(headings: Sequence[str], mistakes: Mistakes) -> bool:
    place = Place(file=mistakes.file, line=1)
    for name in _READERS:
        if name not in headings:
            mistakes.add(place, message("workbook.heading_missing", heading=name), message("spc.columns_remedy"))
        elif headings.count(name) > 1:
            twice = message("workbook.heading_twice", heading=name)
            mistakes.add(place, twice, message("workbook.heading_twice_remedy"))
    return not len(mistakes)


def _observations(lines: Any, headings: Sequence[str], mistakes: Mistakes) -> Iterator[tuple[int, Observation]]:
    """Each observation with its line."""
    for count in range(1, MOST_ROWS + 2):
        if (line := next_line(lines, mistakes)) is None:
            return
        place = Place(file=mistakes.file, line=lines.line_num)
        if count > MOST_ROWS:
            tell_too_many(place, mistakes)
        elif any(line[len(headings) :]):
            mistakes.add(place, message("workbook.too_many_fields"), message("workbook.too_many_fields_remedy"))
        elif found := _observation(dict(zip(headings, line, strict=False)), place, mistakes):
            yield lines.line_num, found


def _observation(fields: Mapping[str, str], place: Place, mistakes: Mistakes) -> Observation | None:
    day, value = (without_guard(fields.get(name, "").strip()) for name in (DATE, VALUE))
    if not day and not value:
        return None
    number: Decimal | None = None
    try:
        number = typed_number(value) if value else None
    except InvalidInput as refusal:
        mistakes.add(place, refusal.what, message("spc.number_remedy"))
    try:
        return Observation(typed_day(day), number)
    except InvalidInput as refusal:
        mistakes.add_refusal(place, refusal)
    return None


def _refuse_days_told_twice(found: Mapping[int, Observation], mistakes: Mistakes) -> None:
    first: dict[date, int] = {}
    for line, one in found.items():
        if (before := first.setdefault(one.day, line)) != line:
            twice = message("spc.day_told_before", day=one.day, line=str(before))
            mistakes.add(Place(file=mistakes.file, line=line), twice, message("spc.day_twice_remedy"))
