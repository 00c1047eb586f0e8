"""The files behind a figure: which parts of which tables and months bear on a period, and a mark of their content."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
from pyarrow import parquet

from okr_engine.measuring.definition import Definition
from okr_engine.measuring.folders import opened, parquet_files, quoted
from okr_engine.periods import Cadence, Period

_MONTH = "month="


@dataclass(frozen=True)
class Part:
    """One file of events: its table, its month as 2025-06 (None where it lies outside the months), and a mark."""

    table: str
    month: str | None
    path: Path
    mark: str


@dataclass(frozen=True)
class PartOfFigure:
    """What a figure was computed from: how many events of a table and month, and which runs brought them."""

    table: str
    month: str | None
    events: int
    runs: tuple[str, ...]


def parts_in(folder: Path, tables: Iterable[str]) -> Mapping[str, list[Part]]:
    """Every file of events by table."""
    return {table: [_part(table, path) for path in parquet_files(folder, table)] for table in tables}


def bearing_on(definition: Definition, period: Period, parts: Mapping[str, list[Part]]) -> Iterator[Part]:
    """The parts that may change the figure of the period."""
    first, last = _months(definition, period)
    for table in definition.tables:
        yield from (one for one in parts.get(table.name, ()) if one.month is None or first <= one.month <= last)


def mark_of(parts: Iterable[Part], **more: object) -> str:
    """SHA-256 over the marks of these parts and whatever else decides the figure."""
    told = [sorted([one.table, one.path.name, str(one.month), one.mark] for one in parts), more]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def contents_of(parts: Iterable[Part]) -> list[PartOfFigure]:
    """What lies in each part, with the runs that brought it."""
    with opened() as connection:
        return [_counted(connection, one) for one in parts]


def _counted(connection: duckdb.DuckDBPyConnection, part: Part) -> PartOfFigure:
    run = "coalesce(run, '–')" if "run" in parquet.read_schema(part.path).names else "'–'"
    runs = connection.execute(
        f"SELECT {run}, count(*) FROM read_parquet({quoted(part.path)}) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return PartOfFigure(part.table, part.month, sum(count for _, count in runs), tuple(str(one) for one, _ in runs))


def _months(definition: Definition, period: Period) -> tuple[str, str]:
    back, forward = definition.reach.back, definition.reach.forward
    first = "" if back is None else _month(period, -back)
    return first, _month(Period.containing(period.end, Cadence.MONTH), forward)


def _month(period: Period, steps: int) -> str:
    return Period.containing(period.start, Cadence.MONTH).shifted(steps).code


def _part(table: str, path: Path) -> Part:
    found = path.stat()
    folder = path.parent.name
    month = folder.removeprefix(_MONTH) if folder.startswith(_MONTH) else None
    return Part(table, month, path, f"{found.st_size} {found.st_mtime_ns}")
