"""Deliveries that were given up: what they were, and sending them again in their place among the action's steps."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, update
from sqlalchemy.engine import CursorResult
from sqlmodel import Session, col, select

from okr_engine.access import Actor
from okr_engine.database import columns_of, moment_of, table_of
from okr_engine.errors import InvalidInput
from okr_engine.kept_words import told_message, told_remedy
from okr_engine.model import Delivery, DeliveryState, OutboxMessage, TaskEndpoint
from okr_engine.services.deliveries import require_steward
from okr_engine.words import Message, message


@dataclass(frozen=True)
class DeadLetter:
    """A delivery that was given up: which step of which action, at which endpoint, the last error and its remedy."""

    id: UUID
    endpoint: str
    action: str
    kind: str
    number: int
    attempts: int
    finished_at: datetime
    error: Message | None
    remedy: Message | None


@dataclass(frozen=True)
class Replayed:
    """How many are sent again, and how many are left because the platform has a later state of their task."""

    sent_again: int
    left: int


def dead_letters(session: Session, actor: Actor) -> list[DeadLetter]:
    """What was given up and waits for a person, the latest first."""
    require_steward(actor)
    rows = session.exec(
        select(Delivery, OutboxMessage, TaskEndpoint)
        .join(OutboxMessage, col(OutboxMessage.id) == col(Delivery.message_id))
        .join(TaskEndpoint, col(TaskEndpoint.id) == col(Delivery.endpoint_id))
        .where(Delivery.state == DeliveryState.DEAD)
        .order_by(col(Delivery.finished_at).desc())
    )
    return [_letter(one, sent, endpoint) for one, sent, endpoint in rows]


def replay(session: Session, actor: Actor, delivery_id: UUID) -> None:
    """Send a dead letter again, in its place among the action's steps.

    InvalidInput where it is none, or where the platform has a later state of the task, which an earlier one would undo.
    """
    require_steward(actor)
    dead = session.get(Delivery, delivery_id)
    if dead is None or dead.state != DeliveryState.DEAD:
        raise InvalidInput(message("task_platforms.not_a_dead_letter"))
    if not _revive(session, dead.endpoint_id, _DELIVERY.c.id == delivery_id):
        raise InvalidInput(message("task_platforms.later_state_is_there"))


def replay_all(session: Session, actor: Actor, endpoint: str) -> Replayed:
    """Send every dead letter of the endpoint again, except those whose task has a later state on the platform."""
    require_steward(actor)
    endpoint_id = session.exec(select(TaskEndpoint.id).where(TaskEndpoint.code == endpoint)).one()
    sent_again = _revive(session, endpoint_id, _DELIVERY.c.endpoint_id == endpoint_id)
    left = columns_of(Delivery.id).where(
        col(Delivery.endpoint_id) == endpoint_id, col(Delivery.state) == DeliveryState.DEAD
    )
    return Replayed(sent_again, len(session.execute(left).all()))


def _letter(one: Delivery, sent: OutboxMessage, endpoint: TaskEndpoint) -> DeadLetter:
    assert one.finished_at is not None
    return DeadLetter(
        id=one.id,
        endpoint=endpoint.code,
        action=sent.task["code"],
        kind=sent.kind,
        number=one.number,
        attempts=one.attempts,
        finished_at=one.finished_at,
        error=told_message(one.error) if one.error else None,
        remedy=told_remedy(one.error) if one.error else None,
    )


_DELIVERY = table_of(Delivery)
_OTHER = _DELIVERY.alias("other")
_SAME_TASK = (_OTHER.c.endpoint_id == _DELIVERY.c.endpoint_id) & (_OTHER.c.action_id == _DELIVERY.c.action_id)
_IS_OPEN = _OTHER.c.finished_at.is_(None)


def _revive(session: Session, endpoint_id: UUID, which: ColumnElement[bool]) -> int:
    """Let dead letters wait again that no later state has overtaken, and give their tasks a head; how many they are."""
    overtaken = exists().where(
        _SAME_TASK, _OTHER.c.number > _DELIVERY.c.number, _OTHER.c.state == DeliveryState.DELIVERED
    )
    revived = session.connection().execute(
        update(_DELIVERY)
        .where(which, _DELIVERY.c.state == DeliveryState.DEAD, ~overtaken)
        .values(state=DeliveryState.WAITING, finished_at=None, attempts=0, held_by=None)
    )
    assert isinstance(revived, CursorResult)
    without_head = ~exists().where(_SAME_TASK, _IS_OPEN, _OTHER.c.due_at.is_not(None))
    is_first = ~exists().where(_SAME_TASK, _IS_OPEN, _OTHER.c.number < _DELIVERY.c.number)
    session.connection().execute(
        update(_DELIVERY)
        .where(_DELIVERY.c.endpoint_id == endpoint_id, _DELIVERY.c.finished_at.is_(None), without_head, is_first)
        .values(due_at=moment_of(session))
    )
    session.expire_all()
    return revived.rowcount
