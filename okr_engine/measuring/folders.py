"""What a folder of events holds, and how DuckDB sees it: FOLDER/<table>/**/*.parquet, one view per canonical table."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow
from pyarrow import parquet

from okr_engine.errors import InvalidEvents, Mistake, Place
from okr_engine.measuring.tables import TABLES, Column, ColumnType, Table
from okr_engine.words import message

# In the footer of each file that the store writes: each event of the folder has one row, in one part of one month.
MARK = "okr_events"
MARKED = "one row per event"
# Stands in a table's folder while events move to another month; stays after a power cut in between.
MOVING = ".moving"

_FLOATS = ("DOUBLE", "FLOAT")


@contextmanager
def opened(**config: str | bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB in this process, in UTC, with nothing of its own on standard output."""
    with duckdb.connect(config={**config}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def parquet_files(folder: Path, table: str) -> list[Path]:
    """The table's files in the order of their names; InvalidEvents names each one that cannot be read as Parquet."""
    return list(_footers(folder, table))


def known_tables(folder: Path) -> list[str]:
    """The canonical tables of which the folder has files; InvalidEvents where there is no folder or file."""
    found = [name for name in TABLES if any((folder / name).glob("**/*.parquet"))]
    if not found:
        what = message("events.empty_folder" if folder.is_dir() else "events.no_folder")
        raise InvalidEvents(
            str(folder), [Mistake(Place(file=str(folder)), what, message("events.layout", tables=", ".join(TABLES)))]
        )
    return found


def rows_of(files: Sequence[Path]) -> str:
    """The SQL that reads these files as one table."""
    return f"read_parquet([{', '.join(map(quoted, files))}], union_by_name = true, hive_partitioning = false)"


def quoted(value: object) -> str:
    """A text of SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def create_view(connection: duckdb.DuckDBPyConnection, folder: Path, table: Table, *, zone: ZoneInfo) -> None:
    """Make a view named as the table: its columns and types, each event once in its newest version.

    An optional column that is missing is empty, a missing local day is that of its moment in `zone`. Raises
    InvalidEvents for files that cannot be read, and for columns that are missing or hold something else.
    """
    footers = _footers(folder, table.name)
    files = list(footers)
    found = _types_of_columns(connection, files)
    if files and (mistakes := [one for column in table.columns for one in _mistakes(column, table, found)]):
        raise InvalidEvents(str(folder), mistakes)
    selected = ", ".join(f"{_read(column, found, zone)} AS {column.name}" for column in table.columns)
    rows = f"SELECT {selected} FROM {rows_of(files)}" if files else f"SELECT {selected} WHERE FALSE"
    if files and not _is_each_once(folder / table.name, footers) and has_doubles(connection, table, files):
        rows = newest(table, rows)
    connection.execute(f"CREATE VIEW {table.name} AS {rows}")


def newest(table: Table, rows: str) -> str:
    """The SQL for the newest version of each event: the same one, whatever the order of the rows."""
    others = ", ".join(name for name in table.names if name not in (*table.identity, "version_no", "loaded_at"))
    return (
        f"SELECT {', '.join(table.names)} FROM (SELECT *, row_number() OVER (PARTITION BY {', '.join(table.identity)}"
        f" ORDER BY coalesce(version_no, 0) DESC, loaded_at DESC NULLS LAST, {others}) AS place FROM ({rows}))"
        " WHERE place = 1"
    )


def has_doubles(connection: duckdb.DuckDBPyConnection, table: Table, files: Sequence[Path]) -> bool:
    """Whether an event stands in these files more than once."""
    identity = ", ".join(table.identity)
    rows, events = connection.execute(
        f"SELECT sum(times), count(*) FROM (SELECT count(*) AS times FROM {rows_of(files)} GROUP BY {identity})"
    ).fetchall()[0]
    return bool(rows != events)


def _footers(folder: Path, table: str) -> Mapping[Path, parquet.FileMetaData]:
    """What each of the table's files says about itself, in the order of their names."""
    footers = {path: _footer(path) for path in sorted((folder / table).glob("**/*.parquet"))}
    if broken := [path for path, footer in footers.items() if footer is None]:
        what, remedy = message("events.unreadable_file"), message("events.unreadable_file_remedy")
        raise InvalidEvents(
            str(folder), [Mistake(Place(file=str(path.relative_to(folder))), what, remedy) for path in broken]
        )
    return footers


def _footer(path: Path) -> parquet.FileMetaData | None:
    try:
        return parquet.read_metadata(path)
    except (pyarrow.ArrowException, OSError):
        return None


def _types_of_columns(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> Mapping[str, str]:
    if not files:
        return {}
    described = connection.execute(f"DESCRIBE SELECT * FROM {rows_of(files)}").fetchall()
    return {str(name): str(kind) for name, kind, *_ in described}


def _mistakes(column: Column, table: Table, found: Mapping[str, str]) -> list[Mistake]:
    place = Place(file=table.name, record=column.name)
    if column.name not in found:
        if not column.required or column.local_day_of in found:
            return []
        columns = message("events.columns", columns=", ".join(table.names))
        return [Mistake(place, message("events.missing_column", column=column.name), columns)]
    if found[column.name].startswith(_FITTING[column.holds]):
        return []
    what = message("events.column_of_another_type", column=column.name, found=found[column.name])
    return [Mistake(place, what, message("events.column_type", type=str(column.holds)))]


# How the types begin that may hold what a column is for; "NULL" is a column without any value.
_TEXTS = ("VARCHAR", '"NULL"')
_WHOLES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT")
_NUMBERS = (*_WHOLES, *_FLOATS, "DECIMAL", *_TEXTS)
_FITTING: Mapping[ColumnType, tuple[str, ...]] = {
    ColumnType.TEXT: (*_WHOLES, *_TEXTS, "UUID", "ENUM"),
    ColumnType.WHOLE: _NUMBERS,
    ColumnType.NUMBER: _NUMBERS,
    ColumnType.MOMENT: ("TIMESTAMP", *_TEXTS),
    ColumnType.DAY: ("DATE", "TIMESTAMP", *_TEXTS),
    ColumnType.FLAG: ("BOOLEAN", *_WHOLES, *_TEXTS),
}


def _read(column: Column, found: Mapping[str, str], zone: ZoneInfo) -> str:
    """The SQL that reads a column as what the table says, from whatever holds it in the files."""
    kind = found.get(column.name)
    if kind is None:
        if column.local_day_of in found:
            moment = f"CAST({column.local_day_of} AS TIMESTAMP WITH TIME ZONE)"
            return f"CAST(timezone({quoted(zone.key)}, {moment}) AS DATE)"
        return f"CAST(NULL AS {column.holds})"
    if kind == column.holds:
        return column.name
    if column.holds is ColumnType.MOMENT:
        # The session's zone is UTC, so that a moment without a zone is taken for UTC here and above.
        return f"timezone('UTC', CAST({column.name} AS TIMESTAMP WITH TIME ZONE))"
    value = f"CASE WHEN isfinite({column.name}) THEN {column.name} END" if kind in _FLOATS else column.name
    return f"CAST({value} AS {column.holds})"


def _is_each_once(home: Path, footers: Mapping[Path, parquet.FileMetaData]) -> bool:
    """Whether the store alone has written here, and was not interrupted while it moved an event."""
    if (home / MOVING).exists() or len({path.parent for path in footers}) < len(footers):
        return False
    return all((footer.metadata or {}).get(MARK.encode()) == MARKED.encode() for footer in footers.values())
