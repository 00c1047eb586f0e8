"""outbox → task platform: a delivery is claimed by comparing and setting, and finished by whoever holds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.engine import CursorResult
from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may_somewhere
from okr_engine.database import columns_of, moment_of
from okr_engine.errors import InvalidInput, NotAllowed, NotFound, OkrError
from okr_engine.kept_words import kept_message
from okr_engine.model import Delivery, DeliveryState, OutboxMessage, TaskEndpoint
from okr_engine.words import message
from okr_engine.workflow.tasks import TaskRef

LEASE = timedelta(minutes=5)
"""So long a delivery is its holder's; then anybody may send it again, under the same id."""


@dataclass(frozen=True)
class Claimed:
    """A delivery that is ours for a while: what is to be sent, and where the platform keeps the task already."""

    id: UUID
    endpoint_id: UUID
    action_id: UUID
    attempt: int
    holder: str
    message: OutboxMessage
    known: TaskRef | None


@dataclass(frozen=True)
class DeadLetter:
    """A delivery that was given up: which step of which action, at which endpoint, and the last error."""

    id: UUID
    endpoint: str
    action: str
    kind: str
    number: int
    attempts: int
    finished_at: datetime


def endpoints_at_work(session: Session) -> Sequence[UUID]:
    """The endpoints that are not paused."""
    return session.scalars(columns_of(TaskEndpoint.id).where(_is_at_work()).order_by(col(TaskEndpoint.code))).all()


def claim(
    session: Session, _actor: Actor, endpoint_id: UUID, *, holder: str, lease: timedelta = LEASE
) -> Claimed | None:
    """Take the delivery to this endpoint that has been due longest; None where none is due.

    `holder` is a name that no other claim has.
    """
    now = moment_of(session)
    found = session.execute(
        columns_of(Delivery.id, Delivery.due_at, Delivery.action_id, Delivery.attempts, OutboxMessage)
        .join(OutboxMessage, col(OutboxMessage.id) == col(Delivery.message_id))
        .where(col(Delivery.endpoint_id) == endpoint_id, col(Delivery.due_at) <= now)
        .order_by(col(Delivery.due_at))
        .limit(1)
    ).first()
    if found is None:
        return None
    delivery, due_at, action, attempts, sent = found
    taken = _set(
        session,
        (col(Delivery.id) == delivery) & (col(Delivery.due_at) == due_at),
        due_at=now + lease,
        held_by=holder,
        attempts=attempts + 1,
    )
    if not taken:
        return None
    session.expunge(sent)
    known = _known(session, endpoint_id, action)
    return Claimed(delivery, endpoint_id, action, attempts + 1, holder, sent, known)


def delivered(session: Session, _actor: Actor, claimed: Claimed, ref: TaskRef) -> bool:
    """Keep that the platform has it, and let the action's next step go; False where somebody else holds it by now."""
    return _finish(session, claimed, state=DeliveryState.DELIVERED, ref=ref.ref, revision=ref.revision, error=None)


def given_up(session: Session, _actor: Actor, claimed: Claimed, error: OkrError) -> bool:
    """Set it aside for a person; the action's next step goes on, for it carries the whole task."""
    return _finish(session, claimed, state=DeliveryState.DEAD, error=kept_message(error.what))


def put_off(session: Session, _actor: Actor, claimed: Claimed, error: OkrError, *, until: datetime) -> bool:
    """Let it be sent again, not before `until`."""
    return _set(session, _is_held(claimed), due_at=until, held_by=None, error=kept_message(error.what))


def pause(session: Session, _actor: Actor, claimed: Claimed, error: OkrError) -> None:
    """Stop the endpoint until somebody has put it right; the attempt does not count."""
    endpoint = session.get_one(TaskEndpoint, claimed.endpoint_id)
    kept = kept_message(error.what)
    _set(
        session,
        _is_held(claimed),
        due_at=moment_of(session),
        held_by=None,
        attempts=claimed.attempt - 1,
        error=kept,
    )
    if endpoint.paused_at is None:
        endpoint.paused_at, endpoint.paused_because = moment_of(session), kept


