"""How much may be said of a survey: few answers say little, and few of those asked speak for themselves only."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.statistics.survey_quality import FewestAnswers, Grade, Shown, grade, shown_with


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (100, Grade.A),
        (60, Grade.A),
        (59, Grade.B),
        (40, Grade.B),
        (39, Grade.C),
        (20, Grade.C),
        (19, Grade.D),
        (0, Grade.D),
    ],
)
def test_the_grade_follows_from_the_response_rate(answers: int, told: Grade) -> None:
    assert grade(answers, 100) == told


def test_a_rate_that_nobody_knows_is_the_lowest_grade() -> None:
    assert grade(500, None) == Grade.D


def test_answers_of_anyone_who_came_by_have_no_frame_and_no_interval() -> None:
    found = grade(500, None, has_frame=False)

    assert found == Grade.NO_FRAME
    assert not found.has_interval
    assert not found.may_be_judged


@pytest.mark.parametrize(
    ("answers", "gap", "told"), [(80, 0.10, Grade.A), (80, 0.11, Grade.B), (30, 0.2, Grade.D), (5, 0.9, Grade.D)]
)
def test_those_who_answered_unlike_those_asked_cost_one_grade(answers: int, gap: float, told: Grade) -> None:
    assert grade(answers, 100, composition_gap=gap) == told


@pytest.mark.parametrize(
    ("told", "only_themselves", "judged"),
    [(Grade.A, False, True), (Grade.B, False, True), (Grade.C, True, True), (Grade.D, True, False)],
)
def test_a_low_grade_limits_what_is_said(told: Grade, only_themselves: bool, judged: bool) -> None:
    assert told.speaks_for_those_who_answered_only == only_themselves
    assert told.may_be_judged == judged
    assert told.has_interval


@pytest.mark.parametrize(("answers", "invited"), [(11, 10), (-1, 10), (0, 0), (5, -5), (1, inf), (1, nan), (nan, 5)])
def test_rates_that_cannot_be_are_refused(answers: int, invited: int) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        grade(answers, invited)


@pytest.mark.parametrize("gap", [-0.1, 1.1, nan])
def test_a_gap_that_is_none_is_refused(gap: float) -> None:
    with pytest.raises(ValueError, match="a gap between shares"):
        grade(5, 10, composition_gap=gap)


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (0, Shown.NOTHING),
        (4, Shown.NOTHING),
        (5, Shown.COUNT),
        (9, Shown.COUNT),
        (10, Shown.VALUE),
        (29, Shown.VALUE),
        (30, Shown.LEVEL),
        (99, Shown.LEVEL),
        (100, Shown.CHANGE),
    ],
)
def test_more_is_shown_with_more_answers(answers: int, told: Shown) -> None:
    assert shown_with(answers) == told


@pytest.mark.parametrize(
    ("answers", "half_width", "told"),
    [
        (40, 10, Shown.CHANGE),
        (40, 10.1, Shown.LEVEL),
        (30, 0, Shown.CHANGE),
        (20, 3, Shown.VALUE),
        (120, 30, Shown.CHANGE),
    ],
)
def test_a_narrow_interval_shows_a_change_where_a_level_is_shown(answers: int, half_width: float, told: Shown) -> None:
    assert shown_with(answers, half_width=half_width) == told


def test_the_steps_are_what_the_organisation_says_they_are() -> None:
    ours = FewestAnswers(count=10, value=20, level=50, change=50)

    assert [shown_with(answers, fewest=ours) for answers in (9, 19, 49, 50)] == [
        Shown.NOTHING,
        Shown.COUNT,
        Shown.VALUE,
        Shown.CHANGE,
    ]


@given(st.integers(0, 200), st.integers(0, 200))
def test_one_answer_more_never_shows_less(answers: int, more: int) -> None:
    steps = list(Shown)

    assert steps.index(shown_with(answers)) <= steps.index(shown_with(answers + more))


def test_steps_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="at least as many"):
        FewestAnswers(count=10, value=5)
    with pytest.raises(ValueError, match="at least as many"):
        FewestAnswers(count=0)


@pytest.mark.parametrize(("answers", "half_width"), [(-1, None), (10, -1), (10, nan), (10, inf)])
def test_answers_and_widths_below_nothing_are_refused(answers: int, half_width: float | None) -> None:
    with pytest.raises(ValueError, match="not below nothing"):
        shown_with(answers, half_width=half_width)
