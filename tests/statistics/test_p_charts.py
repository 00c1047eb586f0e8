"""Control charts of shares: they agree with published software, and chance alone puts hardly a share outside."""

from collections.abc import Callable
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.statistics.p_charts import (
    FEWEST_TO_NARROW,
    Method,
    Reason,
    ShareChart,
    fitting_chart,
    p_chart,
    p_prime_chart,
)
from okr_engine.statistics.shares import Share
from tests.statistics.vectors import vectors

SERIES = ["72h_small", "72h_step", "national", "rrk"]
STEADY = [Share(count, 100) for count in (9, 11, 10, 12, 8, 10, 11, 9)]


def as_published(shares: list[Share], *, baseline: int | None) -> ShareChart:
    return p_prime_chart(shares, baseline=baseline, screens=True, may_narrow=True)


@pytest.mark.parametrize("series", SERIES)
@pytest.mark.parametrize(("kind", "draw"), [("p", p_chart), ("pp", as_published)])
def test_a_chart_of_shares_agrees_with_published_software(
    series: str, kind: str, draw: Callable[..., ShareChart]
) -> None:
    told = vectors(f"proportions/pchart_{series}_{kind}")
    given_, expected = told["input"], told["expected"]
    shares = [Share(count, of) for count, of in zip(given_["numerator"], given_["denominator"], strict=True)]

    chart = draw(shares, baseline=given_["freeze"])

    assert chart.centre == pytest.approx(expected["centre"], rel=1e-9)
    assert (chart.sigma_z or 0) == pytest.approx(expected["sigma_z"] or 0, rel=1e-9)
    for name, ends in (("", [one.limits for one in chart.points]), ("_2sigma", [one.near for one in chart.points])):
        assert [one.low for one in ends] == pytest.approx(expected[f"lcl{name}"], rel=1e-9)
        assert [one.high for one in ends] == pytest.approx(expected[f"ucl{name}"], rel=1e-9)
    assert [one.is_outside for one in chart.points] == expected["sigma_signal"]


def test_the_limits_of_a_p_chart_are_what_they_are_by_hand() -> None:
    # 60 of 600: 0.1 ± 3 · √(0.1 · 0.9 / 100) = 0.1 ± 0.09, and ± 0.06 for two sigma.
    [first, *_] = p_chart([Share(10, 100)] * 6).points

    assert (first.limits.low, first.limits.high) == pytest.approx((0.01, 0.19))
    assert (first.near.low, first.near.high) == pytest.approx((0.04, 0.16))


def test_sigma_z_is_the_mean_moving_range_of_z_over_its_constant() -> None:
    # z of 5, 15, 5, 15 of 100 around 0.1 is ∓0.05/0.03: ranges of 0.1/0.03, three of them.
    chart = p_prime_chart([Share(count, 100) for count in (5, 15, 5, 15)])

    assert chart.sigma_z == pytest.approx(0.1 / 0.03 / 1.128)
    assert chart.widened == chart.sigma_z


def test_a_short_series_steadier_than_chance_does_not_narrow_its_limits() -> None:
    chart, plain = p_prime_chart(STEADY), p_chart(STEADY)

    assert chart.sigma_z is not None
    assert chart.sigma_z < 1
    assert chart.points == plain.points


def test_a_long_one_may() -> None:
    chart = p_prime_chart([STEADY[at % len(STEADY)] for at in range(FEWEST_TO_NARROW)])

    assert chart.widened == chart.sigma_z
    assert chart.widened < 1


def test_a_baseline_that_stands_is_not_moved_by_what_follows() -> None:
    stepped = [*STEADY, Share(30, 100), Share(32, 100)]

    chart = p_prime_chart(stepped, baseline=len(STEADY))

    assert chart.centre == p_chart(STEADY).centre
    assert [one.is_above for one in chart.points] == [False] * 8 + [True] * 2


