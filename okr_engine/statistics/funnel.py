"""A funnel: whether a unit's share differs from that of all units by more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import asin, pi, sin, sqrt

from okr_engine.statistics.intervals import Z_95, Z_998, Interval

FEWEST_UNITS = 3
FEWEST_FOR_DISPERSION = 10
_WINSORISED = 0.1


class Place(StrEnum):
    """Where a unit lies in the funnel."""

    WITHIN = "within"
    ABOVE_95 = "above_95"
    BELOW_95 = "below_95"
    ABOVE_998 = "above_998"
    BELOW_998 = "below_998"

    @property
    def is_above(self) -> bool:
        """Whether it lies above the limits."""
        return self in (Place.ABOVE_95, Place.ABOVE_998)

    @property
    def is_below(self) -> bool:
        """Whether it lies below the limits."""
        return self in (Place.BELOW_95, Place.BELOW_998)


@dataclass(frozen=True)
class Unit:
    """A unit's count of its own whole."""

    name: str
    count: int
    of: int

    @property
    def share(self) -> float:
        """Its share, 0 to 1."""
        return self.count / self.of


@dataclass(frozen=True)
class Dispersion:
    """How much units differ beyond chance: φ, about 1 where chance alone is at work, and their variance τ²."""

    phi: float
    tau2: float


@dataclass(frozen=True)
class Funnel:
    """Units around the share of all of them; without `dispersion` the limits are those of chance alone."""

    overall: float
    units: tuple[Unit, ...]
    dispersion: Dispersion | None

    def limits(self, of: float, *, z: float) -> Interval:
        """Between which ends a unit with a whole of `of` belongs with the others."""
        if self.dispersion is None:
            return binomial_limits(self.overall, of, z=z)
        return dispersed_limits(self.overall, of, tau2=self.dispersion.tau2, z=z)

    def place(self, unit: Unit) -> Place:
        """Where the unit lies; on a limit is within it."""
        for z, above, below in ((Z_998, Place.ABOVE_998, Place.BELOW_998), (Z_95, Place.ABOVE_95, Place.BELOW_95)):
            ends = self.limits(unit.of, z=z)
            if unit.share > ends.high:
                return above
            if unit.share < ends.low:
                return below
        return Place.WITHIN


def funnel(units: Sequence[Unit]) -> Funnel | None:
    """The funnel of units with something to count; None with fewer than three.

    From ten units on, the limits are widened by what units differ beyond chance; with fewer that cannot be told.
    """
    counted = tuple(unit for unit in units if unit.of > 0)
    if len(counted) < FEWEST_UNITS:
        return None
    overall = sum(unit.count for unit in counted) / sum(unit.of for unit in counted)
    is_told = len(counted) >= FEWEST_FOR_DISPERSION and 0 < overall < 1
    return Funnel(overall, counted, dispersion_of(counted, overall) if is_told else None)


def binomial_limits(overall: float, of: float, *, z: float) -> Interval:
    """The ends p ± z·√(p(1−p)/n), kept between 0 and 1: Spiegelhalter 2005 (Stat Med 24:1185)."""
    spread = z * sqrt(overall * (1 - overall) / of)
    return Interval(max(0.0, overall - spread), min(1.0, overall + spread))


def dispersed_limits(overall: float, of: float, *, tau2: float, z: float) -> Interval:
    """The ends with the variance τ² between units added, on the arcsine scale: sin²(asin√p ± z·√(1/4n + τ²)).

    Spiegelhalter 2005 (Qual Saf Health Care 14:347), additive random effects.
    """
    middle, spread = asin(sqrt(overall)), z * sqrt(1 / (4 * of) + tau2)
    return Interval(sin(max(0.0, middle - spread)) ** 2, sin(min(pi / 2, middle + spread)) ** 2)


def dispersion_of(units: Sequence[Unit], overall: float) -> Dispersion:
    """φ = the mean of z², and τ² by moments, with the outermost tenth of the z at each end drawn in.

    Spiegelhalter 2005 (Qual Saf Health Care 14:347). The overall share lies between 0 and 1, and is neither.
    """
    scores = [2 * sqrt(unit.of) * (asin(sqrt(unit.share)) - asin(sqrt(overall))) for unit in units]
    low, high = (_quantile(scores, at) for at in (_WINSORISED, 1 - _WINSORISED))
    phi = sum(min(max(score, low), high) ** 2 for score in scores) / len(scores)
    weights = [4 * unit.of for unit in units]
    room = sum(weights) - sum(weight * weight for weight in weights) / sum(weights)
    return Dispersion(phi, max(0.0, (len(units) * phi - (len(units) - 1)) / room))


def _quantile(values: Sequence[float], at: float) -> float:
    """The quantile between the two nearest values, as R's type 7."""
    ordered = sorted(values)
    place = at * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
