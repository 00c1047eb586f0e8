"""Intervals: they agree with published software, hold their figure, and shrink with more to count."""

from math import comb, inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.statistics.intervals import (
    Z_95,
    Z_998,
    clopper_pearson,
    jeffreys,
    net_promoter_score,
    wilson,
    wilson_of_population,
)
from tests.statistics.vectors import vectors


def test_the_wilson_interval_agrees_with_published_software() -> None:
    for case in vectors("proportions/prop_intervals")["cases"]:
        for z, name in ((Z_95, "95_0cl"), (Z_998, "99_8cl")):
            ends = wilson(case["x"], case["n"], z=z)

            assert ends.low == pytest.approx(case[f"lower{name}"], rel=1e-9, abs=1e-12)
            assert ends.high == pytest.approx(case[f"upper{name}"], rel=1e-9, abs=1e-12)


def test_the_exact_and_the_bayesian_interval_agree_with_published_software() -> None:
    for case in vectors("proportions/prop_intervals")["cases"]:
        for ends, name in ((clopper_pearson(case["x"], case["n"]), "cp"), (jeffreys(case["x"], case["n"]), "jeffreys")):
            assert ends.low == pytest.approx(case[f"{name}_lower95"], rel=1e-9)
            assert ends.high == pytest.approx(case[f"{name}_upper95"], rel=1e-9)


def test_the_interval_of_a_share_in_a_closed_population_agrees_with_its_formula() -> None:
    for case in vectors("survey/csat_ces_means")["cases"]:
        low, high = case["top2_wilson_fpc"]

        ends = wilson_of_population(sum(case["counts"][-2:]), case["n"], population=case["N"])

        assert (ends.low, ends.high) == pytest.approx((low, high), rel=1e-9)


def test_the_interval_of_a_score_in_a_closed_population_agrees_with_its_formula() -> None:
    for case in vectors("survey/nps_finite_population_neff")["cases"]:
        ends = net_promoter_score(case["promoters"], case["passives"], case["detractors"], population=case["N"])

        assert (ends.low, ends.high) == pytest.approx((case["lower"], case["upper"]), rel=1e-9)


def test_the_interval_of_a_net_promoter_score_agrees_with_published_software() -> None:
    for case in vectors("survey/nps_one_sample")["cases"]:
        low, high = case["adjusted_wald"]

        ends = net_promoter_score(case["promoters"], case["passives"], case["detractors"])

        assert ends.low == pytest.approx(max(-100, low), rel=1e-9)
        assert ends.high == pytest.approx(min(100, high), rel=1e-9)


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_of_a_share_holds_it_and_mirrors(case: tuple[int, int]) -> None:
    count, of = case
    ends, mirrored = wilson(count, of), wilson(of - count, of)

    assert 0 <= ends.low <= count / of + 1e-12
    assert count / of - 1e-12 <= ends.high <= 1
    assert ends.low == pytest.approx(1 - mirrored.high, abs=1e-12)


def test_a_score_that_everybody_gave_is_still_not_certain() -> None:
    few, many = net_promoter_score(10, 0, 0), net_promoter_score(1000, 0, 0)

    assert few.low < many.low < 100


def test_an_interval_told_as_a_percentage_is_a_hundred_times_that_of_the_share() -> None:
    share, percentage = wilson(45, 50), wilson(45, 50).times(100)

    assert (percentage.low, percentage.high) == (100 * share.low, 100 * share.high)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.93])
def test_the_exact_interval_holds_the_share_as_often_as_it_promises(share: float) -> None:
    held = 0.0
    for count in range(13):
        ends = clopper_pearson(count, 12)
        if ends.low <= share <= ends.high:
            held += comb(12, count) * share**count * (1 - share) ** (12 - count)

    assert 0.95 <= held <= 1


def test_the_more_of_a_closed_population_answered_the_narrower_and_all_are_certain() -> None:
    shares = [wilson_of_population(8, 10, population=population) for population in (10, 12, 20, 1000)]
    scores = [net_promoter_score(6, 3, 1, population=population) for population in (10, 12, 20, 1000)]

    for ends in (shares, scores):
        widths = [one.high - one.low for one in ends]
        assert widths == sorted(widths)
        assert widths[0] == 0
    assert (shares[0].low, scores[0].low) == (0.8, 50)


def test_a_population_far_larger_than_its_answers_corrects_nothing() -> None:
    many = 10**12

    assert wilson_of_population(8, 10, population=many).low == pytest.approx(wilson(8, 10).low)
    assert net_promoter_score(6, 3, 1, population=many).low == pytest.approx(net_promoter_score(6, 3, 1).low)


@pytest.mark.parametrize(("count", "of"), [(1, 0), (-1, 10), (11, 10), (0, -1), (1, inf), (nan, 5), (1, nan)])
def test_a_share_that_is_none_is_refused(count: int, of: int) -> None:
    for interval in (wilson, clopper_pearson, jeffreys, lambda x, n: wilson_of_population(x, n, population=20)):
        with pytest.raises(ValueError, match="a count between"):
            interval(count, of)


@pytest.mark.parametrize("answers", [(0, 0, 0), (-1, 5, 5), (nan, 1, 1), (inf, 1, 1)])
def test_a_score_of_no_answers_is_refused(answers: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="at least one answer"):
        net_promoter_score(*answers)


def test_a_population_smaller_than_its_answers_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot have given 10 answers"):
        wilson_of_population(8, 10, population=9)
    with pytest.raises(ValueError, match="cannot have given 10 answers"):
        net_promoter_score(6, 3, 1, population=9)
