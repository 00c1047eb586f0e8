"""The owner's view beside the derived status: reasoned, dated, and never in its place."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from okr_engine.errors import InvalidInput, NotAllowed, NotFound, StaleEdit
from okr_engine.model import KeyResult, OwnerAssessment, Status
from okr_engine.services.assessments import AssessmentView, assess, assessments_in
from okr_engine.services.standings import standings
from tests.services.small_county import (
    DATA_STEWARD,
    FIRST_LINE_DEPUTY,
    FIRST_LINE_OWNER,
    INTEGRATED_OWNER,
    LEADERSHIP,
    OUTSIDER,
    Q2,
    SPONSOR,
    STRATEGY_OFFICE,
    TODAY,
    VIEWER,
    SmallCounty,
)

WHY = "Mittauksen kattavuus muuttui maaliskuussa; palvelu ei ole heikentynyt."
IN_AUGUST = date(2025, 8, 31)


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


def give(
    county: SmallCounty, *, who: str = FIRST_LINE_OWNER, what: str = "A1.1", based_on: int = 0, **view: Any
) -> None:
    given: dict[str, Any] = {"status": Status.CHALLENGES, "explanation": WHY, "expires": IN_AUGUST} | view
    county.act(who, assess, what, Q2, based_on=based_on, **given)


def views(county: SmallCounty, *, today: date = TODAY) -> list[AssessmentView]:
    return list(county.ask(assessments_in, Q2, today=today).values())


def test_the_owners_view_stands_beside_the_derived_status_and_leaves_it_alone(county: SmallCounty) -> None:
    before = county.see(STRATEGY_OFFICE, standings, Q2)
    give(county, status=Status.ON_TRACK)
    (view,) = views(county)
    assert (view.status, view.explanation, view.expires) == (Status.ON_TRACK, WHY, IN_AUGUST)
    assert county.see(STRATEGY_OFFICE, standings, Q2) == before


def test_a_view_is_gone_the_day_after_it_expires(county: SmallCounty) -> None:
    give(county)
    assert len(views(county, today=IN_AUGUST)) == 1
    assert views(county, today=IN_AUGUST + timedelta(days=1)) == []


@pytest.mark.parametrize("explanation", ["", "  ", "\n"])
def test_a_view_without_a_reason_is_refused(county: SmallCounty, explanation: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        give(county, explanation=explanation)
    assert refused.value.what.key == "error.assessment_needs_reason"


@pytest.mark.parametrize("status", [Status.NO_DATA, Status.NOT_ASSESSED])
def test_an_owner_judges_and_does_not_declare_data_missing(county: SmallCounty, status: Status) -> None:
    with pytest.raises(InvalidInput):
        give(county, status=status)


def test_a_view_that_has_already_expired_is_refused(county: SmallCounty) -> None:
    with pytest.raises(InvalidInput) as refused:
        give(county, expires=TODAY - timedelta(days=1))
    assert refused.value.what.key == "error.due_in_the_past"


def test_a_view_may_hold_for_today_alone(county: SmallCounty) -> None:
    give(county, expires=TODAY)
    assert len(views(county)) == 1


def test_a_changed_view_replaces_the_earlier_one_and_leaves_it_on_record(county: SmallCounty) -> None:
    give(county)
    give(county, based_on=1, explanation="Tilanne on tasaantunut.")
    kept = county.rows(select(OwnerAssessment).order_by(col(OwnerAssessment.revision)))
    assert [one.explanation for one in kept] == [WHY, "Tilanne on tasaantunut."]
    assert views(county)[0].revision == 2


def test_giving_the_same_view_again_changes_nothing(county: SmallCounty) -> None:
    give(county)
    give(county, explanation=f" {WHY} ")
    assert views(county)[0].revision == 1


def test_a_view_given_over_somebody_elses_newer_one_is_refused_with_both(county: SmallCounty) -> None:
    give(county, who=FIRST_LINE_DEPUTY, explanation="Sijaisen arvio")
    with pytest.raises(StaleEdit) as refused:
        give(county, explanation="Omistajan arvio")
    assert (refused.value.theirs, refused.value.yours) == ("Sijaisen arvio", "Omistajan arvio")
    assert refused.value.saved_by == "First line deputy"


@pytest.mark.parametrize("who", [INTEGRATED_OWNER, SPONSOR, LEADERSHIP, DATA_STEWARD, VIEWER, OUTSIDER])
def test_nobody_else_judges_in_the_owners_name(county: SmallCounty, who: str) -> None:
    with pytest.raises(NotAllowed):
        give(county, who=who)
    assert county.rows(select(OwnerAssessment)) == []


def test_an_owner_may_judge_a_figure_of_the_whole_county_under_their_goal(county: SmallCounty) -> None:
    give(county, what="A1.NPS")
    (kept,) = county.rows(select(KeyResult).join(OwnerAssessment))
    assert kept.code == "A1.NPS"


def test_an_unknown_key_result_is_not_found(county: SmallCounty) -> None:
    with pytest.raises(NotFound):
        give(county, what="Z9.9")
