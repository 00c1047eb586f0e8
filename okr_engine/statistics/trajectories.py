"""The path from a baseline to a target: where it should be on a day, and how much of it has been walked."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

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
        expected = self.expected_on(day) - self.baseline
        return (value - self.baseline) / expected if self.sign * expected > 0 else None


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


def _months(day: date) -> Decimal:
    return day.year * 12 + day.month + Decimal(day.day - 1) / monthrange(day.year, day.month)[1]
