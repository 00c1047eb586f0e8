"""What every corrective action is made of: a free code, its chain of roles, and its history."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from okr_engine.database import actor_of, columns_of, moment_of
from okr_engine.errors import InvalidInput
from okr_engine.model import (
    ActionEvent,
    ActionEventKind,
    ActionStep,
    CorrectiveAction,
    OrgUnit,
    Role,
    RoleKind,
    SupportRequest,
)
from okr_engine.periods import Period
from okr_engine.services.action_clocks import clock_of, support_clock
from okr_engine.services.outbox import emit
from okr_engine.services.telling import tell_people
from okr_engine.words import message
from okr_engine.workflow.lifecycle import Standing, after


def roles_above(
    unit: UUID | None, parents: Mapping[UUID, UUID | None], roles: Mapping[tuple[UUID, RoleKind], UUID]
) -> dict[RoleKind, UUID | None]:
    """For each kind the role of the unit, or of the nearest unit above it."""
    found: dict[RoleKind, UUID | None] = {}
    while unit is not None:
        for kind in RoleKind:
            if (unit, kind) in roles:
                found.setdefault(kind, roles[unit, kind])
        unit = parents[unit]
    return found


def units_and_roles(session: Session) -> tuple[dict[UUID, UUID | None], dict[tuple[UUID, RoleKind], UUID]]:
    """What `roles_above` looks in: each unit's parent, and the first role of each kind in a unit."""
    parents = dict(session.exec(select(OrgUnit.id, OrgUnit.parent_id)).all())
    roles = {(role.unit_id, role.kind): role.id for role in session.exec(select(Role).order_by(col(Role.code).desc()))}
    return parents, roles


def chain_of(action_id: UUID, kinds: Sequence[RoleKind], roles: Mapping[RoleKind, UUID | None]) -> list[ActionStep]:
    """The links of an action's chain, each with the role that stands there; None is a vacancy."""
    return [
        ActionStep(action_id=action_id, level=level, kind=kind, role_id=roles.get(kind))
        for level, kind in enumerate(kinds)
    ]


def enter_recurrences(session: Session, quarter: Period, rules: Mapping[UUID, str]) -> None:
    """Enter on each action that a rule has found the same, or something else, in `quarter`; once."""
    known: dict[UUID, list[dict[str, Any] | None]] = {action: [] for action in rules}
    events = columns_of(ActionEvent.action_id, ActionEvent.kind, ActionEvent.data)
    for action, kind, data in session.execute(events.where(col(ActionEvent.action_id).in_(known))):
        known[action].append(data if kind == ActionEventKind.RECURRED else None)
    record(
        session,
        [
            event_of(session, action, len(happened) + 1, ActionEventKind.RECURRED, again)
            for action, happened in known.items()
            if (again := {"period": quarter.code, "rule": rules[action]}) not in happened
        ],
    )


def take_step(session: Session, action: CorrectiveAction, kind: ActionEventKind, data: dict[str, Any]) -> None:
    """Let one more thing happen to the action: the row follows, its clock is set anew, its history says so.

    InvalidInput, saying why, where the step may not be taken now. The caller holds the action's row.
    """
    take_steps(session, [(action, kind, data)])


def take_steps(session: Session, steps: Sequence[tuple[CorrectiveAction, ActionEventKind, dict[str, Any]]]) -> None:
    """Let one more thing happen to each of several actions: all of it, or none where one may not be taken."""
    if any(kind == ActionEventKind.CEASED and action.source_id is None for action, kind, _data in steps):
        raise InvalidInput(message("action_steps.not_verified"))
    now, actor = moment_of(session), actor_of(session)
    last = _last_numbers(session, [action.id for action, _kind, _data in steps])
    taken = [(action, after(standing_of(action), kind, data, at=now, actor=actor)) for action, kind, data in steps]
    # What is asked of the database for a clock would else save the rows before it half changed.
    with session.no_autoflush:
        for action, found in taken:
            if found != standing_of(action):
                clock = clock_of(session, action.id, found)
                for one in fields(found):
                    setattr(action, one.name, getattr(found, one.name))
                action.clock_at = clock
                session.add(action)
    record(
        session, [event_of(session, action.id, last.get(action.id, 0) + 1, kind, data) for action, kind, data in steps]
    )


def begin_round(session: Session, action: CorrectiveAction, kind: ActionEventKind, data: dict[str, Any]) -> None:
    """Let the action's next round begin, due in as many days as the action had when it was raised."""
    first = select(ActionEvent.data).where(ActionEvent.action_id == action.id, ActionEvent.number == 1)
    due = session.exec(first).one().get("due", action.due.isoformat())
    days = date.fromisoformat(due) - action.raised_at.date()
    take_step(session, action, kind, data | {"due": (moment_of(session).date() + days).isoformat()})
    _ask_for_answers_anew(session, action)


def _ask_for_answers_anew(session: Session, action: CorrectiveAction) -> None:
    """Give the calls for support that have rested with the action as long again as when they were asked."""
    waiting = select(SupportRequest).where(
        SupportRequest.action_id == action.id, col(SupportRequest.answered_at).is_(None)
    )
    for request in session.exec(waiting):
        request.clock_at = support_clock(session, action)
        session.add(request)


def standing_of(action: CorrectiveAction) -> Standing:
    """How the action's row says that it stands."""
    return Standing(**{one.name: getattr(action, one.name) for one in fields(Standing)})


def raised_event(session: Session, action: CorrectiveAction) -> ActionEvent:
    """The first line of an action's history, with all that its standing starts from."""
    data = {
        "period": action.period.code,
        "rule": action.rule,
        "due": action.due.isoformat(),
        "role_id": str(action.assigned_role_id) if action.assigned_role_id else None,
        "policy_id": str(action.policy_id) if action.policy_id else None,
    }
    return event_of(session, action.id, 1, ActionEventKind.RAISED, data)


def record(session: Session, events: Sequence[ActionEvent]) -> None:
    """Keep steps of actions, and put them on their way to the task platforms there are and to whom they concern."""
    session.add_all(events)
    session.flush()
    emit(session, events)
    tell_people(session, events)


def event_of(
    session: Session, action_id: UUID, number: int, kind: ActionEventKind, data: dict[str, Any]
) -> ActionEvent:
    return ActionEvent(
        action_id=action_id, number=number, at=moment_of(session), actor=actor_of(session), kind=kind, data=data
    )


def free_codes(session: Session, quarter: Period) -> Iterator[str]:
    """The codes that are free in `quarter`, in order."""
    prefix = f"CA-{quarter.code}-"
    taken = session.exec(
        select(func.count()).select_from(CorrectiveAction).where(col(CorrectiveAction.code).startswith(prefix))
    ).one()
    return (f"{prefix}{number}" for number in count(taken + 1))


def _last_numbers(session: Session, actions: Sequence[UUID]) -> dict[UUID, int]:
    numbers = columns_of(ActionEvent.action_id, func.max(ActionEvent.number)).group_by(col(ActionEvent.action_id))
    rows = session.execute(numbers.where(col(ActionEvent.action_id).in_(actions)))
    return dict(tuple(row) for row in rows)
