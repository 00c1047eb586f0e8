"""Whether a moved aim asks for less or for more, whichever way is good."""

from decimal import Decimal

import pytest

from okr_engine.statistics.aims import Aim, Shift, shift_between


def up(target: int) -> Aim:
    return Aim(1, target=Decimal(target))


def down(target: int) -> Aim:
    return Aim(-1, target=Decimal(target))


def within(low: int, high: int) -> Aim:
    return Aim(0, low=Decimal(low), high=Decimal(high))


@pytest.mark.parametrize(
    ("before", "after", "shift"),
    [
        (up(80), up(70), Shift.EASIER),
        (up(80), up(90), Shift.HARDER),
        (up(80), up(80), Shift.OTHER),
        (down(10), down(12), Shift.EASIER),
        (down(10), down(8), Shift.HARDER),
        (within(40, 60), within(30, 60), Shift.EASIER),
        (within(40, 60), within(45, 55), Shift.HARDER),
        (within(40, 60), within(50, 70), Shift.OTHER),
        (within(40, 60), up(50), Shift.OTHER),
        (up(80), down(80), Shift.OTHER),
        (up(80), Aim(1), Shift.OTHER),
        (Aim(0), Aim(0), Shift.OTHER),
    ],
)
def test_an_aim_is_easier_when_everything_that_reached_it_still_does(before: Aim, after: Aim, shift: Shift) -> None:
    assert shift_between(before, after) == shift


@pytest.mark.parametrize(("aim", "level"), [(up(80), 70), (down(10), 12), (within(40, 60), 70), (within(40, 60), 30)])
def test_an_aim_relaxed_to_a_level_is_content_with_the_level_and_with_the_aim(aim: Aim, level: int) -> None:
    relaxed = aim.relaxed_to(Decimal(level))

    assert relaxed.missed_by(Decimal(level)) == 0
    assert shift_between(aim, relaxed) == Shift.EASIER
