"""Shares: changes and targets agree with published software, and a short baseline is neither trusted nor feared."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.statistics.shares import Share, exact_p, expected_share, newcombe, same_share_p, together
from tests.statistics.vectors import vectors

# Newcombe 1998 (Stat Med 17:873), table II, method 10: the first share less the second.
NEWCOMBE = [
    ((56, 70), (48, 80), (0.0524, 0.3339)),
    ((9, 10), (3, 10), (0.1705, 0.8090)),
    ((6, 7), (2, 7), (0.0582, 0.8062)),
    ((5, 56), (0, 29), (-0.0381, 0.1926)),
    ((0, 10), (0, 20), (-0.1611, 0.2775)),
    ((0, 10), (0, 10), (-0.2775, 0.2775)),
    ((10, 10), (0, 20), (0.6791, 1.0000)),
    ((10, 10), (0, 10), (0.6075, 1.0000)),
]
# R's glm stops iterating near the answer; what follows from its dispersion is told to as many digits.
NEARLY = 2e-5

STEADY = tuple(Share(count, of) for count, of in ((9, 118), (12, 126), (8, 110), (11, 131)))
shares = st.integers(1, 500).flatmap(lambda of: st.builds(Share, st.integers(0, of), st.just(of)))


@pytest.mark.parametrize(("now", "before", "ends"), NEWCOMBE)
def test_the_interval_of_a_difference_of_shares_is_the_published_one(
    now: tuple[int, int], before: tuple[int, int], ends: tuple[float, float]
) -> None:
    found = newcombe(Share(*before), Share(*now))

    assert (found.low, found.high) == pytest.approx(ends, abs=5.1e-5)


@given(shares, shares)
def test_the_interval_of_a_difference_holds_it_and_mirrors(before: Share, now: Share) -> None:
    ends, mirrored = newcombe(before, now), newcombe(now, before)

    assert -1 <= ends.low <= now.value - before.value + 1e-12
    assert now.value - before.value - 1e-12 <= ends.high <= 1
    assert (ends.low, ends.high) == pytest.approx((-mirrored.high, -mirrored.low))


def test_where_a_short_baseline_lets_expect_a_share_agrees_with_published_software() -> None:
    for case in vectors("effect/prop_short_baseline")["cases"]:
        baseline = [Share(count, of) for count, of in zip(case["x"], case["n"], strict=True)]
        newest = Share(case["new_x"], case["new_n"])

        found = expected_share(baseline, of=newest.of)

        assert found.share == pytest.approx(case["p0"], rel=1e-9)
        assert found.dispersion == pytest.approx(case["phi"], rel=NEARLY)
        assert (found.interval.low, found.interval.high) == pytest.approx((case["lower"], case["upper"]), rel=1e-9)
        assert found.holds(newest) != case["signal"]
        assert same_share_p(together(baseline), newest) == pytest.approx(case["z_two_sample_p"], rel=1e-9)


def test_the_exact_p_of_a_target_agrees_with_published_software() -> None:
    for case in vectors("proportions/prop_intervals")["cases"]:
        found = exact_p(Share(case["x"], case["n"]), 0.95)

        assert found == pytest.approx(case["p_value_vs_0.95_two_sided_exact"], rel=1e-9, abs=1e-300)


def test_what_is_expected_of_a_short_baseline_is_what_it_is_by_hand() -> None:
    # 10 and 30 of 100: p0 = 0.2, φ = (0.01 + 0.01) · 100 / 0.16 / 1 = 12.5; t(0.975, 1) = 12.706: far beyond 0 and 1.
    found = expected_share([Share(10, 100), Share(30, 100)], of=100)

    assert (found.share, found.dispersion) == pytest.approx((0.2, 12.5))
    assert found.spread == pytest.approx(12.706204736174694 * (12.5 * 0.16 * 1.5 / 100) ** 0.5)
    assert (found.interval.low, found.interval.high) == (0, 1)


def test_a_baseline_steadier_than_chance_narrows_nothing() -> None:
    steady = expected_share([Share(10, 100)] * 6, of=100)

    assert steady.dispersion == 0
    assert steady.spread == pytest.approx(1.959963984540054 * (0.09 * (1 / 100 + 1 / 600)) ** 0.5)


def test_a_share_as_before_is_expected_and_a_doubled_one_is_not() -> None:
    found = expected_share(STEADY, of=122)

    assert found.holds(Share(11, 122))
    assert not found.holds(Share(27, 122))


def test_a_target_that_leaves_no_chance_is_reached_or_impossible() -> None:
    assert exact_p(Share(10, 10), 1) == 1
    assert exact_p(Share(9, 10), 1) == 0
    assert exact_p(Share(5, 10), 0.5) == pytest.approx(1)


def test_two_shares_of_nothing_do_not_differ() -> None:
    assert same_share_p(Share(0, 10), Share(0, 200)) == 1


@pytest.mark.parametrize(("count", "of"), [(1, 0), (-1, 10), (11, 10), (-3, -5), (1, inf), (nan, 10), (1, nan)])
def test_what_is_no_share_is_refused(count: float, of: float) -> None:
    with pytest.raises(ValueError, match="a count between"):
        Share(count, of)


@pytest.mark.parametrize("baseline", [[], [Share(1, 10)]])
def test_a_baseline_of_less_than_two_periods_is_refused(baseline: list[Share]) -> None:
    with pytest.raises(ValueError, match="at least two periods"):
        expected_share(baseline, of=10)


@pytest.mark.parametrize("count", [0, 10])
def test_a_baseline_of_nothing_or_all_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="nothing or all"):
        expected_share([Share(count, 10)] * 4, of=10)


@pytest.mark.parametrize("of", [0, -5, inf])
def test_a_whole_that_is_none_is_refused(of: float) -> None:
    with pytest.raises(ValueError, match="a count between"):
        expected_share(STEADY, of=of)


@pytest.mark.parametrize("target", [-0.1, 1.5, nan])
def test_a_target_beyond_shares_is_refused(target: float) -> None:
    with pytest.raises(ValueError, match="target share"):
        exact_p(Share(1, 10), target)


@pytest.mark.parametrize(("count", "of"), [(2.5, 10), (2, 10.5)])
def test_an_exact_p_of_parts_of_a_count_is_refused(count: float, of: float) -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        exact_p(Share(count, of), 0.5)


def test_no_shares_together_are_refused() -> None:
    with pytest.raises(ValueError, match="a count between"):
        together([])
