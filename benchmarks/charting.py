"""XmR charts of many series, beside a plain numpy computation of the same limits."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

import numpy

from benchmarks.figures import Figure, cpu_in_turns, middle, spread
from benchmarks.large_county import LargeCounty
from okr_engine.statistics.xmr import Observation, xmr_chart
from okr_engine.statistics.xmr_icons import Improvement
from okr_engine.statistics.xmr_limits import limits_of

SERIES, POINTS, ROUNDS = 1_000, 60, 5


def measure(county: LargeCounty) -> Iterator[Figure]:  # noqa: ARG001 - every benchmark is handed the county
    """Whole charts with labels and icons, the limits alone, and numpy's limits of the same numbers."""
    chance = random.Random(1)
    series = [[chance.gauss(50, 5) for _ in range(POINTS)] for _ in range(SERIES)]
    days = [date(2020, 1, 1) + timedelta(days=31 * number) for number in range(POINTS)]
    observed = [[Observation(day, value) for day, value in zip(days, values, strict=True)] for values in series]
    charting, limits, plain = cpu_in_turns(
        lambda: [xmr_chart(one, improvement=Improvement.INCREASE).variation for one in observed],
        lambda: [limits_of(one, screen=False) for one in series],
        lambda: [_limits_in_numpy(one) for one in series],
        rounds=ROUNDS,
    )
    yield Figure(
        f"{SERIES:,} charts of {POINTS} points", middle(charting), "ms", at_most=1000, how=f"CPU, {spread(charting)}"
    )
    yield Figure("their limits alone, to plain numpy", middle(limits) / middle(plain), "×", how=f"{ROUNDS} rounds")
    yield Figure("whole charts, to numpy's limits alone", middle(charting) / middle(plain), "×")


def _limits_in_numpy(values: list[float]) -> tuple[float, float]:
    found = numpy.array(values)
    reach = 2.66 * numpy.abs(numpy.diff(found)).mean()
    return found.mean() - reach, found.mean() + reach
