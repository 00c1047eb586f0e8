"""Shares of counts: whether one differs from a target, from another, or from its own short past."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, lgamma, log, log1p, sqrt

from okr_engine.statistics.distributions import normal_two_sided, t_quantile
from okr_engine.statistics.intervals import Z_95, Interval, refuse_unless_share, wilson

_ROUNDING = 1 + 1e-7


@dataclass(frozen=True)
class Share:
    """`count` out of `of`; ValueError unless 0 ≤ count ≤ of, of > 0 and finite."""

    count: float
    of: float

    def __post_init__(self) -> None:
        refuse_unless_share(self.count, self.of)

    @property
    def value(self) -> float:
        """The share, 0 to 1."""
        return self.count / self.of


@dataclass(frozen=True)
class Expected:
    """Where the newest share belongs if nothing has changed: around `share`, `spread` to either side, from 0 to 1.

    `dispersion` is φ: how much more than by chance the shares of the baseline differ; about 1 where they do not.
    """

    share: float
    dispersion: float
    spread: float

    @property
    def interval(self) -> Interval:
        """The two ends."""
        return Interval(max(0.0, self.share - self.spread), min(1.0, self.share + self.spread))

    def holds(self, newest: Share) -> bool:
        """Whether the newest share is one of those expected; on an end it is."""
        return self.interval.low <= newest.value <= self.interval.high


def together(shares: Sequence[Share]) -> Share:
    """The share of all their wholes at once; ValueError without one."""
    return Share(sum(share.count for share in shares), sum(share.of for share in shares))


def newcombe(before: Share, now: Share, *, z: float = Z_95) -> Interval:
    """The interval of the difference `now` − `before`, by the hybrid of their Wilson intervals.

    Newcombe 1998 (Stat Med 17:873), method 10. It takes who was counted for the only noise: with thousands counted and
    real differences between periods it is too narrow, and `expected_share` is the one to use.
    """
    one, other = wilson(before.count, before.of, z=z), wilson(now.count, now.of, z=z)
    change = now.value - before.value
    down = sqrt((now.value - other.low) ** 2 + (one.high - before.value) ** 2)
    up = sqrt((other.high - now.value) ** 2 + (before.value - one.low) ** 2)
    return Interval(max(-1.0, change - down), min(1.0, change + up))


def same_share_p(before: Share, now: Share) -> float:
    """The two-sided p of the two being one share: the z test with their common variance, as Pearson's χ²."""
    both = together((before, now)).value
    if both in (0, 1):
        return 1.0
    error = sqrt(both * (1 - both) * (1 / before.of + 1 / now.of))
    return normal_two_sided((now.value - before.value) / error)


def exact_p(share: Share, target: float) -> float:
    """The exact two-sided p of `target` (0 to 1) being the true share: all counts that are no likelier than this one.

    As R's binom.test. ValueError where a count is no whole number, or the target no share.
    """
    count, of = int(share.count), int(share.of)
    if (count, of) != (share.count, share.of):
        raise ValueError("whole numbers are counted")
    if not 0 <= target <= 1:
        raise ValueError("a target share lies between 0 and 1")
    if target in (0, 1):
        return 1.0 if share.value == target else 0.0
    chances = [_chance(each, of, target) for each in range(of + 1)]
    return min(1.0, fsum(chance for chance in chances if chance <= chances[count] * _ROUNDING))


def expected_share(baseline: Sequence[Share], *, of: float) -> Expected:
    """Where a share of a whole of `of` is to be expected after a baseline of two or more periods.

    p0 ± q·√(max(1, φ)·p0(1 − p0)(1/of + 1/Σn)), φ = Pearson's χ²/(b − 1), q = 1.96 where φ ≤ 1 and otherwise
    t(0.975, b − 1): a quasi-binomial prediction (McCullagh & Nelder 1989, 4.5). That periods differ by less than
    chance is luck, so φ never narrows it. ValueError where nobody or everybody was counted all along.
    """
    if len(baseline) < 2:
        raise ValueError("a baseline of at least two periods")
    refuse_unless_share(0, of)
    whole = together(baseline)
    centre = whole.value
    variance = centre * (1 - centre)
    if variance == 0:
        raise ValueError("the share was nothing or all in every period: how it varies cannot be told")
    phi = sum((share.value - centre) ** 2 * share.of for share in baseline) / variance / (len(baseline) - 1)
    reach = Z_95 if phi <= 1 else t_quantile(0.975, len(baseline) - 1)
    spread = reach * sqrt(max(1.0, phi) * variance * (1 / of + 1 / whole.of))
    return Expected(centre, phi, spread)


def _chance(count: int, of: int, share: float) -> float:
    ways = lgamma(of + 1) - lgamma(count + 1) - lgamma(of - count + 1)
    return exp(ways + count * log(share) + (of - count) * log1p(-share))
