"""notification → digest: what waits for a person becomes one message, claimed by comparing and setting."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, update
from sqlalchemy.engine import CursorResult
from sqlmodel import Session, col

from okr_engine.access import Actor
from okr_engine.database import columns_of, insert_all, moment_of
from okr_engine.errors import InvalidInput, OkrError
from okr_engine.kept_words import kept_message, told_message
from okr_engine.model import DeliveryState, Digest, DigestDelivery, Notification, NotificationChannel, Person
from okr_engine.services.channels import require_steward
from okr_engine.words import Message, message


@dataclass(frozen=True)
class Claimed:
    """A digest on its way through one channel that is ours for a while; `id` is the message's own."""

    id: UUID
    digest_id: UUID
    channel_id: UUID
    attempt: int
    holder: str


@dataclass(frozen=True)
class UnsentDigest:
    """A digest that was given up: to whom, through which channel, of how many steps, and why."""

    id: UUID
    channel: str
    person: str
    count: int
    attempts: int
    given_up_at: datetime
    because: Message


def is_anything_due(session: Session, now: datetime) -> bool:
    """Whether somebody may not wait any longer to be told."""
    return session.execute(columns_of(Notification.id).where(_is_due(now)).limit(1)).first() is not None


def gather(session: Session, _actor: Actor) -> int:
    """Make one digest for each person who may not wait longer, of all that waits for them; how many."""
    now = moment_of(session)
    people = session.scalars(columns_of(Notification.person_id).where(_is_due(now)).distinct()).all()
    channels = session.scalars(columns_of(NotificationChannel.id)).all()
    digests: list[dict[str, Any]] = [{"id": uuid4(), "person_id": person, "made_at": now} for person in people]
    insert_all(session, Digest, digests)
    insert_all(
        session,
        DigestDelivery,
        [
            {"id": uuid4(), "digest_id": digest["id"], "channel_id": channel, "due_at": now}
            for digest in digests
            for channel in channels
        ],
    )
    mine = columns_of(Digest.id).where(
        col(Digest.person_id) == col(Notification.person_id), col(Digest.id).in_([one["id"] for one in digests])
    )
    session.execute(
        update(Notification)
        .where(col(Notification.digest_id).is_(None), col(Notification.person_id).in_(people))
        .values(digest_id=mine.scalar_subquery())
        .execution_options(synchronize_session=False)
    )
    return len(digests)


def claim(session: Session, _actor: Actor, channel_id: UUID, *, holder: str, lease: timedelta) -> Claimed | None:
    """Take the digest that has been due longest on this channel; None where none is due, or somebody was quicker.

    `holder` is a name that no other claim has.
    """
    now = moment_of(session)
    found = session.execute(
        columns_of(DigestDelivery.id, DigestDelivery.due_at, DigestDelivery.digest_id, DigestDelivery.attempts)
        .where(col(DigestDelivery.channel_id) == channel_id, col(DigestDelivery.due_at) <= now)
        .order_by(col(DigestDelivery.due_at))
        .limit(1)
    ).first()
    if found is None:
        return None
    delivery, due_at, digest, attempts = found
    unchanged = (col(DigestDelivery.id) == delivery) & (col(DigestDelivery.due_at) == due_at)
    if not _set(session, unchanged, due_at=now + lease, held_by=holder, attempts=attempts + 1):
        return None
    return Claimed(delivery, digest, channel_id, attempts + 1, holder)


def sent(session: Session, _actor: Actor, claimed: Claimed) -> bool:
    """Keep that the channel has taken it; False where somebody else holds it by now."""
    return _finish(session, claimed, state=DeliveryState.DELIVERED, error=None)


def given_up(session: Session, _actor: Actor, claimed: Claimed, error: OkrError) -> bool:
    """Set it aside for a person to put right."""
    return _finish(session, claimed, state=DeliveryState.DEAD, error=kept_message(error.what))


def put_off(session: Session, _actor: Actor, claimed: Claimed, error: OkrError, *, until: datetime) -> bool:
    """Let it be sent again, not before `until`."""
    return _set(session, _is_held(claimed), due_at=until, held_by=None, error=kept_message(error.what))


def pause(session: Session, _actor: Actor, claimed: Claimed, error: OkrError) -> None:
    """Stop the channel until somebody has put it right; the attempt does not count."""
    kept, now = kept_message(error.what), moment_of(session)
    _set(session, _is_held(claimed), due_at=now, held_by=None, attempts=claimed.attempt - 1, error=kept)
    channel = session.get_one(NotificationChannel, claimed.channel_id)
    if channel.paused_at is None:
        channel.paused_at, channel.paused_because = now, kept


def unsent_digests(session: Session, actor: Actor) -> list[UnsentDigest]:
    """What was given up and waits for a person, the latest first."""
    require_steward(actor)
    told = (
        columns_of(Notification.digest_id, func.count().label("count")).group_by(col(Notification.digest_id)).subquery()
    )
    rows = session.execute(
        columns_of(DigestDelivery, NotificationChannel.code, Person.code, told.c.count)
        .join(NotificationChannel, col(NotificationChannel.id) == col(DigestDelivery.channel_id))
        .join(Digest, col(Digest.id) == col(DigestDelivery.digest_id))
        .join(Person, col(Person.id) == col(Digest.person_id))
        .join(told, told.c.digest_id == col(Digest.id))
        .where(col(DigestDelivery.state) == DeliveryState.DEAD)
        .order_by(col(DigestDelivery.finished_at).desc())
    )
    return [
        UnsentDigest(one.id, channel, person, count, one.attempts, one.finished_at, told_message(one.error))
        for one, channel, person, count in rows
    ]


def replay(session: Session, actor: Actor, delivery_id: UUID) -> None:
    """Send again what was given up, under the same id; InvalidInput where it was not."""
    require_steward(actor)
    is_dead = (col(DigestDelivery.id) == delivery_id) & (col(DigestDelivery.state) == DeliveryState.DEAD)
    again = {"state": DeliveryState.WAITING, "due_at": moment_of(session), "finished_at": None, "attempts": 0}
    if not _set(session, is_dead, **again):
        raise InvalidInput(message("task_platforms.not_a_dead_letter"))


def _is_due(now: datetime) -> ColumnElement[bool]:
    return col(Notification.digest_id).is_(None) & (col(Notification.due_at) <= now)


def _is_held(claimed: Claimed) -> ColumnElement[bool]:
    return (col(DigestDelivery.id) == claimed.id) & (col(DigestDelivery.held_by) == claimed.holder)


def _finish(session: Session, claimed: Claimed, **values: object) -> bool:
    return _set(session, _is_held(claimed), due_at=None, held_by=None, finished_at=moment_of(session), **values)


def _set(session: Session, condition: ColumnElement[bool], **values: object) -> bool:
    done = session.execute(
        update(DigestDelivery).where(condition).values(**values).execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)
    return done.rowcount == 1
