"""Surveys: scores, ratings and changes agree with published software, whichever end of a scale is the good one."""

from math import inf, nan, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.statistics.intervals import Z_95
from okr_engine.statistics.surveys import (
    Promotion,
    Ratings,
    answers_shift,
    best_change,
    index_change,
    score_change,
)
from tests.statistics.vectors import vectors

MILD, GLAD = Ratings((2, 6, 12, 14, 6)), Ratings((1, 2, 7, 20, 20))
scales = st.lists(st.integers(0, 30), min_size=5, max_size=5).map(tuple)


def asked(counts: tuple[int, ...]) -> bool:
    return sum(count > 0 for count in counts) > 1


def test_net_promoter_scores_agree_with_published_software() -> None:
    for case in vectors("survey/nps_one_sample")["cases"]:
        answers = Promotion(case["promoters"], case["passives"], case["detractors"])
        wald = (answers.score - Z_95 * answers.standard_error, answers.score + Z_95 * answers.standard_error)

        assert answers.n == case["n"]
        assert answers.score == pytest.approx(case["nps"], rel=1e-9)
        assert answers.variance == pytest.approx(case["variance_population"], rel=1e-9)
        assert answers.standard_error == pytest.approx(case["se"], rel=1e-9)
        assert wald == pytest.approx(case["wald"], rel=1e-9)
        for drawn in case["survey_se_fpc"]:
            assert answers.sampled_standard_error(drawn["N"]) == pytest.approx(drawn["se"], rel=1e-9)


def test_the_interval_of_a_score_is_the_adjusted_one() -> None:
    for case in vectors("survey/nps_one_sample")["cases"]:
        ends = Promotion(case["promoters"], case["passives"], case["detractors"]).interval()

        assert ends.low == pytest.approx(case["adjusted_wald"][0], rel=1e-9)
        assert ends.high == pytest.approx(min(100, case["adjusted_wald"][1]), rel=1e-9)


def test_the_interval_of_a_score_in_a_closed_population_agrees_with_its_formula() -> None:
    for case in vectors("survey/nps_finite_population_neff")["cases"]:
        answers = Promotion(case["promoters"], case["passives"], case["detractors"])

        ends = answers.interval(population=case["N"])

        assert answers.score == pytest.approx(case["nps"], rel=1e-9)
        assert (ends.low, ends.high) == pytest.approx((case["lower"], case["upper"]), rel=1e-9)


def test_means_indices_and_best_answers_agree_with_published_software() -> None:
    for case in vectors("survey/csat_ces_means")["cases"]:
        ratings = Ratings(tuple(case["counts"]))
        mean, of_population = ratings.mean_interval(), ratings.mean_interval(population=case["N"])
        best, best_of_population = ratings.best_interval(), ratings.best_interval(population=case["N"])

        assert (ratings.n, len(ratings.counts)) == (case["n"], case["scale_points"])
        assert (ratings.mean, ratings.sample.sd) == pytest.approx((case["mean"], case["sd"]), rel=1e-9)
        assert (mean.low, mean.high) == pytest.approx(case["t_ci"], rel=1e-9)
        assert (of_population.low, of_population.high) == pytest.approx(case["t_ci_fpc"], rel=1e-9)
        assert ratings.index == pytest.approx(case["index_0_100"], rel=1e-9)
        assert ratings.index_sample.sd == pytest.approx(case["index_sd"], rel=1e-9)
        assert ratings.best().value == pytest.approx(case["top2"], rel=1e-9)
        assert (best.low, best.high) == pytest.approx(case["top2_wilson"], rel=1e-9)
        assert (best_of_population.low, best_of_population.high) == pytest.approx(case["top2_wilson_fpc"], rel=1e-9)


def test_a_change_of_score_is_judged_with_three_more_answers_each() -> None:
    # 50 of 10/5/5 and 20/5/5: with ¾, 1½ and ¾ added, shares of 23 and 33.
    before, now = Promotion(10, 5, 5), Promotion(20, 5, 5)
    one, other = (10.75 - 5.75) / 23, (20.75 - 5.75) / 33
    error = sqrt((16.5 / 23 - one**2) / 23 + (26.5 / 33 - other**2) / 33)

    found = score_change(before, now)

    assert found.change == 25
    assert found.interval.low == pytest.approx(100 * (other - one - Z_95 * error))
    assert found.interval.high == pytest.approx(100 * (other - one + Z_95 * error))
    assert found.p > 0.05


