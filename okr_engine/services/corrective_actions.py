"""status → corrective action: what the rules find becomes work with a chain; people acknowledge and assign it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may
from okr_engine.database import actor_of, moment_of, was_current
from okr_engine.errors import InvalidInput, NotAllowed, NotFound, StaleEdit
from okr_engine.model import (
    ActionEvent,
    ActionEventKind,
    ActionState,
    ActionStep,
    CorrectiveAction,
    Goal,
    KeyResult,
    OrgUnit,
    Person,
    Role,
    RoleKind,
    Status,
    StatusDecision,
)
from okr_engine.periods import Period
from okr_engine.rulebook import ActionThen, Conclusion, Rulebook
from okr_engine.services.people import name_of
from okr_engine.services.statuses import Decided, in_three_languages
from okr_engine.words import message


@dataclass(frozen=True)
class _Owner:
    """Where a key result belongs: the goal's unit and the roles its chain starts with."""

    unit_id: UUID
    roles: Mapping[RoleKind, UUID | None]


def raise_actions(
    session: Session, quarter: Period, decided: Sequence[Decided], rulebook: Rulebook
) -> list[CorrectiveAction]:
    """Raise what the rules call for in `quarter`; a finding whose action is still open joins it instead."""
    facts = [
        {**one["facts"], "type": "status", "key": str(one["key_result_id"]), "status": one["status"].value}
        for one in decided
    ]
    found = [one for one in rulebook.judge(facts) if isinstance(one.then, ActionThen)]
    if not found:
        return []
    outdated = _decided_later(session, quarter)
    findings = [one for one in found if UUID(one.subject) not in outdated]
    open_actions = _open_actions(session)
    owners = _owners(session, {UUID(one.subject) for one in findings})
    by_key = {str(one["key_result_id"]): one for one in decided}
    raised = []
    for finding in findings:
        known = open_actions.get((UUID(finding.subject), finding.rule))
        if known is None:
            raised.append(_raise(session, quarter, finding, by_key[finding.subject], rulebook, owners))
        elif known.period < quarter:
            _recur(session, known, quarter)
    return raised


def acknowledge(session: Session, actor: Actor, code: str, *, version: int) -> None:
    """Say that the action has been seen and is being taken up; by whoever it is assigned to or stands in its chain."""
    action = _editable(session, actor, code, version)
    if action.state != ActionState.RAISED:
        raise InvalidInput(message("error.action_not_open_for_that", code=code))
    action.state = ActionState.ACKNOWLEDGED
    _happened(session, action, ActionEventKind.ACKNOWLEDGED, {})


def assign(
    session: Session, actor: Actor, code: str, *, version: int, role: str | None, person: str | None, due: date
) -> None:
    """Give the action to a role or to a person (codes), due on a day that is not yet past.

    Giving it again to whoever has it, for the same day, changes nothing.
    """
    action = _editable(session, actor, code, version)
    if (role is None) == (person is None):
        raise InvalidInput(message("error.assign_to_role_or_person"))
    if due < moment_of(session).date():
        raise InvalidInput(message("error.due_in_the_past", due=due))
    given = (
        _by_code(session, Role, role) if role else None,
        _by_code(session, Person, person) if person else None,
        due,
    )
    if given == (action.assigned_role_id, action.assigned_person_id, action.due):
        return
    action.assigned_role_id, action.assigned_person_id, action.due = given
    _happened(session, action, ActionEventKind.ASSIGNED, {"role": role, "person": person, "due": due.isoformat()})


def may_work_on(actor: Actor, action: CorrectiveAction, unit_id: UUID, chain: Iterable[UUID | None]) -> bool:
    """Whether the actor may act on it: it is assigned to them or to a role of theirs, or theirs by chain or reach."""
    holds_a_link = bool(actor.role_ids & {*chain})
    return is_assigned_to(actor, action) or holds_a_link or may(actor, Permission.WORK_ON_ACTION, unit_id)


def is_assigned_to(actor: Actor, action: CorrectiveAction) -> bool:
    """Whether the action is on the actor's desk: assigned to them, or to a role of theirs."""
    if action.assigned_person_id is not None:
        return action.assigned_person_id == actor.person_id
    return action.assigned_role_id in actor.role_ids


def _editable(session: Session, actor: Actor, code: str, version: int) -> CorrectiveAction:
    action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == code).with_for_update()).first()
    if action is None:
        raise NotFound(message("error.no_such_action", code=code))
    unit_id = _owners(session, {action.key_result_id})[action.key_result_id].unit_id
    chain = session.exec(select(ActionStep.role_id).where(ActionStep.action_id == action.id)).all()
    if not may_work_on(actor, action, unit_id, chain):
        raise NotAllowed(
            message("error.not_allowed.work_on_action", name=actor.name), remedy=message("error.not_allowed_remedy")
        )
    if action.version != version:
        last = session.exec(
            select(ActionEvent).where(ActionEvent.action_id == action.id).order_by(col(ActionEvent.number).desc())
        ).first()
        raise StaleEdit(
            theirs=f"{action.state.value}, {action.due.isoformat()}",
            yours="",
            saved_by=name_of(session, last.actor) if last else "",
        )
    return action


