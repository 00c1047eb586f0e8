"""The revolving door on many visits: against SQL and pandas written for this question only, and a month alone."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd

from benchmarks.figures import Figure, middle
from benchmarks.large_county import LargeCounty
from okr_engine.measuring.deadlines import read_limits
from okr_engine.measuring.definition import definition
from okr_engine.measuring.folders import MARK, MARKED
from okr_engine.measuring.measure import Question
from okr_engine.measuring.measure import measure as measure_figure
from okr_engine.periods import Period

VISITS = 1_000_000
ROUNDS = 3
YEAR, MONTH = Period.parse("2025"), Period.parse("2025-06")

LIMITS = read_limits()

Counts = tuple[int, int]


def measure(_: LargeCounty, visits: int = VISITS) -> Iterator[Figure]:
    """Compare on a year of visits, and see that everybody counts the same."""
    with TemporaryDirectory() as folder:
        events = Path(folder)
        make_visits(events, visits)
        ours, by_hand = _in_turns(lambda: by_definition(events, YEAR), lambda: by_sql(events))
        _, slow = _in_turns(lambda: by_definition(events, YEAR), lambda: by_pandas(events), rounds=1)
        alone, whole = _in_turns(lambda: by_definition(events, MONTH), lambda: by_definition(events, MONTH, whole=True))
        memory = _peak_memory(events)
    on = f"{visits:,} visits of a year, {ours:.2f} s"
    yield Figure("a definition, to SQL for one question", ours / by_hand, "×", 1.25, on)
    yield Figure("a definition, to straightforward pandas", ours / slow, "×", 0.1, f"pandas {slow:.1f} s")
    yield Figure("a month alone, to reading everything", alone / whole, "×", 0.25, f"the same figure, {alone:.2f} s")
    yield Figure("peak memory", memory, "MB", 2000, "of a process that does nothing else")


def by_definition(events: Path, period: Period, *, whole: bool = False) -> Counts:
    """What the product computes."""
    question = Question(period, datetime(2026, 6, 1, tzinfo=UTC), whole=whole)
    figure = measure_figure(definition("revolving_door"), events, question, zone=ZoneInfo("UTC"), limits=LIMITS).figure
    return int(figure.numerator or 0), int(figure.denominator or 0)


def by_sql(events: Path) -> Counts:
    """What somebody writes who has only this question, only these events, and nothing to leave out or to report."""
    with duckdb.connect(config={"memory_limit": "1500MB", "preserve_insertion_order": False}) as connection:
        [counts] = connection.execute(_BY_HAND, {"files": f"{events}/visit/**/*.parquet"}).fetchall()
    return int(counts[0]), int(counts[1])


_BY_HAND = """
WITH reaches AS (
    SELECT *, max(departure_ts_utc) OVER (
        PARTITION BY person_key ORDER BY arrival_ts_utc, departure_ts_utc, source_event_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS reached
    FROM read_parquet($files)
    WHERE kind = 'ED' AND status = 'finished'
),
followed AS (
    SELECT *,
        lead(reached IS NULL OR arrival_ts_utc > reached) OVER following AS next_begins,
        min(CASE WHEN (reached IS NULL OR arrival_ts_utc > reached) AND NOT planned THEN arrival_ts_utc END) OVER (
            PARTITION BY person_key ORDER BY arrival_ts_utc, departure_ts_utc, source_event_id
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS next_arrival
    FROM reaches
    WHERE reached IS NULL OR departure_ts_utc >= reached
    WINDOW following AS (PARTITION BY person_key ORDER BY arrival_ts_utc, departure_ts_utc, source_event_id)
)
SELECT count(*) FILTER (next_arrival <= departure_ts_utc + INTERVAL 72 HOUR), count(*)
FROM followed
WHERE coalesce(next_begins, TRUE) AND disposition = 'HOME'
    AND departure_ts_utc >= TIMESTAMP '2025-01-01' AND departure_ts_utc < TIMESTAMP '2026-01-01'
"""


def by_pandas(events: Path) -> Counts:
    """The same with data frames, as a statistician would first write it."""
    visits = pd.concat(pd.read_parquet(path) for path in sorted(events.glob("visit/**/*.parquet")))
    visits = visits[(visits["kind"] == "ED") & (visits["status"] == "finished")]
    visits = visits.sort_values(["person_key", "arrival_ts_utc", "departure_ts_utc", "source_event_id"])
    reached = visits.groupby("person_key")["departure_ts_utc"].cummax().groupby(visits["person_key"]).shift()
    visits["episode"] = (reached.isna() | (visits["arrival_ts_utc"] > reached)).groupby(visits["person_key"]).cumsum()
    legs = visits.sort_values("departure_ts_utc", kind="stable").groupby(["person_key", "episode"], sort=False)
    first = visits.groupby(["person_key", "episode"], sort=False)[["arrival_ts_utc", "planned"]].first()
    episodes = legs[["departure_ts_utc", "disposition"]].last().join(first).sort_index()
    unplanned = episodes["arrival_ts_utc"].where(~episodes["planned"])
    by_person = episodes.index.get_level_values("person_key")
    following = unplanned.groupby(by_person).shift(-1).groupby(by_person).bfill()
    ends = episodes["departure_ts_utc"]
    index = (episodes["disposition"] == "HOME") & (ends < pd.Timestamp("2026-01-01"))
    returned = index & (following <= ends + pd.Timedelta(hours=72))
    return int(returned.sum()), int(index.sum())


def make_visits(folder: Path, number: int) -> None:
    """A year of visits in the store's layout, made by DuckDB itself; the same ones each time."""
    with duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(folder / "spill")}) as connection:
        connection.execute("CREATE TABLE made AS " + _MADE, {"number": number})
        for month in range(1, 13):
            home = folder / "visit" / f"month=2025-{month:02}"
            home.mkdir(parents=True)
            connection.execute(
                f"COPY (SELECT * FROM made WHERE month(arrival_ts_utc) = {month} ORDER BY ALL)"
                f" TO '{home}/part-0.parquet' (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{MARK}: '{MARKED}'}})"
            )


