"""The escalation policy, dated: published with a reason, never edited, and followed by what is raised under it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from okr_engine.access import Actor
from okr_engine.errors import InvalidInput, InvalidRules, NotAllowed
from okr_engine.model import ActionEventKind, ActionStep, CorrectiveAction, EscalationPolicy, RoleKind
from okr_engine.rulebook.reading import rulebook_of
from okr_engine.services.action_records import take_step
from okr_engine.services.escalation_policies import policy_editions, policy_in_force, publish_policy
from okr_engine.workflow.policy_text import shipped_policy, shipped_text
from tests.services.small_county import FIRST_LINE_OWNER, LEADERSHIP, NOW, Q3, STRATEGY_OFFICE, TODAY, SmallCounty
from tests.services.test_corrective_actions import enter

TO_THE_OFFICE = shipped_text().replace("[goal_owner, sponsor, leadership_group]", "[goal_owner, strategy_office]")
SLOWER = shipped_text().replace("reminders: 1", "reminders: 3")


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


def publish(county: SmallCounty, text: str, *, who: str = STRATEGY_OFFICE, reason: str = "Kokemus", **day: date) -> int:
    valid_from = day.get("valid_from", TODAY)
    return county.act(who, publish_policy, text, reason=reason, valid_from=valid_from, today=TODAY)


def test_until_somebody_publishes_another_the_policy_of_the_program_is_in_force(county: SmallCounty) -> None:
    found = county.ask(policy_in_force, TODAY)
    assert (found.policy, found.number, found.id) == (shipped_policy(), 0, None)


def test_a_published_policy_is_in_force_from_its_day_with_who_and_why(county: SmallCounty) -> None:
    in_a_week = TODAY + timedelta(days=7)
    assert publish(county, SLOWER, valid_from=in_a_week) == 1
    assert county.ask(policy_in_force, TODAY).number == 0
    found = county.ask(policy_in_force, in_a_week)
    assert (found.number, found.reason, found.published_by) == (1, "Kokemus", STRATEGY_OFFICE)
    assert (found.published_at, found.policy.reminders, found.text) == (NOW, 3, SLOWER)


def test_of_two_policies_from_one_day_the_later_one_is_followed_and_both_are_kept(county: SmallCounty) -> None:
    publish(county, SLOWER)
    publish(county, TO_THE_OFFICE)
    assert county.ask(policy_in_force, TODAY).number == 2
    assert [one.number for one in county.ask(policy_editions)] == [2, 1, 0]


@pytest.mark.parametrize(
    ("text", "reason", "day", "refused"),
    [
        (SLOWER, "", TODAY, "policy.needs_reason"),
        (SLOWER, " \t", TODAY, "policy.needs_reason"),
        (SLOWER, "Kokemus", TODAY - timedelta(days=1), "policy.in_the_past"),
        (shipped_text(), "Kokemus", TODAY, "policy.nothing_changed"),
    ],
)
def test_a_policy_needs_a_reason_a_day_to_come_and_a_change(
    county: SmallCounty, text: str, reason: str, day: date, refused: str
) -> None:
    with pytest.raises(InvalidInput) as found:
        publish(county, text, reason=reason, valid_from=day)
    assert found.value.what.key == refused
    assert county.rows(select(EscalationPolicy)) == []


def test_a_policy_with_a_mistake_is_not_published(county: SmallCounty) -> None:
    with pytest.raises(InvalidRules):
        publish(county, SLOWER.replace("  done: 40", ""))
    assert county.rows(select(EscalationPolicy)) == []


@pytest.mark.parametrize("who", [FIRST_LINE_OWNER, LEADERSHIP])
def test_only_who_may_publish_rules_publishes_a_policy(county: SmallCounty, who: str) -> None:
    with pytest.raises(NotAllowed):
        publish(county, SLOWER, who=who)


def test_what_is_raised_follows_the_policy_in_force_and_its_chain(county: SmallCounty) -> None:
    publish(county, TO_THE_OFFICE)
    close_the_open_one(county)
    enter(county, "60", Q3)
    action, chain = the_newest(county)
    assert action.policy_id == county.ask(policy_in_force, TODAY).id
    assert chain == [RoleKind.GOAL_OWNER, RoleKind.STRATEGY_OFFICE]


def test_a_rule_may_name_a_chain_of_its_own(county: SmallCounty) -> None:
    own = county.rulebooks.actions.yaml.replace("due_in_days: 30}", "due_in_days: 30, chain: [sponsor]}")
    named = replace(county, rulebooks=replace(county.rulebooks, actions=rulebook_of(own, "actions.yaml")))
    close_the_open_one(named)
    enter(named, "60", Q3)
    assert the_newest(named)[1] == [RoleKind.SPONSOR]


def close_the_open_one(county: SmallCounty) -> None:
    def close(session: Session, _actor: Actor) -> None:
        action = session.exec(select(CorrectiveAction)).one()
        told = {"reason": "Riski hyväksytään", "accept_until": "2025-12-31"}
        take_step(session, action, ActionEventKind.DISMISSED, told)

    county.act(STRATEGY_OFFICE, close)


def the_newest(county: SmallCounty) -> tuple[CorrectiveAction, list[RoleKind]]:
    [action] = [one for one in county.rows(select(CorrectiveAction)) if one.closed_at is None]
    steps = county.rows(select(ActionStep).where(ActionStep.action_id == action.id).order_by(col(ActionStep.level)))
    return action, [one.kind for one in steps]
