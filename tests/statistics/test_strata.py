"""A mean over units: it agrees with published software, and a unit that answers more does not weigh more."""

import pytest

from okr_engine.statistics.intervals import Z_95
from okr_engine.statistics.means import Sample
from okr_engine.statistics.strata import FEWEST_IN_STRATUM, Stratum, stratified_mean
from tests.statistics.vectors import vectors


def test_the_mean_over_units_agrees_with_published_software() -> None:
    told = vectors("survey/stratified_index")
    strata = [Stratum(unit["N"], Sample(unit["n"], unit["mean"], unit["sd"])) for unit in told["units"]]

    found = stratified_mean(strata)

    assert found.mean == pytest.approx(told["overall"], rel=1e-9)
    assert found.standard_error == pytest.approx(told["se"], rel=1e-9)
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (told["overall"] - Z_95 * told["se"], told["overall"] + Z_95 * told["se"]), rel=1e-9
    )


def test_a_unit_weighs_by_its_people_and_not_by_its_answers() -> None:
    many, few = Stratum(100, Sample(90, 50, 10)), Stratum(300, Sample(10, 90, 10))

    assert stratified_mean([many, few]).mean == pytest.approx(80)


def test_units_in_which_everyone_answered_are_certain() -> None:
    assert stratified_mean([Stratum(10, Sample(10, 50, 10)), Stratum(20, Sample(20, 60, 5))]).standard_error == 0


def test_units_with_too_few_answers_are_merged_beforehand() -> None:
    assert Stratum(100, Sample(FEWEST_IN_STRATUM, 50, 10)).population == 100
    with pytest.raises(ValueError, match="merge the smaller ones"):
        Stratum(100, Sample(FEWEST_IN_STRATUM - 1, 50, 10))


def test_more_answers_than_people_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot have given 11 answers"):
        Stratum(10, Sample(11, 50, 10))


def test_no_units_have_no_mean() -> None:
    with pytest.raises(ValueError, match="at least one unit"):
        stratified_mean([])
