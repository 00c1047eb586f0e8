"""Made-up events by the million in the store's layout, written by DuckDB a month at a time; the same ones each time."""

from calendar import monthrange
from pathlib import Path

import duckdb

from okr_engine.measuring.folders import MARK, MARKED

VISITS_OF_A_PERSON = 5

LAST_YEAR = 2025


def make_events(folder: Path, table: str, number: int, *, years: int = 1) -> None:
    """That many events of the table, evenly over the years that end with 2025."""
    months = [(year, month) for year in range(LAST_YEAR - years + 1, LAST_YEAR + 1) for month in range(1, 13)]
    with duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(folder / "spill")}) as connection:
        for place, (year, month) in enumerate(months):
            home = folder / table / f"month={year}-{month:02}"
            home.mkdir(parents=True)
            first, after = number * place // len(months), number * (place + 1) // len(months)
            drawn = _DRAWN.format(
                first=first,
                after=after,
                year=year,
                month=month,
                days=monthrange(year, month)[1],
                persons=max(number // VISITS_OF_A_PERSON, 1),
            )
            connection.execute(
                f"COPY ({drawn} {_ROWS[table]} ORDER BY ALL) TO '{home}/part-0.parquet'"
                f" (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{MARK}: '{MARKED}'}})"
            )


_DRAWN = """
    WITH drawn AS (
        SELECT CAST(i AS VARCHAR) AS number, sha256(CAST(hash(i, 5) % {persons} AS VARCHAR)) AS person,
            hash(i, 1) % 1000 / 1000.0 AS a, hash(i, 2) % 1000 / 1000.0 AS b, hash(i, 3) % 1000 / 1000.0 AS c,
            'U' || CAST(hash(i, 6) % 12 AS VARCHAR) AS unit,
            TIMESTAMP '{year}-{month}-01' + INTERVAL 1 SECOND * CAST(hash(i, 4) % ({days} * 86400) AS BIGINT) AS moment
        FROM range({first}, {after}) AS numbers (i)
    )
"""

# The order of the columns is that in which the store sorts a month: its day, then the identity.
_ROWS = {
    "visit": """
        SELECT CAST(moment AS DATE) AS arrival_date_local, 'ehr' AS source_system, number AS source_event_id,
            CAST(1 AS BIGINT) AS version_no, person AS person_key, 'A1' AS area_id, unit AS unit_id,
            moment AS arrival_ts_utc, CASE WHEN a < 0.6 THEN 'ED' ELSE 'AMB' END AS kind,
            moment + INTERVAL 1 MINUTE * CAST(10 + b * 600 AS BIGINT) AS departure_ts_utc,
            c < 0.1 AS planned, 'finished' AS status,
            CASE WHEN c < 0.75 THEN 'HOME' WHEN c < 0.9 THEN 'ADMITTED' ELSE 'TRANSFER' END AS disposition
        FROM drawn
    """,
    "service_event": """
        SELECT CAST(moment AS DATE) AS start_date_local, 'ehr' AS source_system, number AS source_event_id,
            CAST(1 AS BIGINT) AS version_no, CASE WHEN a < 0.7 THEN 'oid ' || number END AS service_event_oid,
            person AS person_key, 'A1' AS area_id, unit AS unit_id, moment AS start_ts_utc, 'finished' AS status,
            CASE WHEN b < 0.6 THEN 'reception' WHEN b < 0.9 THEN 'remote_live' ELSE 'without_contact' END
                AS contact_kind
        FROM drawn
    """,
    "waiting_episode": """
        SELECT CAST(moment AS DATE) AS start_date_local, 'ehr' AS source_system, number AS episode_id,
            CAST(1 AS BIGINT) AS version_no, person AS person_key, 'A1' AS area_id, unit AS unit_id,
            ['PTH_SAIR', 'PTH_MUU', 'SUUN', 'ESH_HOITO', 'SHL_TOIMEENPANO'][1 + CAST(floor(a * 5) AS INTEGER)]
                AS service_class,
            CASE WHEN c < 0.9 THEN CAST(moment AS DATE) + CAST(b * b * 200 AS INTEGER) END AS end_date_local,
            CASE WHEN c < 0.85 THEN 'SERVED' WHEN c < 0.9 THEN 'PATIENT_CANCELLED' END AS end_reason,
            CAST(b * 90 AS BIGINT) AS age_at_start
        FROM drawn
    """,
}
