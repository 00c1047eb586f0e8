"""The sweep on a real database, walked through at random: rows, history and clocks stay one story."""

import random
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from okr_engine.access import Actor
from okr_engine.errors import InvalidInput
from okr_engine.model import ActionEvent, ActionEventKind, ActionStep, CorrectiveAction
from okr_engine.services.absences import add_absence
from okr_engine.services.action_records import standing_of, take_step
from okr_engine.services.escalation import fire_due_clocks
from okr_engine.services.escalation_policies import publish_policy
from okr_engine.services.policy_adoption import adopt_newer_policy
from okr_engine.services.returning_actions import let_dismissed_return
from okr_engine.workflow.lifecycle import CLOSED, replayed
from okr_engine.workflow.policy_text import shipped_text
from tests.services.escalating import do
from tests.services.small_county import FIRST_LINE_OWNER, LEADERSHIP, NOW, SPONSOR, STRATEGY_OFFICE, SmallCounty

_Kind = ActionEventKind
ROUNDS = 120
STEPS = (_Kind.ACKNOWLEDGED, _Kind.PLANNED, _Kind.STARTED, _Kind.DONE, _Kind.VERIFIED, _Kind.DISMISSED, _Kind.REOPENED)


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


def test_rows_history_and_clocks_tell_one_story_whatever_people_policies_and_absences_do(county: SmallCounty) -> None:
    chance, now = random.Random(11), NOW
    asked = 0
    for number in range(ROUNDS):
        [clock] = county.rows(select(CorrectiveAction.clock_at))
        now = clock if clock and clock > now and chance.random() < 0.6 else now + timedelta(hours=chance.randrange(60))
        asked += do(county, fire_due_clocks, now=now)
        assert do(county, fire_due_clocks, now=now) == 0
        if chance.random() < 0.35:
            do(county, something_happens, chance, now.date(), now=now)
        if number % 30 == 20:
            text = shipped_text().replace("notified: 16", f"notified: {number}")
            chain = "[goal_owner, sponsor]" if number % 60 == 20 else "[sponsor, goal_owner, leadership_group]"
            text = text.replace("[goal_owner, sponsor, leadership_group]", chain)
            do(county, publish_policy, text, reason="x", valid_from=now.date(), today=now.date(), now=now)
            do(county, adopt_newer_policy, now=now)
        do(county, let_dismissed_return, today=now.date(), now=now)
        county.ask(check)
    assert asked > ROUNDS / 4


def something_happens(session: Session, _actor: Actor, chance: random.Random, today: date) -> None:
    """A step, perhaps an illegal one, or somebody goes away."""
    if chance.random() < 0.2:
        who = chance.choice([FIRST_LINE_OWNER, SPONSOR, LEADERSHIP, STRATEGY_OFFICE])
        ends = today + timedelta(days=chance.randrange(0, 20))
        add_absence(session, _actor, who, starts=today, ends=ends, today=today)
        return
    action = session.exec(select(CorrectiveAction)).one()
    before = (standing_of(action), action.clock_at)
    due = (today + timedelta(days=20)).isoformat()
    data: dict[str, Any] = {"plan": {"due": due}, "needs_criterion": False, "reason": "x", "verdict": "effective"}
    data |= {"verified_by": "somebody", "accept_until": (today + timedelta(days=5)).isoformat()}
    try:
        take_step(session, action, chance.choice(STEPS), data)
    except InvalidInput:
        assert (standing_of(action), action.clock_at) == before


def check(session: Session) -> None:
    [action] = session.exec(select(CorrectiveAction)).all()
    events = session.exec(select(ActionEvent).order_by(col(ActionEvent.number))).all()
    links = session.exec(select(ActionStep.level).order_by(col(ActionStep.level))).all()
    assert replayed(events) == standing_of(action)
    assert [one.number for one in events] == list(range(1, len(events) + 1))
    assert list(links) == list(range(len(links)))
    assert 0 <= action.level <= len(links)
    assert (action.clock_at is None) == (action.state in CLOSED)
    assert all(one.data["asked"] for one in events if one.kind in (_Kind.NOTIFIED, _Kind.REMINDED, _Kind.ESCALATED))
