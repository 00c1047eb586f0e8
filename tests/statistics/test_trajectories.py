"""Paths, straight and in steps, and the pace that is needed beside the best one ever made, in either direction."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.statistics.aims import Aim
from okr_engine.statistics.trajectories import Step, SteppedPath, pace_of, path_of

MARCH, JUNE, DECEMBER = date(2025, 3, 31), date(2025, 6, 30), date(2025, 12, 31)
RISING = SteppedPath(Decimal(60), (Step(JUNE, Decimal(70)), Step(DECEMBER, Decimal(90))), sign=1)
FALLING = SteppedPath(Decimal(20), (Step(JUNE, Decimal(15)), Step(DECEMBER, Decimal(10))), sign=-1)


def decimals(*values: str) -> list[Decimal]:
    return [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("day", "rising", "falling"),
    [
        (date(2025, 1, 1), 60, 20),
        (date(2025, 6, 29), 60, 20),
        (JUNE, 70, 15),
        (date(2025, 12, 30), 70, 15),
        (DECEMBER, 90, 10),
        (date(2027, 1, 1), 90, 10),
    ],
)
def test_a_step_is_expected_from_the_day_it_is_due_and_nothing_between(day: date, rising: int, falling: int) -> None:
    assert RISING.expected_on(day) == rising
    assert FALLING.expected_on(day) == falling


@pytest.mark.parametrize(("sign", "baseline", "target"), [(1, 60, 90), (-1, 90, 60)])
def test_a_straight_path_leads_evenly_from_baseline_to_target_by_months(sign: int, baseline: int, target: int) -> None:
    path = path_of(Aim(sign, Decimal(target)), Decimal(baseline), date(2025, 1, 1), DECEMBER)

    assert path is not None
    assert path.expected_on(date(2024, 12, 31)) == baseline
    assert path.expected_on(MARCH) == baseline + sign * Decimal("7.5")
    assert path.expected_on(JUNE) == baseline + sign * 15
    assert path.expected_on(date(2026, 3, 31)) == target
    assert path.walked_share(Decimal(baseline + sign * 30), JUNE) == 2


def test_a_straight_path_runs_within_a_month_too() -> None:
    # 15 of 30 days of June after five of six months.
    path = path_of(Aim(1, Decimal(66)), Decimal(0), date(2025, 1, 1), JUNE)

    assert path is not None
    assert path.expected_on(date(2025, 6, 15)) == Decimal("60.5")


def test_a_baseline_beyond_the_target_is_expected_to_stay_at_the_target() -> None:
    path = path_of(Aim(1, Decimal(60)), Decimal(70), date(2025, 1, 1), DECEMBER)

    assert path is not None
    assert path.expected_on(MARCH) == 60


@pytest.mark.parametrize(
    ("aim", "baseline"), [(Aim(1, Decimal(9)), None), (Aim(1), Decimal(1)), (Aim(0, Decimal(9)), Decimal(1))]
)
def test_without_baseline_target_or_direction_there_is_no_path(aim: Aim, baseline: Decimal | None) -> None:
    assert path_of(aim, baseline, date(2025, 1, 1), DECEMBER) is None


def test_what_has_been_walked_is_a_share_of_what_is_expected() -> None:
    assert RISING.walked_share(Decimal(65), JUNE) == Decimal("0.5")
    assert FALLING.walked_share(Decimal(25), JUNE) == Decimal(-1)
    assert FALLING.target == 10


def test_before_the_first_step_no_share_is_told() -> None:
    assert RISING.walked_share(Decimal(65), MARCH) is None


def test_a_step_that_stays_where_it_was_is_allowed() -> None:
    held = SteppedPath(Decimal(60), (Step(JUNE, Decimal(60)), Step(DECEMBER, Decimal(80))), sign=1)

    assert held.walked_share(Decimal(70), JUNE) is None
    assert held.walked_share(Decimal(70), DECEMBER) == Decimal("0.5")


@pytest.mark.parametrize("steps", [((JUNE, 70), (JUNE, 80)), ((DECEMBER, 70), (JUNE, 80))])
def test_steps_out_of_order_are_refused(steps: tuple[tuple[date, int], ...]) -> None:
    with pytest.raises(ValueError, match="due after the one before"):
        SteppedPath(Decimal(60), tuple(Step(day, Decimal(value)) for day, value in steps), sign=1)


@pytest.mark.parametrize(("sign", "values"), [(1, (70, 65)), (-1, (50, 55)), (1, (50, 70)), (-1, (65, 50))])
def test_a_step_that_leads_back_is_refused(sign: int, values: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no step leads back"):
        SteppedPath(Decimal(60), (Step(JUNE, Decimal(values[0])), Step(DECEMBER, Decimal(values[1]))), sign=sign)


@pytest.mark.parametrize(
    ("steps", "sign"), [((), 1), ((Step(JUNE, Decimal(70)),), 0), ((Step(JUNE, Decimal("NaN")),), 1)]
)
def test_a_path_without_steps_direction_or_numbers_is_refused(steps: tuple[Step, ...], sign: int) -> None:
    with pytest.raises(ValueError, match="a path in steps needs"):
        SteppedPath(Decimal(60), steps, sign=sign)


@pytest.mark.parametrize(
    ("sign", "target", "required", "best", "is_beyond"),
    [
        (1, "70", "1", "4", False),
        (1, "90", "6", "4", True),
        (-1, "60", "1.5", "2", False),
        (-1, "50", "4", "2", True),
    ],
)
def test_the_needed_pace_is_measured_by_the_best_one_in_the_good_direction(
    sign: int, target: str, required: str, best: str, is_beyond: bool
) -> None:
    # From 60 up by 4, down by 2, up by 4: the last is 66.
    found = pace_of(decimals("60", "64", "62", "66"), Decimal(target), periods_left=4, sign=sign)

    assert (found.required, found.best) == (Decimal(required), Decimal(best))
    assert found.is_beyond_best == is_beyond


def test_a_pace_as_good_as_the_best_is_not_beyond_it() -> None:
    assert not pace_of(decimals("60", "65"), Decimal(70), periods_left=1, sign=1).is_beyond_best


def test_a_target_that_is_reached_needs_no_pace() -> None:
    found = pace_of(decimals("60", "50"), Decimal(45), periods_left=2, sign=1)

    assert found.required == 0
    assert not found.is_beyond_best


def test_where_nothing_ever_improved_any_pace_was_never_achieved() -> None:
    assert pace_of(decimals("60", "60", "58"), Decimal(59), periods_left=3, sign=1).is_beyond_best


def test_one_value_tells_of_no_pace() -> None:
    found = pace_of(decimals("60"), Decimal(90), periods_left=3, sign=1)

    assert found.required == 10
    assert found.best is None
    assert not found.is_beyond_best


@given(st.lists(st.integers(-100, 100), min_size=1, max_size=10), st.integers(-100, 100), st.integers(1, 12))
def test_figures_turned_over_need_the_same_pace(values: list[int], target: int, left: int) -> None:
    up = pace_of([Decimal(value) for value in values], Decimal(target), periods_left=left, sign=1)
    down = pace_of([Decimal(-value) for value in values], Decimal(-target), periods_left=left, sign=-1)

    assert up == down


@pytest.mark.parametrize(("values", "left", "sign"), [([], 1, 1), (["1"], 0, 1), (["1"], -2, 1), (["1"], 1, 0)])
def test_a_pace_without_values_time_or_direction_is_refused(values: list[str], left: int, sign: int) -> None:
    with pytest.raises(ValueError, match="a pace needs"):
        pace_of(decimals(*values), Decimal(5), periods_left=left, sign=sign)


@pytest.mark.parametrize("worst", ["NaN", "Infinity"])
def test_a_pace_to_or_from_what_is_no_number_is_refused(worst: str) -> None:
    for values, target in ((decimals("1", worst), Decimal(5)), (decimals("1"), Decimal(worst))):
        with pytest.raises(ValueError, match="finite values only"):
            pace_of(values, target, periods_left=1, sign=1)
