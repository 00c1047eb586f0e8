"""KPIs from many events: the revolving door beside SQL and pandas written for it alone, and how the cost grows."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd

from benchmarks.figures import Figure, middle
from benchmarks.large_county import LargeCounty
from benchmarks.many_events import LAST_YEAR, make_events
from okr_engine.measuring.deadlines import read_limits
from okr_engine.measuring.definition import definition
from okr_engine.measuring.measure import Question
from okr_engine.measuring.measure import measure as measure_figure
from okr_engine.periods import Period

EVENTS = 10_000_000
SIZES = (1_000_000, 10_000_000)
LARGEST = 100_000_000
# So many years of visits lie in the folder where a month is compared with all of them.
YEARS = 10
ROUNDS = 3
YEAR, MONTH = Period.parse("2025"), Period.parse("2025-06")

LIMITS = read_limits()

Counts = tuple[int, int]


def measure(_: LargeCounty) -> Iterator[Figure]:
    """Compare on a year of events, see that everybody counts the same, and how the cost grows with their number."""
    with _events("visit", "service_event", "waiting_episode", number=EVENTS) as events:
        yield from _beside_others(events)
        for kpi in ("access_time", "revolving_door", "service_events"):
            [seconds] = _in_turns(partial(by_definition, events, YEAR, kpi=kpi))
            yield Figure(kpi, seconds, "s", how=f"a year of {EVENTS:,} rows")
    for number in SIZES:
        yield from _growth(number)


def hundred_million(_: LargeCounty) -> Iterator[Figure]:
    """The longest one, for a machine with 10 GB of disk to spare."""
    yield from _growth(LARGEST)


def _beside_others(events: Path) -> Iterator[Figure]:
    ours, by_hand = _in_turns(lambda: by_definition(events, YEAR), lambda: by_sql(events))
    memory = _peak_memory(events)
    again, slow = _in_turns(lambda: by_definition(events, YEAR), lambda: by_pandas(events), rounds=1)
    on = f"{EVENTS:,} visits of a year, {ours:.2f} s"
    yield Figure("the revolving door, to SQL for one question", ours / by_hand, "×", 1.25, on)
    yield Figure("the revolving door, to straightforward pandas", again / slow, "×", 0.1, f"pandas {slow:.1f} s")
    yield Figure("peak memory", memory, "MB", 2000, "of a process that does nothing else")


def _growth(number: int) -> Iterator[Figure]:
    """What a visit costs where all are read, and how much less a month alone costs."""
    with _events("visit", number=number, years=YEARS) as events:
        rounds = ROUNDS if number < LARGEST else 1
        alone, whole = _in_turns(
            lambda: by_definition(events, MONTH), lambda: by_definition(events, MONTH, whole=True), rounds=rounds
        )
        [by_year] = _in_turns(lambda: _year_by_year(events), rounds=rounds)
    # Below that, a month costs little more than opening the files.
    at_most = 0.1 if number >= EVENTS else None
    all_of_them = f"{number:,} visits of {YEARS} years"
    yield Figure(f"{all_of_them}: each, all at once", whole / number * 1e9, "ns", how=f"together {whole:.1f} s")
    yield Figure(f"{all_of_them}: each, year by year", by_year / number * 1e9, "ns", how=f"together {by_year:.1f} s")
    yield Figure(f"{all_of_them}: a month, to all", alone / whole, "×", at_most, f"the same figure, {alone:.2f} s")


def _year_by_year(events: Path) -> Counts:
    years = [Period.parse(str(year)) for year in range(LAST_YEAR - YEARS + 1, LAST_YEAR + 1)]
    counts = [by_definition(events, year) for year in years]
    return sum(returns for returns, _ in counts), sum(episodes for _, episodes in counts)


@contextmanager
def _events(*tables: str, number: int, years: int = 1) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        for table in tables:
            make_events(Path(folder), table, number, years=years)
        yield Path(folder)


def by_definition(events: Path, period: Period, *, kpi: str = "revolving_door", whole: bool = False) -> Counts:
    """What the product computes."""
    question = Question(period, datetime(2026, 6, 1, tzinfo=UTC), whole=whole)
    figure = measure_figure(definition(kpi), events, question, zone=ZoneInfo("UTC"), limits=LIMITS).figure
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
    command = [sys.executable, "-m", "benchmarks.measuring", str(events)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _peak_of_this_process() -> float:
    # Not ru_maxrss, which begins with what the parent had in memory.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    by_definition(Path(sys.argv[1]), YEAR)
    print(_peak_of_this_process())
