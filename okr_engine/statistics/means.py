"""Means of a few values: how certain one is, what the next value may be, and what lies between two of them.

ValueError where values are too few, not finite, or all the same: what never varies tells nothing of its variation.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, sqrt
from statistics import fmean, stdev

from okr_engine.statistics.distributions import t_quantile, t_two_sided
from okr_engine.statistics.intervals import Interval
from okr_engine.statistics.values import MOST, usable

LEVEL = 0.95
_NOISE = 1e-14


@dataclass(frozen=True)
class Sample:
    """What a t interval needs of values: how many (at least two), their mean and standard deviation (n − 1)."""

    n: float
    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not (2 <= self.n < MOST and abs(self.mean) <= MOST and 0 <= self.sd <= MOST):
            raise ValueError("at least two values with a finite mean and standard deviation")

    @property
    def varies(self) -> bool:
        """Whether the values differ by more than a computer's rounding."""
        return self.sd > _NOISE * abs(self.mean)


@dataclass(frozen=True)
class Difference:
    """What the second mean has above the first, its interval, and the two-sided p of there being none."""

    change: float
    interval: Interval
    p: float
    df: float


def sample_of(values: Iterable[float]) -> Sample:
    """The sample that `values` are."""
    kept = usable(values, fewest=2)
    return Sample(len(kept), fmean(kept), stdev(kept))


def mean_interval(sample: Sample, *, population: int | None = None, level: float = LEVEL) -> Interval:
    """The interval mean ± t(n − 1) · s/√n, times √(1 − n/N) for what is said of a closed `population` of N only.

    Cochran 1977 (Sampling Techniques, 2.8). Not clipped to a scale; not to be trusted below ten answers on one.
    """
    _refuse_unless_any_varies(sample)
    spread = _t(sample.n - 1, level) * sample.sd / sqrt(sample.n) * sqrt(share_unasked(sample.n, population))
    return _around(sample.mean, spread)


def share_unasked(n: float, population: int | None) -> float:
    """1 − n/N, and 1 where nobody claims a closed population; ValueError where that is smaller than its sample."""
    if population is None:
        return 1.0
    if not (population >= n and isfinite(population)):
        raise ValueError(f"a population of {population} cannot have given {n:g} answers")
    return 1 - n / population


def prediction_band(earlier: Sample, *, following: int = 1, level: float = LEVEL) -> Interval:
    """Where the mean of the `following` next values lies if nothing changes: mean ± t(n − 1) · s · √(1/m + 1/n).

    Hahn & Meeker 1991 (Statistical Intervals, chapter 4). Exact for independent normal values at any n.
    """
    _refuse_unless_any_varies(earlier)
    if following < 1:
        raise ValueError("at least one value follows")
    return _around(earlier.mean, _t(earlier.n - 1, level) * earlier.sd * sqrt(1 / following + 1 / earlier.n))


def pooled_difference(before: Sample, after: Sample, *, level: float = LEVEL) -> Difference:
    """Student's interval for the difference of two means, with the variance they share."""
    _refuse_unless_any_varies(before, after)
    return _difference(
        before, after, _pooled_sd(before, after) * sqrt(1 / before.n + 1 / after.n), _df(before, after), level
    )


def welch_difference(before: Sample, after: Sample, *, level: float = LEVEL) -> Difference:
    """Welch's interval for the difference of two means that need not vary alike: Welch 1947 (Biometrika 34:28)."""
    _refuse_unless_any_varies(before, after)
    one, other = before.sd / sqrt(before.n), after.sd / sqrt(after.n)
    error = sqrt(one * one + other * other)
    df = 1 / ((one / error) ** 4 / (before.n - 1) + (other / error) ** 4 / (after.n - 1))
    return _difference(before, after, error, df, level)


def hedges_g(before: Sample, after: Sample) -> float:
    """The difference in shared standard deviations, made smaller for few values by 1 − 3/(4·df − 1): Hedges 1981."""
    _refuse_unless_any_varies(before, after)
    return (after.mean - before.mean) / _pooled_sd(before, after) * (1 - 3 / (4 * _df(before, after) - 1))


def _difference(before: Sample, after: Sample, error: float, df: float, level: float) -> Difference:
    change = after.mean - before.mean
    return Difference(change, _around(change, _t(df, level) * error), t_two_sided(change / error, df), df)


def _pooled_sd(before: Sample, after: Sample) -> float:
    share = (before.n - 1) / _df(before, after)
    return sqrt(share * before.sd * before.sd + (1 - share) * after.sd * after.sd)


def _df(before: Sample, after: Sample) -> float:
    return before.n + after.n - 2


def _t(df: float, level: float) -> float:
    return t_quantile((1 + level) / 2, df)


def _around(middle: float, spread: float) -> Interval:
    return Interval(middle - spread, middle + spread)


def _refuse_unless_any_varies(*samples: Sample) -> None:
    if not any(sample.varies and sample.sd * sample.sd > 0 for sample in samples):
        raise ValueError("all values are the same: how they vary cannot be told")
