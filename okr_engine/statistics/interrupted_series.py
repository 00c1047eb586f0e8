"""An interrupted time series: how level and slope changed at a known moment, beside the trend from before.

Ordinary least squares and Newey and West's errors stand together: with few points the first are preferred, with
values that follow on each other the second. Turner et al. 2021 (BMC Med Res Methodol 21:181); Lopez Bernal 2016.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from okr_engine.statistics.distributions import t_quantile
from okr_engine.statistics.intervals import Interval
from okr_engine.statistics.values import usable

FEWEST_EACH_SIDE = 8
_COEFFICIENTS = 4


@dataclass(frozen=True)
class Coefficient:
    """An estimate with its error by least squares and by Newey and West, and the degrees of freedom behind both."""

    estimate: float
    error: float
    robust_error: float
    df: int

    def interval(self, *, is_robust: bool = False, level: float = 0.95) -> Interval:
        """The t interval, by the robust error where asked for."""
        spread = t_quantile((1 + level) / 2, self.df) * (self.robust_error if is_robust else self.error)
        return Interval(self.estimate - spread, self.estimate + spread)


@dataclass(frozen=True)
class Interruption:
    """Where the series began, its trend per period before, how the level jumped and the trend changed.

    `durbin_watson` is near 2 where values do not follow on each other; it says little of a short series.
    """

    start: Coefficient
    trend: Coefficient
    level_change: Coefficient
    trend_change: Coefficient
    durbin_watson: float


def interrupted_series(values: Iterable[float], *, before: int, lag: int = 2) -> Interruption:
    """Segmented regression of `values`, oldest first and without gaps, of which the first `before` came earlier.

    y = b0 + b1·t + b2·D + b3·P with t = 1…n, D = 1 and P = periods since the first one after, from that one (P = 0).
    Newey & West 1987 (Econometrica 55:703) with weights 1 − l/(lag + 1) and no correction for small samples.
    ValueError with fewer than eight on either side, a negative lag, or values on a line that never leave it.
    """
    known = usable(values, fewest=2 * FEWEST_EACH_SIDE)
    if min(before, len(known) - before) < FEWEST_EACH_SIDE:
        raise ValueError(f"at least {FEWEST_EACH_SIDE} values before and after")
    if not 0 <= lag < len(known):
        raise ValueError("a lag between nothing and the length of the series")
    rows = [_row(period, before) for period in range(1, len(known) + 1)]
    inverse = _inverse(_products(rows, rows))
    estimates = _dot_each(inverse, [_dot(column, known) for column in zip(*rows, strict=True)])
    left = [value - _dot(row, estimates) for row, value in zip(rows, known, strict=True)]
    squares = _dot(left, left)
    if squares <= 1e-24 * _dot(known, known):
        raise ValueError("the values never leave their line: how certain it is cannot be told")
    df = len(known) - _COEFFICIENTS
    robust = _products(inverse, _products(_long_run(rows, left, lag), inverse))
    start, trend, level_change, trend_change = (
        Coefficient(estimate, sqrt(squares / df * inverse[at][at]), sqrt(max(0.0, robust[at][at])), df)
        for at, estimate in enumerate(estimates)
    )
    steps = sum((after - before) ** 2 for before, after in pairwise(left))
    return Interruption(start, trend, level_change, trend_change, steps / squares)


Matrix = list[list[float]]


def _row(period: int, before: int) -> list[float]:
    is_after = period > before
    return [1.0, float(period), float(is_after), float(period - before - 1 if is_after else 0)]


def _long_run(rows: Sequence[Sequence[float]], left: Sequence[float], lag: int) -> Matrix:
    """What the weighted residuals share with themselves and, less and less, with those up to `lag` periods away."""
    scores = [[each * residual for each in row] for row, residual in zip(rows, left, strict=True)]
    total = _products(scores, scores)
    for away in range(1, lag + 1):
        shared, weight = _products(scores[away:], scores[:-away]), 1 - away / (lag + 1)
        total = [
            [total[i][j] + weight * (shared[i][j] + shared[j][i]) for j in range(_COEFFICIENTS)]
            for i in range(_COEFFICIENTS)
        ]
    return total


def _products(one: Sequence[Sequence[float]], other: Sequence[Sequence[float]]) -> Matrix:
    """The first matrix turned over, times the second; where the first is the same turned over, the plain product."""
    columns = list(zip(*other, strict=True))
    return [[_dot(row, column) for column in columns] for row in zip(*one, strict=True)]


def _dot_each(matrix: Matrix, values: Sequence[float]) -> list[float]:
    return [_dot(row, values) for row in matrix]


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _inverse(matrix: Matrix) -> Matrix:
    """The inverse of a matrix, by Gauss and Jordan; the largest of what is left leads."""
    size = len(matrix)
    wide = [[*row, *(float(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for at in range(size):
        largest = max(range(at, size), key=lambda row: abs(wide[row][at]))
        wide[at], wide[largest] = wide[largest], wide[at]
        wide[at] = [each / wide[at][at] for each in wide[at]]
        for row in range(size):
            if row != at:
                factor = wide[row][at]
                wide[row] = [each - factor * lead for each, lead in zip(wide[row], wide[at], strict=True)]
    return [row[size:] for row in wide]
