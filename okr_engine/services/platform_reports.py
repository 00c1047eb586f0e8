"""task platform → corrective action: what a platform tells moves the action as far as its gates let it.

It never closes one. Whatever is told twice, late, backwards or by ourselves changes nothing.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor
from okr_engine.database import actor_of, columns_of, moment_of
from okr_engine.model import (
    ActionEvent,
    ActionEventKind,
    ActionState,
    CorrectiveAction,
    Delivery,
    DeliveryState,
    InboxMessage,
    OutboxMessage,
    PlatformTask,
    ReportOutcome,
    TaskEndpoint,
)
from okr_engine.services.action_records import take_step
from okr_engine.services.outbox import told
from okr_engine.services.people import PLATFORM
from okr_engine.words import Language
from okr_engine.workflow.lifecycle import OPEN
from okr_engine.workflow.platforms import PlatformSettings
from okr_engine.workflow.tasks import TaskSeen, TaskState

_FRESH = frozenset({ActionState.RAISED, ActionState.NOTIFIED})
_PLANNED = frozenset({ActionState.PLANNED, ActionState.IN_PROGRESS})
_WITHOUT_PLAN = {
    TaskState.IN_PROGRESS: ActionEventKind.WORK_WITHOUT_PLAN,
    TaskState.DONE: ActionEventKind.DONE_WITHOUT_PLAN,
}


def platform_actor(endpoint: TaskEndpoint) -> Actor:
    """In whose name a platform's reports are applied."""
    return Actor(code=f"{PLATFORM}{endpoint.code}", name=endpoint.code, language=Language.EN)


def apply_report(session: Session, report: InboxMessage) -> ReportOutcome:
    """Let what a platform has said move the action; what it said of an earlier moment than the last one does not."""
    action = _held(session, report.action_id)
    if action is None:
        return ReportOutcome.UNKNOWN
    task = _task(session, report.endpoint_id, action)
    said_at = min(report.said_at or moment_of(session), moment_of(session))
    if task.said_at is not None and said_at < task.said_at:
        return ReportOutcome.OUTDATED
    is_news = (task.state, task.round) != (report.state, action.round)
    task.said_at = said_at
    return _apply(session, action, task, TaskState(report.state), report.by, is_news=is_news)


def apply_seen(session: Session, endpoint_id: UUID, seen: TaskSeen, settings: PlatformSettings) -> ReportOutcome:
    """Let what was seen on a platform move the action; a task whose title or day was changed there is sent anew.

    A platform that insists on its own title or day is left with it.
    """
    action = _held(session, _action_at(session, endpoint_id, seen.ref.ref))
    if action is None:
        return ReportOutcome.UNKNOWN
    written = _written(session, endpoint_id, action.id)
    task = _task(session, endpoint_id, action)
    # Whoever moved the task before our last write is seen behind its revision: only a state of ours is an echo.
    is_ours = seen.ref.revision is not None and seen.ref.revision == written.revision
    is_news = seen.state not in {task.state, *written.states(since=task.said_at, and_the_last=is_ours)}
    task.said_at = moment_of(session)
    outcome = _apply(session, action, task, seen.state, seen.by, is_news=is_news)
    # At the revision of our own write it is the platform itself that has made something else of what we wrote.
    if action.state in OPEN and not is_ours and written.is_changed_in(seen, settings):
        found = {"endpoint": _code(session, endpoint_id), "found": _fingerprint(seen)}
        if not _is_resent_in_vain(session, action, written, found):
            take_step(session, action, ActionEventKind.TASK_RESENT, found | _by(session, endpoint_id, seen.by))
    return outcome


def apply_gone(session: Session, endpoint_id: UUID, ref: str) -> ReportOutcome:
    """Enter, once, that a task is no longer there; the action stays as open as it was."""
    action = _held(session, _action_at(session, endpoint_id, ref))
    if action is None:
        return ReportOutcome.UNKNOWN
    if action.state not in OPEN:
        return ReportOutcome.CLOSED
    task = _task(session, endpoint_id, action)
    if task.gone_at is not None:
        return ReportOutcome.NOTHING_NEW
    task.gone_at = moment_of(session)
    take_step(session, action, ActionEventKind.TASK_GONE, _by(session, endpoint_id, None))
    return ReportOutcome.APPLIED


@dataclass(frozen=True)
class _Written:
    """What we write to a task: each message with its delivery, in order, and what the last that arrived left there."""

    messages: tuple[tuple[OutboxMessage, Delivery], ...]
    revision: str | None

    def states(self, *, since: datetime | None, and_the_last: bool) -> set[str]:
        """The states that we may have written since the task was last seen, and that of the last that arrived."""
        sent = [(one, delivery.finished_at) for one, delivery in self.messages if delivery.attempts]
        found = {one.task["state"] for one, at in sent if at is None or since is None or at >= since}
        arrived = [one.task["state"] for one, at in sent if at is not None]
        return found | set(arrived[-1:] if and_the_last else [])

    def is_changed_in(self, seen: TaskSeen, settings: PlatformSettings) -> bool:
        """Whether somebody there has given the task another title or day than we did, and nothing is on its way."""
        if not self.messages or any(delivery.finished_at is None for _, delivery in self.messages):
            return False
        if self.revision is None or seen.ref.revision is None:
            return False
        ours = told(self.messages[-1][0], language=settings.language, app_address=settings.app_address).task
        return (_in_line(seen.title or ours.title), seen.due or ours.due) != (_in_line(ours.title), ours.due)

    @property
    def last_news(self) -> int:
        """The number of the last message that told something new, and did not only repeat it."""
        return max((one.number for one, _ in self.messages if one.kind != ActionEventKind.TASK_RESENT), default=0)


