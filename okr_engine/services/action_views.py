"""Corrective actions as people see them: why, who is asked in which order, what has happened."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may
from okr_engine.database import known_at
from okr_engine.errors import NotFound
from okr_engine.model import (
    ActionEvent,
    ActionEventKind,
    ActionState,
    ActionStep,
    CorrectiveAction,
    Goal,
    Indicator,
    KeyResult,
    MeasureUnit,
    Person,
    Role,
    RoleKind,
    Source,
)
from okr_engine.periods import Period
from okr_engine.services.action_access import is_assigned_to, may_work_on
from okr_engine.services.people import holders
from okr_engine.words import Words, message


@dataclass(frozen=True)
class ChainLink:
    """One step of a responsibility chain and who stands there today; nobody is a vacancy."""

    level: int
    kind: RoleKind
    code: str | None
    role: Words
    people: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class ActionHappening:
    """One line of an action's history."""

    at: datetime
    actor: str
    kind: ActionEventKind
    data: Mapping[str, Any]


@dataclass(frozen=True)
class ActionView:
    """A corrective action with reason, chain and history; `is_mine` to act on, `is_on_my_desk` when assigned to me.

    Its subject is a key result of `goal_code` over `indicator`, or a source, which belongs to no goal. `since` is when
    its state or who is asked last changed, `asked_next_at` when the next in the chain is asked unless it moves.
    """

    code: str
    version: int
    subject_code: str
    subject_name: Words
    goal_code: str | None
    indicator: str | None
    measure: MeasureUnit
    decimals: int
    period: Period
    action: str
    rule: str
    rule_version: str
    because: Words
    facts: Mapping[str, Any]
    state: ActionState
    round: int
    level: int
    since: datetime
    asked_next_at: datetime | None
    due: date
    extensions: int
    plan: Mapping[str, Any] | None
    accept_until: date | None
    closed_at: datetime | None
    assigned_to: Words
    chain: tuple[ChainLink, ...]
    history: tuple[ActionHappening, ...]
    is_mine: bool
    is_on_my_desk: bool


def action_view(session: Session, actor: Actor, code: str, *, today: date, as_of: datetime | None = None) -> ActionView:
    """The corrective action with that code, open or closed; NotFound where the actor may read none."""
    actions = [one for one in known_at(session, CorrectiveAction, as_of) if one.code == code]
    found = _views(session, actor, actions, today, as_of)
    if not found:
        raise NotFound(message("error.no_such_action", code=code))
    return found[0]


def action_views(
    session: Session, actor: Actor, *, today: date, as_of: datetime | None = None, closed: bool = False
) -> list[ActionView]:
    """Every open corrective action the actor may read, or every `closed` one; the earliest due first."""
    actions = [one for one in known_at(session, CorrectiveAction, as_of) if (one.closed_at is not None) == closed]
    return sorted(_views(session, actor, actions, today, as_of), key=lambda view: (view.due, view.code))


def _views(
    session: Session, actor: Actor, actions: Sequence[CorrectiveAction], today: date, as_of: datetime | None
) -> list[ActionView]:
    if not actions:
        return []
    subjects = _subjects(session, as_of)
    roles = {one.id: one for one in known_at(session, Role, as_of)}
    people = {one.id: Words(one.name, one.name, one.name) for one in known_at(session, Person, as_of)}
    shown = {one.id for one in actions}
    steps, events = _steps(session, shown), _events(session, shown, as_of)
    held = holders(session, roles, today=today, as_of=as_of)
    views = []
    for action in actions:
        subject = subjects[action.subject_id]
        chain = [step.role_id for step in steps[action.id]]
        is_mine = may_work_on(actor, action, subject.unit_id, chain)
        if not (is_mine or may(actor, Permission.READ, subject.unit_id)):
            continue
        assigned = people.get(action.assigned_person_id) if action.assigned_person_id else None
        if assigned is None and action.assigned_role_id in roles:
            assigned = roles[action.assigned_role_id].name
        views.append(
            ActionView(
                code=action.code,
                version=action.version,
                subject_code=subject.code,
                subject_name=subject.name,
                goal_code=subject.goal_code,
                indicator=subject.indicator,
                measure=subject.measure,
                decimals=subject.decimals,
                period=action.period,
                action=action.action,
                rule=action.rule,
                rule_version=action.rule_version,
                because=Words(**action.because),
                facts=action.facts,
                state=action.state,
                round=action.round,
                level=action.level,
                since=action.since,
                asked_next_at=action.clock_at,
                due=action.due,
                extensions=action.extensions,
                plan=action.plan,
                accept_until=action.accept_until,
                closed_at=action.closed_at,
                assigned_to=assigned or Words(),
                chain=tuple(_link(step, roles, held) for step in steps[action.id]),
                history=tuple(events[action.id]),
                is_mine=is_mine,
                is_on_my_desk=is_assigned_to(actor, action),
            )
        )
    return views


@dataclass(frozen=True)
class _Subject:
    """What an action is on: a key result, or a source."""

    code: str
    name: Words
    unit_id: UUID
    goal_code: str | None = None
    indicator: str | None = None
    measure: MeasureUnit = MeasureUnit.NUMBER
    decimals: int = 0


def _subjects(session: Session, as_of: datetime | None) -> dict[UUID, _Subject]:
    goals = {one.id: one for one in known_at(session, Goal, as_of)}
    indicators = {one.id: one for one in known_at(session, Indicator, as_of)}
    found = {one.id: _Subject(one.code, one.name, one.unit_id) for one in known_at(session, Source, as_of)}
    for row in known_at(session, KeyResult, as_of):
        goal, indicator = goals[row.goal_id], indicators[row.indicator_id]
        found[row.id] = _Subject(
            row.code,
            row.name or indicator.name,
            goal.unit_id,
            goal.code,
            indicator.code,
            indicator.unit,
            indicator.decimals,
        )
    return found


def _link(step: ActionStep, roles: Mapping[UUID, Role], held: Mapping[UUID, list[tuple[str, bool]]]) -> ChainLink:
    role = roles.get(step.role_id) if step.role_id else None
    if role is None:
        return ChainLink(step.level, step.kind, None, Words(), ())
    return ChainLink(step.level, step.kind, role.code, role.name, tuple(held.get(role.id, ())))


def _steps(session: Session, actions: Collection[UUID]) -> dict[UUID, list[ActionStep]]:
    found: dict[UUID, list[ActionStep]] = defaultdict(list)
    links = select(ActionStep).where(col(ActionStep.action_id).in_(actions))
    for step in session.exec(links.order_by(col(ActionStep.level))):
        found[step.action_id].append(step)
    return found


def _events(session: Session, actions: Collection[UUID], as_of: datetime | None) -> dict[UUID, list[ActionHappening]]:
    found: dict[UUID, list[ActionHappening]] = defaultdict(list)
    history = select(ActionEvent).where(col(ActionEvent.action_id).in_(actions))
    for event in session.exec(history.order_by(col(ActionEvent.number))):
        if as_of is None or event.at <= as_of:
            found[event.action_id].append(ActionHappening(event.at, event.actor, event.kind, event.data))
    return found
