"""Corrective actions: what the rules find is raised once, and whoever is asked can answer and hand on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from okr_engine.errors import InvalidInput, NotAllowed, NotFound, StaleEdit
from okr_engine.model import ActionEvent, ActionEventKind, ActionState, CorrectiveAction, RoleKind
from okr_engine.periods import Period
from okr_engine.services.action_steps import acknowledge, assign
from okr_engine.services.action_views import ActionView, action_views
from okr_engine.services.measurements import Entry, enter_value
from tests.services.small_county import (
    DATA_STEWARD,
    FIRST_LINE_DEPUTY,
    FIRST_LINE_OWNER,
    INTEGRATED_OWNER,
    LEADERSHIP,
    OUTSIDER,
    Q2,
    Q3,
    SPONSOR,
    STRATEGY_OFFICE,
    TODAY,
    VIEWER,
    SmallCounty,
)

CODE = "CA-2025-Q2-1"
IN_AUGUST = date(2025, 8, 31)


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


def seen_by(county: SmallCounty, who: str) -> list[ActionView]:
    return county.see(who, action_views, today=TODAY)


def the_action(county: SmallCounty) -> ActionView:
    (view,) = seen_by(county, STRATEGY_OFFICE)
    return view


def hand_to(
    county: SmallCounty,
    *,
    role: str | None = None,
    person: str | None = None,
    who: str = FIRST_LINE_OWNER,
    due: date = IN_AUGUST,
    version: int | None = None,
) -> None:
    version = the_action(county).version if version is None else version
    county.act(who, assign, CODE, version=version, role=role, person=person, due=due)


def enter(county: SmallCounty, value: str, quarter: Period, *, based_on: int = 0, reason: str | None = None) -> None:
    entry = Entry(Decimal(value), reason=reason)
    county.act(FIRST_LINE_OWNER, enter_value, "A1.1", quarter, entry, based_on=based_on, rulebooks=county.rulebooks)


def test_a_broken_promise_is_on_the_owners_desk_with_its_reason_and_chain(county: SmallCounty) -> None:
    action = the_action(county)
    assert (action.code, action.subject_code, action.period) == (CODE, "A1.1", Q2)
    assert action.state == ActionState.RAISED
    assert action.due == TODAY + timedelta(days=30)
    assert action.because.fi
    assert action.facts["value"] == 70.11
    assert [link.kind for link in action.chain] == [
        RoleKind.GOAL_OWNER,
        RoleKind.SPONSOR,
        RoleKind.LEADERSHIP_GROUP,
    ]
    assert action.chain[0].people == (("First line owner", False), ("First line deputy", True))


def test_an_action_lies_on_the_desk_it_is_assigned_to_and_the_chain_may_act_too(county: SmallCounty) -> None:
    everyone = (FIRST_LINE_OWNER, FIRST_LINE_DEPUTY, SPONSOR, LEADERSHIP, STRATEGY_OFFICE, DATA_STEWARD, VIEWER)
    seen = {who: next(iter(seen_by(county, who)), None) for who in everyone}
    assert {who for who, view in seen.items() if view and view.is_on_my_desk} == {FIRST_LINE_OWNER, FIRST_LINE_DEPUTY}
    assert {who for who, view in seen.items() if view and not view.is_mine} == {DATA_STEWARD, VIEWER}


@pytest.mark.parametrize("who", [INTEGRATED_OWNER, OUTSIDER])
def test_an_action_is_not_seen_from_outside_its_unit(county: SmallCounty, who: str) -> None:
    assert seen_by(county, who) == []


def test_the_same_finding_joins_the_open_action(county: SmallCounty) -> None:
    enter(county, "60", Q3)
    (action,) = county.rows(select(CorrectiveAction).where(CorrectiveAction.rule == the_action(county).rule))
    kinds = [one.kind for one in the_action(county).history]
    assert action.code == CODE
    assert kinds == [ActionEventKind.RAISED, ActionEventKind.RECURRED]


def test_the_same_finding_in_the_same_quarter_is_not_told_twice(county: SmallCounty) -> None:
    enter(county, "60", Q3)
    enter(county, "59", Q3, based_on=1, reason="Tarkistus")
    kinds = [one.kind for one in the_action(county).history]
    assert kinds.count(ActionEventKind.RECURRED) == 1


def test_acknowledging_is_on_record_with_who_and_when(county: SmallCounty) -> None:
    county.act(FIRST_LINE_DEPUTY, acknowledge, CODE, version=the_action(county).version)
    action = the_action(county)
    assert action.state == ActionState.ACKNOWLEDGED
    assert (action.history[-1].kind, action.history[-1].actor) == (
        ActionEventKind.ACKNOWLEDGED,
        FIRST_LINE_DEPUTY,
    )


def test_an_action_is_acknowledged_once(county: SmallCounty) -> None:
    county.act(FIRST_LINE_OWNER, acknowledge, CODE, version=the_action(county).version)
    with pytest.raises(InvalidInput) as refused:
        county.act(FIRST_LINE_OWNER, acknowledge, CODE, version=the_action(county).version)
    assert refused.value.what.key == "action_steps.not_now.acknowledged"


@pytest.mark.parametrize("who", [VIEWER, DATA_STEWARD, INTEGRATED_OWNER, OUTSIDER])
def test_whoever_is_not_asked_neither_acknowledges_nor_assigns(county: SmallCounty, who: str) -> None:
    version = the_action(county).version
    with pytest.raises(NotAllowed):
        county.act(who, acknowledge, CODE, version=version)
    with pytest.raises(NotAllowed):
        hand_to(county, person=OUTSIDER, who=who)
    assert the_action(county).version == version


def test_an_action_can_be_given_to_a_role_with_a_day(county: SmallCounty) -> None:
    hand_to(county, role="sponsor")
    action = the_action(county)
    assert (action.assigned_to.fi, action.due) == ("Asiakaspalvelujen johtaja", IN_AUGUST)
    told = action.history[-1].data
    assert (told["role"], told["person"], told["due"]) == ("sponsor", None, "2025-08-31")


def test_whoever_gets_an_action_may_work_on_it_though_their_roles_reach_nothing(county: SmallCounty) -> None:
    hand_to(county, person=OUTSIDER)
    (seen,) = seen_by(county, OUTSIDER)
    assert seen.is_on_my_desk
    county.act(OUTSIDER, acknowledge, CODE, version=seen.version)
    assert the_action(county).state == ActionState.ACKNOWLEDGED


def test_an_action_given_to_a_person_leaves_the_desk_of_the_role(county: SmallCounty) -> None:
    hand_to(county, person=OUTSIDER)
    (seen,) = seen_by(county, FIRST_LINE_OWNER)
    assert seen.is_mine
    assert not seen.is_on_my_desk


def test_giving_an_action_to_whoever_has_it_changes_nothing(county: SmallCounty) -> None:
    hand_to(county, role="sponsor")
    before = the_action(county)
    hand_to(county, role="sponsor")
    assert the_action(county) == before


@pytest.mark.parametrize(("role", "person"), [(None, None), ("sponsor", OUTSIDER)], ids=["nobody", "two"])
def test_an_action_is_given_to_one_role_or_one_person(
    county: SmallCounty, role: str | None, person: str | None
) -> None:
    with pytest.raises(InvalidInput) as refused:
        hand_to(county, role=role, person=person)
    assert refused.value.what.key == "error.assign_to_role_or_person"


def test_an_action_cannot_be_due_yesterday(county: SmallCounty) -> None:
    with pytest.raises(InvalidInput) as refused:
        hand_to(county, role="sponsor", due=TODAY - timedelta(days=1))
    assert refused.value.what.key == "error.due_in_the_past"


@pytest.mark.parametrize("unknown", [{"role": "nobody"}, {"person": "nobody"}])
def test_an_action_is_not_given_to_a_code_that_nobody_has(county: SmallCounty, unknown: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        hand_to(county, **unknown)


def test_an_unknown_action_is_not_found(county: SmallCounty) -> None:
    with pytest.raises(NotFound):
        county.act(FIRST_LINE_OWNER, acknowledge, "CA-2020-Q1-1", version=1)


def test_a_decision_taken_from_a_stale_page_is_refused_and_says_who_was_first(county: SmallCounty) -> None:
    version = the_action(county).version
    county.act(FIRST_LINE_DEPUTY, acknowledge, CODE, version=version)
    with pytest.raises(StaleEdit) as refused:
        hand_to(county, role="sponsor", version=version)
    assert refused.value.saved_by == "First line deputy"
    assert the_action(county).due != IN_AUGUST


def test_of_two_who_decide_at_the_same_moment_one_is_told(engine: Engine) -> None:
    county = SmallCounty.laid_out(engine)
    version = the_action(county).version

    def attempt(role: str) -> str:
        try:
            hand_to(county, role=role, version=version)
        except StaleEdit:
            return "refused"
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(attempt, ["sponsor", "leadership"]))
    assert outcomes == ["refused", "saved"]
    events = county.rows(select(ActionEvent).order_by(col(ActionEvent.number)))
    assert [event.kind for event in events] == [ActionEventKind.RAISED, ActionEventKind.ASSIGNED]
