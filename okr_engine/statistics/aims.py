"""What is good for a figure: which way is better, whether a target is reached, and by how much it is missed."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class Shift(StrEnum):
    """What became of an aim when it was moved; `other` where neither can be said."""

    EASIER = "easier"
    HARDER = "harder"
    OTHER = "other"


@dataclass(frozen=True)
class Aim:
    """Upwards (`sign` 1) or downwards (-1), perhaps to a target; or inside the range `low`…`high` (`sign` 0)."""

    sign: int
    target: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def is_range(self) -> bool:
        """Whether the aim is to stay inside a range."""
        return self.low is not None and self.high is not None

    @property
    def has_target(self) -> bool:
        """Whether there is a number to reach or a range to stay in."""
        return self.is_range or (self.sign != 0 and self.target is not None)

    def missed_by(self, value: Decimal) -> Decimal | None:
        """How far `value` lies on the bad side of the target, 0 when it is reached; None without a target."""
        if self.low is not None and self.high is not None:
            return max(self.low - value, value - self.high, ZERO)
        if self.sign == 0 or self.target is None:
            return None
        return max(self.sign * (self.target - value), ZERO)

    def improvement(self, before: Decimal, after: Decimal) -> Decimal | None:
        """The change from `before` to `after` in the good direction; negative is worse, None where no way is better."""
        if self.low is not None and self.high is not None:
            return (self.missed_by(before) or ZERO) - (self.missed_by(after) or ZERO)
        return self.sign * (after - before) if self.sign else None

    def relaxed_to(self, level: Decimal) -> "Aim":
        """The aim that is content with `level` too: a range reaches out to it, any other aim ends there."""
        if self.low is not None and self.high is not None:
            return Aim(0, low=min(self.low, level), high=max(self.high, level))
        return Aim(self.sign, target=level if self.sign else None)


def shift_between(before: Aim, after: Aim) -> Shift:
    """Whether `after` is content with everything that `before` was and more, or with less."""
    eased, tightened = _contains(after, before), _contains(before, after)
    if eased == tightened:
        return Shift.OTHER
    return Shift.EASIER if eased else Shift.HARDER


def _contains(wider: Aim, narrower: Aim) -> bool:
    """Whether whatever reaches `narrower` reaches `wider` too; never so between a range and a bound, or two ways."""
    if wider.sign != narrower.sign or not (wider.has_target and narrower.has_target):
        return False
    ends = [end for end in (narrower.target, narrower.low, narrower.high) if end is not None]
    return all(wider.missed_by(end) == 0 for end in ends)


def worsened_in_a_row(aim: Aim, values: list[Decimal]) -> int:
    """How many of the last steps of `values` (oldest first) were for the worse without a pause."""
    count = 0
    for before, after in zip(reversed(values[:-1]), reversed(values), strict=False):
        change = aim.improvement(before, after)
        if change is None or change >= 0:
            break
        count += 1
    return count
