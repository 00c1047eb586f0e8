"""outbox → task platform: a delivery is claimed by comparing and setting, and finished by whoever holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Update, bindparam, exists, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may_somewhere
from okr_engine.database import columns_of, moment_of, table_of
from okr_engine.errors import NotAllowed, NotFound, OkrError
from okr_engine.kept_words import kept_error
from okr_engine.model import Delivery, DeliveryState, OutboxMessage, TaskEndpoint
from okr_engine.services.outbox import KeptMessage
from okr_engine.words import message
from okr_engine.workflow.tasks import TaskRef

LEASE = timedelta(minutes=5)
"""So long a delivery is its holder's; then anybody may send it again, under the same id."""


@dataclass(frozen=True)
class Destination:
    """An endpoint as it was when something was taken for it: its code, its platform and what that has to be told."""

    code: str
    platform: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Claimed:
    """A delivery that is ours for a while: what is to be sent where, and where the platform keeps the task already."""

    id: UUID
    endpoint_id: UUID
    action_id: UUID
    attempt: int
    holder: str
    message: KeptMessage
    destination: Destination
    known: TaskRef | None


def endpoints_at_work(session: Session) -> Sequence[UUID]:
    """The endpoints that are not paused."""
    at_work = col(TaskEndpoint.paused_at).is_(None)
    return session.scalars(columns_of(TaskEndpoint.id).where(at_work).order_by(col(TaskEndpoint.code))).all()


def claim(
    session: Session, _actor: Actor, endpoint_id: UUID, *, holder: str, lease: timedelta = LEASE
) -> Claimed | None:
    """Take the delivery to this endpoint that has been due longest; None where none is due or the endpoint is paused.

    `holder` is a name that no other claim has.
    """
    now, connection = moment_of(session), session.connection()
    values = {"at_endpoint": endpoint_id, "now": now, "until": now + lease, "holder": holder}
    taken = connection.execute(_CLAIM, values).first()
    if taken is None:
        return None
    delivery, sent, action, attempt = taken
    values = {"sent": sent, "at_endpoint": endpoint_id, "of_action": action}
    row = connection.execute(_WHAT_IS_SENT, values).one()
    ref, revision = row[8:]
    known = TaskRef(ref, revision) if ref is not None else None
    kept, destination = KeptMessage(*row[:5]), Destination(*row[5:8])
    return Claimed(delivery, endpoint_id, action, attempt, holder, kept, destination, known)


def delivered(session: Session, _actor: Actor, claimed: Claimed, ref: TaskRef) -> bool:
    """Keep that the platform has it, and let the action's next step go; False where somebody else holds it by now."""
    return _finish(session, claimed, DeliveryState.DELIVERED, ref=ref)


def given_up(session: Session, _actor: Actor, claimed: Claimed, error: OkrError) -> bool:
    """Set it aside for a person; the action's next step goes on, for it carries the whole task."""
    return _finish(session, claimed, DeliveryState.DEAD, said=kept_error(error))


def put_off(session: Session, _actor: Actor, claimed: Claimed, error: OkrError, *, until: datetime) -> bool:
    """Let it be sent again, not before `until`."""
    return _set(session, claimed, _PUT_OFF, until=until, attempts=claimed.attempt, said=kept_error(error))


def pause(session: Session, _actor: Actor, claimed: Claimed, error: OkrError) -> None:
    """Stop the endpoint until somebody has put it right; the attempt does not count."""
    endpoint = session.get_one(TaskEndpoint, claimed.endpoint_id)
    now, kept = moment_of(session), kept_error(error)
    _set(session, claimed, _PUT_OFF, until=now, attempts=claimed.attempt - 1, said=kept)
    if endpoint.paused_at is None:
        endpoint.paused_at, endpoint.paused_because = now, kept
        session.flush()


def resume(session: Session, actor: Actor, code: str) -> None:
    """Let a paused endpoint go on, once its address or its credentials have been put right."""
    require_steward(actor)
    endpoint = session.exec(select(TaskEndpoint).where(TaskEndpoint.code == code)).first()
    if endpoint is None:
        raise NotFound(message("error.no_such_code", code=code))
    endpoint.paused_at = endpoint.paused_because = None


def _move_up(session: Session, endpoint_id: UUID, action_id: UUID) -> None:
    """Make the earliest open delivery of the task its head, unless there is one."""
    values = {"at_endpoint": endpoint_id, "of_action": action_id, "now": moment_of(session)}
    session.connection().execute(_MOVE_UP, values)


