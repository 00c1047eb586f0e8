"""What looks suspicious about a new figure beside its own earlier ones; which way is better does not matter here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, median, stdev
from typing import Self

from okr_engine.statistics.distributions import t_quantile

FEWEST_VALUES = 5
"""How many earlier values a new one needs before it can be called unusual."""

FEWEST_DENOMINATORS = 2
MOST_POINTS = 24
"""How far back a comparison reaches: two years of months."""

LARGEST_CHANGE = Decimal("0.30")
LARGEST_DRIFT = Decimal("0.05")

_CERTAINTY = 0.995
_SIX_DECIMALS = Decimal("0.000001")


@dataclass(frozen=True)
class Point:
    """A figure of one period: its value, its denominator, the share (0 to 1) of the records that could be used, and
    the version of the definition it was computed by; None where nobody knows.
    """

    value: Decimal
    denominator: Decimal | None = None
    coverage: Decimal | None = None
    definition: str | None = None


@dataclass(frozen=True)
class Outlier:
    """A value outside of what `points` earlier ones let expect."""

    value: Decimal
    low: Decimal
    high: Decimal
    points: int

    @property
    def beyond(self) -> Decimal:
        """How far the value lies above the highest expected one, or below the lowest (negative)."""
        return self.value - self.high if self.value > self.high else self.value - self.low

    def within(self, lowest: Decimal | None, highest: Decimal | None) -> Self:
        """The same, told without values that the figure cannot have; what is unusual stays unusual."""
        low = self.low if lowest is None else max(self.low, lowest)
        high = self.high if highest is None else min(self.high, highest)
        return replace(self, low=min(low, high), high=high)


@dataclass(frozen=True)
class SuddenDenominator:
    """A denominator far from its usual size; `change` is a share of that, negative where it shrank."""

    denominator: Decimal
    usual: Decimal
    change: Decimal


@dataclass(frozen=True)
class CoverageFell:
    """Fewer of the records could be used than the period before, as shares."""

    before: Decimal
    now: Decimal

    @property
    def fall(self) -> Decimal:
        """How many points it fell, as a share."""
        return self.before - self.now


@dataclass(frozen=True)
class DefinitionChanged:
    """The figure was computed by another version of its definition than the period before."""

    before: str
    now: str


Drift = CoverageFell | DefinitionChanged


def outlier(earlier: Sequence[Decimal], value: Decimal, *, decimals: int) -> Outlier | None:
    """Whether `value` lies outside the 99 % prediction interval of the comparable values before it, oldest first.

    The interval is mean ± t(0.995, n − 1) · s · √(1 + 1/n) of the newest 24 values (Hahn & Meeker, Statistical
    Intervals, 1991, chapter 4; ISO 16269-8): where nothing has changed, one new figure in a hundred lies outside it,
    however many came before. It is widened by half of the last decimal, so that rounding alone is never suspicious.
    None with fewer than five values. Trends and seasons are not modelled: they widen the interval.
    """
    known = earlier[-MOST_POINTS:]
    if len(known) < FEWEST_VALUES:
        return None
    count, centre = len(known), mean(known)
    spread = Decimal(f"{t_quantile(_CERTAINTY, count - 1):.12g}") * stdev(known) * (1 + Decimal(1) / count).sqrt()
    reach = spread + Decimal(5).scaleb(-decimals - 1)
    if abs(value - centre) <= reach:
        return None
    return Outlier(value, _six(centre - reach), _six(centre + reach), count)


def sudden_denominator(earlier: Sequence[Decimal], denominator: Decimal) -> SuddenDenominator | None:
    """Whether `denominator` differs by more than 30 % from the median of at least two earlier comparable ones."""
    known = earlier[-MOST_POINTS:]
    if len(known) < FEWEST_DENOMINATORS:
        return None
    usual = median(known)
    if usual <= 0:
        return None
    change = denominator / usual - 1
    return SuddenDenominator(denominator, usual, _six(change)) if abs(change) > LARGEST_CHANGE else None


def drift(before: Point, now: Point) -> Drift | None:
    """What has shifted under the figure since the period before: its definition, or by more than 5 points its coverage.

    A share of excluded records that rises is a coverage that falls.
    """
    if before.definition and now.definition and before.definition != now.definition:
        return DefinitionChanged(before.definition, now.definition)
    if before.coverage is not None and now.coverage is not None and before.coverage - now.coverage > LARGEST_DRIFT:
        return CoverageFell(before.coverage, now.coverage)
    return None


def _six(value: Decimal) -> Decimal:
    return value.quantize(_SIX_DECIMALS, ROUND_HALF_UP)
