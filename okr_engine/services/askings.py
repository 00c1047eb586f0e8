"""When a platform is asked: whoever moves an endpoint's `due_at` ahead has its turn, and keeps what it told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor
from okr_engine.database import columns_of, moment_of
from okr_engine.errors import NotFound, OkrError, SourceUnavailable
from okr_engine.kept_words import kept_message
from okr_engine.model import (
    Asking,
    AskingKind,
    CorrectiveAction,
    Delivery,
    DeliveryState,
    InboxMessage,
    ReportOutcome,
    TaskEndpoint,
)
from okr_engine.services.platform_reports import apply_gone, apply_seen
from okr_engine.words import message
from okr_engine.workflow.platforms import PlatformSettings
from okr_engine.workflow.tasks import TaskRef, TaskSeen

CHANGES_EVERY = timedelta(minutes=3)
_LEASES = {AskingKind.CHANGES: timedelta(minutes=10), AskingKind.EVERYTHING: timedelta(hours=1)}
_LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True)
class Turn:
    """An endpoint that is ours to ask: from where on, and which tasks by themselves, for the reports that wait."""

    endpoint_id: UUID
    kind: AskingKind
    holder: str
    cursor: str | None
    refs: Mapping[UUID, TaskRef]
    waiting: Mapping[UUID, UUID | None]


@dataclass
class Heard:
    """What a platform has told, from where to ask on, which tasks it did not tell of, and what went wrong last."""

    cursor: str | None
    seen: list[TaskSeen] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    missed: set[UUID] = field(default_factory=set)
    error: OkrError | None = None


def due_askings(session: Session, now: datetime) -> list[tuple[TaskEndpoint, AskingKind]]:
    """What is due at the endpoints that are not paused; one that was never asked is."""
    known = {(one.endpoint_id, one.kind): one.due_at for one in session.exec(select(Asking))}
    return [
        (endpoint, kind)
        for endpoint in _endpoints(session, None)
        if endpoint.paused_at is None
        for kind in AskingKind
        if known.get((endpoint.id, kind), now) <= now
    ]


def endpoints_called(session: Session, code: str | None) -> Sequence[TaskEndpoint]:
    """The endpoint with that code, or all of them; NotFound where there is none."""
    found = _endpoints(session, code)
    if code is not None and not found:
        raise NotFound(message("error.no_such_code", code=code))
    return found


def take_turn(
    session: Session,
    _actor: Actor,
    endpoint_id: UUID,
    kind: AskingKind,
    holder: str,
    *,
    night: datetime,
    at_once: bool = False,
) -> Turn | None:
    """Take the endpoint's turn where it is due, or `at_once`; None where it is not, or where somebody has it.

    Of everything an endpoint is asked at night, never on its first day at once.
    """
    now, asking = moment_of(session), _asking(session, endpoint_id, kind)
    if asking is None:
        asking = Asking(endpoint_id=endpoint_id, kind=kind, due_at=now if kind is AskingKind.CHANGES else night)
        session.add(asking)
    if asking.due_at > now and (asking.held_by or not at_once):
        return None
    asking.due_at, asking.held_by = now + _LEASES[kind], holder
    waiting = dict(_waiting(session, endpoint_id)) if kind is AskingKind.CHANGES else {}
    refs = _refs(session, endpoint_id, set(waiting.values()) if kind is AskingKind.CHANGES else None)
    return Turn(endpoint_id, kind, holder, asking.cursor, refs, waiting)


def keep_heard(
    session: Session, _actor: Actor, turn: Turn, heard: Heard, settings: PlatformSettings, *, night: datetime
) -> int:
    """Apply what was heard, and settle when to ask again and from where; how many actions moved.

    Nothing is done where somebody else has the turn by now: they hear the same.
    """
    asking = _asking(session, turn.endpoint_id, turn.kind)
    if asking is None or asking.held_by != turn.holder:
        return 0
    outcomes = [apply_seen(session, turn.endpoint_id, one, settings) for one in heard.seen]
    outcomes += [apply_gone(session, turn.endpoint_id, ref) for ref in heard.gone]
    _settle_reports(session, turn, heard)
    asking.cursor, asking.held_by = heard.cursor, None
    asking.failures = asking.failures + 1 if heard.error else 0
    asking.error = kept_message(heard.error.what) if heard.error else None
    asking.due_at = _next(session, asking, heard.error, night)
    return outcomes.count(ReportOutcome.APPLIED)


def pause_asking(session: Session, _actor: Actor, turn: Turn, error: OkrError) -> None:
    """Stop the endpoint until somebody has put it right; then it is asked at once."""
    asking = _asking(session, turn.endpoint_id, turn.kind)
    if asking is None or asking.held_by != turn.holder:
        return
    asking.due_at, asking.held_by, asking.error = moment_of(session), None, kept_message(error.what)
    endpoint = session.get_one(TaskEndpoint, turn.endpoint_id)
    if endpoint.paused_at is None:
        endpoint.paused_at, endpoint.paused_because = moment_of(session), asking.error


def wake(session: Session, endpoint_id: UUID) -> None:
    """Let an endpoint be asked now, unless somebody is asking it."""
    asking = _asking(session, endpoint_id, AskingKind.CHANGES)
    if asking is not None and asking.held_by is None:
        asking.due_at = moment_of(session)


def _next(session: Session, asking: Asking, error: OkrError | None, night: datetime) -> datetime:
    now = moment_of(session)
    if error is not None:
        later = now + min(timedelta(minutes=2 ** min(asking.failures, 10)), _LONGEST_PAUSE)
        return max(later, (error.try_again if isinstance(error, SourceUnavailable) else None) or later)
    if asking.kind is AskingKind.EVERYTHING:
        return night
    return now if next(_waiting(session, asking.endpoint_id), None) else now + CHANGES_EVERY


def _settle_reports(session: Session, turn: Turn, heard: Heard) -> None:
    """A report that waited has been looked up, unless its task could not be read; one of no task is unknown."""
    for report_id, action_id in turn.waiting.items():
        if action_id not in heard.missed:
            report = session.get_one(InboxMessage, report_id)
            report.outcome = ReportOutcome.LOOKED_UP if action_id in turn.refs else ReportOutcome.UNKNOWN
    session.flush()


def _endpoints(session: Session, code: str | None) -> list[TaskEndpoint]:
    query = select(TaskEndpoint).order_by(col(TaskEndpoint.code))
    found = list(session.exec(query if code is None else query.where(TaskEndpoint.code == code)))
    for one in found:
        session.expunge(one)
    return found


def _asking(session: Session, endpoint_id: UUID, kind: AskingKind) -> Asking | None:
    query = select(Asking).where(Asking.endpoint_id == endpoint_id, Asking.kind == kind)
    return session.exec(query.with_for_update()).first()


def _waiting(session: Session, endpoint_id: UUID) -> Iterator[tuple[UUID, UUID | None]]:
    rows = columns_of(InboxMessage.id, InboxMessage.action_id).where(
        col(InboxMessage.endpoint_id) == endpoint_id, col(InboxMessage.outcome) == ReportOutcome.WAITING
    )
    return (tuple(row) for row in session.execute(rows))


def _refs(session: Session, endpoint_id: UUID, actions: set[UUID | None] | None) -> dict[UUID, TaskRef]:
    """Where the endpoint keeps the tasks of these actions, or of every open one, as its last delivery has told."""
    rows = (
        columns_of(Delivery.action_id, Delivery.ref, Delivery.revision)
        .join(CorrectiveAction, col(CorrectiveAction.id) == col(Delivery.action_id))
        .where(
            col(Delivery.endpoint_id) == endpoint_id,
            col(Delivery.state) == DeliveryState.DELIVERED,
            col(CorrectiveAction.closed_at).is_(None) if actions is None else col(Delivery.action_id).in_(actions),
        )
        .order_by(col(Delivery.number))
    )
    return {action_id: TaskRef(ref, revision) for action_id, ref, revision in session.execute(rows)}
