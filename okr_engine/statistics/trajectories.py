"""The path from a baseline to a target: where it should be on a day, how much has been walked, and at what pace."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from okr_engine.statistics.aims import Aim


@dataclass(frozen=True)
class Path:
    """A straight line in time from `baseline` on the first day to `target` on the last."""

    baseline: Decimal
    target: Decimal
    starts: date
    due: date
    sign: int

    def expected_on(self, day: date) -> Decimal:
        """Where the path is at the end of `day`; flat at the target when the baseline is already there or beyond."""
        if self.sign * (self.target - self.baseline) <= 0:
            return self.target
        return self.baseline + (self.target - self.baseline) * elapsed_share(self.starts, self.due, day)

    def walked_share(self, value: Decimal, day: date) -> Decimal | None:
        """The progress made as a share of the progress expected by `day`; None where none is expected."""
        return _walked_share(self.baseline, self.expected_on(day), value, self.sign)


@dataclass(frozen=True)
class Step:
    """What is to be reached by the end of `due`."""

    due: date
    value: Decimal


@dataclass(frozen=True)
class SteppedPath:
    """A path in steps: nothing is expected between them. `sign` 1 leads up, −1 down.

    ValueError without a step, with two due on one day or out of order, or with one that leads back.
    """

    baseline: Decimal
    steps: tuple[Step, ...]
    sign: int

    def __post_init__(self) -> None:
        values = (self.baseline, *(step.value for step in self.steps))
        if not self.steps or self.sign not in (1, -1) or not all(value.is_finite() for value in values):
            raise ValueError("a path in steps needs a step, a direction and finite values")
        if any(later.due <= earlier.due for earlier, later in pairwise(self.steps)):
            raise ValueError("each step is due after the one before it")
        if any(self.sign * (later - earlier) < 0 for earlier, later in pairwise(values)):
            raise ValueError("no step leads back")

    @property
    def target(self) -> Decimal:
        """Where the last step leads."""
        return self.steps[-1].value

    def expected_on(self, day: date) -> Decimal:
        """The value of the last step due by the end of `day`; the baseline before the first."""
        return next((step.value for step in reversed(self.steps) if step.due <= day), self.baseline)

    def walked_share(self, value: Decimal, day: date) -> Decimal | None:
        """The progress made as a share of the progress expected by `day`; None where none is expected."""
        return _walked_share(self.baseline, self.expected_on(day), value, self.sign)


@dataclass(frozen=True)
class Pace:
    """The improvement per period that is still needed, and the best one ever made from one period to the next.

    Both in the good direction and the figure's unit; `required` is 0 where the target is reached, `best` None without
    two values, and not above 0 where nothing ever improved.
    """

    required: Decimal
    best: Decimal | None

    @property
    def is_beyond_best(self) -> bool:
        """Whether a pace is needed that was never achieved; not told without two values."""
        return self.best is not None and self.required > max(self.best, Decimal(0))


def pace_of(values: Sequence[Decimal], target: Decimal, *, periods_left: int, sign: int) -> Pace:
    """The pace needed to bring the last of `values` (comparable, one per period, oldest first) to `target`.

    ValueError without a value, a direction or a period left, or where a value is not finite.
    """
    if not values or sign not in (1, -1) or periods_left < 1:
        raise ValueError("a pace needs a value, a direction and at least one period left")
    if not all(value.is_finite() for value in (*values, target)):
        raise ValueError("finite values only")
    required = max(sign * (target - values[-1]) / periods_left, Decimal(0))
    return Pace(required, max((sign * (after - before) for before, after in pairwise(values)), default=None))


def path_of(aim: Aim, baseline: Decimal | None, starts: date, due: date) -> Path | None:
    """The path of an aim with a target and a baseline; None where one of them is missing."""
    if baseline is None or aim.target is None or aim.sign == 0:
        return None
    return Path(baseline, aim.target, starts, due, aim.sign)


@lru_cache(maxsize=4096)
def elapsed_share(starts: date, due: date, day: date) -> Decimal:
    """The share 0…1 of the time from `starts` to the end of `due` that is gone at the end of `day`, counted in months.

    Months and not days, so that the end of the second quarter is half of a calendar year.
    """
    whole = _months(due + timedelta(days=1)) - _months(starts)
    gone = _months(day + timedelta(days=1)) - _months(starts)
    return min(max(gone / whole, Decimal(0)), Decimal(1))


def _walked_share(baseline: Decimal, expected: Decimal, value: Decimal, sign: int) -> Decimal | None:
    ahead = expected - baseline
    return (value - baseline) / ahead if sign * ahead > 0 else None


def _months(day: date) -> Decimal:
    return day.year * 12 + day.month + Decimal(day.day - 1) / monthrange(day.year, day.month)[1]
