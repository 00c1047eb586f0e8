"""Storing events: the newest version of each, by month, and each month replaced as a whole or not at all."""

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow
from pyarrow import parquet

from okr_engine.errors import EventsBusy
from okr_engine.measuring.events import Event
from okr_engine.measuring.folders import MARK, MARKED, MOVING, opened, parquet_files, quoted, rows_of
from okr_engine.measuring.tables import TABLES, ColumnType, Table
from okr_engine.words import message

PART = "part-0.parquet"

_LOCK = ".lock"
_STAGING = ".staging"
_NEW_SECONDS = 60
_BATCH = 50_000
_MEMORY = "1GB"
_ARROW = {
    ColumnType.TEXT: pyarrow.string(),
    ColumnType.WHOLE: pyarrow.int64(),
    ColumnType.NUMBER: pyarrow.decimal128(24, 8),
    ColumnType.MOMENT: pyarrow.timestamp("us"),
    ColumnType.DAY: pyarrow.date32(),
    ColumnType.FLAG: pyarrow.bool_(),
}


@dataclass
class Stored:
    """What became of the events handed over; `months` counts the added and replaced ones by table and month, 2025-06.

    The unchanged were there already; the superseded are older than another version of the same event, or double it.
    """

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    superseded: int = 0
    months: dict[tuple[str, str], int] = field(default_factory=dict)


def store_events(
    folder: Path, events: Iterable[Event], *, run: str, now: datetime, patience: timedelta = timedelta(0)
) -> Stored:
    """Store the newest version of each event, in whatever order and however often they come.

    The rows carry `run` and, where the source does not say when it loaded them, `now`. A month is whole at any moment,
    also when the process is killed; doing the same again completes what was left. While they come, others may store;
    then their turn is waited for, and EventsBusy raised after `patience`. Raises InvalidEvents for a stored month that
    can no longer be read; what `events` itself raises passes through, with nothing stored.
    """
    with _staging_in(folder) as staging:
        arrived = _stage(staging, events, run=run, now=now)
        stored = Stored()
        with _alone_in(folder, patience=patience):
            for name, count in arrived.items():
                _merge(folder, TABLES[name], staging, count, stored)
        return stored


