"""How certain a figure is that rests on counts: the interval in which chance alone may move it."""

from dataclasses import dataclass
from math import sqrt

Z_95 = 1.959963984540054
Z_998 = 3.090232306167813

FEWEST = 10
"""With fewer events or answers no interval is told: it would reach almost from nothing to all."""

_PSEUDO_PASSIVES, _PSEUDO_OTHERS = 1.5, 0.75


@dataclass(frozen=True)
class Interval:
    """The two ends, in the unit of what they are the ends of."""

    low: float
    high: float

    def times(self, factor: float) -> "Interval":
        """The same interval in another unit."""
        return Interval(self.low * factor, self.high * factor)


def wilson(count: int, of: int, *, z: float = Z_95) -> Interval:
    """The Wilson score interval of `count` out of `of` (at least 1), between 0 and 1, without continuity correction.

    Wilson 1927 (J Am Stat Assoc 22:209). ValueError unless 0 ≤ count ≤ of and of > 0.
    """
    if not 0 <= count <= of or of == 0:
        raise ValueError("a count between nothing and all of at least one")
    middle, spread = 2 * count + z * z, z * sqrt(z * z + 4 * count * (1 - count / of))
    whole = 2 * (of + z * z)
    return Interval(max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole))


def net_promoter_score(promoters: int, passives: int, detractors: int, *, z: float = Z_95) -> Interval:
    """The adjusted Wald interval of a net promoter score, in its points between −100 and 100.

    Three answers are added that nobody gave (¾ promoter, 1½ passive, ¾ detractor), which keeps the interval honest
    with few answers or hardly any detractors. Rocks 2016 (Am Stat 70:365). ValueError without an answer.
    """
    if min(promoters, passives, detractors) < 0 or promoters + passives + detractors == 0:
        raise ValueError("at least one answer, and none below nothing")
    n = promoters + passives + detractors + _PSEUDO_PASSIVES + 2 * _PSEUDO_OTHERS
    for_it, against_it = (promoters + _PSEUDO_OTHERS) / n, (detractors + _PSEUDO_OTHERS) / n
    score = for_it - against_it
    spread = z * sqrt((for_it + against_it - score * score) / n)
    return Interval(max(-100.0, 100 * (score - spread)), min(100.0, 100 * (score + spread)))