def test_with_ten_answers_each_only_a_very_large_change_of_score_shows() -> None:
    assert score_change(Promotion(3, 4, 3), Promotion(7, 2, 1)).p < 0.15
    assert score_change(Promotion(3, 4, 3), Promotion(6, 3, 1)).interval.low < 0
    assert score_change(Promotion(3, 4, 3), Promotion(9, 1, 0)).interval.low > 0


@pytest.mark.parametrize(("before", "now", "sign"), [(MILD, GLAD, 1), (GLAD, MILD, -1)])
@pytest.mark.parametrize("is_reversed", [False, True])
def test_more_good_answers_are_better_whichever_end_of_the_scale_is_good(
    before: Ratings, now: Ratings, sign: int, is_reversed: bool
) -> None:
    one, other = (
        Ratings(each.counts[::-1] if is_reversed else each.counts, is_reversed=is_reversed) for each in (before, now)
    )

    index, best, shift = index_change(one, other), best_change(one, other), answers_shift(one, other)

    assert index.change == pytest.approx(sign * (GLAD.index - MILD.index))
    assert sign * index.interval.low > 0
    assert sign * index.interval.high > 0
    assert sign * best.low > 0
    assert sign * best.high > 0
    assert sign * (shift.chance_larger - 0.5) > 0
    assert shift.p < 0.05


@given(scales.filter(asked), scales.filter(asked))
def test_a_change_of_the_index_is_that_of_the_mean_in_other_units(
    before: tuple[int, ...], now: tuple[int, ...]
) -> None:
    one, other = Ratings(before), Ratings(now)

    if one.n > 1 and other.n > 1:
        assert index_change(one, other).change == pytest.approx(25 * (other.mean - one.mean), abs=1e-9)


@given(scales.filter(asked))
def test_a_reversed_scale_mirrors_the_index_and_keeps_the_mean(counts: tuple[int, ...]) -> None:
    plain, reversed_ = Ratings(counts), Ratings(counts, is_reversed=True)

    assert plain.mean == reversed_.mean
    assert plain.index == pytest.approx(100 - reversed_.index)
    assert plain.best().count == sum(counts[-2:])
    assert reversed_.best().count == sum(counts[:2])


def test_a_scale_may_begin_at_nothing() -> None:
    ratings = Ratings((1, *[0] * 9, 1), lowest=0)

    assert (ratings.mean, ratings.index, ratings.values) == (5, 50, (0, 10))


def test_effort_is_the_share_of_the_three_best_of_seven() -> None:
    assert Ratings((1, 1, 1, 1, 2, 2, 2)).best(3).value == 0.6


def test_answers_that_are_all_the_same_have_no_interval_of_their_mean() -> None:
    ratings = Ratings((0, 0, 0, 0, 30))

    assert ratings.index == 100
    with pytest.raises(ValueError, match="all values are the same"):
        ratings.mean_interval()
    with pytest.raises(ValueError, match="all values are the same"):
        index_change(ratings, ratings)


@pytest.mark.parametrize("counts", [(0, 0, 0), (-1, 5, 5), (inf, 1, 1), (nan, 1, 1)])
def test_answers_that_nobody_can_have_given_are_refused(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="at least one answer"):
        Promotion(*counts)
    with pytest.raises(ValueError, match="at least one answer"):
        Ratings(counts)


def test_one_answer_does_not_vary() -> None:
    with pytest.raises(ValueError, match="at least two answers"):
        Ratings((0, 1)).mean_interval()
    with pytest.raises(ValueError, match="at least two answers"):
        Promotion(1, 0, 0).sampled_standard_error(10)


def test_a_scale_of_one_point_is_none() -> None:
    with pytest.raises(ValueError, match="at least two points"):
        Ratings((5,))


@pytest.mark.parametrize("points", [0, 5])
def test_the_best_answers_are_some_and_not_all(points: int) -> None:
    with pytest.raises(ValueError, match="fewer points than the scale has"):
        MILD.best(points)


@pytest.mark.parametrize(
    "other", [Ratings((1, 2, 3)), Ratings(MILD.counts, lowest=0), Ratings(MILD.counts, is_reversed=True)]
)
def test_answers_on_another_scale_are_not_compared(other: Ratings) -> None:
    for compare in (index_change, best_change, answers_shift):
        with pytest.raises(ValueError, match="another scale"):
            compare(MILD, other)


def test_a_population_smaller_than_its_answers_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot have given 40 answers"):
        MILD.mean_interval(population=39)
    with pytest.raises(ValueError, match="cannot have given 40 answers"):
        MILD.best_interval(population=39)
    with pytest.raises(ValueError, match="cannot have given 20 answers"):
        Promotion(10, 5, 5).interval(population=19)
