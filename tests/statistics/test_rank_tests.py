"""Tests by rank: they agree with published software, and with going through every order of a few values."""

import random
from collections.abc import Sequence
from itertools import combinations, permutations
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.statistics.rank_tests import kendall_trend, mann_whitney
from tests.statistics.vectors import vectors


def score(values: Sequence[float]) -> int:
    return sum((after > before) - (after < before) for before, after in combinations(values, 2))


def test_the_trend_test_agrees_with_published_software() -> None:
    for case in vectors("effect/mann_kendall_exact")["cases"]:
        found = kendall_trend(case["values"])

        assert found.tau == pytest.approx(case["tau"], rel=1e-9)
        assert found.p == pytest.approx(case["p"], rel=1e-9)
        assert found.smallest_p == pytest.approx(case["min_possible_p"], rel=1e-9)


def test_the_test_of_two_periods_agrees_with_published_software_with_ties_and_without() -> None:
    for case in vectors("effect/before_after_few_points")["cases"]:
        found = mann_whitney(case["before"], case["after"])

        assert found.p == pytest.approx(case["wilcoxon_p"], rel=1e-9)


@given(st.lists(st.integers(0, 5), min_size=3, max_size=6).filter(lambda values: len(set(values)) > 1))
def test_the_p_of_a_trend_is_exact_with_ties_too(values: list[int]) -> None:
    found, orders = score(values), [score(order) for order in permutations(values)]
    tail = min(sum(each >= found for each in orders), sum(each <= found for each in orders))

    assert kendall_trend(values).p == pytest.approx(min(1.0, 2 * tail / len(orders)), rel=1e-12)


def test_four_rising_values_show_no_trend_and_five_do() -> None:
    assert kendall_trend([1, 2, 3, 4]).p == pytest.approx(2 / 24)
    assert kendall_trend([1, 2, 3, 4, 5]).p == pytest.approx(2 / 120)


def test_a_falling_series_is_the_mirror_image_of_a_rising_one() -> None:
    rising = kendall_trend([1, 3, 2, 5, 4, 6])
    falling = kendall_trend([-1, -3, -2, -5, -4, -6])

    assert falling.tau == -rising.tau
    assert falling.p == rising.p


def test_the_exact_p_runs_on_into_that_of_long_series() -> None:
    values = [place + 12 * (place % 5) for place in range(51)]

    exact, nearly = kendall_trend(values[:50]), kendall_trend(values)

    assert nearly.tau == pytest.approx(exact.tau, abs=0.02)
    assert 0 < nearly.p < 1e-4


def test_a_long_series_with_ties_agrees_with_published_software() -> None:
    # scipy 1.17.1: stats.kendalltau(method="asymptotic"), its z made smaller by the one that continuity takes of S.
    found = kendall_trend([place * 7 % 23 + place // 20 for place in range(60)])

    assert found.tau == pytest.approx(0.10708097937279332, rel=1e-9)
    assert found.p == pytest.approx(0.23498162217844742, rel=1e-9)


def test_ten_thousand_values_are_told_at_once() -> None:
    chance = random.Random(5)
    values = [chance.gauss(0, 1) for _ in range(10_000)]

    assert kendall_trend(values).p > 0.01
    assert kendall_trend([value + place / 2_000 for place, value in enumerate(values)]).p < 0.001
    assert mann_whitney(values[:5_000], values[5_000:]).p > 0.01


def test_the_chance_of_a_larger_one_counts_ties_by_half() -> None:
    assert mann_whitney([1, 2], [2, 3]).chance_larger == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert mann_whitney([1, 2], [3, 4]).chance_larger == 1
    assert mann_whitney([3, 4], [1, 2]).chance_larger == 0


@given(st.lists(st.integers(0, 20), min_size=1, max_size=9), st.lists(st.integers(0, 20), min_size=1, max_size=9))
def test_exchanging_the_periods_mirrors_the_chance_and_keeps_the_p(before: list[int], after: list[int]) -> None:
    if len({*before, *after}) > 1:
        found, exchanged = mann_whitney(before, after), mann_whitney(after, before)

        assert 0 <= found.p <= 1
        assert found.chance_larger == pytest.approx(1 - exchanged.chance_larger)
        assert found.p == pytest.approx(exchanged.p, rel=1e-9)


@pytest.mark.parametrize("count", [3, 8, 60])
def test_values_that_are_all_the_same_are_refused(count: int) -> None:
    for ask in (lambda: kendall_trend([5.0] * count), lambda: mann_whitney([5.0] * count, [5.0] * count)):
        with pytest.raises(ValueError, match="all values are the same"):
            ask()


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0]])
def test_fewer_than_three_values_have_no_trend(values: list[float]) -> None:
    with pytest.raises(ValueError, match="at least 3 values"):
        kendall_trend(values)


@pytest.mark.parametrize("worst", [inf, nan])
def test_values_that_are_no_finite_numbers_are_refused(worst: float) -> None:
    for ask in (lambda: kendall_trend([1.0, 2.0, worst]), lambda: mann_whitney([1.0], [worst])):
        with pytest.raises(ValueError, match="finite values only"):
            ask()


def test_an_empty_period_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 values"):
        mann_whitney([], [1.0])
