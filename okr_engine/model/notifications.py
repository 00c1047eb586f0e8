"""What people are told: channels, who is to be told of which step, the digests, and the calendars of due dates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field

from okr_engine.model.columns import Choice, Code, Moment
from okr_engine.model.deliveries import DeliveryState
from okr_engine.model.rows import Editable, Row

_WAITING = text("digest_id IS NULL")
_OPEN = text("due_at IS NOT NULL")


class NotificationChannel(Editable, table=True):
    """A way to reach people, such as a mail server; paused while somebody has to put something right."""

    __tablename__ = "notification_channel"
    code: Code = Field(unique=True)
    channel: str = Field(max_length=60)
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    paused_at: datetime | None = Field(default=None, sa_type=Moment)
    paused_because: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class Digest(Row, table=True):
    """All that waited for a person at one moment, told in one message; never changed."""

    audited = False
    person_id: UUID = Field(foreign_key="person.id", index=True)
    made_at: datetime = Field(sa_type=Moment)


class Notification(Row, table=True):
    """One step of an action that one person is to be told of, kept in the step's transaction, at most once.

    From `due_at` on it may not wait any longer; the digest that it has become part of tells it.
    """

    audited = False
    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        Index("ix_notification_waiting", "due_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )
    event_id: UUID = Field(foreign_key="action_event.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    due_at: datetime = Field(sa_type=Moment)
    digest_id: UUID | None = Field(default=None, foreign_key="digest.id", index=True)


class DigestDelivery(Row, table=True):
    """A digest on its way through one channel; its id is the message's own, the same at every attempt.

    It has `due_at` until it is finished; whoever holds it has moved that to the end of the lease.
    """

    audited = False
    __tablename__ = "digest_delivery"
    __table_args__ = (
        UniqueConstraint("digest_id", "channel_id"),
        Index("ix_digest_delivery_due", "channel_id", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )
    digest_id: UUID = Field(foreign_key="digest.id")
    channel_id: UUID = Field(foreign_key="notification_channel.id")
    state: DeliveryState = Field(default=DeliveryState.WAITING, sa_type=Choice(DeliveryState))
    attempts: int = 0
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    held_by: str | None = Field(default=None, max_length=100)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    error: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class CalendarFeed(Editable, table=True):
    """An address at which a person's calendar reads the due dates; whoever knows it may read, until it is revoked."""

    __tablename__ = "calendar_feed"
    code: Code = Field(unique=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    secret_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)
