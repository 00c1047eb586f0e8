"""A draft of the rules tried on 500 key results × 20 quarters: how long in all, and is each quarter alike."""

import time
from collections.abc import Iterator, Sequence

from benchmarks.figures import Figure, middle, spread
from benchmarks.large_county import LargeCounty
from okr_engine.access import OPERATOR
from okr_engine.periods import Period
from okr_engine.services.back_test_results import BackTest
from okr_engine.services.back_tests import back_test

ROUNDS = 5


class Stopwatch:
    """Hands the quarters on, and notes how many milliseconds each one took."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    def track(self, quarters: Sequence[Period]) -> Iterator[Period]:
        """The quarters one by one."""
        for quarter in quarters:
            begun = time.perf_counter()
            yield quarter
            self.taken.append((time.perf_counter() - begun) * 1000)


def measure(county: LargeCounty) -> Iterator[Figure]:
    """The whole of it as its publisher waits for it, one quarter, and the last five quarters beside the first five."""
    watches = [Stopwatch() for _ in range(ROUNDS)]
    totals = []
    for watch in watches:
        begun = time.perf_counter()
        found = _tried(county, watch)
        totals.append(time.perf_counter() - begun)
    every = [each for watch in watches for each in watch.taken]
    slope = [sum(watch.taken[-5:]) / sum(watch.taken[:5]) for watch in watches]
    yield Figure(
        f"back-test of {found.judged:,} decisions in {len(found.quarters)} quarters",
        middle(totals),
        "s",
        how=f"wall clock with the child's start, {min(totals):.1f}–{max(totals):.1f}",
    )
    yield Figure("one quarter of it", middle(every), "ms", how=f"wall clock, {spread(every)}")
    yield Figure("the last five quarters to the first five", middle(slope), "×", at_most=1.25, how=f"{ROUNDS} rounds")
    yield Figure("statuses that change", len(found.flips), "", how="the reach of a gap is halved from 10 to 5")


def _tried(county: LargeCounty, watch: Stopwatch) -> BackTest:
    place = county.place
    shipped = place.rulebooks.status
    stricter = shipped.yaml.replace('[missed_by_points, ">", 10]', '[missed_by_points, ">", 5]').replace(
        "missed_by_points: 10, comparable: 1, previous: 91", "missed_by_points: 5, comparable: 1, previous: 91"
    )
    return place.ask(back_test, OPERATOR, stricter, shipped, today=place.today(), track=watch.track)
