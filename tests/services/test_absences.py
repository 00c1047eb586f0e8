"""Absences: told by oneself or by the strategy office, and heeded by whoever looks for somebody to ask."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from okr_engine.errors import InvalidInput, NotAllowed
from okr_engine.model import Absence
from okr_engine.services.absences import absences, add_absence, end_absence
from tests.services.escalating import fire_next
from tests.services.small_county import (
    FIRST_LINE_DEPUTY,
    FIRST_LINE_OWNER,
    INTEGRATED_OWNER,
    STRATEGY_OFFICE,
    TODAY,
    SmallCounty,
)

IN_A_WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


def away(county: SmallCounty, who: str, person: str, starts: date = TODAY, ends: date = IN_A_WEEK) -> None:
    county.act(who, add_absence, person, starts=starts, ends=ends, today=TODAY)


@pytest.mark.parametrize("who", [FIRST_LINE_OWNER, STRATEGY_OFFICE])
def test_whoever_is_away_is_not_asked(county: SmallCounty, who: str) -> None:
    away(county, who, FIRST_LINE_OWNER)
    [known] = county.see(FIRST_LINE_OWNER, absences, FIRST_LINE_OWNER, today=TODAY)
    assert (known.starts, known.ends) == (TODAY, IN_A_WEEK)
    assert fire_next(county).data["asked"] == [FIRST_LINE_DEPUTY]


def test_whoever_comes_back_early_is_asked_again(county: SmallCounty) -> None:
    away(county, FIRST_LINE_OWNER, FIRST_LINE_OWNER, TODAY - timedelta(days=3))
    [known] = county.see(FIRST_LINE_OWNER, absences, FIRST_LINE_OWNER, today=TODAY)
    county.act(FIRST_LINE_OWNER, end_absence, known.id, today=TODAY)
    assert county.see(FIRST_LINE_OWNER, absences, FIRST_LINE_OWNER, today=TODAY) == []
    assert fire_next(county).data["asked"] == [FIRST_LINE_OWNER]


def test_an_absence_that_has_not_begun_is_taken_back(county: SmallCounty) -> None:
    away(county, FIRST_LINE_OWNER, FIRST_LINE_OWNER, IN_A_WEEK, IN_A_WEEK)
    [known] = county.see(FIRST_LINE_OWNER, absences, FIRST_LINE_OWNER, today=TODAY)
    county.act(FIRST_LINE_OWNER, end_absence, known.id, today=TODAY)
    assert county.rows(select(Absence)) == []


def test_nobody_sends_a_colleague_away_or_looks_when_they_are(county: SmallCounty) -> None:
    with pytest.raises(NotAllowed):
        away(county, INTEGRATED_OWNER, FIRST_LINE_OWNER)
    with pytest.raises(NotAllowed):
        county.see(INTEGRATED_OWNER, absences, FIRST_LINE_OWNER, today=TODAY)
    with pytest.raises(NotAllowed):
        away(county, INTEGRATED_OWNER, "nobody")


@pytest.mark.parametrize(
    ("starts", "ends", "refused"),
    [
        (IN_A_WEEK, TODAY, "absence.ends_before_it_starts"),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1), "absence.is_over"),
        (TODAY, TODAY + timedelta(days=731), "absence.too_long"),
    ],
)
def test_days_that_cannot_be_an_absence_are_refused(
    county: SmallCounty, starts: date, ends: date, refused: str
) -> None:
    with pytest.raises(InvalidInput) as found:
        away(county, FIRST_LINE_OWNER, FIRST_LINE_OWNER, starts, ends)
    assert found.value.what.key == refused
