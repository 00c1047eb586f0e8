"""Did an action work? The method follows from the points, too few are never judged, and direction says what is good."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.statistics.effects import (
    Choice,
    Method,
    Plan,
    Verdict,
    choose_method,
    judge_effect,
    judge_effect_on_shares,
    look_again,
)
from okr_engine.statistics.shares import Share
from tests.statistics.vectors import vectors

UP = Plan(1, expected=4)
BEFORE = (62.0, 64.0, 61.0, 63.0, 62.5, 63.5, 61.5, 64.5)
HIGHER = (67.0, 69.0, 66.0, 68.0)
SHARES = tuple(Share(count, 200) for count in (30, 34, 28, 32, 31, 33))


def share_of(count: int, *, periods: int = 3) -> list[Share]:
    return [Share(count, 200)] * periods


@pytest.mark.parametrize(
    ("before", "after", "method"),
    [
        (12, 7, Method.FROZEN_CHART),
        (24, 12, Method.FROZEN_CHART),
        (12, 6, Method.T_AND_PERMUTATION),
        (12, 3, Method.T_AND_PERMUTATION),
        (8, 3, Method.T_AND_PERMUTATION),
        (11, 20, Method.T_AND_PERMUTATION),
        (7, 3, Method.PERMUTATION),
        (5, 3, Method.PERMUTATION),
        (4, 4, Method.PERMUTATION),
        (4, 20, Method.PERMUTATION),
        (4, 3, Method.NONE),
        (12, 2, Method.NONE),
        (40, 1, Method.NONE),
        (3, 40, Method.NONE),
        (0, 0, Method.NONE),
    ],
)
def test_the_method_follows_from_the_points_before_and_after(before: int, after: int, method: Method) -> None:
    assert choose_method(before, after).method == method


@pytest.mark.parametrize(("before", "earliest"), [(3, None), (4, 4), (5, 3), (8, 3), (24, 3)])
def test_the_earliest_verdict_is_known_when_the_action_is_planned(before: int, earliest: int | None) -> None:
    planned = choose_method(before, 0)

    assert planned == Choice(Method.NONE, earliest)
    if earliest is not None:
        assert choose_method(before, earliest).method != Method.NONE
        assert choose_method(before, earliest - 1).method == Method.NONE


@pytest.mark.parametrize(("before", "after", "is_indication"), [(4, 1, True), (6, 2, True), (6, 3, False)])
def test_counts_are_judged_from_the_first_point_and_are_an_indication_below_three(
    before: int, after: int, is_indication: bool
) -> None:
    found = choose_method(before, after, has_counts=True)

    assert (found.method, found.earliest_after) == (Method.QUASI_BINOMIAL, 1)
    assert found.is_indication == is_indication


def test_three_points_before_are_too_few_for_counts_too() -> None:
    assert choose_method(3, 5, has_counts=True) == Choice(Method.NONE, None)


def test_the_permutation_test_alone_is_an_indication() -> None:
    assert choose_method(5, 3).is_indication
    assert not choose_method(8, 3).is_indication


@pytest.mark.parametrize(("before", "after", "may"), [(8, 8, True), (7, 12, False), (12, 7, False)])
def test_an_interrupted_series_may_stand_beside_it_from_eight_on_either_side(
    before: int, after: int, may: bool
) -> None:
    assert choose_method(before, after).may_show_interrupted_series == may


@pytest.mark.parametrize(
    ("by", "sign", "verdict"),
    [
        (5.0, 1, Verdict.EFFECTIVE),
        (-5.0, 1, Verdict.WORSENED),
        (5.0, -1, Verdict.WORSENED),
        (-5.0, -1, Verdict.EFFECTIVE),
        (0.25, 1, Verdict.NO_DEMONSTRABLE_EFFECT),
        (0.25, -1, Verdict.NO_DEMONSTRABLE_EFFECT),
    ],
)
@pytest.mark.parametrize("before", [BEFORE[:5], BEFORE, BEFORE + BEFORE[:4]])
@pytest.mark.parametrize("after", [4, 8])
def test_the_good_direction_decides_what_is_better(
    before: tuple[float, ...], after: int, by: float, sign: int, verdict: Verdict
) -> None:
    following = [value + by for value in BEFORE[:after]]

    assert judge_effect(before, following, Plan(sign, expected=4)).verdict == verdict


@pytest.mark.parametrize(
    ("count", "sign", "verdict"),
    [
        (60, 1, Verdict.EFFECTIVE),
        (60, -1, Verdict.WORSENED),
        (10, -1, Verdict.EFFECTIVE),
        (10, 1, Verdict.WORSENED),
        (32, 1, Verdict.NO_DEMONSTRABLE_EFFECT),
        (32, -1, Verdict.NO_DEMONSTRABLE_EFFECT),
    ],
)
def test_the_good_direction_decides_for_shares_too(count: int, sign: int, verdict: Verdict) -> None:
    assert judge_effect_on_shares(SHARES, share_of(count), Plan(sign, expected=0.05)).verdict == verdict


@given(
    st.lists(st.integers(0, 50), min_size=4, max_size=14),
    st.lists(st.integers(0, 50), min_size=3, max_size=9),
    st.integers(-1000, 1000),
)
def test_figures_turned_over_or_moved_are_judged_the_same(before: list[int], after: list[int], by: int) -> None:
    up, down = Plan(1, expected=0), Plan(-1, expected=0)

    found = judge_effect(before, after, up).verdict

    assert judge_effect([-value for value in before], [-value for value in after], down).verdict == found
    assert judge_effect([value + by for value in before], [value + by for value in after], up).verdict == found


def test_the_interval_is_the_pooled_one_and_the_p_the_exact_one() -> None:
    for case in vectors("effect/before_after_few_points")["cases"]:
        found = judge_effect(case["before"], case["after"], UP)

        if found.interval is not None:
            assert (found.interval.low, found.interval.high) == pytest.approx(case["pooled_t_ci"], rel=1e-9)
        if found.p is not None:
            assert found.p == pytest.approx(case["permutation_p_doubled_convention_scipy"], rel=1e-9)


def test_verdicts_on_the_vectors_are_as_cautious_as_their_points_are_few() -> None:
    cases = vectors("effect/before_after_few_points")["cases"]

    assert {case["name"]: judge_effect(case["before"], case["after"], UP).verdict for case in cases} == {
        "4+4 clear": Verdict.EFFECTIVE,
        "4+4 unclear": Verdict.NO_DEMONSTRABLE_EFFECT,
        "8+4": Verdict.EFFECTIVE,
        "8+2": Verdict.CANNOT_BE_JUDGED_YET,
        "3+3": Verdict.CANNOT_BE_JUDGED_YET,
        "4+3": Verdict.CANNOT_BE_JUDGED_YET,
    }


def test_less_than_half_of_what_was_expected_is_less_than_planned() -> None:
    assert judge_effect(BEFORE, HIGHER, Plan(1, expected=9)).verdict == Verdict.EFFECTIVE
    assert judge_effect(BEFORE, HIGHER, Plan(1, expected=10)).verdict == Verdict.IMPROVED_LESS_THAN_PLANNED


def test_without_a_plan_made_before_it_is_only_consistent_with_an_effect() -> None:
    afterwards = Plan(1, expected=4, is_recorded_before=False)

    assert judge_effect(BEFORE, HIGHER, afterwards).verdict == Verdict.CONSISTENT_WITH_AN_EFFECT
    assert judge_effect(HIGHER * 2, BEFORE, afterwards).verdict == Verdict.WORSENED


def test_the_permutation_test_alone_tells_no_interval() -> None:
    found = judge_effect(BEFORE[:5], HIGHER, UP)

    assert (found.verdict, found.interval) == (Verdict.EFFECTIVE, None)


def test_values_that_stood_still_before_and_after_are_judged_without_an_interval() -> None:
    found = judge_effect([90.0] * 8, [95.0] * 4, UP)

    assert (found.verdict, found.interval) == (Verdict.EFFECTIVE, None)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (
            [51, 52, 51, 47, 53, 54, 45, 49, 47, 52, 49, 54],
            [55, 52, 52, 52, 54, 51, 54],
            Verdict.EFFECTIVE,
        ),
        (
            [46, 50, 50, 49, 47, 49, 50, 56, 50, 53, 49, 51],
            [53, 53, 50, 53, 58, 53, 50],
            Verdict.NO_DEMONSTRABLE_EFFECT,
        ),
    ],
)
def test_seven_beyond_the_mean_before_confirm_what_the_permutation_test_just_does_not(
    before: list[float], after: list[float], verdict: Verdict
) -> None:
    found = judge_effect(before, after, UP)

    assert found.p is not None
    assert found.p > 0.05
    assert found.verdict == verdict


def test_one_side_that_stood_still_leaves_an_interval() -> None:
    found = judge_effect([90.0] * 8, [94.0, 96.0, 95.0, 97.0], UP)

    assert found.interval is not None
    assert found.interval.low > 0


def test_values_that_never_change_cannot_be_judged() -> None:
    assert judge_effect([90.0] * 12, [90.0] * 8, UP).verdict == Verdict.CANNOT_BE_JUDGED_YET


@pytest.mark.parametrize(("before", "after"), [([], []), ([1.0], []), ([], [1.0])])
def test_where_points_are_missing_nothing_is_judged(before: list[float], after: list[float]) -> None:
    assert judge_effect(before, after, UP).verdict == Verdict.CANNOT_BE_JUDGED_YET


def test_a_figure_that_swung_between_quarters_before_needs_more_than_its_counts() -> None:
    swinging = [Share(count, 1000) for count in (100, 160, 90, 150, 95, 155)]
    steady = [Share(count, 1000) for count in (122, 128, 125, 124, 126, 125)]

    now = [Share(160, 1000)]
    plan = Plan(-1, expected=0.02)

    assert judge_effect_on_shares(steady, now, plan).verdict == Verdict.WORSENED
    assert judge_effect_on_shares(swinging, now, plan).verdict == Verdict.NO_DEMONSTRABLE_EFFECT


def test_after_a_baseline_without_any_case_many_are_worse_and_one_is_not() -> None:
    plan = Plan(-1, expected=0)

    none = share_of(0, periods=6)

    assert judge_effect_on_shares(none, share_of(40), plan).verdict == Verdict.WORSENED
    assert judge_effect_on_shares(none, [Share(1, 200)], plan).verdict == Verdict.NO_DEMONSTRABLE_EFFECT


def test_shares_with_too_short_a_past_are_not_judged() -> None:
    assert judge_effect_on_shares(SHARES[:3], share_of(60), UP).verdict == Verdict.CANNOT_BE_JUDGED_YET
    assert judge_effect_on_shares([], [], UP).verdict == Verdict.CANNOT_BE_JUDGED_YET


@pytest.mark.parametrize(
    ("first", "now", "verdict"),
    [
        (Verdict.EFFECTIVE, Verdict.EFFECTIVE, Verdict.SUSTAINED),
        (Verdict.EFFECTIVE, Verdict.IMPROVED_LESS_THAN_PLANNED, Verdict.SUSTAINED),
        (Verdict.IMPROVED_LESS_THAN_PLANNED, Verdict.NO_DEMONSTRABLE_EFFECT, Verdict.RELAPSED),
        (Verdict.EFFECTIVE, Verdict.WORSENED, Verdict.RELAPSED),
        (Verdict.EFFECTIVE, Verdict.CANNOT_BE_JUDGED_YET, Verdict.CANNOT_BE_JUDGED_YET),
        (Verdict.NO_DEMONSTRABLE_EFFECT, Verdict.EFFECTIVE, Verdict.EFFECTIVE),
        (Verdict.WORSENED, Verdict.WORSENED, Verdict.WORSENED),
    ],
)
def test_a_second_look_says_whether_an_effect_lasted(first: Verdict, now: Verdict, verdict: Verdict) -> None:
    assert look_again(first, now) == verdict


@pytest.mark.parametrize("worst", [inf, nan, 1e200])
def test_values_that_are_no_finite_numbers_are_refused(worst: float) -> None:
    with pytest.raises(ValueError, match="finite values only"):
        judge_effect(BEFORE, [*HIGHER, worst], UP)


@pytest.mark.parametrize("points", [(-1, 4), (4, -1)])
def test_fewer_points_than_none_are_refused(points: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="never below nothing"):
        choose_method(*points)


@pytest.mark.parametrize("sign", [0, 2])
def test_without_a_good_direction_there_is_no_effect_to_plan(sign: int) -> None:
    with pytest.raises(ValueError, match="good direction"):
        Plan(sign, expected=1)


@pytest.mark.parametrize("expected", [-1, inf, nan])
def test_an_effect_expected_in_the_bad_direction_is_refused(expected: float) -> None:
    with pytest.raises(ValueError, match="effect expected"):
        Plan(1, expected=expected)
