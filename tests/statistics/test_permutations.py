"""The exact permutation test: it agrees with published software and with counting by hand."""

import random
from itertools import combinations
from math import inf, nan, sqrt
from statistics import correlation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.statistics.distributions import normal_two_sided
from okr_engine.statistics.permutations import permutation_test, smallest_permutation_p
from tests.statistics.vectors import vectors

sides = st.lists(st.integers(0, 9), min_size=1, max_size=6)


def counted(before: list[int], after: list[int]) -> float:
    """The doubled smaller tail, by going through every choice."""
    found, sums = sum(after), [sum(choice) for choice in combinations([*before, *after], len(after))]
    tails = (sum(each <= found for each in sums), sum(each >= found for each in sums))
    return min(1.0, 2 * min(tails) / len(sums))


def test_the_p_and_the_smallest_possible_one_agree_with_published_software() -> None:
    for case in vectors("effect/before_after_few_points")["cases"]:
        found = permutation_test(case["before"], case["after"])

        assert found.is_exact
        assert found.p == pytest.approx(case["permutation_p_doubled_convention_scipy"], rel=1e-9)
        assert found.smallest_p == pytest.approx(case["permutation_min_p_doubled"], rel=1e-9)


@given(sides, sides)
def test_meeting_in_the_middle_finds_what_going_through_every_choice_does(before: list[int], after: list[int]) -> None:
    if len({*before, *after}) > 1:
        assert permutation_test(before, after).p == pytest.approx(counted(before, after), rel=1e-12)


@given(sides, sides)
def test_exchanging_the_sides_or_their_signs_changes_nothing(before: list[int], after: list[int]) -> None:
    if len({*before, *after}) > 1:
        found = permutation_test(before, after)

        assert permutation_test(after, before).p == found.p
        assert permutation_test([-value for value in before], [-value for value in after]).p == found.p


def test_sums_that_are_equal_in_decimals_count_as_equal() -> None:
    # 0.1 + 0.2 is not 0.3 to a computer.
    assert permutation_test([0.1, 0.2, 0.4], [0.0, 0.3]).p == permutation_test([1, 2, 4], [0, 3]).p


@pytest.mark.parametrize(
    ("before", "after", "smallest"),
    [(3, 3, 0.1), (4, 2, 2 / 15), (4, 3, 2 / 35), (4, 4, 2 / 70), (5, 3, 2 / 56), (8, 2, 2 / 45), (38, 1, 2 / 39)],
)
def test_the_smallest_possible_p_says_which_numbers_of_points_can_show_anything(
    before: int, after: int, smallest: float
) -> None:
    assert smallest_permutation_p(before, after) == pytest.approx(smallest, rel=1e-12)


def test_six_after_forty_are_still_counted_exactly() -> None:
    chance = random.Random(7)
    before, after = ([chance.gauss(mean, 3) for _ in range(count)] for mean, count in ((50, 40), (54, 6)))

    found = permutation_test(before, after)

    assert found.is_exact
    assert found.p < 0.05


def test_too_many_to_count_are_told_nearly_and_said_to_be() -> None:
    chance = random.Random(7)
    before, after = ([round(chance.gauss(50, 3), 1) for _ in range(count)] for count in (30, 30))

    few, many = permutation_test(before[:9], after[:9]), permutation_test(before, after)

    assert (few.is_exact, many.is_exact) == (True, False)
    assert 0 < many.p <= 1


def test_the_nearly_told_p_is_that_of_the_correlation_with_the_side() -> None:
    chance = random.Random(9)
    before, after = ([chance.gauss(mean, 3) for _ in range(count)] for mean, count in ((50, 40), (51.5, 30)))
    r = correlation([*before, *after], [0.0] * 40 + [1.0] * 30)

    found = permutation_test(before, after)

    assert not found.is_exact
    assert found.p == pytest.approx(normal_two_sided(r * sqrt(69)), rel=1e-9)


def test_ten_thousand_values_are_told_nearly() -> None:
    chance = random.Random(3)
    values = [chance.gauss(50, 3) for _ in range(10_000)]

    assert 0.01 < permutation_test(values[:5_000], values[5_000:]).p < 1


@pytest.mark.parametrize(("before", "after"), [([5, 5, 5], [5, 5]), ([5], [5])])
def test_values_that_are_all_the_same_are_refused(before: list[float], after: list[float]) -> None:
    with pytest.raises(ValueError, match="all values are the same"):
        permutation_test(before, after)


@pytest.mark.parametrize(("before", "after"), [([], [1.0]), ([1.0], [])])
def test_an_empty_side_is_refused(before: list[float], after: list[float]) -> None:
    with pytest.raises(ValueError, match="at least 1 values"):
        permutation_test(before, after)


@pytest.mark.parametrize("worst", [inf, nan])
def test_values_that_are_no_finite_numbers_are_refused(worst: float) -> None:
    with pytest.raises(ValueError, match="finite values only"):
        permutation_test([1.0, 2.0], [worst])
