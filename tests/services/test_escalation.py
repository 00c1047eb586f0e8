"""Escalation: who is told, reminded and asked next when nobody moves an action; each clock once, never nobody."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from okr_engine.access import OPERATOR, Actor
from okr_engine.i18n import speak
from okr_engine.kept_words import told_message
from okr_engine.model import (
    ActionEvent,
    ActionEventKind,
    ActionState,
    CorrectiveAction,
    EffectCheck,
    Indicator,
    OrgUnit,
    Role,
    RoleHolding,
    SupportRequest,
)
from okr_engine.periods import Cadence
from okr_engine.services.action_access import roles_above_accountable, unit_of
from okr_engine.services.action_records import standing_of, take_step
from okr_engine.services.action_steps import reopen
from okr_engine.services.effect_verdicts import may_verify
from okr_engine.services.escalation import clocks_are_due, escalate_extended
from okr_engine.services.escalation_policies import publish_policy
from okr_engine.services.people import actor_with_code
from okr_engine.services.policy_adoption import adopt_newer_policy
from okr_engine.services.returning_actions import let_dismissed_return, risks_are_over
from okr_engine.words import Language
from okr_engine.workflow.lifecycle import replayed
from okr_engine.workflow.policy_text import shipped_text
from tests.services.escalating import at, do, fire, fire_next, history, is_away, leaves, step, takes, the_row
from tests.services.small_county import (
    FIRST_LINE_DEPUTY,
    FIRST_LINE_OWNER,
    LEADERSHIP,
    NOW,
    Q3,
    SPONSOR,
    STRATEGY_OFFICE,
    TODAY,
    SmallCounty,
)
from tests.services.test_corrective_actions import CODE, enter, hand_to

_Kind = ActionEventKind
PLAN = {"due": "2025-08-29", "steps": "Lisää aikoja", "root_cause": "x", "root_cause_method": "other"}


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


def asked(event: ActionEvent) -> list[str]:
    found: list[str] = event.data["asked"]
    return found


def why(event: ActionEvent) -> list[str]:
    return [speak(told_message(one), Language.FI) for one in event.data["because"]]


def told(events: list[ActionEvent]) -> list[tuple[ActionEventKind, list[str]]]:
    return [(one.kind, asked(one)) for one in events if "asked" in one.data]


def test_the_responsible_is_told_then_reminded_and_then_the_chain_is_asked_up_to_the_top_and_on(
    county: SmallCounty,
) -> None:
    happened = [fire_next(county) for _ in range(8)]
    assert told(happened) == [
        (_Kind.NOTIFIED, [FIRST_LINE_OWNER]),
        (_Kind.REMINDED, [FIRST_LINE_OWNER]),
        (_Kind.ESCALATED, [SPONSOR]),
        (_Kind.REMINDED, [SPONSOR]),
        (_Kind.ESCALATED, [LEADERSHIP]),
        (_Kind.REMINDED, [LEADERSHIP]),
        (_Kind.REMINDED, [LEADERSHIP]),
        (_Kind.REMINDED, [LEADERSHIP]),
    ]
    days = [one.at.date().isoformat() for one in happened]
    assert days[:5] == ["2025-07-15", "2025-07-17", "2025-07-21", "2025-07-23", "2025-07-25"]
    assert days[5:] == ["2025-08-01", "2025-08-08", "2025-08-15"]
    assert the_row(county).state is ActionState.NOTIFIED


def test_a_clock_fires_once(county: SmallCounty) -> None:
    assert fire(county) == 1
    assert fire(county) == 0
    assert not county.ask(clocks_are_due, NOW)
    assert [one.kind for one in history(county)] == [_Kind.RAISED, _Kind.NOTIFIED]


def test_a_worker_that_was_down_for_weeks_asks_once_and_not_for_every_week(county: SmallCounty) -> None:
    fire(county)
    assert fire(county, at("2025-09-02")) == 1
    assert fire(county, at("2025-09-02")) == 0
    clock = the_row(county).clock_at
    assert clock is not None
    assert clock >= at("2025-09-04", 5)


@pytest.mark.parametrize(
    "now", [at("2025-07-15", 20), at("2025-07-19"), at("2025-12-25")], ids=["night", "Sat", "holiday"]
)
def test_nobody_is_asked_while_nobody_works(county: SmallCounty, now: Any) -> None:
    assert fire(county, now) == 0
    clock = the_row(county).clock_at
    assert clock is not None
    assert clock > now
    assert fire(county, clock) == 1


def test_whoever_takes_it_up_has_time_to_plan_and_the_next_step_begins_with_the_responsible(
    county: SmallCounty,
) -> None:
    for _ in range(3):
        fire_next(county)
    step(county, _Kind.ACKNOWLEDGED, now=at("2025-07-22"))
    assert the_row(county).level == 0
    assert told([fire_next(county)]) == [(_Kind.REMINDED, [FIRST_LINE_OWNER])]
    assert the_row(county).state is ActionState.ACKNOWLEDGED


def test_while_the_holder_is_away_the_deputy_is_asked_and_it_is_said_why(county: SmallCounty) -> None:
    is_away(county, FIRST_LINE_OWNER, ends=date(2025, 7, 31))
    event = fire_next(county)
    assert asked(event) == [FIRST_LINE_DEPUTY]
    assert why(event) == [
        "First line owner on poissa 31.7.2025 asti.",
        "Roolia hoitaa sijainen: Tavoitteen omistaja, ensilinja.",
    ]


def test_whoever_is_back_is_asked_again(county: SmallCounty) -> None:
    is_away(county, FIRST_LINE_OWNER, ends=TODAY)
    assert asked(fire_next(county)) == [FIRST_LINE_DEPUTY]
    assert asked(fire_next(county)) == [FIRST_LINE_OWNER]


def test_a_person_who_leaves_mid_chain_is_not_asked_any_longer(county: SmallCounty) -> None:
    for _ in range(3):
        fire_next(county)
    leaves(county, SPONSOR, last_day=date(2025, 7, 22))
    event = fire_next(county)
    assert asked(event) == [LEADERSHIP]
    assert "Rooli on täyttämättä: Asiakaspalvelujen johtaja." in why(event)


def test_a_person_of_their_own_who_has_left_is_passed_over(county: SmallCounty) -> None:
    hand_to(county, person=SPONSOR)
    leaves(county, SPONSOR, last_day=date(2025, 7, 14))
    event = fire_next(county)
    assert asked(event) == [FIRST_LINE_OWNER]
    assert why(event) == ["Sponsor ei enää hoida mitään roolia."]


def test_a_link_that_would_ask_the_very_same_people_is_passed_over(county: SmallCounty) -> None:
    leaves(county, SPONSOR, last_day=date(2025, 7, 1))
    takes(county, FIRST_LINE_OWNER, "sponsor")
    happened = [fire_next(county) for _ in range(3)]
    assert told(happened)[-1] == (_Kind.ESCALATED, [LEADERSHIP])
    assert the_row(county).level == 3


def test_where_the_whole_chain_is_vacant_the_strategy_office_is_asked(county: SmallCounty) -> None:
    for person in (FIRST_LINE_OWNER, FIRST_LINE_DEPUTY, SPONSOR, LEADERSHIP):
        leaves(county, person, last_day=date(2025, 7, 1))
    assert asked(fire_next(county)) == [STRATEGY_OFFICE]


def test_where_everybody_is_away_those_who_are_away_are_asked(county: SmallCounty) -> None:
    for person in (FIRST_LINE_OWNER, FIRST_LINE_DEPUTY, SPONSOR, LEADERSHIP, STRATEGY_OFFICE):
        is_away(county, person)
    event = fire_next(county)
    assert asked(event) == [FIRST_LINE_OWNER, FIRST_LINE_DEPUTY]
    assert why(event)[-1] == "Kaikki, joita ketjussa voisi pyytää, ovat poissa."


def test_where_there_is_nobody_at_all_whoever_runs_the_installation_is_asked(county: SmallCounty) -> None:
    do(county, lambda session, _actor: [session.delete(one) for one in session.exec(select(RoleHolding))])
    assert asked(fire_next(county)) == [OPERATOR.code]
    assert fire_next(county).kind is _Kind.REMINDED


def test_work_that_is_done_is_judged_by_somebody_else_once_its_effect_can_be_judged(county: SmallCounty) -> None:
    step(county, _Kind.ACKNOWLEDGED)
    step(county, _Kind.PLANNED, {"plan": PLAN, "needs_criterion": False})
    step(county, _Kind.STARTED)
    county.act(FIRST_LINE_OWNER, _done)
    county.act(FIRST_LINE_OWNER, _judged_from, date(2026, 1, 19))
    assert fire(county, at("2025-09-01")) == 0
    clock = the_row(county).clock_at
    assert clock == at("2026-01-26", 6)
    event = fire_next(county)
    assert (event.kind, asked(event)) == (_Kind.REMINDED, [SPONSOR])


def test_whoever_has_done_the_work_or_has_it_on_their_desk_is_not_asked_to_judge_it(county: SmallCounty) -> None:
    leaves(county, SPONSOR, last_day=date(2025, 7, 1))
    takes(county, FIRST_LINE_DEPUTY, "sponsor")
    takes(county, FIRST_LINE_OWNER, "sponsor")
    step(county, _Kind.ACKNOWLEDGED)
    step(county, _Kind.PLANNED, {"plan": PLAN, "needs_criterion": False})
    step(county, _Kind.STARTED)
    county.act(FIRST_LINE_OWNER, _done)
    event = fire_next(county)
    assert asked(event) == [LEADERSHIP]
    assert why(event) == [
        "First line deputy on tehnyt työn tai vastaa siitä, joten vaikutuksen arvioi joku muu.",
        "First line owner on tehnyt työn tai vastaa siitä, joten vaikutuksen arvioi joku muu.",
    ]


def test_work_that_is_done_is_put_only_to_people_who_may_judge_it(county: SmallCounty) -> None:
    step(county, _Kind.ACKNOWLEDGED)
    step(county, _Kind.PLANNED, {"plan": PLAN, "needs_criterion": False})
    step(county, _Kind.STARTED)
    county.act(FIRST_LINE_OWNER, _done)
    for _ in range(5):
        judges = asked(fire_next(county))
        assert judges
        assert all(county.ask(_may_verify, code) for code in judges)


def test_a_due_day_put_off_twice_is_told_to_the_next_level(county: SmallCounty) -> None:
    fire(county)
    for due, levels in (("2025-08-20", 0), ("2025-08-27", 2)):
        step(county, _Kind.EXTENDED, {"due": due, "reason": "Loma-aika"})
        do(county, lambda session, _actor: escalate_extended(session, session.exec(select(CorrectiveAction)).one()))
        assert the_row(county).level == levels
    assert asked(history(county)[-1]) == [SPONSOR]


def test_an_answer_to_a_call_for_support_is_asked_for_again_and_then_from_the_next_link(county: SmallCounty) -> None:
    step(county, _Kind.ACKNOWLEDGED)
    county.act(FIRST_LINE_OWNER, _asks_for_support)
    seen = []
    for day in ("2025-07-22", "2025-07-30", "2025-08-07"):
        do(county, _clock_of_the_action_is_far)
        fire(county, at(day))
        seen.append(asked(history(county)[-1]))
    assert seen == [[SPONSOR], [LEADERSHIP], [LEADERSHIP]]
    assert the_row(county).reminders == 0
    [request] = county.rows(select(SupportRequest))
    assert request.reminders == 3


def test_the_call_for_support_of_a_closed_action_falls_silent(county: SmallCounty) -> None:
    county.act(FIRST_LINE_OWNER, _asks_for_support)
    step(county, _Kind.DISMISSED, {"accept_until": "2025-12-31", "reason": "Riski hyväksytään"})
    assert fire(county, at("2025-07-22")) == 0
    assert [one.clock_at for one in county.rows(select(SupportRequest))] == [None]


def test_a_newer_policy_is_adopted_by_what_is_open_with_a_line_and_its_chain(county: SmallCounty) -> None:
    for _ in range(5):
        fire_next(county)
    assert the_row(county).level == 3
    short = shipped_text().replace("[goal_owner, sponsor, leadership_group]", "[goal_owner, strategy_office]")
    county.act(STRATEGY_OFFICE, publish_policy, short, reason="Kokeilu", valid_from=TODAY, today=TODAY)
    assert do(county, adopt_newer_policy, now=at("2025-07-28")) == 1
    assert do(county, adopt_newer_policy, now=at("2025-07-28")) == 0
    action = the_row(county)
    assert (action.level, history(county)[-1].kind) == (2, _Kind.POLICY_ADOPTED)
    assert standing_of(action) == replayed(history(county))
    assert asked(fire_next(county)) == [STRATEGY_OFFICE]


def test_a_policy_that_changes_while_a_clock_runs_is_followed_before_it_fires(county: SmallCounty) -> None:
    fire_next(county)
    slower = shipped_text().replace("notified: 16", "notified: 80")
    county.act(STRATEGY_OFFICE, publish_policy, slower, reason="Loma-aika", valid_from=TODAY, today=TODAY)
    assert fire(county, at("2025-07-17")) == 0
    assert history(county)[-1].kind is _Kind.POLICY_ADOPTED
    assert the_row(county).clock_at == at("2025-07-29")


def test_a_dismissed_action_comes_back_by_itself_when_the_accepted_risk_is_over(county: SmallCounty) -> None:
    step(county, _Kind.DISMISSED, {"reason": "Ei nyt", "accept_until": "2025-08-31"})
    assert not county.ask(risks_are_over, today=date(2025, 8, 31))
    assert do(county, let_dismissed_return, today=date(2025, 9, 1), now=at("2025-09-01")) == 1
    assert (the_row(county).state, the_row(county).round) == (ActionState.NOTIFIED, 2)
    assert history(county)[-1].data["reason"] == "Riski oli hyväksytty 31.8.2025 asti, ja se aika on kulunut."
    assert not county.ask(risks_are_over, today=date(2025, 9, 1))


def test_it_does_not_come_back_beside_what_has_been_raised_since_but_leaves_a_line_there(county: SmallCounty) -> None:
    step(county, _Kind.DISMISSED, {"reason": "Ei nyt", "accept_until": "2025-08-31"}, now=NOW - timedelta(days=1))
    enter(county, "60", Q3)
    newer = the_row(county).code
    assert do(county, let_dismissed_return, today=date(2025, 9, 1), now=at("2025-09-01")) == 1
    assert do(county, let_dismissed_return, today=date(2025, 9, 2), now=at("2025-09-02")) == 0
    assert the_row(county).code == newer != CODE
    line = history(county)[-1]
    assert (line.kind, line.data["returned"]) == (_Kind.COMMENTED, CODE)


def test_two_that_were_dismissed_on_one_key_result_come_back_as_one(county: SmallCounty) -> None:
    until = {"reason": "Ei nyt", "accept_until": "2025-08-31"}
    step(county, _Kind.DISMISSED, until, now=NOW - timedelta(days=2))
    enter(county, "60", Q3)
    newer = the_row(county).code
    step(county, _Kind.DISMISSED, until, now=NOW + timedelta(days=1))
    county.act(SPONSOR, reopen, CODE, version=_version(county, CODE), reason="Ei auttanut", now=NOW + timedelta(days=2))
    step(county, _Kind.DISMISSED, until, now=NOW + timedelta(days=3))

    assert do(county, let_dismissed_return, today=date(2025, 9, 1), now=at("2025-09-01")) == 2

    assert the_row(county).code in (CODE, newer)


def _version(county: SmallCounty, code: str) -> int:
    [found] = county.rows(select(CorrectiveAction.version).where(CorrectiveAction.code == code))
    assert isinstance(found, int)
    return found


def _may_verify(session: Session, code: str) -> bool:
    action = session.exec(select(CorrectiveAction)).one()
    above = roles_above_accountable(session, action)
    return may_verify(actor_with_code(session, code, today=TODAY), action, unit_of(session, action), above)


def _done(session: Session, _actor: Actor) -> None:
    take_step(session, session.exec(select(CorrectiveAction)).one(), _Kind.DONE, {})


def _judged_from(session: Session, _actor: Actor, earliest: date) -> None:
    action = session.exec(select(CorrectiveAction)).one()
    session.add(
        EffectCheck(
            action_id=action.id,
            round=1,
            indicator_id=session.exec(select(Indicator.id).limit(1)).one(),
            unit_id=session.exec(select(OrgUnit.id).limit(1)).one(),
            sign=1,
            expected=Decimal(5),
            readings=3,
            cadence=Cadence.QUARTER,
            baseline_ends=date(2025, 6, 30),
            counts_from=date(2025, 10, 1),
            earliest=earliest,
            registered_at=NOW,
        )
    )


def _asks_for_support(session: Session, actor: Actor) -> None:
    action = session.exec(select(CorrectiveAction)).one()
    sponsor = session.exec(select(Role.id).where(Role.code == "sponsor")).one()
    session.add(
        SupportRequest(
            action_id=action.id,
            number=1,
            need="Kaksi vastaanottoaikaa",
            role_id=sponsor,
            by=date(2025, 8, 1),
            asked_at=NOW,
            asked_by=actor.code,
            clock_at=at("2025-07-22"),
        )
    )


def _clock_of_the_action_is_far(session: Session, _actor: Actor) -> None:
    action = session.exec(select(CorrectiveAction)).one()
    action.clock_at = at("2026-07-22")
    session.add(action)
