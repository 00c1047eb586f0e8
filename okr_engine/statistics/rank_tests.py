"""Tests that ask only which value is larger: Kendall's of a trend in time, and Mann and Whitney's of two periods."""

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import factorial, prod, sqrt

from okr_engine.statistics.distributions import normal_two_sided
from okr_engine.statistics.values import usable

LONGEST_EXACT = 50
FEWEST_FOR_TREND = 3


@dataclass(frozen=True)
class Trend:
    """Kendall's τ between −1 (falls throughout) and 1 (rises), its two-sided p, and the smallest p so many can give."""

    tau: float
    p: float
    smallest_p: float


@dataclass(frozen=True)
class Shift:
    """The chance that one after is larger than one before (ties count half), and the two-sided p of its being ½."""

    chance_larger: float
    p: float


def kendall_trend(values: Iterable[float]) -> Trend:
    """Whether values, oldest first, rise or fall: Kendall's τ-b against time, with an exact p up to 50 values.

    Kendall 1938 (Biometrika 30:81); with ties the exact distribution is that of their orders. Above 50 values the
    normal one stands in, with ties and continuity corrected. ValueError with fewer than three, or all the same.
    """
    known = usable(values, fewest=FEWEST_FOR_TREND)
    ties = _ties(known)
    n, pairs = len(known), len(known) * (len(known) - 1) // 2
    told = pairs - sum(tie * (tie - 1) // 2 for tie in ties)
    falls = _falls(known)
    smallest_p = min(1.0, 2 * prod(factorial(tie) for tie in ties) / factorial(n))
    tau = (told - 2 * falls) / sqrt(told * pairs)
    if n <= LONGEST_EXACT:
        return Trend(tau, _exact_p(_orders(ties), falls), smallest_p)
    variance = (n * (n - 1) * (2 * n + 5) - sum(tie * (tie - 1) * (2 * tie + 5) for tie in ties)) / 18
    return Trend(tau, normal_two_sided(max(0, abs(told - 2 * falls) - 1) / sqrt(variance)), smallest_p)


def mann_whitney(before: Iterable[float], after: Iterable[float]) -> Shift:
    """Whether values of `after` tend to be larger than those of `before`: Mann & Whitney 1947 (Ann Math Stat 18:50).

    Exact below 50 values on each side without ties; otherwise normal, with ties and continuity corrected, as R's
    wilcox.test. ValueError where a side is empty or all values are the same.
    """
    first, second = usable(before, fewest=1), usable(after, fewest=1)
    ties = _ties([*first, *second])
    pairs, n = len(first) * len(second), len(first) + len(second)
    twice = _twice_larger(first, second)
    if max(ties) == 1 and max(len(first), len(second)) < LONGEST_EXACT:
        return Shift(twice / 2 / pairs, _exact_p(_orders([len(first), len(second)]), twice // 2))
    variance = pairs / 12 * (n + 1 - sum(tie**3 - tie for tie in ties) / (n * (n - 1)))
    distance = max(0.0, abs(twice / 2 - pairs / 2) - 0.5) / sqrt(variance)
    return Shift(twice / 2 / pairs, normal_two_sided(distance))


def _falls(values: Sequence[float]) -> int:
    """How many pairs have the larger value first."""
    earlier: list[float] = []
    falls = 0
    for value in values:
        falls += len(earlier) - bisect_right(earlier, value)
        insort(earlier, value)
    return falls


def _ties(values: Sequence[float]) -> list[int]:
    """How often each value occurs."""
    ties = list(Counter(values).values())
    if len(ties) == 1:
        raise ValueError("all values are the same: none is larger")
    return ties


def _twice_larger(first: Sequence[float], second: Sequence[float]) -> int:
    """Twice the number of pairs in which the second is larger, a tie counting once."""
    ahead, found = Counter(first), 0
    times = Counter(second)
    passed = 0
    for value in sorted({*ahead, *times}):
        found += times[value] * (2 * passed + ahead[value])
        passed += ahead[value]
    return found


def _exact_p(orders: Sequence[int], place: int) -> float:
    """Twice the smaller tail at `place` of a distribution that is the same from both ends."""
    nearer = min(place, len(orders) - 1 - place)
    return min(1.0, 2 * sum(orders[: nearer + 1]) / sum(orders))


def _orders(groups: Sequence[int]) -> list[int]:
    """How many orders of groups of equals have 0, 1, 2… pairs the wrong way round: a Gaussian multinomial coefficient.

    Π[k] up to all of them over Π[k] of each group, [k] = 1 + q + … + q^(k−1): Andrews 1976 (Theory of Partitions, 3.4).
    """
    orders = [1]
    for k in range(1, sum(groups) + 1):
        orders = _times(orders, k)
    for group in groups:
        for k in range(1, group + 1):
            orders = _over(orders, k)
    return orders


def _times(orders: Sequence[int], k: int) -> list[int]:
    """The polynomial times 1 + q + … + q^(k−1)."""
    wider: list[int] = []
    for place in range(len(orders) + k - 1):
        before = wider[-1] if wider else 0
        wider.append(before + _at(orders, place) - _at(orders, place - k))
    return wider


def _over(orders: Sequence[int], k: int) -> list[int]:
    """The polynomial that `_times` makes `orders` of."""
    narrower: list[int] = []
    for place in range(len(orders) - k + 1):
        narrower.append(orders[place] - _at(orders, place - 1) + _at(narrower, place - k))
    return narrower


def _at(orders: Sequence[int], place: int) -> int:
    return orders[place] if 0 <= place < len(orders) else 0
