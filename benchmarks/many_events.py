"""Events in numbers, in the store's layout, made by DuckDB: the same ones each time, over some years."""

from pathlib import Path

import duckdb

from okr_engine.measuring.folders import MARK, MARKED

FIRST_YEAR = 2025


def make_visits(folder: Path, number: int, *, years: int = 1) -> None:
    """Visits: six in ten to an emergency department, by a fifth as many people."""
    _make(folder, "visit", _VISITS, number, years, month_of="arrival_date_local")


def make_waits(folder: Path, number: int, *, years: int = 1) -> None:
    """Waits in four service classes of all ages, one in ten late."""
    _make(folder, "waiting_episode", _WAITS, number, years, month_of="start_date_local")


def make_service_events(folder: Path, number: int, *, years: int = 1) -> None:
    """Service events, each with its own identifier."""
    _make(folder, "service_event", _SERVICE_EVENTS, number, years, month_of="start_date_local")


def _make(folder: Path, table: str, rows: str, number: int, years: int, *, month_of: str) -> None:
    """Month by month, so that a hundred million need no more memory than one month does."""
    months = 12 * years
    for index in range(months):
        year, month = FIRST_YEAR - years + 1 + index // 12, index % 12 + 1
        home = folder / table / f"month={year}-{month:02}"
        home.mkdir(parents=True)
        with duckdb.connect(config={"memory_limit": "3GB", "temp_directory": str(folder / "spill")}) as connection:
            given = {"first": index * (number // months), "number": number // months, "people": number // 5}
            begins = f"TIMESTAMP '{year}-{month:02}-01'"
            connection.execute(
                f"COPY (SELECT * FROM ({rows.format(begins=begins)}) ORDER BY {month_of}, source_system)"
                f" TO '{home}/part-0.parquet' (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{MARK}: '{MARKED}'}})",
                given,
            )


_DRAWN = """
    WITH drawn AS (
        SELECT i, hash(i, 1) % 1000 / 1000.0 AS a, hash(i, 2) % 1000 / 1000.0 AS b, hash(i, 3) % 1000 / 1000.0 AS c,
            {begins} + INTERVAL 1 SECOND * CAST(hash(i, 4) % (28 * 86400) AS BIGINT) AS moment,
            sha256(CAST(hash(i, 5) % $people AS VARCHAR)) AS person_key,
            'U' || CAST(hash(i, 6) % 12 AS VARCHAR) AS unit_id
        FROM range(CAST($first AS BIGINT), CAST($first + $number AS BIGINT)) AS numbers (i)
    )
"""
_SAME = "'ehr' AS source_system, CAST(1 AS BIGINT) AS version_no, person_key, 'A1' AS area_id, unit_id"
_VISITS = f"""
    {_DRAWN}
    SELECT {_SAME}, CAST(i AS VARCHAR) AS source_event_id, CAST(moment AS DATE) AS arrival_date_local,
        moment AS arrival_ts_utc, CASE WHEN a < 0.6 THEN 'ED' ELSE 'AMB' END AS kind,
        moment + INTERVAL 1 MINUTE * CAST(10 + b * 600 AS BIGINT) AS departure_ts_utc,
        c < 0.1 AS planned, 'finished' AS status,
        CASE WHEN c < 0.75 THEN 'HOME' WHEN c < 0.9 THEN 'ADMITTED' ELSE 'TRANSFER' END AS disposition
    FROM drawn
"""
_WAITS = f"""
    {_DRAWN}
    SELECT {_SAME}, CAST(i AS VARCHAR) AS episode_id, CAST(moment AS DATE) AS start_date_local,
        CAST(moment AS DATE) + CAST(1 + b * CASE WHEN c < 0.9 THEN 80 ELSE 200 END AS INTEGER) AS end_date_local,
        CASE WHEN a < 0.03 THEN 'PATIENT_CANCELLED' ELSE 'SERVED' END AS end_reason,
        (['PTH_SAIR', 'SUUN', 'ESH_HOITO', 'LASU_ALOITUS'])[1 + CAST(hash(i, 7) % 4 AS INTEGER)] AS service_class,
        CAST(hash(i, 8) % 90 AS BIGINT) AS age_at_start, FALSE AS medical_timing
    FROM drawn
"""
_SERVICE_EVENTS = f"""
    {_DRAWN}
    SELECT {_SAME}, CAST(i AS VARCHAR) AS source_event_id, '1.2.246.' || CAST(i AS VARCHAR) AS service_event_oid,
        CASE WHEN a < 0.7 THEN 'reception' WHEN a < 0.95 THEN 'remote_live' ELSE 'without_contact' END AS contact_kind,
        moment AS start_ts_utc, CAST(moment AS DATE) AS start_date_local,
        CASE WHEN c < 0.97 THEN 'finished' ELSE 'cancelled' END AS status
    FROM drawn
"""
