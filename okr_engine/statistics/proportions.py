"""Shares of a whole: how certain one is, and whether one unit's differs from that of all by more than chance."""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

Z_95 = 1.959963984540054
Z_998 = 3.090232306167813
FEWEST_UNITS = 3


@dataclass(frozen=True)
class Interval:
    """The two ends, as shares between 0 and 1."""

    low: float
    high: float


def wilson(count: int, of: int, *, z: float = Z_95) -> Interval:
    """The Wilson score interval of `count` out of `of` (at least 1), without continuity correction.

    Wilson 1927 (J Am Stat Assoc 22:209). ValueError unless 0 ≤ count ≤ of and of > 0.
    """
    if not 0 <= count <= of or of == 0:
        raise ValueError("a count between nothing and all of at least one")
    middle, spread = 2 * count + z * z, z * sqrt(z * z + 4 * count * (1 - count / of))
    whole = 2 * (of + z * z)
    return Interval(max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole))


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
class Funnel:
    """Units around the share of all of them."""

    overall: float
    units: tuple[tuple[Unit, Place], ...]

    def limits(self, of: float, *, z: float) -> Interval:
        """Between which ends chance alone keeps a unit with a whole of `of`."""
        return limits(self.overall, of, z=z)


def funnel(units: tuple[Unit, ...]) -> Funnel | None:
    """The units' places, by limits without correction for over-dispersion; None with fewer than three units.

    Spiegelhalter 2005 (Stat Med 24:1185). With many events the plain limits are too narrow, because units differ by
    more than chance in what they are; no unit is ranked by them.
    """
    counted = tuple(unit for unit in units if unit.of > 0)
    if len(counted) < FEWEST_UNITS:
        return None
    overall = sum(unit.count for unit in counted) / sum(unit.of for unit in counted)
    return Funnel(overall, tuple((unit, _place(unit, overall)) for unit in counted))


def limits(overall: float, of: float, *, z: float) -> Interval:
    """The ends p ± z·√(p(1−p)/n), kept between 0 and 1."""
    spread = z * sqrt(overall * (1 - overall) / of)
    return Interval(max(0.0, overall - spread), min(1.0, overall + spread))


def _place(unit: Unit, overall: float) -> Place:
    for z, above, below in ((Z_998, Place.ABOVE_998, Place.BELOW_998), (Z_95, Place.ABOVE_95, Place.BELOW_95)):
        ends = limits(overall, unit.of, z=z)
        if unit.share > ends.high:
            return above
        if unit.share < ends.low:
            return below
    return Place.WITHIN
