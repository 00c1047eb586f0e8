"""An interrupted time series: it agrees with published software, and finds the step and the turn that were put in."""

import random
from math import inf

import pytest

from okr_engine.statistics.interrupted_series import interrupted_series
from tests.statistics.vectors import vectors


def series(*, before: int, after: int, step: float, turn: float, noise: float = 0.5) -> list[float]:
    chance = random.Random(11)
    return [
        10 + 0.2 * period + (step + turn * (period - before) if period >= before else 0) + chance.gauss(0, noise)
        for period in range(before + after)
    ]


def test_level_and_slope_agree_with_published_software() -> None:
    told = vectors("effect/its_rrk_merger")

    found = interrupted_series(told["y"], before=told["T0"] - 1, lag=2)

    by_name = {"(Intercept)": found.start, "t": found.trend, "D": found.level_change, "P": found.trend_change}
    for name, coefficient in by_name.items():
        assert coefficient.estimate == pytest.approx(told["coef"][name], rel=1e-9)
        assert coefficient.error == pytest.approx(told["se_ols"][name], rel=1e-9)
        assert coefficient.robust_error == pytest.approx(told["se_newey_west_lag2"][name], rel=1e-9)
    assert found.durbin_watson == pytest.approx(told["durbin_watson"], rel=1e-9)


def test_a_step_and_a_turn_lie_in_their_intervals() -> None:
    found = interrupted_series(series(before=24, after=24, step=4, turn=-0.5), before=24)

    for coefficient, put_in in ((found.trend, 0.2), (found.level_change, 4), (found.trend_change, -0.5)):
        for is_robust in (False, True):
            ends = coefficient.interval(is_robust=is_robust)
            assert ends.low < put_in < ends.high
    assert found.level_change.interval().low > 0


def test_where_nothing_happened_nothing_is_found() -> None:
    found = interrupted_series(series(before=12, after=12, step=0, turn=0), before=12)

    assert found.level_change.interval().low < 0 < found.level_change.interval().high


def test_values_turned_over_turn_over_what_is_found() -> None:
    values = series(before=12, after=12, step=3, turn=0.1)

    found, mirrored = (interrupted_series(them, before=12) for them in (values, [-value for value in values]))

    assert mirrored.level_change.estimate == pytest.approx(-found.level_change.estimate)
    assert mirrored.level_change.robust_error == pytest.approx(found.level_change.robust_error)


@pytest.mark.parametrize(("before", "after"), [(7, 12), (12, 7)])
def test_fewer_than_eight_on_a_side_are_refused(before: int, after: int) -> None:
    with pytest.raises(ValueError, match="at least 8 values before and after"):
        interrupted_series(series(before=before, after=after, step=0, turn=0), before=before)


@pytest.mark.parametrize("value", [0.0, 90.0])
def test_a_series_that_never_leaves_its_line_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="never leave their line"):
        interrupted_series([value] * 20, before=10)


@pytest.mark.parametrize("lag", [-1, 20])
def test_a_lag_longer_than_the_series_or_below_nothing_is_refused(lag: int) -> None:
    with pytest.raises(ValueError, match="a lag"):
        interrupted_series(series(before=10, after=10, step=1, turn=0), before=10, lag=lag)


def test_values_that_are_no_finite_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="finite values only"):
        interrupted_series([*series(before=10, after=9, step=1, turn=0), inf], before=10)


def test_too_short_a_series_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 values"):
        interrupted_series([], before=0)
