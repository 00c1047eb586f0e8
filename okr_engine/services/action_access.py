"""Who may do what to a corrective action, and an action held to be changed."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may
from okr_engine.database import columns_of
from okr_engine.errors import NotAllowed, NotFound, StaleEdit
from okr_engine.model import ActionEvent, ActionStep, CorrectiveAction, Goal, KeyResult, Source
from okr_engine.services.people import name_of
from okr_engine.words import message

ACCOUNTABLE = 0
"""The level of the link that answers for an action; the links above it judge what the work has done."""


def held_action(session: Session, actor: Actor, code: str, *, version: int) -> CorrectiveAction:
    """The action, held until the end of the transaction, for somebody who may work on it as it was at `version`.

    Raises NotFound, NotAllowed, or StaleEdit where somebody was quicker.
    """
    action = locked_action(session, code)
    if not may_work_on(actor, action, unit_of(session, action), links_of(session, action)):
        raise not_allowed(actor)
    check_version(session, action, version)
    return action


def locked_action(session: Session, code: str) -> CorrectiveAction:
    """The action, held until the end of the transaction, whoever asks; NotFound where there is none."""
    action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == code).with_for_update()).first()
    if action is None:
        raise NotFound(message("error.no_such_action", code=code))
    return action


def check_version(session: Session, action: CorrectiveAction, version: int) -> None:
    """StaleEdit, saying by whom, where the action is no longer as it was at `version`."""
    if action.version == version:
        return
    last = session.exec(
        select(ActionEvent).where(ActionEvent.action_id == action.id).order_by(col(ActionEvent.number).desc())
    ).first()
    raise StaleEdit(
        theirs=f"{action.state.value}, {action.due.isoformat()}",
        yours="",
        saved_by=name_of(session, last.actor) if last else "",
    )


def open_on_the_subject(session: Session, action: CorrectiveAction) -> CorrectiveAction | None:
    """The open action on what a closed one is on, if there is one; held until the end of the transaction."""
    subject = CorrectiveAction.source_id if action.source_id else CorrectiveAction.key_result_id
    is_open = col(CorrectiveAction.closed_at).is_(None) & (col(subject) == action.subject_id)
    return session.exec(select(CorrectiveAction).where(is_open).with_for_update()).first()


def may_work_on(actor: Actor, action: CorrectiveAction, unit_id: UUID, chain: Iterable[UUID | None]) -> bool:
    """Whether the actor may act on it: it is assigned to them or to a role of theirs, or theirs by chain or reach."""
    holds_a_link = bool(actor.role_ids & {*chain})
    return is_assigned_to(actor, action) or holds_a_link or may(actor, Permission.WORK_ON_ACTION, unit_id)


def may_dismiss(session: Session, actor: Actor, action: CorrectiveAction) -> bool:
    """Whether the actor answers for the action or stands above who does; whoever has the work cannot wave it away."""
    if is_assigned_to(actor, action):
        return False
    holds_a_link = bool(actor.role_ids & {*links_of(session, action)})
    return holds_a_link or may(actor, Permission.ACCEPT_DEVIATION, unit_of(session, action))


def is_assigned_to(actor: Actor, action: CorrectiveAction) -> bool:
    """Whether the action is on the actor's desk: assigned to them, or to a role of theirs."""
    if action.assigned_person_id is not None:
        return action.assigned_person_id == actor.person_id
    return action.assigned_role_id in actor.role_ids


def links_of(session: Session, action: CorrectiveAction) -> list[UUID | None]:
    """The roles of the action's responsibility chain, whoever answers for it first; None is a vacancy."""
    return chains_of(session, [action.id])[action.id]


def chains_of(session: Session, actions: Collection[UUID]) -> dict[UUID, list[UUID | None]]:
    """The same for many actions."""
    found: dict[UUID, list[UUID | None]] = {action: [] for action in actions}
    steps = select(ActionStep).where(col(ActionStep.action_id).in_(actions)).order_by(col(ActionStep.level))
    for step in session.exec(steps):
        found[step.action_id].append(step.role_id)
    return found


def accountable_of(session: Session, actions: Collection[UUID]) -> dict[UUID, UUID | None]:
    """The role that answers for each action, the first link of its chain; None is a vacancy."""
    return {action: next(iter(chain), None) for action, chain in chains_of(session, actions).items()}


def roles_above_accountable(session: Session, action: CorrectiveAction) -> frozenset[UUID]:
    """The roles of the action's chain above the one that answers for it: they judge work that is done."""
    return above_accountable(links_of(session, action))


def above_accountable(chain: Sequence[UUID | None]) -> frozenset[UUID]:
    """The same of a chain that is known."""
    return frozenset(role for role in chain[ACCOUNTABLE + 1 :] if role)


def unit_of(session: Session, action: CorrectiveAction) -> UUID:
    """The unit that the action belongs to: its goal's, or its source's."""
    return units_of(session, [action])[action.subject_id]


def units_of(session: Session, actions: Iterable[CorrectiveAction]) -> dict[UUID, UUID]:
    """The unit of each action's subject."""
    subjects = {action.subject_id for action in actions}
    sources = columns_of(Source.id, Source.unit_id).where(col(Source.id).in_(subjects))
    goals = columns_of(KeyResult.id, Goal.unit_id).join(Goal, col(Goal.id) == col(KeyResult.goal_id))
    rows = [*session.execute(sources), *session.execute(goals.where(col(KeyResult.id).in_(subjects)))]
    return dict(tuple(row) for row in rows)


def not_allowed(actor: Actor) -> NotAllowed:
    """Nobody of the action's chain, nor given the work."""
    return NotAllowed(
        message("error.not_allowed.work_on_action", name=actor.name), remedy=message("error.not_allowed_remedy")
    )