def resume(session: Session, actor: Actor, code: str) -> None:
    """Let a paused endpoint go on, once its address or its credentials have been put right."""
    _require(actor)
    endpoint = session.exec(select(TaskEndpoint).where(TaskEndpoint.code == code)).first()
    if endpoint is None:
        raise NotFound(message("error.no_such_code", code=code))
    endpoint.paused_at = endpoint.paused_because = None


def dead_letters(session: Session, actor: Actor) -> list[DeadLetter]:
    """What was given up and waits for a person, the latest first."""
    _require(actor)
    rows = session.exec(
        select(Delivery, OutboxMessage, TaskEndpoint)
        .join(OutboxMessage, col(OutboxMessage.id) == col(Delivery.message_id))
        .join(TaskEndpoint, col(TaskEndpoint.id) == col(Delivery.endpoint_id))
        .where(Delivery.state == DeliveryState.DEAD)
        .order_by(col(Delivery.finished_at).desc())
    )
    return [
        DeadLetter(one.id, endpoint.code, sent.task["code"], sent.kind, one.number, one.attempts, one.finished_at)
        for one, sent, endpoint in rows
        if one.finished_at is not None
    ]


def replay(session: Session, actor: Actor, delivery_id: UUID) -> None:
    """Send a dead letter again, in its place among the action's steps.

    InvalidInput where it is none, or where the platform has a later state of the task, which an earlier one would undo.
    """
    _require(actor)
    dead = session.get(Delivery, delivery_id)
    if dead is None or dead.state != DeliveryState.DEAD:
        raise InvalidInput(message("task_platforms.not_a_dead_letter"))
    of_the_task = (col(Delivery.endpoint_id) == dead.endpoint_id) & (col(Delivery.action_id) == dead.action_id)
    later = select(Delivery.id).where(
        of_the_task, col(Delivery.number) > dead.number, Delivery.state == DeliveryState.DELIVERED
    )
    if session.exec(later.limit(1)).first() is not None:
        raise InvalidInput(message("task_platforms.later_state_is_there"))
    dead.state, dead.finished_at, dead.attempts, dead.held_by = DeliveryState.WAITING, None, 0, None
    session.flush()
    _move_up(session, dead.endpoint_id, dead.action_id)


def _finish(session: Session, claimed: Claimed, **values: object) -> bool:
    done = _set(session, _is_held(claimed), due_at=None, held_by=None, finished_at=moment_of(session), **values)
    if done:
        _move_up(session, claimed.endpoint_id, claimed.action_id)
    return done


def _move_up(session: Session, endpoint_id: UUID, action_id: UUID) -> None:
    """Make the earliest open delivery of the task its head, unless there is one."""
    is_open = (
        (col(Delivery.endpoint_id) == endpoint_id)
        & (col(Delivery.action_id) == action_id)
        & col(Delivery.finished_at).is_(None)
    )
    rows = session.execute(columns_of(Delivery.id, Delivery.due_at).where(is_open).order_by(col(Delivery.number))).all()
    if rows and all(due_at is None for _, due_at in rows):
        _set(session, col(Delivery.id) == rows[0][0], due_at=moment_of(session))


def _known(session: Session, endpoint_id: UUID, action_id: UUID) -> TaskRef | None:
    """Where the platform keeps the task, as its last delivery has told."""
    row = session.execute(
        columns_of(Delivery.ref, Delivery.revision)
        .where(
            col(Delivery.action_id) == action_id,
            col(Delivery.endpoint_id) == endpoint_id,
            col(Delivery.state) == DeliveryState.DELIVERED,
        )
        .order_by(col(Delivery.number).desc())
        .limit(1)
    ).first()
    return TaskRef(*row) if row else None


def _is_at_work() -> ColumnElement[bool]:
    return col(TaskEndpoint.paused_at).is_(None)


def _is_held(claimed: Claimed) -> ColumnElement[bool]:
    return (col(Delivery.id) == claimed.id) & (col(Delivery.held_by) == claimed.holder)


def _set(session: Session, condition: ColumnElement[bool], **values: object) -> bool:
    done = session.execute(
        update(Delivery).where(condition).values(**values).execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)
    return done.rowcount == 1


def _require(actor: Actor) -> None:
    if not may_somewhere(actor, Permission.MANAGE_SOURCES):
        raise NotAllowed(
            message("error.not_allowed.manage_sources", name=actor.name), remedy=message("error.not_allowed_remedy")
        )
