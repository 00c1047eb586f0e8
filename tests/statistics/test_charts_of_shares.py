"""Where wholes differ much or hold few cases, a share is judged by limits that are its own."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from okr_engine.statistics.p_charts import Method, p_prime_chart
from okr_engine.statistics.share_limits import limits_of_shares
from okr_engine.statistics.shares import Share
from okr_engine.statistics.xmr import Observation, xmr_chart
from okr_engine.statistics.xmr_charts import Chart, Remark
from okr_engine.statistics.xmr_icons import AssuranceIcon, Improvement, VariationIcon
from okr_engine.statistics.xmr_rules import Label

FIRST = date(2024, 1, 1)


def chart_of(shares: Sequence[Share | None], improvement: Improvement = Improvement.DECREASE, **told: float) -> Chart:
    series = [
        Observation(FIRST + timedelta(days=at), 100 * share.value if share else None, share)
        for at, share in enumerate(shares)
    ]
    return xmr_chart(series, improvement=improvement, target=told.get("target"))


def drawn(wholes: Sequence[int], share: float, *, seed: int = 1) -> list[Share]:
    chance = random.Random(seed)
    return [Share(sum(chance.random() < share for _ in range(of)), of) for of in wholes]


UNEQUAL = [400, 60, 380, 90, 420, 70, 400, 80, 390, 60, 410, 75, 400, 65]


def test_equal_wholes_with_enough_cases_keep_the_usual_chart() -> None:
    current = chart_of(drawn([400] * 14, 0.1)).current

    assert (current.fit.method, current.limits is None) == (Method.XMR, False)


def test_unequal_wholes_have_limits_of_their_own_and_it_is_said_why() -> None:
    chart = chart_of(drawn(UNEQUAL, 0.2))

    assert (chart.current.fit.method, chart.current.limits) == (Method.P_PRIME, None)
    assert Remark.WHOLES_VARY in chart.remarks


def test_a_share_of_a_small_whole_may_lie_further_off_than_one_of_a_large_whole() -> None:
    large, small, *_ = chart_of(drawn(UNEQUAL, 0.2)).current.points

    assert large.limits is not None
    assert small.limits is not None
    assert small.limits.upper - small.limits.mean > 2 * (large.limits.upper - large.limits.mean)


def test_the_limits_are_those_of_laneys_chart_in_per_cent() -> None:
    shares = drawn(UNEQUAL, 0.2)

    found = [(one.lower, one.upper) for one in limits_of_shares(shares) if one]

    assert found == [(100 * one.limits.low, 100 * one.limits.high) for one in p_prime_chart(shares).points]


def test_a_fluctuation_of_a_small_whole_is_chance_where_the_same_one_of_a_large_whole_is_not() -> None:
    steady = [Share(of // 5, of) for of in UNEQUAL]

    small, large = chart_of([*steady, Share(18, 60)]), chart_of([*steady, Share(120, 400)])

    assert (small.variation, large.variation) == (VariationIcon.COMMON_CAUSE, VariationIcon.CONCERN_HIGH)
    assert large.current.points[-1].label == Label.ABOVE_LIMIT


def test_a_target_is_held_against_the_limits_of_the_latest_point() -> None:
    assert chart_of([Share(of // 5, of) for of in UNEQUAL], target=0.5).assurance == AssuranceIcon.FAIL
    assert chart_of([Share(of // 5, of) for of in UNEQUAL], target=90).assurance == AssuranceIcon.PASS


def test_a_gap_has_no_limits_and_breaks_no_others() -> None:
    shares: list[Share | None] = [*drawn(UNEQUAL, 0.2)]
    points = chart_of([*shares[:5], None, *shares[5:]]).current.points

    assert [point.limits is None for point in points] == [at == 5 for at in range(15)]


@pytest.mark.parametrize("count", [0, 1])
def test_what_never_or_always_occurs_has_no_variation_and_no_limits_of_its_own(count: int) -> None:
    chart = chart_of([Share(count * of, of) for of in UNEQUAL])

    assert chart.current.fit.method == Method.XMR
    assert Remark.ZERO_VARIATION in chart.remarks


def test_rare_cases_are_said_to_be_rare() -> None:
    chart = chart_of([Share(at % 5 == 0, 100) for at in range(15)])

    assert (chart.current.fit.method, Remark.RARE in chart.remarks) == (Method.BETWEEN_EVENTS, True)


def test_one_value_without_counts_leaves_the_usual_chart() -> None:
    shares = drawn(UNEQUAL, 0.2)
    series = [
        Observation(FIRST + timedelta(days=at), 100 * one.value, one if at else None) for at, one in enumerate(shares)
    ]

    assert xmr_chart(series, improvement=Improvement.DECREASE).current.fit.method == Method.XMR


def test_with_few_points_the_latest_is_held_against_what_counts_let_expect() -> None:
    # 5 of 20 is no further off than chance takes twenty people, 100 of 400 is far beyond what it takes four hundred.
    earlier = [Share(40, 400), Share(3, 30), Share(41, 400), Share(39, 400), Share(4, 40)]

    assert chart_of([*earlier, Share(4, 20)]).signal is None
    assert chart_of([*earlier, Share(100, 400)]).signal is not None


def test_where_nothing_has_changed_hardly_a_share_lies_outside_its_own_limits() -> None:
    outside = 0
    for seed in range(60):
        points = chart_of(drawn([1000, 50] * 12, 0.15, seed=seed)).current.points
        outside += sum(one.label in (Label.ABOVE_LIMIT, Label.BELOW_LIMIT) for one in points)

    # Chance puts 4 of 1,440 points beyond three sigma, and a few more where a whole is small and its share skewed.
    assert outside <= 20


@given(
    st.lists(st.tuples(st.integers(1, 500), st.integers(0, 500)), min_size=2, max_size=30).map(
        lambda pairs: [Share(min(count, of), of) for of, count in pairs]
    )
)
@example([Share(1, 10), Share(1, 10)])
@example([Share(1, 15), Share(1, 15), Share(1, 15)])
@example([Share(45, 50), Share(45, 50)])
def test_a_share_and_what_it_leaves_are_judged_as_mirror_images(shares: list[Share]) -> None:
    left = [Share(one.of - one.count, one.of) for one in shares]
    here, there = chart_of(shares, Improvement.DECREASE), chart_of(left, Improvement.INCREASE)

    assert here.current.fit.method == there.current.fit.method
    if here.current.fit.method == Method.P_PRIME:
        assert [point.kind for point in here.current.points] == [point.kind for point in there.current.points]
