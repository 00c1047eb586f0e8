"""XmR charts agree with NHSRplotthedots 0.2.2, except where it tells more than the points can carry."""

from collections.abc import Collection
from datetime import date
from typing import Any

import pytest

from okr_engine.errors import InvalidInput
from okr_engine.statistics.evidence import FEWEST_FOR_ICONS
from okr_engine.statistics.xmr import Observation, xmr_chart
from okr_engine.statistics.xmr_charts import Chart, ChartPoint
from okr_engine.statistics.xmr_icons import AssuranceIcon, Improvement, VariationIcon
from okr_engine.statistics.xmr_rules import Label, TwoInThree
from tests.statistics.vectors import names_in, vectors

# Limits fixed on fewer than twelve points are refused, there and here.
REFUSED = {"ogl_data/ae_rx1_fix12_bad", "synthetic/syn_quarter_step_8_4_fix_refused"}

# Not imitated: screening left a constant series without limits, and the target hit or miss; ours lie on the mean.
CONSTANT = {"ogl_data/ae_constant_100pct", "synthetic/syn_constant20"}
# Not imitated: five points were screened; ours are from eight on, and what would leave only zeros leaves out nothing.
SCREENED_TOO_EARLY = {"synthetic/syn_five_flat_spike_end", "synthetic/syn_five_spike_end"}
# Not imitated: one point was called common cause; ours has no limits to be judged by.
ONE_POINT = {"synthetic/syn_one_point"}


def compared(*, but: Collection[str] = ()) -> list[str]:
    return [name for name in names_in("ogl_data", "package_tests", "synthetic") if name not in REFUSED.union(but)]


def drawn(told: dict[str, Any], two_in_three: TwoInThree = TwoInThree.NHSRPLOTTHEDOTS) -> Chart:
    given = told["input"]
    return xmr_chart(
        [Observation(date.fromisoformat(day), value) for day, value in zip(given["date"], given["value"], strict=True)],
        improvement=Improvement(given["improvement_direction"]),
        target=given["target"],
        rebase_on=[date.fromisoformat(day) for day in given["rebase_dates"]],
        baseline=given["fix_after_n_points"],
        screen=given["screen_outliers"],
        two_in_three=two_in_three,
    )


def points_of(chart: Chart) -> list[ChartPoint]:
    return [point for segment in chart.segments for point in segment.points]


@pytest.mark.parametrize("name", compared(but=CONSTANT | SCREENED_TOO_EARLY | ONE_POINT))
def test_the_limits_agree_with_published_software(name: str) -> None:
    told = vectors(name)

    segments = drawn(told).segments

    for segment, group in zip(segments, told["expected"]["rebase_groups"], strict=True):
        limits = segment.limits
        assert limits is not None
        ranges = limits.moving_ranges
        ours = (limits.mean, limits.lower, limits.upper, limits.near_lower, limits.near_upper, ranges.average)
        theirs = [group[key] for key in ("mean", "lpl", "upl", "near_lpl", "near_upl", "mr_bar")]
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)
        assert ranges.raw_average == pytest.approx(group["mr_bar_raw"], rel=1e-9)
        assert (limits.points, ranges.count, ranges.left_out) == tuple(
            group[key] for key in ("n_baseline", "n_mr", "n_mr_screened")
        )


@pytest.mark.parametrize("name", compared(but=SCREENED_TOO_EARLY | ONE_POINT))
def test_every_point_is_called_what_published_software_calls_it(name: str) -> None:
    told = vectors(name)
    theirs = told["expected"]["points"]

    points = points_of(drawn(told))

    # A missing value is called common cause there, and nothing here.
    assert [(point.label, point.kind) for point in points] == [
        (None, None) if value is None else (label, kind)
        for value, label, kind in zip(
            told["input"]["value"], theirs["special_cause_type"], theirs["point_type"], strict=True
        )
    ]


@pytest.mark.parametrize("name", compared(but=CONSTANT))
def test_the_icons_are_those_of_published_software_or_none_where_the_points_cannot_carry_them(name: str) -> None:
    told = vectors(name)
    theirs = told["expected"]

    chart = drawn(told)

    enough = len(chart.current.values) >= FEWEST_FOR_ICONS
    latest = told["input"]["value"][-1]
    assert chart.variation == (theirs["variation_icon"] if enough and latest is not None else None)
    assert chart.assurance == (theirs["assurance_icon"] if enough else None)


@pytest.mark.parametrize("name", compared())
def test_the_rule_announced_in_2023_changes_the_points_that_it_should(name: str) -> None:
    told = vectors(name)
    told_changes = told.get("alt_two_in_three_2023", {"changed_points": []})["changed_points"]

    before, after = points_of(drawn(told)), points_of(drawn(told, TwoInThree.MDC_2023))

    assert [
        {"index": at, "from": old.label, "to": new.label}
        for at, (old, new) in enumerate(zip(before, after, strict=True))
        if old.label != new.label
    ] == told_changes


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_baseline_that_published_software_refuses_is_refused(name: str) -> None:
    told = vectors(name)

    with pytest.raises(InvalidInput) as refused:
        drawn(told)

    assert refused.value.what.key == "spc.baseline_too_short"


@pytest.mark.parametrize("name", sorted(CONSTANT))
def test_a_constant_series_passes_where_published_software_calls_it_hit_or_miss(name: str) -> None:
    told = vectors(name)

    chart = drawn(told)

    limits = chart.current.limits
    assert limits is not None
    assert limits.lower == limits.mean == limits.upper == told["expected"]["rebase_groups"][0]["mean"]
    assert (chart.variation, chart.assurance) == (VariationIcon.COMMON_CAUSE, AssuranceIcon.PASS)


@pytest.mark.parametrize("name", sorted(SCREENED_TOO_EARLY))
def test_five_points_keep_every_moving_range_and_raise_no_alarm_on_all_of_them(name: str) -> None:
    told = vectors(name)

    chart = drawn(told)

    limits = chart.current.limits
    assert limits is not None
    raw = told["expected"]["rebase_groups"][0]["mr_bar_raw"]
    assert limits.moving_ranges.average == pytest.approx(raw, rel=1e-9)
    assert {point.label for point in points_of(chart)[:-1]} == {Label.COMMON_CAUSE}


def test_one_point_has_no_limits_no_label_and_no_icon() -> None:
    chart = drawn(vectors("synthetic/syn_one_point"))

    assert chart.current.limits is None
    assert (points_of(chart)[0].label, chart.variation, chart.assurance) == (None, None, None)