def require_steward(actor: Actor) -> None:
    """Refuse whoever looks after no sources: with where figures come from goes where tasks go."""
    if not may_somewhere(actor, Permission.MANAGE_SOURCES):
        raise NotAllowed(
            message("error.not_allowed.manage_sources", name=actor.name), remedy=message("error.not_allowed_remedy")
        )


def _finish(
    session: Session,
    claimed: Claimed,
    state: DeliveryState,
    *,
    ref: TaskRef | None = None,
    said: Mapping[str, Any] | None = None,
) -> bool:
    place = {"ref": ref.ref if ref else None, "revision": ref.revision if ref else None}
    done = _set(session, claimed, _FINISH, now=moment_of(session), state=state, said=said, **place)
    if done:
        _move_up(session, claimed.endpoint_id, claimed.action_id)
    return done


def _set(session: Session, claimed: Claimed, statement: Update, **values: object) -> bool:
    """Change what is claimed, if whoever claimed it still holds it."""
    held = {"claimed": claimed.id, "holder": claimed.holder}
    return session.connection().execute(statement, held | values).rowcount == 1


# Built once, because building a statement costs more than executing it.
_DELIVERY, _MESSAGE, _ENDPOINT = table_of(Delivery), table_of(OutboxMessage), table_of(TaskEndpoint)
_OTHER = _DELIVERY.alias("other")
_OF_THE_TASK = (_OTHER.c.endpoint_id == bindparam("at_endpoint")) & (_OTHER.c.action_id == bindparam("of_action"))
_IS_OPEN = _OF_THE_TASK & _OTHER.c.finished_at.is_(None)
_IS_HELD = (_DELIVERY.c.id == bindparam("claimed")) & (_DELIVERY.c.held_by == bindparam("holder"))

_DUE_LONGEST = (
    sa_select(_OTHER.c.id)
    .where(
        _OTHER.c.endpoint_id == bindparam("at_endpoint"),
        _OTHER.c.due_at <= bindparam("now"),
        exists().where(_ENDPOINT.c.id == bindparam("at_endpoint"), _ENDPOINT.c.paused_at.is_(None)),
    )
    .order_by(_OTHER.c.due_at)
    .limit(1)
    .scalar_subquery()
)
_CLAIM = (
    update(_DELIVERY)
    .where(_DELIVERY.c.id == _DUE_LONGEST, _DELIVERY.c.due_at <= bindparam("now"))
    .values(due_at=bindparam("until"), held_by=bindparam("holder"), attempts=_DELIVERY.c.attempts + 1)
    .returning(_DELIVERY.c.id, _DELIVERY.c.message_id, _DELIVERY.c.action_id, _DELIVERY.c.attempts)
)
_LAST_DELIVERED = (
    sa_select(_OTHER.c.id)
    .where(_OF_THE_TASK, _OTHER.c.state == DeliveryState.DELIVERED)
    .order_by(_OTHER.c.number.desc())
    .limit(1)
    .scalar_subquery()
)
_WHAT_IS_SENT = (
    sa_select(
        *(_MESSAGE.c[name] for name in ("id", "kind", "number", "at", "task")),
        *(_ENDPOINT.c[name] for name in ("code", "platform", "settings")),
        *(_DELIVERY.c[name] for name in ("ref", "revision")),
    )
    .join_from(_MESSAGE, _ENDPOINT, _ENDPOINT.c.id == bindparam("at_endpoint"))
    .outerjoin(_DELIVERY, _DELIVERY.c.id == _LAST_DELIVERED)
    .where(_MESSAGE.c.id == bindparam("sent"))
)
_FINISH = (
    update(_DELIVERY)
    .where(_IS_HELD)
    .values(
        due_at=None,
        held_by=None,
        finished_at=bindparam("now"),
        state=bindparam("state"),
        ref=bindparam("ref"),
        revision=bindparam("revision"),
        error=bindparam("said"),
    )
)
_PUT_OFF = (
    update(_DELIVERY)
    .where(_IS_HELD)
    .values(due_at=bindparam("until"), held_by=None, attempts=bindparam("attempts"), error=bindparam("said"))
)
_MOVE_UP = (
    update(_DELIVERY)
    .where(
        _DELIVERY.c.id == sa_select(_OTHER.c.id).where(_IS_OPEN).order_by(_OTHER.c.number).limit(1).scalar_subquery(),
        ~exists().where(_IS_OPEN, _OTHER.c.due_at.is_not(None)),
    )
    .values(due_at=bindparam("now"))
)
