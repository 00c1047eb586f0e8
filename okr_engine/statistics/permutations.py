"""The exact permutation test: how often chance alone would part the same values as far as an action seems to have."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, lcm, sqrt

from okr_engine.statistics.distributions import normal_two_sided
from okr_engine.statistics.values import usable

MOST_SUMS = 200_000
"""So many sums of one half of the values are held at most; above that the test is no longer exact."""


@dataclass(frozen=True)
class Permutation:
    """The two-sided p, the smallest one that so many values could give, and whether it is exact."""

    p: float
    smallest_p: float
    is_exact: bool


def permutation_test(before: Iterable[float], after: Iterable[float]) -> Permutation:
    """The two-sided p of the means of `before` and `after` differing by chance, over all ways to part the values.

    Twice the smaller tail, as scipy's permutation_test (R's coin counts |differences|, and gives less where the groups
    differ in size). Fisher 1935; Pitman 1937. Values are compared as they are written in decimals, so that equal sums
    count as equal. Beyond 200,000 sums the normal distribution with the exact mean and variance stands in.
    ValueError where a value is no finite number, one side is empty, or all values are the same.
    """
    first, second = usable(before, fewest=1), usable(after, fewest=1)
    numbers = _whole_numbers([*first, *second])
    if len(set(numbers)) == 1:
        raise ValueError("all values are the same: there is nothing to part")
    smaller = numbers[: len(first)] if len(first) <= len(second) else numbers[len(first) :]
    smallest_p = smallest_permutation_p(len(first), len(second))
    if _sums_of_half(len(numbers), len(smaller)) > MOST_SUMS:
        return Permutation(_nearly(numbers, smaller), smallest_p, is_exact=False)
    below, equal, above = _tails(numbers, len(smaller), sum(smaller))
    tail = equal + min(below, above)
    return Permutation(min(1.0, 2 * tail / (below + equal + above)), smallest_p, is_exact=True)


def smallest_permutation_p(before: int, after: int) -> float:
    """The smallest two-sided p that so many values before and after can give: 2/C(b + a, a), and never more than 1."""
    return min(1.0, 2 / comb(before + after, after))


def _whole_numbers(values: Sequence[float]) -> list[int]:
    """The values times one number that makes them whole, so that sums are exact."""
    exact = [Fraction(repr(value)) for value in values]
    factor = lcm(*(value.denominator for value in exact))
    return [int(value * factor) for value in exact]


def _sums_of_half(values: int, chosen: int) -> int:
    """How many sums the larger half has; where they are too many, some number above that."""
    half, sums = (values + 1) // 2, 0
    for each in range(min(chosen, half) + 1):
        sums += comb(half, each)
        if sums > MOST_SUMS:
            break
    return sums


def _tails(numbers: Sequence[int], chosen: int, found: int) -> tuple[int, int, int]:
    """How many choices of `chosen` numbers sum to less than `found`, as much, and more; by meeting in the middle."""
    half = len(numbers) // 2
    left, right = (_sums_by_size(part, chosen) for part in (numbers[:half], numbers[half:]))
    below, up_to = 0, 0
    for size, sums in enumerate(left):
        others = sorted(right[chosen - size])
        for each in sums:
            below += bisect_left(others, found - each)
            up_to += bisect_right(others, found - each)
    return below, up_to - below, comb(len(numbers), chosen) - up_to


def _sums_by_size(numbers: Sequence[int], most: int) -> list[list[int]]:
    """The sums of every choice of up to `most` of the numbers, by how many were chosen."""
    sums: list[list[int]] = [[0], *([] for _ in range(most))]
    for number in numbers:
        for size in range(most, 0, -1):
            sums[size].extend([each + number for each in sums[size - 1]])
    return sums


def _nearly(numbers: Sequence[int], smaller: Sequence[int]) -> float:
    n, chosen = len(numbers), len(smaller)
    mean = Fraction(sum(numbers), n)
    variance = sum((number - mean) ** 2 for number in numbers) / (n - 1)
    distance = (sum(smaller) - chosen * mean) ** 2 / (variance * chosen * (n - chosen) / n)
    return normal_two_sided(sqrt(distance))
