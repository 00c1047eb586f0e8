"""Where an XmR chart draws its lines: the mean, and the limits that its moving ranges let expect."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum

LIMIT_FACTOR = 2.66
"""3 / 1.128, rounded as NHS England does."""

NEAR_FACTOR = 2 * LIMIT_FACTOR / 3
SCREEN_FACTOR = 3.267
"""D4 for ranges of two: no further does a moving range reach by chance."""

FEWEST_TO_SCREEN = 8
"""With fewer points screening doubles the false alarms, even where it is asked for."""

SCREENED_FROM = 24
"""From so many points on moving ranges are screened unless somebody says otherwise."""

GRAIN = 1e-12
"""How near to each other, as a share of the largest, two numbers are the same."""


@dataclass(frozen=True)
class MovingRanges:
    """The steps between neighbours: how many, their average, and the average of those that the limits rest on.

    `left_out` of them lay on or beyond `screen_limit`; None where nothing was screened.
    """

    count: int
    raw_average: float
    average: float
    left_out: int = 0
    screen_limit: float | None = None

    @property
    def are_screened(self) -> bool:
        """Whether unusually large ones were looked for."""
        return self.screen_limit is not None


@dataclass(frozen=True)
class Limits:
    """The lines of a stretch of points, in the unit of the values; `points` is how many values they rest on.

    Nothing is clipped: a chart may cut a share's limits at 0 and 100 %, a decision does not. What lies nearer to a line
    than `grain` lies on it: decimal figures are not exact in a computer, and no rule may turn on that.
    """

    points: int
    mean: float
    lower: float
    upper: float
    near_lower: float
    near_upper: float
    moving_ranges: MovingRanges
    grain: float

    @property
    def has_no_variation(self) -> bool:
        """Whether every value they rest on is the same."""
        return self.moving_ranges.average <= self.grain

    def side(self, value: float) -> int:
        """1 above the mean, -1 below it, 0 on it."""
        return _beyond(value, self.mean, self.mean, self.grain)

    def outside(self, value: float) -> int:
        """1 above the upper limit, -1 below the lower one, 0 between and on them."""
        return _beyond(value, self.lower, self.upper, self.grain)

    def near_or_outside(self, value: float) -> int:
        """1 in the outer third above the mean or further up, -1 the same below, 0 in between."""
        return _beyond(value, self.near_lower, self.near_upper, self.grain)


def limits_of(values: Sequence[float | None], *, screen: bool | None = None) -> Limits | None:
    """The lines that finite `values` in time order let expect; None for a missing one.

    mean ± 2.66 · (average moving range), and near lines at two thirds of that (NHS England, Making Data Count;
    NHSRplotthedots 0.2.2 `ptd_spc_standard`). A missing value takes both of its moving ranges with it. None without
    a moving range: one point has no limits. `screen` leaves out moving ranges of 3.267 times their average or more,
    once, in series of eight points and more; None leaves that to the length of the series. The mean keeps every point.
    """
    present = [value for value in values if value is not None]
    steps = [abs(after - before) for before, after in pairwise(values) if before is not None and after is not None]
    if not steps:
        return None
    grain = GRAIN * max(map(abs, present))
    mean = fsum(present) / len(present)
    ranges = _moving_ranges(steps, grain, screen=_is_screened(len(present), screen))
    reach, near = LIMIT_FACTOR * ranges.average, NEAR_FACTOR * ranges.average
    return Limits(len(present), mean, mean - reach, mean + reach, mean - near, mean + near, ranges, grain)


def _is_screened(points: int, screen: bool | None) -> bool:
    return points >= (SCREENED_FROM if screen is None else FEWEST_TO_SCREEN) and screen is not False


def _moving_ranges(steps: Sequence[float], grain: float, *, screen: bool) -> MovingRanges:
    """Screening that would leave only zeros leaves out nothing: the limits would fall onto the mean."""
    raw = fsum(steps) / len(steps)
    if not screen:
        return MovingRanges(len(steps), raw, raw)
    limit = SCREEN_FACTOR * raw
    kept = [step for step in steps if step < limit - grain]
    average = fsum(kept) / len(kept) if kept else 0.0
    if average <= grain:
        return MovingRanges(len(steps), raw, raw, screen_limit=limit)
    return MovingRanges(len(steps), raw, average, len(steps) - len(kept), limit)


def _beyond(value: float, low: float, high: float, grain: float) -> int:
    if value > high + grain:
        return 1
    return -1 if value < low - grain else 0