@contextmanager
def _alone_in(folder: Path, *, patience: timedelta = timedelta(0)) -> Iterator[None]:
    """Hold the folder's lock, which the system lets go of when the process dies."""
    wait = patience.total_seconds()
    with closing(sqlite3.connect(folder / _LOCK, timeout=wait, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise EventsBusy(
                message("events.busy", folder=str(folder)), remedy=message("events.busy_remedy")
            ) from error
        yield


@contextmanager
def _staging_in(folder: Path) -> Iterator[Path]:
    """An empty folder of our own beside the tables; what killed processes have left there goes."""
    home = folder / _STAGING
    home.mkdir(parents=True, exist_ok=True)
    _clear(home)
    staging = Path(tempfile.mkdtemp(dir=home))
    try:
        with _alone_in(staging):
            yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _clear(home: Path) -> None:
    """Remove the folders that nobody holds; a very new one may be about to be held."""
    old = time.time() - _NEW_SECONDS
    for left in [one for one in home.iterdir() if one.is_dir() and one.stat().st_mtime < old]:
        with suppress(EventsBusy):
            with _alone_in(left):
                pass
            shutil.rmtree(left, ignore_errors=True)


def _stage(staging: Path, events: Iterable[Event], *, run: str, now: datetime) -> Mapping[str, int]:
    """Write the events down as they come, in numbered chunks by table; how many of each table there were."""
    arrived: dict[str, int] = {}
    remaining = iter(events)
    while chunk := list(islice(remaining, _BATCH)):
        by_table: dict[str, list[Event]] = {}
        for one in chunk:
            by_table.setdefault(one.table, []).append(one)
        for name, those in by_table.items():
            first = arrived.get(name, 0)
            rows = _as_rows(TABLES[name], those, first, run=run, now=now)
            (staging / name).mkdir(parents=True, exist_ok=True)
            parquet.write_table(rows, staging / name / f"{first:012}.parquet")
            arrived[name] = first + len(those)
    return arrived


def _as_rows(table: Table, events: Sequence[Event], first: int, *, run: str, now: datetime) -> pyarrow.Table:
    values = {column.name: [one.values[column.name] for one in events] for column in table.columns}
    values["run"] = [run] * len(events)
    values["loaded_at"] = [moment or now.astimezone(UTC) for moment in values["loaded_at"]]
    columns = {column.name: pyarrow.array(values[column.name], _ARROW[column.holds]) for column in table.columns}
    return pyarrow.table({**columns, "arrived": pyarrow.array(range(first, first + len(events)), pyarrow.int64())})


def _merge(folder: Path, table: Table, staging: Path, arrived: int, stored: Stored) -> None:
    """Bring the staged events of one table into its months."""
    home = folder / table.name
    home.mkdir(exist_ok=True)
    with opened(memory_limit=_MEMORY, temp_directory=str(staging / "spill")) as connection:
        if (home / MOVING).exists():
            _complete_the_move(connection, table, home, parquet_files(folder, table.name))
        _judge(connection, table, parquet_files(folder, table.name), parquet_files(staging, table.name))
        found = dict(connection.execute("SELECT verdict, count(*) FROM judged GROUP BY verdict").fetchall())
        months = connection.execute(_MONTHS_TO_REPLACE).fetchall()
        if any(moved for _, _, moved in months):
            (home / MOVING).touch()
            _reach_the_disk(home)
        for month, fresh, _ in months:
            _replace(connection, table, home / f"month={month}", _merged(table, home / f"month={month}", month))
            if fresh:
                stored.months[table.name, month] = fresh
        (home / MOVING).unlink(missing_ok=True)
    stored.added += found.get("added", 0)
    stored.replaced += found.get("replaced", 0)
    stored.unchanged += found.get("unchanged", 0)
    stored.superseded += arrived - sum(found.get(verdict, 0) for verdict in ("added", "replaced", "unchanged"))


# What arrives lands before what it replaces in another month goes: an interruption doubles, and never loses, an event.
_MONTHS_TO_REPLACE = """
    SELECT month, sum(fresh)::BIGINT, sum(moved)::BIGINT
    FROM (
        SELECT month, 1 AS fresh, 0 AS moved FROM judged WHERE verdict IN ('added', 'replaced')
        UNION ALL
        SELECT old_month, 0, 1 FROM judged WHERE verdict = 'replaced' AND old_month <> month
    )
    GROUP BY month ORDER BY sum(fresh) = 0, month
"""


def _judge(connection: duckdb.DuckDBPyConnection, table: Table, files: Sequence[Path], staged: Sequence[Path]) -> None:
    """Make the table `judged`: the newest arrived version of each event, and what it is to the stored one."""
    identity = ", ".join(table.identity)
    nothing = ", ".join(f"CAST(NULL AS {column.holds}) AS {column.name}" for column in table.columns)
    known = rows_of(files) if files else f"(SELECT {nothing} WHERE FALSE)"
    told = [name for name in table.names if name not in ("loaded_at", "run")]
    same = " AND ".join(f"new.{name} IS NOT DISTINCT FROM known.{name}" for name in told)
    connection.execute(f"""
        CREATE TEMP TABLE judged AS
        WITH ranked AS (
            SELECT *, row_number() OVER (
                PARTITION BY {identity} ORDER BY coalesce(version_no, 0) DESC, arrived DESC
            ) AS place
            FROM {rows_of(staged)}
        )
        SELECT new.* EXCLUDE (place, arrived),
               strftime(new.{table.period_column}, '%Y-%m') AS month,
               strftime(known.{table.period_column}, '%Y-%m') AS old_month,
               CASE WHEN known.{table.period_column} IS NULL THEN 'added'
                    WHEN coalesce(new.version_no, 0) < coalesce(known.version_no, 0) THEN 'superseded'
                    WHEN {same} THEN 'unchanged'
                    ELSE 'replaced' END AS verdict
        FROM ranked AS new LEFT JOIN {known} AS known USING ({identity})
        WHERE new.place = 1
    """)


def _complete_the_move(connection: duckdb.DuckDBPyConnection, table: Table, home: Path, files: Sequence[Path]) -> None:
    """Take out what an interrupted move left in its old month: the older versions of events that stand in two."""
    identity = ", ".join(table.identity)
    connection.execute(f"""
        CREATE TEMP TABLE outdated AS
        SELECT {identity}, strftime({table.period_column}, '%Y-%m') AS month
        FROM (
            SELECT *, row_number() OVER (
                PARTITION BY {identity} ORDER BY coalesce(version_no, 0) DESC, loaded_at DESC
            ) AS place
            FROM {rows_of(files)}
        )
        WHERE place > 1
    """)
    for (month,) in connection.execute("SELECT DISTINCT month FROM outdated").fetchall():
        part = home / f"month={month}" / PART
        kept = f"""SELECT {", ".join(table.names)} FROM {rows_of([part])} AS old
            ANTI JOIN (SELECT * FROM outdated WHERE month = {quoted(month)}) AS gone USING ({identity})"""
        _replace(connection, table, part.parent, kept)


def _merged(table: Table, home: Path, month: str) -> str:
    """The SQL for what belongs into the month now: what stays of the old part, and what is new."""
    names, identity, part = ", ".join(table.names), ", ".join(table.identity), home / PART
    fresh = f"SELECT {names} FROM judged WHERE month = {quoted(month)} AND verdict IN ('added', 'replaced')"
    if not part.exists():
        return fresh
    replaced = "SELECT * FROM judged WHERE verdict = 'replaced'"
    return f"SELECT {names} FROM {rows_of([part])} ANTI JOIN ({replaced}) AS new USING ({identity}) UNION ALL {fresh}"


def _replace(connection: duckdb.DuckDBPyConnection, table: Table, home: Path, rows: str) -> None:
    """Write the month anew beside the old one, and let it take its place once it is on the disk."""
    home.mkdir(exist_ok=True)
    writing = home / ".writing"
    connection.execute(f"""
        COPY (SELECT * FROM ({rows}) ORDER BY {table.period_column}, {", ".join(table.identity)})
        TO {quoted(writing)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{MARK}: {quoted(MARKED)}}})
    """)
    _reach_the_disk(writing)
    writing.replace(home / PART)
    _reach_the_disk(home)


def _reach_the_disk(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