_MADE = """
    WITH drawn AS (
        SELECT i, hash(i, 1) % 1000 / 1000.0 AS a, hash(i, 2) % 1000 / 1000.0 AS b, hash(i, 3) % 1000 / 1000.0 AS c,
            TIMESTAMP '2025-01-01' + INTERVAL 1 SECOND * CAST(hash(i, 4) % (365 * 86400) AS BIGINT) AS arrival
        FROM range(CAST($number AS BIGINT)) AS numbers (i)
    )
    SELECT CAST(arrival AS DATE) AS arrival_date_local, 'ehr' AS source_system, CAST(i AS VARCHAR) AS source_event_id,
        CAST(1 AS BIGINT) AS version_no, sha256(CAST(hash(i, 5) % ($number // 5) AS VARCHAR)) AS person_key,
        'A1' AS area_id, 'U' || CAST(hash(i, 6) % 12 AS VARCHAR) AS unit_id, arrival AS arrival_ts_utc,
        CASE WHEN a < 0.6 THEN 'ED' ELSE 'AMB' END AS kind,
        arrival + INTERVAL 1 MINUTE * CAST(10 + b * 600 AS BIGINT) AS departure_ts_utc,
        c < 0.1 AS planned, 'finished' AS status,
        CASE WHEN c < 0.75 THEN 'HOME' WHEN c < 0.9 THEN 'ADMITTED' ELSE 'TRANSFER' END AS disposition
    FROM drawn
"""


def _in_turns(*works: Callable[[], Counts], rounds: int = ROUNDS) -> list[float]:
    """The median seconds of each work; they take turns on a busy machine, and have to count the same."""
    times: list[list[float]] = [[] for _ in works]
    found = set()
    for _ in range(rounds):
        for work, spent in zip(works, times, strict=True):
            begun = perf_counter()
            found.add(work())
            spent.append(perf_counter() - begun)
    if len(found) > 1:
        raise AssertionError(f"they do not count the same: {found}")
    return [middle(spent) for spent in times]


def _peak_memory(events: Path) -> float:
    """Megabytes of a process of its own that measures the year."""
    command = [sys.executable, "-m", "benchmarks.measuring", "--alone", str(events)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _peak_of_this_process() -> float:
    # Not ru_maxrss, which begins with what the parent had in memory.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    if sys.argv[1] == "--alone":
        by_definition(Path(sys.argv[2]), YEAR)
        print(_peak_of_this_process())
    else:
        for figure in measure(None, int(sys.argv[1])):  # type: ignore[arg-type]
            print(figure)
