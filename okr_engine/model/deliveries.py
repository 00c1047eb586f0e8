"""What leaves and what comes in: endpoints on task platforms, outbox, deliveries, inbox, and how far each was read."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from okr_engine.model.columns import Choice, Code, Moment
from okr_engine.model.rows import Editable, Row

_AT_THE_HEAD = text("due_at IS NOT NULL")
_OPEN = text("finished_at IS NULL")
_HAS_REF = text("ref IS NOT NULL")
_WAITS = text("outcome = 'waiting'")


class TaskEndpoint(Editable, table=True):
    """A place on a task platform where actions appear as tasks; paused while somebody has to put something right."""

    __tablename__ = "task_endpoint"
    code: Code = Field(unique=True)
    platform: str = Field(max_length=60)
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    paused_at: datetime | None = Field(default=None, sa_type=Moment)
    paused_because: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class OutboxMessage(Row, table=True):
    """One step of an action and the task as it then was, kept in the transaction of the step; never changed."""

    audited = False
    __tablename__ = "outbox_message"
    __table_args__ = (UniqueConstraint("action_id", "number"),)
    action_id: UUID = Field(foreign_key="corrective_action.id")
    number: int
    kind: str = Field(max_length=30)
    at: datetime = Field(sa_type=Moment)
    task: dict[str, Any] = Field(sa_type=JSON)


class DeliveryState(StrEnum):
    """How a delivery stands; a dead one waits for a person."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class Delivery(Row, table=True):
    """One message on its way to one endpoint.

    Of an action's open deliveries only the head has `due_at`, and the database sees to it: so the order is kept, and
    nobody else writes to the same task. Whoever holds it has moved `due_at` to the end of the lease.
    """

    audited = False
    __table_args__ = (
        UniqueConstraint("endpoint_id", "message_id"),
        Index(
            "uq_delivery_head",
            "endpoint_id",
            "action_id",
            unique=True,
            sqlite_where=_AT_THE_HEAD,
            postgresql_where=_AT_THE_HEAD,
        ),
        Index("ix_delivery_due", "endpoint_id", "due_at", sqlite_where=_AT_THE_HEAD, postgresql_where=_AT_THE_HEAD),
        Index(
            "ix_delivery_open",
            "endpoint_id",
            "action_id",
            "number",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_delivery_action", "action_id", "endpoint_id", "number"),
        Index("ix_delivery_ref", "endpoint_id", "ref", sqlite_where=_HAS_REF, postgresql_where=_HAS_REF),
    )
    message_id: UUID = Field(foreign_key="outbox_message.id", index=True)
    endpoint_id: UUID = Field(foreign_key="task_endpoint.id")
    action_id: UUID = Field(foreign_key="corrective_action.id")
    number: int
    state: DeliveryState = Field(default=DeliveryState.WAITING, sa_type=Choice(DeliveryState))
    attempts: int = 0
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    held_by: str | None = Field(default=None, max_length=100)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    ref: str | None = Field(default=None, max_length=500)
    revision: str | None = Field(default=None, max_length=200)
    error: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class ReportOutcome(StrEnum):
    """What was done about what a platform tells; `waiting` until the platform itself has been asked: `looked_up`."""

    WAITING = "waiting"
    LOOKED_UP = "looked_up"
    APPLIED = "applied"
    NOTHING_NEW = "nothing_new"
    ECHO = "echo"
    OUTDATED = "outdated"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class InboxMessage(Row, table=True):
    """A proved message from a platform, kept once, with what was done about it; it may be about no action of ours."""

    audited = False
    __tablename__ = "inbox_message"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "message_id"),
        Index("ix_inbox_message_waiting", "endpoint_id", sqlite_where=_WAITS, postgresql_where=_WAITS),
    )
    endpoint_id: UUID = Field(foreign_key="task_endpoint.id")
    message_id: str = Field(max_length=100)
    action_id: UUID | None = Field(default=None, foreign_key="corrective_action.id", index=True)
    code: str = Field(max_length=100)
    state: str = Field(max_length=30)
    by: str | None = Field(default=None, max_length=100)
    said_at: datetime | None = Field(default=None, sa_type=Moment)
    received_at: datetime = Field(sa_type=Moment)
    outcome: ReportOutcome = Field(default=ReportOutcome.WAITING, sa_type=Choice(ReportOutcome))


class PlatformTask(Row, table=True):
    """How far a task was when its platform last told, in which round of the action, and since when it is gone there."""

    audited = False
    __tablename__ = "platform_task"
    __table_args__ = (UniqueConstraint("endpoint_id", "action_id"),)
    endpoint_id: UUID = Field(foreign_key="task_endpoint.id")
    action_id: UUID = Field(foreign_key="corrective_action.id")
    state: str = Field(max_length=30)
    round: int
    said_at: datetime | None = Field(default=None, sa_type=Moment)
    gone_at: datetime | None = Field(default=None, sa_type=Moment)


class AskingKind(StrEnum):
    """What a platform is asked: what has changed, or how each open task is."""

    CHANGES = "changes"
    EVERYTHING = "everything"


class Asking(Row, table=True):
    """When an endpoint's platform is asked next, and from where on; whoever holds it has moved `due_at` ahead."""

    audited = False
    __tablename__ = "asking"
    __table_args__ = (UniqueConstraint("endpoint_id", "kind"),)
    endpoint_id: UUID = Field(foreign_key="task_endpoint.id")
    kind: AskingKind = Field(sa_type=Choice(AskingKind))
    due_at: datetime = Field(sa_type=Moment)
    held_by: str | None = Field(default=None, max_length=100)
    cursor: str | None = Field(default=None, sa_type=Text)
    failures: int = 0
    error: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
