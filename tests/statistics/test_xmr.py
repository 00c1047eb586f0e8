"""An XmR chart: what its points are called, what moves its limits, and when it keeps silent."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from math import inf, isfinite, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.errors import InvalidInput
from okr_engine.statistics.evidence import Wording
from okr_engine.statistics.xmr import Observation, xmr_chart
from okr_engine.statistics.xmr_charts import Chart, Remark, Signal
from okr_engine.statistics.xmr_icons import AssuranceIcon, Improvement, PointType, VariationIcon
from okr_engine.statistics.xmr_limits import Limits
from okr_engine.statistics.xmr_rules import Label, TwoInThree
from okr_engine.terms import Tier

FIRST = date(2024, 1, 1)
COMMON = Label.COMMON_CAUSE
# Thirteen points around 11 with moving ranges of 2: limits at 11 ± 5.32, near lines at 11 ± 3.55.
STEADY: list[float | None] = [10, 12, 10, 12, 10, 12, 10, 12, 10, 12, 10, 12, 11]


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def chart_of(
    values: Sequence[float | Decimal | None], improvement: Improvement = Improvement.INCREASE, **told: Any
) -> Chart:
    return xmr_chart([Observation(day(at), value) for at, value in enumerate(values)], improvement=improvement, **told)


def called(chart: Chart) -> list[Label | None]:
    return [point.label for segment in chart.segments for point in segment.points]


def limits_of(chart: Chart) -> Limits:
    assert chart.current.limits is not None
    return chart.current.limits


def test_the_limits_lie_266_average_moving_ranges_from_the_mean() -> None:
    # Moving ranges 2, 4, 2 and 4: 12.4 ± 2.66 · 3, and two thirds of that.
    limits = limits_of(chart_of([10, 12, 16, 14, 10], screen=False))

    assert (limits.mean, limits.moving_ranges.average) == pytest.approx((12.4, 3))
    assert (limits.lower, limits.upper) == pytest.approx((12.4 - 7.98, 12.4 + 7.98))
    assert (limits.near_lower, limits.near_upper) == pytest.approx((12.4 - 5.32, 12.4 + 5.32))


def test_a_series_in_any_order_gives_the_same_chart() -> None:
    series = [Observation(day(at), value) for at, value in enumerate(STEADY)]
    mixed = random.Random(1).sample(series, len(series))

    assert xmr_chart(mixed, improvement=Improvement.INCREASE) == xmr_chart(series, improvement=Improvement.INCREASE)


def test_exact_decimals_are_charted_as_their_numbers() -> None:
    assert chart_of([Decimal("90.5"), Decimal("91.5")]) == chart_of([90.5, 91.5])


def test_one_point_far_off_is_outside_the_limits() -> None:
    chart = chart_of([*STEADY, 30], baseline=12)

    assert called(chart) == [COMMON] * 13 + [Label.ABOVE_LIMIT]
    assert chart.variation == VariationIcon.IMPROVEMENT_HIGH


def test_a_point_on_a_limit_is_inside_it() -> None:
    # Twelve values of mean 11 with moving ranges of 2: the limit is 11 + 5.32.
    chart = chart_of([*STEADY[:12], 16.32, 16.33], baseline=12)

    assert called(chart)[-2:] == [COMMON, Label.ABOVE_LIMIT]


def test_six_steps_in_one_direction_are_a_trend_of_seven_points_and_five_are_not() -> None:
    wide: list[float | None] = [0, 40, 0, 40, 0, 40, 0, 40]

    assert called(chart_of([*wide, 14, 15, 16, 17, 18, 19, 19]))[8:] == [COMMON] * 7
    assert called(chart_of([*wide, 14, 15, 16, 17, 18, 19, 26]))[8:] == [Label.TREND_INCREASING] * 7


def test_a_value_twice_in_a_row_breaks_a_trend() -> None:
    assert Label.TREND_INCREASING not in called(chart_of([0, 40, 0, 40, 17, 18, 19, 20, 20, 21, 22, 23, 0, 40]))


def test_where_a_trend_turns_the_turning_point_belongs_to_the_new_one() -> None:
    chart = chart_of([0, 60, 0, 60, 0, 60, 27, 28, 29, 30, 31, 32, 33, 32, 31, 30, 29, 28, 27])

    assert called(chart)[6:] == [*[Label.TREND_INCREASING] * 6, *[Label.TREND_DECREASING] * 7]


def test_a_falling_trend_above_the_mean_is_a_concern_where_high_is_good() -> None:
    chart = chart_of([*[0, 40] * 6, 27, 26, 25, 24, 23, 22, 21], baseline=12)

    assert limits_of(chart).mean == 20
    assert chart.current.points[-1].kind == PointType.CONCERN
    assert chart.variation == VariationIcon.CONCERN_LOW


def test_seven_points_on_one_side_are_a_shift_and_six_are_not() -> None:
    before = [*STEADY[:11], 10]
    six, seven = (chart_of([*before, *[13, 12] * 3, *rest], baseline=12) for rest in ([], [13]))

    assert called(six)[12:] == [COMMON] * 6
    assert called(seven)[12:] == [Label.SHIFT_ABOVE] * 7


def test_a_point_on_the_mean_breaks_a_shift() -> None:
    # 0.1 + 0.2 is not 0.3 in a computer; on the mean it lies all the same.
    baseline = [0.1, 0.5] * 6
    broken = [0.4, 0.41, 0.42, 0.1 + 0.2, 0.4, 0.41, 0.42]

    assert called(chart_of([*baseline, *broken], baseline=12))[12:] == [COMMON] * 7


def test_two_in_three_marks_the_two_that_are_far_and_not_the_third() -> None:
    chart = chart_of([*STEADY[:11], 10, 15, 11.5, 15], baseline=12)

    assert called(chart)[12:] == [Label.TWO_IN_THREE_ABOVE, COMMON, Label.TWO_IN_THREE_ABOVE]


def test_two_in_three_needs_all_three_on_one_side() -> None:
    assert called(chart_of([*STEADY[:11], 10, 15, 10, 15], baseline=12))[12:] == [COMMON] * 3


def test_a_point_beyond_the_limit_cancels_two_in_three_unless_the_newer_rule_is_asked_for() -> None:
    values = [*STEADY[:11], 10, 15, 11.5, 40]

    older, newer = (chart_of(values, baseline=12, two_in_three=which) for which in TwoInThree)

    assert called(older)[12:] == [COMMON, COMMON, Label.ABOVE_LIMIT]
    assert called(newer)[12:] == [Label.TWO_IN_THREE_ABOVE, COMMON, Label.ABOVE_LIMIT]


@pytest.mark.parametrize(
    ("improvement", "high", "low"),
    [
        (Improvement.INCREASE, VariationIcon.IMPROVEMENT_HIGH, VariationIcon.CONCERN_LOW),
        (Improvement.DECREASE, VariationIcon.CONCERN_HIGH, VariationIcon.IMPROVEMENT_LOW),
        (Improvement.NEUTRAL, VariationIcon.NEUTRAL_HIGH, VariationIcon.NEUTRAL_LOW),
    ],
)
def test_the_variation_icon_follows_the_direction_that_is_better(
    improvement: Improvement, high: VariationIcon, low: VariationIcon
) -> None:
    assert chart_of([*STEADY, 30], improvement, screen=False).variation == high
    assert chart_of([*STEADY, -8], improvement, screen=False).variation == low


def test_the_variation_icon_is_that_of_the_latest_point_alone() -> None:
    chart = chart_of([*STEADY[:12], 40, 11], baseline=12)

    assert Label.ABOVE_LIMIT in called(chart)
    assert chart.variation == VariationIcon.COMMON_CAUSE


@pytest.mark.parametrize(
    ("target", "increase", "decrease"),
    [(17, AssuranceIcon.FAIL, AssuranceIcon.PASS), (5, AssuranceIcon.PASS, AssuranceIcon.FAIL)],
)
def test_a_target_outside_the_limits_is_always_or_never_reached(
    target: float, increase: AssuranceIcon, decrease: AssuranceIcon
) -> None:
    assert chart_of(STEADY, target=target).assurance == increase
    assert chart_of(STEADY, Improvement.DECREASE, target=target).assurance == decrease
    assert chart_of(STEADY, Improvement.NEUTRAL, target=target).assurance is None


def test_a_target_on_a_limit_is_hit_or_miss() -> None:
    upper = limits_of(chart_of(STEADY)).upper

    assert chart_of(STEADY, target=upper).assurance == AssuranceIcon.INCONSISTENT


@pytest.mark.parametrize(
    ("target", "assurance"),
    [(99, AssuranceIcon.PASS), (100, AssuranceIcon.PASS), (101, AssuranceIcon.FAIL)],
)
@pytest.mark.parametrize("screen", [True, False])
def test_a_constant_series_is_judged_by_comparison_and_says_that_it_never_varied(
    target: float, assurance: AssuranceIcon, screen: bool
) -> None:
    chart = chart_of([100] * 30, target=target, screen=screen)

    limits = limits_of(chart)
    assert (limits.lower, limits.mean, limits.upper) == (100, 100, 100)
    assert (chart.variation, chart.assurance) == (VariationIcon.COMMON_CAUSE, assurance)
    assert Remark.ZERO_VARIATION in chart.remarks


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e-300, -7.7, 1e99])
def test_a_constant_of_any_size_is_constant(value: float) -> None:
    chart = chart_of([value] * 49)

    assert set(called(chart)) == {COMMON}
    assert chart.current.is_constant


def test_a_target_on_a_baseline_that_never_varied_is_hit_or_miss_once_values_vary() -> None:
    assert chart_of([*[100] * 12, 98, 99], target=100, baseline=12).assurance == AssuranceIcon.INCONSISTENT


def test_screening_leaves_out_a_moving_range_that_is_too_large_and_keeps_its_point_in_the_mean() -> None:
    values = [*STEADY, 40, *STEADY]

    plain, screened = (limits_of(chart_of(values, screen=screen)) for screen in (False, True))

    assert (plain.moving_ranges.left_out, screened.moving_ranges.left_out) == (0, 2)
    assert screened.moving_ranges.average < plain.moving_ranges.average
    assert screened.mean == plain.mean


@pytest.mark.parametrize(
    ("count", "asked", "is_screened"),
    [(23, None, False), (24, None, True), (24, False, False), (8, True, True), (7, True, False)],
)
def test_screening_begins_at_24_points_or_where_asked_for_at_8(
    count: int, asked: bool | None, is_screened: bool
) -> None:
    limits = limits_of(chart_of([10, 12] * (count // 2) + [11] * (count % 2), screen=asked))

    assert limits.moving_ranges.are_screened == is_screened


@pytest.mark.parametrize(("step", "left_out"), [(4.36, 0), (4.37, 1)])
def test_a_moving_range_is_too_large_from_3267_times_their_average_on(step: float, left_out: int) -> None:
    # Nine moving ranges of 1 and one of x: x = 3.267 · (9 + x) / 10 where x is 4.367.
    limits = limits_of(chart_of([*[10, 11] * 5, 11 + step], screen=True))

    assert limits.moving_ranges.left_out == left_out


def test_screening_that_would_leave_only_zeros_leaves_out_nothing() -> None:
    chart = chart_of([10] * 12 + [40], screen=True)

    limits = limits_of(chart)
    assert limits.moving_ranges.average == limits.moving_ranges.raw_average == 2.5
    assert limits.lower < 10 < limits.upper < 40


def test_limits_fixed_on_a_baseline_judge_what_comes_later() -> None:
    chart = chart_of([*STEADY[:12], *[30] * 12], baseline=12)

    limits = limits_of(chart)
    assert (limits.points, limits.mean) == (12, 11)
    assert set(called(chart)[12:]) == {Label.ABOVE_LIMIT}


def test_a_baseline_counts_values_and_not_gaps() -> None:
    chart = chart_of([*STEADY[:5], None, *STEADY[5:12], 30], baseline=12)

    assert limits_of(chart).points == 12


def test_a_baseline_of_fewer_than_twelve_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        chart_of(STEADY, baseline=11)

    assert refused.value.what.key == "spc.baseline_too_short"


def test_a_rebase_begins_new_limits_with_its_own_point_and_no_rule_crosses_it() -> None:
    chart = chart_of([*STEADY, *[value + 20 for value in STEADY if value is not None]], rebase_on=[day(13)])

    assert [len(segment.points) for segment in chart.segments] == [13, 13]
    assert [segment.limits.mean for segment in chart.segments if segment.limits] == pytest.approx([11, 31])
    assert set(called(chart)) == {COMMON}


def test_a_rebase_at_the_first_point_changes_nothing() -> None:
    assert chart_of(STEADY, rebase_on=[day(0)]) == chart_of(STEADY)


def test_a_rebase_on_a_day_outside_the_series_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        chart_of(STEADY, rebase_on=[day(99)])

    assert (refused.value.what.key, refused.value.what.values["day"]) == ("spc.rebase_unknown", day(99))


def test_after_a_rebase_icons_wait_for_thirteen_points_again() -> None:
    twelve, thirteen = (chart_of([*STEADY, *STEADY[:count]], target=0, rebase_on=[day(13)]) for count in (12, 13))

    assert (twelve.variation, twelve.assurance) == (None, None)
    assert Remark.TOO_FEW_POINTS in twelve.remarks
    assert (thirteen.variation, thirteen.assurance) == (VariationIcon.COMMON_CAUSE, AssuranceIcon.PASS)


def test_a_missing_latest_value_has_no_variation_icon_and_keeps_the_assurance() -> None:
    chart = chart_of([*STEADY, None], target=0)

    assert (chart.variation, chart.assurance, chart.signal) == (None, AssuranceIcon.PASS, None)
    assert Remark.NO_DATA in chart.remarks


def test_a_gap_breaks_a_run_takes_both_its_moving_ranges_and_is_not_counted() -> None:
    chart = chart_of([*STEADY[:12], *[12, 13] * 2, None, 12, 13], baseline=12)
    counted = limits_of(chart_of([1, 2, None, 4, 5, 6]))

    assert Label.SHIFT_ABOVE not in called(chart)
    assert (counted.points, counted.moving_ranges.count) == (5, 3)


@pytest.mark.parametrize(
    ("values", "tier"), [([], Tier.NONE), ([None, None], Tier.NONE), ([5], Tier.LEVEL), ([5, None, 6, None], Tier.PAIR)]
)
def test_without_neighbours_there_are_no_limits_labels_or_icons(values: list[float | None], tier: Tier) -> None:
    chart = chart_of(values, target=1)

    assert chart.current.limits is None
    assert set(called(chart)) <= {None}
    assert (chart.variation, chart.assurance, chart.signal, chart.current.tier) == (None, None, None, tier)


def test_four_points_can_never_be_outside_their_own_limits() -> None:
    chance = random.Random(4)
    for _ in range(500):
        assert set(called(chart_of([chance.choice([0, 1, 5, 100]) for _ in range(4)]))) == {COMMON}


def test_from_five_points_on_a_value_outside_the_prediction_is_unusual_and_no_more() -> None:
    assert chart_of([10, 11, 9, 10, 30]).signal == Signal(Wording.UNUSUAL)
    assert chart_of([10, 11, 9, 10, 11]).signal is None
    assert chart_of([10, 11, 9, 30]).signal is None


def test_from_eight_points_on_a_rule_is_told_as_possible_and_from_thirteen_plainly() -> None:
    assert chart_of([*STEADY[:11], 40]).signal == Signal(Wording.POSSIBLE, Label.ABOVE_LIMIT)
    assert chart_of([*STEADY[:12], 40]).signal == Signal(Wording.SIGNAL, Label.ABOVE_LIMIT)


def test_a_trend_of_so_few_points_is_not_told() -> None:
    values = [0, 40, 17, 18, 19, 20, 21, 22, 23]

    chart = chart_of(values)

    assert called(chart)[-1] == Label.TREND_INCREASING
    assert chart.signal is None


@pytest.mark.parametrize(
    ("target", "told"), [(11, None), (16.5, None), (18, AssuranceIcon.FAIL), (4, AssuranceIcon.PASS)]
)
def test_eight_to_twelve_points_tell_of_a_target_only_far_outside_and_only_in_words(
    target: float, told: AssuranceIcon | None
) -> None:
    # Twelve points: 11 ± 3.04 · 2.
    chart = chart_of(STEADY[:12], target=target)

    assert (chart.trial_assurance, chart.assurance) == (told, None)


@pytest.mark.parametrize("improvement", [Improvement.INCREASE, Improvement.NEUTRAL])
def test_why_there_is_no_assurance_is_said(improvement: Improvement) -> None:
    chart = chart_of(STEADY, improvement, target=1 if improvement == Improvement.NEUTRAL else None)

    told = Remark.NEUTRAL_DIRECTION if improvement == Improvement.NEUTRAL else Remark.NO_TARGET
    assert chart.remarks == (told,)


def test_two_values_of_one_day_are_refused_with_the_day() -> None:
    series = [Observation(day(0), 1), Observation(day(1), 2), Observation(day(0), None)]

    with pytest.raises(InvalidInput) as refused:
        xmr_chart(series, improvement=Improvement.INCREASE)

    assert (refused.value.what.key, str(refused.value.place)) == ("spc.day_twice", "2024-01-01")


@pytest.mark.parametrize(
    "value", [inf, -inf, nan, 1e101, 10**400, Decimal("Infinity"), Decimal("sNaN"), Decimal("1e400")]
)
def test_a_number_that_cannot_be_computed_with_is_refused_with_its_day(value: float | Decimal) -> None:
    with pytest.raises(InvalidInput) as refused:
        chart_of([1, 2, value])

    assert (refused.value.what.key, str(refused.value.place)) == ("spc.not_a_finite_number", "2024-01-03")
    with pytest.raises(InvalidInput):
        chart_of([1, 2], target=value)


@pytest.mark.parametrize("values", [[1e100, -1e100] * 15, [5e-324, 0] * 15, [1e100, 5e-324, 0] * 10])
def test_huge_and_tiny_numbers_have_limits_that_are_numbers(values: list[float]) -> None:
    limits = limits_of(chart_of(values))

    assert all(map(isfinite, (limits.lower, limits.near_lower, limits.mean, limits.near_upper, limits.upper)))


def test_ten_thousand_points_are_charted() -> None:
    chance = random.Random(10)

    chart = chart_of([chance.gauss(50, 5) for _ in range(10_000)], target=50)

    assert (len(called(chart)), chart.current.tier) == (10_000, Tier.FIRM)


def test_where_nothing_has_changed_the_latest_of_36_points_seldom_signals() -> None:
    # Simulated elsewhere at 1.7 %, unscreened.
    chance = random.Random(36)

    signals = sum(
        chart_of([chance.gauss(0, 1) for _ in range(36)], screen=False).signal is not None for _ in range(2_000)
    )

    assert 15 <= signals <= 60


values = st.lists(st.one_of(st.integers(-1000, 1000), st.none()), min_size=1, max_size=60)
directions = st.sampled_from(Improvement)
screening = st.sampled_from([True, False, None])


def moved(series: Sequence[int | None], factor: float, shift: float) -> list[float | None]:
    return [None if value is None else factor * value + shift for value in series]


@given(values, screening, st.integers(-1000, 1000), st.sampled_from([0.001, 0.1, 0.3, 1, 7, 1000]))
def test_moving_or_stretching_a_series_moves_its_limits_and_changes_no_label(
    series: list[int | None], screen: bool | None, shift: int, factor: float
) -> None:
    before, after = chart_of(series, screen=screen), chart_of(moved(series, factor, factor * shift), screen=screen)

    assert called(before) == called(after)
    assert (before.current.limits is None) == (after.current.limits is None)
    if before.current.limits and after.current.limits:
        old, new = before.current.limits, after.current.limits
        lines = (old.lower, old.near_lower, old.mean, old.near_upper, old.upper)
        moved_lines = [factor * (line + shift) for line in lines]
        found = (new.lower, new.near_lower, new.mean, new.near_upper, new.upper)
        assert found == pytest.approx(moved_lines, rel=1e-9, abs=1e-9 * factor * 1000)


MIRRORED_TYPES = {
    None: None,
    PointType.COMMON_CAUSE: PointType.COMMON_CAUSE,
    PointType.IMPROVEMENT: PointType.CONCERN,
    PointType.CONCERN: PointType.IMPROVEMENT,
    PointType.NEUTRAL_HIGH: PointType.NEUTRAL_LOW,
    PointType.NEUTRAL_LOW: PointType.NEUTRAL_HIGH,
}
MIRRORED_ASSURANCE = {
    None: None,
    AssuranceIcon.PASS: AssuranceIcon.FAIL,
    AssuranceIcon.FAIL: AssuranceIcon.PASS,
    AssuranceIcon.INCONSISTENT: AssuranceIcon.INCONSISTENT,
}


def kinds(chart: Chart) -> list[PointType | None]:
    return [point.kind for segment in chart.segments for point in segment.points]


@given(values, screening, directions, st.sampled_from(TwoInThree))
def test_mirroring_a_series_turns_improvement_into_concern(
    series: list[int | None], screen: bool | None, improvement: Improvement, two_in_three: TwoInThree
) -> None:
    plain, mirrored = (
        chart_of(moved(series, factor, 0), improvement, screen=screen, two_in_three=two_in_three) for factor in (1, -1)
    )

    assert [MIRRORED_TYPES[kind] for kind in kinds(plain)] == kinds(mirrored)


@given(values, st.integers(-1000, 1000))
def test_turning_the_direction_turns_every_judgement_and_no_label(series: list[int | None], target: int) -> None:
    up, down = (chart_of(series, way, target=target + 0.5) for way in (Improvement.INCREASE, Improvement.DECREASE))

    assert called(up) == called(down)
    assert [MIRRORED_TYPES[kind] for kind in kinds(up)] == kinds(down)
    assert MIRRORED_ASSURANCE[up.assurance] == down.assurance


@given(values, st.integers(0, 59))
def test_what_is_before_a_rebase_says_nothing_of_what_follows(series: list[int | None], at: int) -> None:
    at = at % len(series)

    chart = chart_of(series, rebase_on=[day(at)])

    alone = chart_of(series[at:]).current
    days = [replace(point, day=day(at + number)) for number, point in enumerate(alone.points)]
    assert (chart.current.limits, list(chart.current.points)) == (alone.limits, days)
