"""How certain a figure is that rests on counts: the interval in which chance alone may move it."""

from dataclasses import dataclass
from math import isfinite, sqrt

from okr_engine.statistics.distributions import beta_quantile

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


def wilson(count: float, of: float, *, z: float = Z_95) -> Interval:
    """The Wilson score interval of `count` out of `of`, between 0 and 1, without continuity correction.

    Wilson 1927 (J Am Stat Assoc 22:209). ValueError unless 0 ≤ count ≤ of and of > 0.
    """
    refuse_unless_share(count, of)
    middle, spread = 2 * count + z * z, z * sqrt(z * z + 4 * count * (1 - count / of))
    whole = 2 * (of + z * z)
    return Interval(max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole))


def wilson_of_population(count: int, of: int, *, population: int, z: float = Z_95) -> Interval:
    """The Wilson interval of a share in a closed `population`, of whom `of` answered; no width where all did.

    Wilson at `of` · (N − 1)/(N − `of`) answers. Only where who did not answer is a matter of chance, and what is said
    is about exactly these N. ValueError where the population is smaller than its answers.
    """
    refuse_unless_share(count, of)
    more = _answers_worth(of, population)
    return Interval(count / of, count / of) if more is None else wilson(count * more, of * more, z=z)


def clopper_pearson(count: int, of: int, *, level: float = 0.95) -> Interval:
    """The interval that holds a share at least as often as `level`: Clopper & Pearson 1934 (Biometrika 26:404)."""
    refuse_unless_share(count, of)
    tail = (1 - level) / 2
    return Interval(
        beta_quantile(tail, count, of - count + 1) if count > 0 else 0.0,
        beta_quantile(1 - tail, count + 1, of - count) if count < of else 1.0,
    )


def jeffreys(count: int, of: int, *, level: float = 0.95) -> Interval:
    """The equal-tailed Bayesian interval of a share with Jeffreys' prior: Brown, Cai & DasGupta 2001 (Stat Sci 16:101).

    From 0 where none was counted and to 1 where all were.
    """
    refuse_unless_share(count, of)
    tail, a, b = (1 - level) / 2, count + 0.5, of - count + 0.5
    return Interval(
        beta_quantile(tail, a, b) if count > 0 else 0.0,
        beta_quantile(1 - tail, a, b) if count < of else 1.0,
    )


def net_promoter_score(
    promoters: int, passives: int, detractors: int, *, population: int | None = None, z: float = Z_95
) -> Interval:
    """The adjusted Wald interval of a net promoter score, in its points between −100 and 100.

    Three answers are added that nobody gave (¾ promoter, 1½ passive, ¾ detractor), which keeps the interval honest
    with few answers or hardly any detractors. Rocks 2016 (Am Stat 70:365). ValueError without an answer.

    In a closed `population` of N, and only for what is said about exactly these N, the counts weigh (N − 1)/(N − n)
    times as much before that; where all N answered the score is certain.
    """
    counts = (promoters, passives, detractors)
    if not all(0 <= count < float("inf") for count in counts) or sum(counts) == 0:
        raise ValueError("at least one answer, and none below nothing")
    more = 1.0 if population is None else _answers_worth(sum(counts), population)
    if more is None:
        score = 100 * (promoters - detractors) / sum(counts)
        return Interval(score, score)
    score, error = adjusted_score(promoters * more, passives * more, detractors * more)
    return Interval(max(-100.0, 100 * (score - z * error)), min(100.0, 100 * (score + z * error)))


def adjusted_score(promoters: float, passives: float, detractors: float) -> tuple[float, float]:
    """A net promoter score between −1 and 1 with the three answers nobody gave, and its standard error."""
    n = promoters + passives + detractors + _PSEUDO_PASSIVES + 2 * _PSEUDO_OTHERS
    for_it, against_it = (promoters + _PSEUDO_OTHERS) / n, (detractors + _PSEUDO_OTHERS) / n
    score = for_it - against_it
    return score, sqrt((for_it + against_it - score * score) / n)


def refuse_unless_share(count: float, of: float) -> None:
    """ValueError unless `count` of `of` is a share: 0 ≤ count ≤ of, of > 0 and finite."""
    if not (0 <= count <= of and of > 0 and isfinite(of)):
        raise ValueError("a count between nothing and all of at least one")


def _answers_worth(n: int, population: int) -> float | None:
    """How many answers one of `n` is worth in a population of N: (N − 1)/(N − n); None where all N answered."""
    if not (population >= n and isfinite(population)):
        raise ValueError(f"a population of {population} cannot have given {n} answers")
    return None if population == n else (population - 1) / (population - n)
