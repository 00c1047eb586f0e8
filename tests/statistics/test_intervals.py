"""Intervals: they agree with published software, hold their figure, and shrink with more to count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.statistics.intervals import Z_95, Z_998, net_promoter_score, wilson
from tests.statistics.vectors import vectors


def test_the_wilson_interval_agrees_with_published_software() -> None:
    for case in vectors("proportions/prop_intervals")["cases"]:
        for z, name in ((Z_95, "95_0cl"), (Z_998, "99_8cl")):
            ends = wilson(case["x"], case["n"], z=z)

            assert ends.low == pytest.approx(case[f"lower{name}"], rel=1e-9, abs=1e-12)
            assert ends.high == pytest.approx(case[f"upper{name}"], rel=1e-9, abs=1e-12)


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


@pytest.mark.parametrize(("count", "of"), [(1, 0), (-1, 10), (11, 10)])
def test_a_share_that_is_none_is_refused(count: int, of: int) -> None:
    with pytest.raises(ValueError, match="a count between"):
        wilson(count, of)


@pytest.mark.parametrize("answers", [(0, 0, 0), (-1, 5, 5)])
def test_a_score_of_no_answers_is_refused(answers: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="at least one answer"):
        net_promoter_score(*answers)
