"""Bringing events in: rows a second from each kind of file, beside DuckDB copying the same rows to Parquet."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import duckdb
import httpx

from benchmarks.figures import Figure
from benchmarks.large_county import LargeCounty
from connectors.registry import own_source
from okr_engine.measuring.events import Event, pseudonym
from okr_engine.measuring.sources import batches
from okr_engine.measuring.storing import store_events

ROWS = 1_000_000
ENCOUNTERS = 200_000
COUNTY = 0.1
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_DATABASE = "OKR_SECRET_BENCHMARK"


@dataclass(frozen=True)
class Reading:
    """What is read: the source with its settings, how its file is made, and what DuckDB reads of the same rows."""

    what: str
    source: str
    settings: Mapping[str, Any]
    make: Callable[[Path], None] | None = None
    file: str = ""
    copied: str = "'{file}'"


def measure(_: LargeCounty) -> Iterator[Figure]:
    """Read, check and store what each source gives."""
    for reading in READINGS:
        with TemporaryDirectory() as folder:
            path = Path(folder) / reading.file
            if reading.make:
                reading.make(path)
            begun = perf_counter()
            rows = ingested(reading, path, Path(folder) / "events")
            seconds = perf_counter() - begun
            yield Figure(reading.what, rows / seconds, "rows/s", how=f"{rows:,} rows in {seconds:.1f} s")
            if reading.make:
                yield Figure(f"{reading.what}, to DuckDB", seconds / copied(reading, path), "×")


def ingested(reading: Reading, path: Path, events: Path) -> int:
    """The number of rows that have been read and stored."""
    os.environ[_DATABASE] = f"sqlite:///{path}"
    source = own_source(reading.source)
    told = {name: str(path) if value == "{file}" else value for name, value in reading.settings.items()}
    settings = source.Settings.model_validate({"source_system": "register", **told})
    person_key = partial(pseudonym, key=b"not a key that anybody uses")
    read = aside = 0

    def found(client: httpx.Client) -> Iterator[Event]:
        nonlocal read, aside
        for batch in batches(source, settings, client, since=None, now=NOW, person_key=person_key):
            read += batch.read
            aside += len(batch.set_aside)
            yield from batch.events

    with httpx.Client() as client:
        store_events(events, found(client), run="benchmark", now=NOW)
    # The county of the demo has three wrong rows a month, so that they are seen.
    if aside * 1000 > read:
        raise AssertionError(f"{reading.what}: {aside} of {read} rows could not be used")
    return read


def copied(reading: Reading, path: Path) -> float:
    """The seconds in which DuckDB copies the same rows."""
    with duckdb.connect() as connection:
        begun = perf_counter()
        target = path.with_name("copied.parquet")
        connection.execute(f"COPY (SELECT * FROM {reading.copied.format(file=path)}) TO '{target}' (FORMAT parquet)")
        return perf_counter() - begun


def _written(path: Path, *, rows: str = "", number: int = ROWS, options: str = "") -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({rows.format(number=number)}) TO '{path}' ({options})")


def _in_sqlite(path: Path) -> None:
    with duckdb.connect() as made, closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE visits (id, ssn, unit, kind, arrived, left_at, planned, disposition)")
        rows = made.execute(_VISITS.format(number=ROWS))
        while some := rows.fetchmany(50_000):
            database.executemany("INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?, ?, ?)", some)
        database.commit()
    _written(path.with_suffix(".csv"), rows=_VISITS, options="FORMAT csv")


_VISITS = """
    SELECT 'T-' || i AS id, 'person ' || hash(i, 5) % 200000 AS ssn, 'U' || hash(i, 6) % 12 AS unit,
        ['P', 'A'][1 + CAST(hash(i, 2) % 2 AS INTEGER)] AS kind, strftime(moment, '%Y-%m-%dT%H:%M:%SZ') AS arrived,
        strftime(moment + INTERVAL 3 HOUR, '%Y-%m-%dT%H:%M:%SZ') AS left_at, hash(i, 3) % 2 AS planned,
        'HOME' AS disposition
    FROM (
        SELECT i, TIMESTAMP '2025-01-01' + INTERVAL 1 SECOND * CAST(hash(i, 4) % (364 * 86400) AS BIGINT) AS moment
        FROM range({number}) AS numbers (i)
    )
"""
_ENCOUNTERS = f"""
    SELECT 'Encounter' AS "resourceType", id, {{{{'versionId': '1'}}}} AS meta, 'finished' AS status,
        {{{{'code': 'EMER'}}}} AS class, {{{{'reference': 'Patient/' || replace(ssn, ' ', '-')}}}} AS subject,
        {{{{'start': arrived, 'end': left_at}}}} AS period,
        {{{{'reference': 'Organization/' || unit}}}} AS "serviceProvider"
    FROM ({_VISITS})
"""
_COLUMNS = {
    "table": "visit",
    "columns": {
        "source_event_id": "id",
        "person_key": "ssn",
        "unit_id": "unit",
        "kind": "kind",
        "arrival_ts_utc": "arrived",
        "departure_ts_utc": "left_at",
        "planned": "planned",
        "disposition": "disposition",
    },
    "codes": {"kind": {"P": "ED", "A": "AMB"}},
}
_FILES = {"address": "{file}", "columns": _COLUMNS}
READINGS = (
    Reading("files, CSV", "files", _FILES, partial(_written, rows=_VISITS, options="FORMAT csv"), "visits.csv"),
    Reading("files, Parquet", "files", _FILES, partial(_written, rows=_VISITS, options="FORMAT parquet"), "v.parquet"),
    Reading("files, NDJSON", "files", _FILES, partial(_written, rows=_VISITS, options="FORMAT json"), "visits.ndjson"),
    Reading(
        "sql, SQLite",
        "sql",
        {"address_variable": _DATABASE, "query": "SELECT * FROM visits", "columns": _COLUMNS},
        _in_sqlite,
        "visits.db",
        "'{file.parent}/visits.csv'",
    ),
    Reading(
        "fhir, NDJSON",
        "fhir",
        {"folder": "{file}", "area": "county"},
        partial(_written, rows=_ENCOUNTERS, number=ENCOUNTERS, options="FORMAT json"),
        "Encounter.ndjson",
    ),
    Reading("demo", "demo", {"size": COUNTY, "first_month": "2025-01-01"}),
)
