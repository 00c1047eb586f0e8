"""Means of a few values: they agree with published software, and what never varies is certain of nothing."""

import random
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.statistics.means import (
    Sample,
    hedges_g,
    mean_interval,
    pooled_difference,
    prediction_band,
    sample_of,
    welch_difference,
)
from tests.statistics.vectors import vectors

FLAT = Sample(5, 90, 0)
values = st.lists(st.integers(-1000, 1000), min_size=2, max_size=12).filter(lambda them: len(set(them)) > 1)


def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = vectors("effect/before_after_few_points")["cases"]
    return found


def test_intervals_of_a_difference_of_means_agree_with_published_software() -> None:
    for case in cases():
        before, after = sample_of(case["before"]), sample_of(case["after"])
        for differ, name in ((pooled_difference, "pooled_t"), (welch_difference, "welch")):
            found = differ(before, after)

            assert found.change == pytest.approx(case["change"], rel=1e-9)
            assert found.p == pytest.approx(case[f"{name}_p"], rel=1e-9)
            assert (found.interval.low, found.interval.high) == pytest.approx(case[f"{name}_ci"], rel=1e-9)


def test_the_size_of_an_effect_agrees_with_published_software() -> None:
    for case in cases():
        found = hedges_g(sample_of(case["before"]), sample_of(case["after"]))

        assert found == pytest.approx(case["hedges_g"], rel=1e-9)


def test_where_the_next_values_are_expected_agrees_with_published_software() -> None:
    for case in cases():
        before = sample_of(case["before"])
        for following, name in ((1, "single"), (len(case["after"]), "mean_after")):
            found = prediction_band(before, following=following)

            assert (found.low, found.high) == pytest.approx(case[f"pred_interval_{name}"], rel=1e-9)


def test_the_interval_of_a_mean_is_the_one_of_the_textbook() -> None:
    # t(0.975, 9) = 2.262157: 50 ± 2.262157 · 3 / √10; of a population of 40 times √(1 − 10/40).
    spread = 2.2621571627982053 * 3 / 10**0.5
    whole, half = mean_interval(Sample(10, 50, 3)), mean_interval(Sample(10, 50, 3), population=40)

    assert (whole.low, whole.high) == pytest.approx((50 - spread, 50 + spread), rel=1e-9)
    assert half.high - 50 == pytest.approx(spread * 0.75**0.5, rel=1e-9)


@pytest.mark.parametrize("count", [4, 8, 12])
def test_where_nothing_changes_one_value_in_twenty_lies_outside_its_band(count: int) -> None:
    chance = random.Random(count)
    outside = 0
    for _ in range(2_000):
        band = prediction_band(sample_of([chance.gauss(50, 5) for _ in range(count)]))
        outside += not band.low <= chance.gauss(50, 5) <= band.high

    assert 70 <= outside <= 130


@given(values, values, st.integers(-10_000, 10_000))
def test_moving_both_moves_nothing_between_them_and_exchanging_them_mirrors_it(
    before: list[int], after: list[int], by: int
) -> None:
    one, other = sample_of(before), sample_of(after)
    moved_one, moved_other = (sample_of([value + by for value in them]) for them in (before, after))
    for differ in (pooled_difference, welch_difference):
        found, moved, mirrored = differ(one, other), differ(moved_one, moved_other), differ(other, one)

        assert found.interval.low == pytest.approx(moved.interval.low, rel=1e-6, abs=1e-6)
        assert found.interval.low == pytest.approx(-mirrored.interval.high, rel=1e-9, abs=1e-9)
        assert found.p == pytest.approx(mirrored.p, rel=1e-9)


def test_one_side_that_stands_still_can_be_compared_with_one_that_does_not() -> None:
    moving = Sample(4, 95, 2)

    assert welch_difference(FLAT, moving).df == pytest.approx(3)
    assert pooled_difference(FLAT, moving).change == 5


def test_what_never_varies_is_certain_of_nothing() -> None:
    noise, tiny = sample_of([0.1 + 0.2, 0.3, 0.3]), sample_of([1e-200, 2e-200])
    for flat in (FLAT, noise, tiny):
        for tell in (mean_interval, prediction_band):
            with pytest.raises(ValueError, match="all values are the same"):
                tell(flat)
        for differ in (pooled_difference, welch_difference, hedges_g):
            with pytest.raises(ValueError, match="all values are the same"):
                differ(flat, flat)


@pytest.mark.parametrize("them", [[], [1.0]])
def test_fewer_than_two_values_are_no_sample(them: list[float]) -> None:
    with pytest.raises(ValueError, match="at least 2 values"):
        sample_of(them)


@pytest.mark.parametrize("worst", [inf, -inf, nan, 1e200])
def test_values_that_are_no_finite_numbers_are_refused(worst: float) -> None:
    with pytest.raises(ValueError, match="finite values only"):
        sample_of([1.0, 2.0, worst])


@pytest.mark.parametrize("sample", [(1, 5, 1), (5, nan, 1), (5, 1, -1), (5, 1, inf), (nan, 1, 1)])
def test_a_sample_that_cannot_be_is_refused(sample: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="at least two values"):
        Sample(*sample)


def test_a_band_for_no_values_and_a_population_smaller_than_its_sample_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one value follows"):
        prediction_band(Sample(5, 1, 1), following=0)
    with pytest.raises(ValueError, match="cannot have given 5 answers"):
        mean_interval(Sample(5, 1, 1), population=4)