def _apply(
    session: Session, action: CorrectiveAction, task: PlatformTask, state: TaskState, by: str | None, *, is_news: bool
) -> ReportOutcome:
    """Take the steps that follow from news, and remember what was told."""
    waited = (task.state, task.round) == (state, action.round) and _waits_for_its_plan(session, action, state)
    task.state, task.round, task.gone_at = state, action.round, None
    if action.state not in OPEN:
        return ReportOutcome.CLOSED
    steps = list(_steps(action, state)) if is_news or waited else []
    data = _by(session, task.endpoint_id, by)
    for kind in steps:
        take_step(session, action, kind, data)
    return ReportOutcome.APPLIED if steps else ReportOutcome.NOTHING_NEW


def _steps(action: CorrectiveAction, state: TaskState) -> Iterator[ActionEventKind]:
    """What follows for the action: any progress acknowledges it, and only what is planned is started and done."""
    if state == TaskState.OPEN:
        return
    is_done = state == TaskState.DONE
    if action.state in _FRESH:
        yield ActionEventKind.ACKNOWLEDGED
    if action.state in _FRESH or action.state == ActionState.ACKNOWLEDGED:
        yield _WITHOUT_PLAN[state]
        return
    if action.state == ActionState.PLANNED:
        yield ActionEventKind.STARTED
    if is_done and action.state in _PLANNED:
        yield ActionEventKind.DONE


def _waits_for_its_plan(session: Session, action: CorrectiveAction, state: TaskState) -> bool:
    """Whether the platform told the same when there was no plan yet, and has moved nothing so far in this round."""
    if state not in _WITHOUT_PLAN or action.state not in _PLANNED:
        return False
    kind = col(ActionEvent.kind)
    of_the_platform = kind.in_(_WITHOUT_PLAN.values()) & (col(ActionEvent.actor) == actor_of(session))
    last = (
        columns_of(ActionEvent.kind)
        .where(col(ActionEvent.action_id) == action.id)
        .where(of_the_platform | kind.in_((ActionEventKind.DONE, ActionEventKind.REOPENED)))
        .order_by(col(ActionEvent.number).desc())
        .limit(1)
    )
    return session.scalars(last).first() == _WITHOUT_PLAN[state]


def _held(session: Session, action_id: UUID | None) -> CorrectiveAction | None:
    if action_id is None:
        return None
    return session.exec(select(CorrectiveAction).where(CorrectiveAction.id == action_id).with_for_update()).first()


def _task(session: Session, endpoint_id: UUID, action: CorrectiveAction) -> PlatformTask:
    """What is known of the task; a new one has no state yet."""
    known = session.exec(
        select(PlatformTask).where(PlatformTask.endpoint_id == endpoint_id, PlatformTask.action_id == action.id)
    ).first()
    if known is None:
        known = PlatformTask(endpoint_id=endpoint_id, action_id=action.id, state="", round=action.round)
        session.add(known)
    return known


def _action_at(session: Session, endpoint_id: UUID, ref: str) -> UUID | None:
    found = columns_of(Delivery.action_id).where(col(Delivery.endpoint_id) == endpoint_id, col(Delivery.ref) == ref)
    return session.scalars(found.limit(1)).first()


def _written(session: Session, endpoint_id: UUID, action_id: UUID) -> _Written:
    rows = session.exec(
        select(OutboxMessage, Delivery)
        .join(Delivery, col(OutboxMessage.id) == col(Delivery.message_id))
        .where(
            Delivery.endpoint_id == endpoint_id,
            Delivery.action_id == action_id,
            Delivery.state != DeliveryState.DEAD,
        )
        .order_by(col(Delivery.number))
    ).all()
    arrived = [one for _, one in rows if one.state == DeliveryState.DELIVERED]
    return _Written(tuple((sent, one) for sent, one in rows), arrived[-1].revision if arrived else None)


def _is_resent_in_vain(session: Session, action: CorrectiveAction, written: _Written, found: Mapping[str, str]) -> bool:
    """Whether the task was sent anew over the very same title and day since something new was told."""
    resent = columns_of(ActionEvent.data).where(
        col(ActionEvent.action_id) == action.id,
        col(ActionEvent.kind) == ActionEventKind.TASK_RESENT,
        col(ActionEvent.number) > written.last_news,
    )
    return any(found.items() <= data.items() for data in session.scalars(resent))


def _fingerprint(seen: TaskSeen) -> str:
    """The title and the day that were seen, to be known again: what people write there is not ours to keep."""
    return sha256(f"{_in_line(seen.title or '')}\n{seen.due}".encode()).hexdigest()[:16]


def _in_line(title: str) -> str:
    """A title as any platform keeps it: without the spaces and signs that some of them put right."""
    legible = (" " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one for one in title)
    return " ".join(unicodedata.normalize("NFC", "".join(legible)).split())


def _by(session: Session, endpoint_id: UUID, by: str | None) -> dict[str, Any]:
    return {"endpoint": _code(session, endpoint_id)} | ({"by": by} if by else {})


def _code(session: Session, endpoint_id: UUID) -> str:
    return session.get_one(TaskEndpoint, endpoint_id).code
