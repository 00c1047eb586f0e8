"""The corrective action as a state machine: a table of what may follow what, the gates, and the history replayed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from okr_engine.errors import InvalidInput
from okr_engine.model import ActionEvent, ActionEventKind, ActionState
from okr_engine.words import Message, message

_Kind = ActionEventKind
CLOSED = frozenset({ActionState.VERIFIED, ActionState.DISMISSED})
OPEN = frozenset(ActionState) - CLOSED


@dataclass(frozen=True)
class Standing:
    """How an action stands, as far as its history decides it; the row has the same fields.

    `level` is who is being asked: 0 the responsible, then the links of the chain. `since` is when state or level last
    changed. Escalation never changes the state.
    """

    state: ActionState
    since: datetime
    due: date
    assigned_role_id: UUID | None = None
    assigned_person_id: UUID | None = None
    round: int = 1
    level: int = 0
    reminders: int = 0
    extensions: int = 0
    plan: Mapping[str, Any] | None = None
    accept_until: date | None = None
    done_by: str | None = None
    policy_id: UUID | None = None
    closed_at: datetime | None = None


Data = Mapping[str, Any]
Gate = Callable[[Standing, Data], Message | None]
Change = Callable[[Standing, Data, datetime, str], Standing]


@dataclass(frozen=True)
class Step:
    """From which states a step may be taken, where it leads (None: nowhere else), what must hold, what else changes."""

    states: frozenset[ActionState]
    to: ActionState | None = None
    gate: Gate | None = None
    change: Change | None = None


def may_follow(standing: Standing, kind: ActionEventKind) -> bool:
    """Whether such a step can be taken now, gates aside."""
    return kind in STEPS and standing.state in STEPS[kind].states


def after(standing: Standing, kind: ActionEventKind, data: Data, *, at: datetime, actor: str) -> Standing:
    """The standing after one more step; InvalidInput, saying why, where the step may not be taken."""
    if not may_follow(standing, kind):
        raise InvalidInput(message(f"action_steps.not_now.{standing.state.value}"))
    step = STEPS[kind]
    if step.gate and (obstacle := step.gate(standing, data)):
        raise InvalidInput(obstacle)
    found = step.change(standing, data, at, actor) if step.change else standing
    if step.to is None:
        return found
    return replace(found, state=step.to, since=at, level=0, reminders=0, closed_at=at if step.to in CLOSED else None)


def replayed(history: Iterable[ActionEvent]) -> Standing:
    """The standing that a whole history leads to; its first event raises the action.

    Earlier versions entered less with the first event; what they left out is None, or the day of the event.
    """
    events = iter(history)
    first = next(events)
    standing = raised(first.data, at=first.at)
    for event in events:
        standing = after(standing, event.kind, event.data, at=event.at, actor=event.actor)
    return standing


def raised(data: Data, *, at: datetime) -> Standing:
    """How an action stands as it is raised, told by the data of its first event."""
    due = date.fromisoformat(data["due"]) if "due" in data else at.date()
    return Standing(
        ActionState.RAISED, at, due, assigned_role_id=_id(data.get("role_id")), policy_id=_id(data.get("policy_id"))
    )


def _has_a_plan(standing: Standing, _data: Data) -> Message | None:
    return None if standing.plan else message("action_steps.no_plan")


def _can_be_planned(standing: Standing, data: Data) -> Message | None:
    if data["needs_criterion"] and not data["plan"].get("criterion"):
        return message("action_steps.no_criterion")
    if standing.plan and not data.get("reason"):
        return message("action_steps.replanning_needs_a_reason")
    return None


def _is_verified(standing: Standing, data: Data) -> Message | None:
    if not data.get("verdict"):
        return message("action_steps.not_verified")
    return message("action_steps.verifier_is_responsible") if data["verified_by"] == standing.done_by else None


def _has_a_reason(_standing: Standing, data: Data) -> Message | None:
    return None if data.get("reason") else message("action_steps.needs_a_reason")


def _is_later(standing: Standing, data: Data) -> Message | None:
    if date.fromisoformat(data["due"]) <= standing.due:
        return message("action_steps.extension_is_no_later", due=standing.due)
    return _has_a_reason(standing, data)


def _has_text(_standing: Standing, data: Data) -> Message | None:
    return None if data.get("text") else message("action_steps.needs_text")


def _plan(standing: Standing, data: Data, _at: datetime, _actor: str) -> Standing:
    return replace(standing, plan=data["plan"], due=date.fromisoformat(data["plan"]["due"]))


def _done(standing: Standing, _data: Data, _at: datetime, actor: str) -> Standing:
    return replace(standing, done_by=actor)


def _next_round(standing: Standing, data: Data, _at: datetime, _actor: str) -> Standing:
    due = date.fromisoformat(data["due"]) if data.get("due") else standing.due
    return replace(
        standing, round=standing.round + 1, plan=None, done_by=None, accept_until=None, due=due, extensions=0
    )


def _dismiss(standing: Standing, data: Data, _at: datetime, _actor: str) -> Standing:
    until = data.get("accept_until")
    return replace(standing, accept_until=date.fromisoformat(until) if until else None)


def _assign(standing: Standing, data: Data, at: datetime, _actor: str) -> Standing:
    """Another desk begins anew; a later day is one more extension, whoever gives it."""
    due, desk = date.fromisoformat(data["due"]), (_id(data.get("role_id")), _id(data.get("person_id")))
    found = replace(standing, due=due, extensions=standing.extensions + (due > standing.due))
    if desk == (standing.assigned_role_id, standing.assigned_person_id):
        return found
    return replace(found, assigned_role_id=desk[0], assigned_person_id=desk[1], level=0, reminders=0, since=at)


def _extend(standing: Standing, data: Data, at: datetime, _actor: str) -> Standing:
    due = date.fromisoformat(data["due"])
    return replace(standing, due=due, extensions=standing.extensions + 1, reminders=0, since=at)


def _remind(standing: Standing, data: Data, _at: datetime, _actor: str) -> Standing:
    # Reminding of an answer to a call for support is not reminding of the action itself.
    return standing if "support_request" in data else replace(standing, reminders=standing.reminders + 1)


def _escalate(standing: Standing, data: Data, at: datetime, _actor: str) -> Standing:
    return replace(standing, level=data["level"], reminders=0, since=at)


def _adopt(standing: Standing, data: Data, _at: datetime, _actor: str) -> Standing:
    # The chain of the newer policy may be shorter.
    return replace(
        standing, policy_id=_id(data["policy_id"]), level=min(standing.level, data.get("level", standing.level))
    )


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


STEPS: Mapping[ActionEventKind, Step] = {
    _Kind.NOTIFIED: Step(frozenset({ActionState.RAISED}), ActionState.NOTIFIED),
    _Kind.RECURRED: Step(OPEN),
    _Kind.ACKNOWLEDGED: Step(frozenset({ActionState.RAISED, ActionState.NOTIFIED}), ActionState.ACKNOWLEDGED),
    _Kind.PLANNED: Step(
        frozenset({ActionState.ACKNOWLEDGED, ActionState.PLANNED, ActionState.IN_PROGRESS}),
        ActionState.PLANNED,
        _can_be_planned,
        _plan,
    ),
    _Kind.STARTED: Step(frozenset({ActionState.PLANNED}), ActionState.IN_PROGRESS, _has_a_plan),
    _Kind.DONE: Step(frozenset({ActionState.IN_PROGRESS}), ActionState.DONE, _has_a_plan, _done),
    _Kind.VERIFIED: Step(frozenset({ActionState.DONE}), ActionState.VERIFIED, _is_verified),
    _Kind.INEFFECTIVE: Step(frozenset({ActionState.DONE}), ActionState.NOTIFIED, _is_verified, _next_round),
    _Kind.CEASED: Step(OPEN, ActionState.VERIFIED),
    _Kind.DISMISSED: Step(OPEN, ActionState.DISMISSED, _has_a_reason, _dismiss),
    _Kind.REOPENED: Step(CLOSED, ActionState.NOTIFIED, _has_a_reason, _next_round),
    _Kind.ASSIGNED: Step(OPEN, change=_assign),
    _Kind.EXTENDED: Step(OPEN, None, _is_later, _extend),
    _Kind.COMMENTED: Step(frozenset(ActionState), None, _has_text),
    _Kind.REMINDED: Step(OPEN, change=_remind),
    _Kind.ESCALATED: Step(OPEN, change=_escalate),
    _Kind.SUPPORT_ASKED: Step(OPEN, None, _has_text),
    _Kind.SUPPORT_ANSWERED: Step(frozenset(ActionState)),
    _Kind.LASTING_PROPOSED: Step(frozenset({ActionState.VERIFIED})),
    _Kind.SUSTAINED: Step(frozenset({ActionState.VERIFIED})),
    _Kind.WORK_WITHOUT_PLAN: Step(OPEN),
    _Kind.DONE_WITHOUT_PLAN: Step(OPEN),
    _Kind.TASK_GONE: Step(OPEN),
    _Kind.TASK_RESENT: Step(OPEN),
    _Kind.POLICY_ADOPTED: Step(OPEN, change=_adopt),
}
"""What may happen to an action, and when; raising it is the beginning and stands in no table."""
