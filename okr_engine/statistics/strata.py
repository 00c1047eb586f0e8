"""A mean over units that answered unevenly: weighted by how many people each unit has, not by how many answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from okr_engine.statistics.intervals import Z_95, Interval
from okr_engine.statistics.means import Sample, share_unasked

FEWEST_IN_STRATUM = 5


@dataclass(frozen=True)
class Stratum:
    """A unit of `population` eligible people of whom `sample` answered; fewer than five are merged beforehand."""

    population: int
    sample: Sample

    def __post_init__(self) -> None:
        share_unasked(self.sample.n, self.population)
        if self.sample.n < FEWEST_IN_STRATUM:
            raise ValueError(f"at least {FEWEST_IN_STRATUM} answers in each unit: merge the smaller ones beforehand")


@dataclass(frozen=True)
class Weighted:
    """A mean over units by their populations, with its standard error."""

    mean: float
    standard_error: float

    @property
    def interval(self) -> Interval:
        """The 95 % interval."""
        spread = Z_95 * self.standard_error
        return Interval(self.mean - spread, self.mean + spread)


def stratified_mean(strata: Sequence[Stratum]) -> Weighted:
    """ΣW·mean over units with W = N/ΣN, and √(ΣW²·s²/n·(1 − n/N)): Cochran 1977 (Sampling Techniques, 5.3 and 5.4)."""
    if not strata:
        raise ValueError("at least one unit")
    whole = sum(stratum.population for stratum in strata)
    mean, variance = 0.0, 0.0
    for stratum in strata:
        weight, sample = stratum.population / whole, stratum.sample
        mean += weight * sample.mean
        variance += (weight * sample.sd) ** 2 / sample.n * share_unasked(sample.n, stratum.population)
    return Weighted(mean, sqrt(variance))
