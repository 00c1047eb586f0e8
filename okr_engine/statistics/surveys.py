"""What surveys tell: net promoter score, satisfaction and effort, how certain they are, and whether they changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from okr_engine.statistics.distributions import normal_two_sided
from okr_engine.statistics.intervals import (
    Z_95,
    Interval,
    adjusted_score,
    net_promoter_score,
    wilson,
    wilson_of_population,
)
from okr_engine.statistics.means import Difference, Sample, mean_interval, share_unasked, welch_difference
from okr_engine.statistics.rank_tests import Shift, mann_whitney
from okr_engine.statistics.shares import Share, newcombe


@dataclass(frozen=True)
class Promotion:
    """Answers to whether one would recommend: 9–10 promoters, 7–8 passives, 0–6 detractors. At least one."""

    promoters: int
    passives: int
    detractors: int

    def __post_init__(self) -> None:
        _refuse_unless_counts((self.promoters, self.passives, self.detractors))

    @property
    def n(self) -> int:
        """How many answered."""
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float:
        """The net promoter score, −100 to 100."""
        return 100 * (self.promoters - self.detractors) / self.n

    @property
    def variance(self) -> float:
        """The variance of one answer, on the scale −1…1."""
        share = (self.promoters - self.detractors) / self.n
        return max(0.0, (self.promoters + self.detractors) / self.n - share * share)

    @property
    def standard_error(self) -> float:
        """The plain standard error in points: 100·√(variance/n). Intervals rest on the adjusted one."""
        return 100 * sqrt(self.variance / self.n)

    def sampled_standard_error(self, population: int) -> float:
        """The textbook error in points where n of a closed population were drawn: Cochran 1977 (3.2)."""
        if self.n < 2:
            raise ValueError("at least two answers")
        return 100 * sqrt(self.variance / (self.n - 1) * share_unasked(self.n, population))

    def interval(self, *, population: int | None = None) -> Interval:
        """The adjusted Wald interval, in points; a closed population only for what is said of exactly its people."""
        return net_promoter_score(self.promoters, self.passives, self.detractors, population=population)


@dataclass(frozen=True)
class ScoreChange:
    """The change of a net promoter score in points, its interval, and the two-sided p of there being none."""

    change: float
    interval: Interval
    p: float


@dataclass(frozen=True)
class Ratings:
    """Answers on a scale: how many at each point from `lowest` up. `is_reversed` where the lowest is the best, as in
    the effort score of 2010 (1 = little effort); that of 2013 ("made it easy", 1–7) is not.
    """

    counts: tuple[int, ...]
    lowest: int = 1
    is_reversed: bool = False

    def __post_init__(self) -> None:
        if len(self.counts) < 2:
            raise ValueError("a scale of at least two points")
        _refuse_unless_counts(self.counts)

    @property
    def n(self) -> int:
        """How many answered."""
        return sum(self.counts)

    @property
    def values(self) -> tuple[int, ...]:
        """Every answer as the scale has it."""
        return tuple(self.lowest + place for place, count in enumerate(self.counts) for _ in range(count))

    @property
    def mean(self) -> float:
        """The mean answer, on the scale as it was asked."""
        return self.lowest + sum(place * count for place, count in enumerate(self.counts)) / self.n

    @property
    def sample(self) -> Sample:
        """Mean and standard deviation on the scale as it was asked; ValueError with one answer."""
        if self.n < 2:
            raise ValueError("at least two answers")
        squares = sum(count * (self.lowest + place - self.mean) ** 2 for place, count in enumerate(self.counts))
        return Sample(self.n, self.mean, sqrt(squares / (self.n - 1)))

    @property
    def index(self) -> float:
        """The percentage of the best possible: 0 where all gave the worst answer, 100 where all gave the best."""
        share = (self.mean - self.lowest) / (len(self.counts) - 1)
        return 100 * (1 - share if self.is_reversed else share)

    @property
    def index_sample(self) -> Sample:
        """Mean and standard deviation of the index; ValueError with one answer."""
        return Sample(self.n, self.index, self.sample.sd * 100 / (len(self.counts) - 1))

    def best(self, points: int = 2) -> Share:
        """The share of the `points` best answers: two for satisfaction, three of seven for effort."""
        if not 1 <= points < len(self.counts):
            raise ValueError("fewer points than the scale has, and at least one")
        best_first = self.counts if self.is_reversed else self.counts[::-1]
        return Share(sum(best_first[:points]), self.n)

    def best_interval(self, points: int = 2, *, population: int | None = None) -> Interval:
        """The Wilson interval of that share, 0 to 1."""
        share, of = int(self.best(points).count), self.n
        return wilson(share, of) if population is None else wilson_of_population(share, of, population=population)

    def mean_interval(self, *, population: int | None = None) -> Interval:
        """The t interval of the mean, on the scale as it was asked; ValueError where all answers are the same."""
        return mean_interval(self.sample, population=population)

    def index_interval(self, *, population: int | None = None) -> Interval:
        """The t interval of the index; ValueError where all answers are the same."""
        return mean_interval(self.index_sample, population=population)


def score_change(before: Promotion, now: Promotion, *, z: float = Z_95) -> ScoreChange:
    """How a net promoter score changed between two periods in which different people answered.

    √(SE₁² + SE₂²) of the scores with three more answers each, Rocks 2016; never of a closed population, as the next
    answers come from outside of it. The change is the observed one; its interval is around that of adjusted scores.
    """
    (one, error), (other, its) = (
        adjusted_score(each.promoters, each.passives, each.detractors) for each in (before, now)
    )
    both, change = 100 * sqrt(error * error + its * its), 100 * (other - one)
    interval = Interval(max(-200.0, change - z * both), min(200.0, change + z * both))
    return ScoreChange(now.score - before.score, interval, normal_two_sided(change / both))


def index_change(before: Ratings, now: Ratings) -> Difference:
    """Welch's interval for the change of the 0–100 index, upwards better; ValueError where no answer differs."""
    _refuse_unless_same_scale(before, now)
    return welch_difference(before.index_sample, now.index_sample)


def best_change(before: Ratings, now: Ratings, points: int = 2) -> Interval:
    """Newcombe's interval for the change of the share of the `points` best answers, −1 to 1."""
    _refuse_unless_same_scale(before, now)
    return newcombe(before.best(points), now.best(points))


def answers_shift(before: Ratings, now: Ratings) -> Shift:
    """Mann and Whitney's test beside it, with the chance that an answer now is better than one before."""
    _refuse_unless_same_scale(before, now)
    sign = -1 if now.is_reversed else 1
    return mann_whitney([sign * value for value in before.values], [sign * value for value in now.values])


def _refuse_unless_counts(counts: Sequence[int]) -> None:
    if not all(0 <= count < float("inf") for count in counts) or sum(counts) == 0:
        raise ValueError("at least one answer, and none below nothing")


def _refuse_unless_same_scale(before: Ratings, now: Ratings) -> None:
    if (len(before.counts), before.lowest, before.is_reversed) != (len(now.counts), now.lowest, now.is_reversed):
        raise ValueError("another scale: such answers are not compared")