def _raise(
    session: Session,
    quarter: Period,
    finding: Conclusion,
    decision: Decided,
    rulebook: Rulebook,
    owners: Mapping[UUID, _Owner],
) -> CorrectiveAction:
    assert isinstance(finding.then, ActionThen)
    now = moment_of(session)
    owner = owners[decision["key_result_id"]]
    action = CorrectiveAction(
        code=_next_code(session, quarter),
        key_result_id=decision["key_result_id"],
        period=quarter,
        action=finding.then.action,
        rule=finding.rule,
        rule_version=rulebook.version,
        facts=decision["facts"],
        because=in_three_languages(finding.because),
        due=now.date() + timedelta(days=finding.then.due_in_days),
        raised_at=now,
    )
    steps = [
        ActionStep(action_id=action.id, level=level, kind=RoleKind(kind), role_id=owner.roles.get(RoleKind(kind)))
        for level, kind in enumerate(finding.then.chain)
    ]
    action.assigned_role_id = next((step.role_id for step in steps if step.role_id), None)
    session.add(action)
    session.flush()
    session.add_all(steps)
    _happened(session, action, ActionEventKind.RAISED, {"period": quarter.code, "rule": finding.rule})
    session.flush()
    return action


def _recur(session: Session, action: CorrectiveAction, quarter: Period) -> None:
    recurred = session.exec(
        select(ActionEvent).where(ActionEvent.action_id == action.id, ActionEvent.kind == ActionEventKind.RECURRED)
    ).all()
    if quarter.code not in {event.data.get("period") for event in recurred}:
        _happened(session, action, ActionEventKind.RECURRED, {"period": quarter.code})


def _happened(session: Session, action: CorrectiveAction, kind: ActionEventKind, data: dict[str, Any]) -> None:
    last = session.exec(select(func.max(ActionEvent.number)).where(ActionEvent.action_id == action.id)).one()
    session.add(
        ActionEvent(
            action_id=action.id,
            number=(last or 0) + 1,
            at=moment_of(session),
            actor=actor_of(session),
            kind=kind,
            data=data,
        )
    )


def _next_code(session: Session, quarter: Period) -> str:
    prefix = f"CA-{quarter.code}-"
    taken = session.exec(
        select(func.count()).select_from(CorrectiveAction).where(col(CorrectiveAction.code).startswith(prefix))
    ).one()
    return f"{prefix}{taken + 1}"


def _decided_later(session: Session, quarter: Period) -> set[UUID]:
    later = select(StatusDecision.key_result_id).where(
        was_current(StatusDecision, None),
        col(StatusDecision.period) > quarter,
        col(StatusDecision.status) != Status.NO_DATA,
    )
    return set(session.exec(later))


def _open_actions(session: Session) -> dict[tuple[UUID, str], CorrectiveAction]:
    actions = session.exec(select(CorrectiveAction).where(col(CorrectiveAction.closed_at).is_(None)))
    return {(action.key_result_id, action.rule): action for action in actions}


def _owners(session: Session, key_results: set[UUID]) -> dict[UUID, _Owner]:
    """For each key result its goal's unit and chain roles; a role of the unit or of the nearest unit above it."""
    rows = session.exec(
        select(KeyResult.id, Goal)
        .join(Goal, col(Goal.id) == col(KeyResult.goal_id))
        .where(col(KeyResult.id).in_(key_results))
    ).all()
    parents = dict(session.exec(select(OrgUnit.id, OrgUnit.parent_id)).all())
    roles = {(role.unit_id, role.kind): role.id for role in session.exec(select(Role).order_by(col(Role.code).desc()))}
    return {key_result: _owner(goal, parents, roles) for key_result, goal in rows}


def _owner(goal: Goal, parents: Mapping[UUID, UUID | None], roles: Mapping[tuple[UUID, RoleKind], UUID]) -> _Owner:
    found: dict[RoleKind, UUID | None] = {}
    unit: UUID | None = goal.unit_id
    while unit is not None:
        for kind in RoleKind:
            found.setdefault(kind, roles.get((unit, kind))) if (unit, kind) in roles else None
        unit = parents[unit]
    return _Owner(
        goal.unit_id,
        found | {RoleKind.GOAL_OWNER: goal.owner_role_id, RoleKind.SPONSOR: goal.sponsor_role_id},
    )


def _by_code(session: Session, noun: type[Role] | type[Person], code: str) -> UUID:
    found = session.exec(select(noun.id).where(noun.code == code)).first()
    if found is None:
        raise NotFound(message("error.no_such_code", code=code))
    return found
