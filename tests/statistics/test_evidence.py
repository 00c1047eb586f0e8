"""The evidence ladder: how much so many points can carry, and never more."""

import random
from itertools import pairwise

import pytest

from okr_engine.statistics.evidence import (
    LADDER,
    Form,
    Shown,
    Wording,
    allows_runs_analysis,
    expected_next,
    rung,
    tier_of,
    trial_multiplier,
)
from okr_engine.statistics.xmr_rules import Rule
from okr_engine.terms import Tier


@pytest.mark.parametrize(
    ("points", "tier"),
    [
        (0, Tier.NONE),
        (1, Tier.LEVEL),
        (2, Tier.PAIR),
        (4, Tier.PAIR),
        (5, Tier.PREDICTION),
        (7, Tier.PREDICTION),
        (8, Tier.TRIAL),
        (12, Tier.TRIAL),
        (13, Tier.STANDARD),
        (23, Tier.STANDARD),
        (24, Tier.FIRM),
        (10_000, Tier.FIRM),
    ],
)
def test_every_number_of_points_has_its_tier(points: int, tier: Tier) -> None:
    assert tier_of(points) == tier


def test_no_icon_is_given_below_thirteen_points() -> None:
    assert [points for points in range(40) if rung(points).has_icons] == list(range(13, 40))


def test_below_eight_points_no_rule_speaks_and_a_trend_only_from_thirteen() -> None:
    assert {rule for points in range(8) for rule in rung(points).rules} == set()
    assert rung(8).rules == rung(12).rules == {Rule.OUTSIDE_LIMITS, Rule.TWO_IN_THREE, Rule.SHIFT}
    assert rung(13).rules == set(Rule)


def test_more_points_never_allow_less() -> None:
    firmness = list(Wording)
    for lower, higher in pairwise(LADDER):
        assert lower.shows - {Shown.TRIAL_LIMITS} <= higher.shows
        assert lower.rules <= higher.rules
        assert firmness.index(lower.wording) <= firmness.index(higher.wording)
        assert list(Form).index(lower.assurance) <= list(Form).index(higher.assurance)


def test_trial_limits_are_never_shown_as_those_of_a_standard_chart() -> None:
    assert all(not {Shown.TRIAL_LIMITS, Shown.LIMITS} <= one.shows for one in LADDER)


def test_runs_of_a_whole_series_are_judged_from_ten_points_on() -> None:
    assert [points for points in range(14) if allows_runs_analysis(points)] == [10, 11, 12, 13]


@pytest.mark.parametrize(
    ("points", "multiplier"), [(4, 6.04), (7, 4.20), (8, 3.55), (9, 3.55), (10, 3.23), (12, 3.04), (100, 2.50)]
)
def test_between_tabulated_numbers_the_more_careful_multiplier_is_taken(points: int, multiplier: float) -> None:
    assert trial_multiplier(points) == multiplier


def test_three_points_have_no_multiplier() -> None:
    with pytest.raises(ValueError, match="at least four"):
        trial_multiplier(3)


def test_the_prediction_band_is_the_one_of_the_textbook() -> None:
    # Mean 50, standard deviation √(40/4), t(0.975, 4) = 2.776445105: 50 ± 2.776445105 · 3.16227766 · √1.2.
    band = expected_next([46, 48, 50, 52, 54])

    assert band is not None
    assert (band.low, band.high) == pytest.approx((50 - 9.617887972, 50 + 9.617887972), rel=1e-9)


@pytest.mark.parametrize("count", [4, 5, 6])
def test_where_nothing_has_changed_one_in_twenty_lies_outside_the_band(count: int) -> None:
    chance = random.Random(count)
    outside = 0
    for _ in range(3_000):
        band = expected_next([chance.gauss(50, 5) for _ in range(count)])
        assert band is not None
        outside += not band.low <= chance.gauss(50, 5) <= band.high

    assert 110 <= outside <= 190


@pytest.mark.parametrize("earlier", [[], [5.0], [7.0, 7.0, 7.0, 7.0]])
def test_too_few_or_unvarying_values_predict_nothing(earlier: list[float]) -> None:
    assert expected_next(earlier) is None