def test_one_leap_among_equals_does_not_screen_itself_away() -> None:
    leapt = p_prime_chart([Share(10, 100)] * 12 + [Share(40, 100)], screens=True)

    assert leapt.sigma_z is not None
    assert leapt.sigma_z > 0


@given(st.lists(st.integers(0, 60), min_size=4, max_size=30))
def test_what_a_share_leaves_of_the_whole_is_charted_as_its_mirror_image(counts: list[int]) -> None:
    chart = p_prime_chart([Share(count, 60) for count in counts])
    mirrored = p_prime_chart([Share(60 - count, 60) for count in counts])

    assert chart.widened == pytest.approx(mirrored.widened)
    for one, other in zip(chart.points, mirrored.points, strict=True):
        assert one.limits.low == pytest.approx(1 - other.limits.high, abs=1e-12)
        assert one.near.high == pytest.approx(1 - other.near.low, abs=1e-12)


@pytest.mark.parametrize("count", [0, 100])
def test_a_share_that_is_always_nothing_or_all_has_limits_without_width(count: int) -> None:
    for chart in (p_chart([Share(count, 100)] * 6), p_prime_chart([Share(count, 100)] * 6)):
        assert not chart.varies
        assert {(one.limits.low, one.limits.high) for one in chart.points} == {(count / 100, count / 100)}
        assert not any(one.is_outside for one in chart.points)


def test_wholes_that_stay_alike_and_have_enough_to_count_need_no_other_chart() -> None:
    assert fitting_chart(STEADY).method == Method.XMR


def test_wholes_that_vary_by_more_than_half_need_laneys_chart() -> None:
    assert fitting_chart([Share(15, 100), Share(22, 150)]).method == Method.XMR
    assert fitting_chart([Share(15, 100), Share(22, 151)]).reasons == (Reason.WHOLES_VARY,)


def test_few_expected_in_the_smallest_whole_are_enough_to_need_it() -> None:
    assert fitting_chart([Share(4, 40), Share(6, 60)]).reasons == (Reason.FEW_EXPECTED,)
    assert fitting_chart([Share(5, 50), Share(6, 60)]).reasons == ()


@pytest.mark.parametrize("count", [4, 96])
def test_few_expected_on_either_side_need_laneys_chart(count: int) -> None:
    found = fitting_chart([Share(count, 100)] * 4)

    assert (found.method, found.reasons) == (Method.P_PRIME, (Reason.FEW_EXPECTED,))


@pytest.mark.parametrize("counts", [(0, 1, 0, 0), (0, 0, 0, 0), (100, 100, 99, 100)])
def test_hardly_any_expected_make_no_chart_of_shares(counts: tuple[int, ...]) -> None:
    assert fitting_chart([Share(count, 100) for count in counts]).method == Method.BETWEEN_EVENTS


def test_larger_wholes_have_narrower_limits() -> None:
    small, large = p_chart([Share(100, 1000), Share(1000, 10_000)]).points

    assert large.limits.high - 0.1 == pytest.approx((small.limits.high - 0.1) / sqrt(10))


@pytest.mark.parametrize("draw", [p_chart, fitting_chart])
def test_no_shares_make_no_chart(draw: Callable[[list[Share]], object]) -> None:
    with pytest.raises(ValueError, match="at least one share"):
        draw([])


def test_two_shares_tell_how_they_vary() -> None:
    assert p_prime_chart([Share(5, 100), Share(15, 100)]).sigma_z == pytest.approx(0.1 / 0.03 / 1.128)


def test_one_share_does_not_tell_how_they_vary() -> None:
    with pytest.raises(ValueError, match="at least two shares"):
        p_prime_chart(STEADY[:1])
    with pytest.raises(ValueError, match="at least two shares"):
        p_prime_chart(STEADY, baseline=1)


@pytest.mark.parametrize("baseline", [0, -1, 9])
def test_a_baseline_outside_the_series_is_refused(baseline: int) -> None:
    with pytest.raises(ValueError, match="a baseline of 1 to 8"):
        p_chart(STEADY, baseline=baseline)
