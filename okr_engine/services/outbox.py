"""corrective action → outbox: each step of an action is put on its way in the transaction that records it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlmodel import Session, col, select

from okr_engine.database import columns_of, insert_all, moment_of
from okr_engine.i18n import say
from okr_engine.model import (
    ActionEvent,
    ActionState,
    CorrectiveAction,
    Delivery,
    Indicator,
    KeyResult,
    MeasureUnit,
    OutboxMessage,
    Person,
    Role,
    Source,
    TaskEndpoint,
)
from okr_engine.services.action_access import accountable_of
from okr_engine.services.reasons import reason
from okr_engine.words import Language, Words
from okr_engine.workflow.tasks import Task, TaskMessage, TaskState

_STATES = {
    ActionState.RAISED: TaskState.OPEN,
    ActionState.NOTIFIED: TaskState.OPEN,
    ActionState.ACKNOWLEDGED: TaskState.IN_PROGRESS,
    ActionState.PLANNED: TaskState.IN_PROGRESS,
    ActionState.IN_PROGRESS: TaskState.IN_PROGRESS,
    ActionState.DONE: TaskState.DONE,
    ActionState.VERIFIED: TaskState.DONE,
    ActionState.DISMISSED: TaskState.DONE,
}


@dataclass(frozen=True)
class KeptMessage:
    """A message of the outbox as it was kept, without the row."""

    id: UUID
    kind: str
    number: int
    at: datetime
    task: Mapping[str, Any]


def emit(session: Session, events: Sequence[ActionEvent]) -> None:
    """Put steps of actions on their way to every endpoint; nothing happens where there is none."""
    endpoints = session.scalars(columns_of(TaskEndpoint.id)).all()
    if not (endpoints and events):
        return
    messages = _messages(session, events)
    insert_all(session, OutboxMessage, messages)
    insert_all(session, Delivery, _deliveries(session, endpoints, messages))


def told(message: OutboxMessage | KeptMessage, *, language: Language, app_address: str) -> TaskMessage:
    """The message in one language, with the address at which the action is found."""
    task = message.task
    return TaskMessage(
        id=str(message.id),
        kind=message.kind,
        number=message.number,
        at=message.at,
        task=Task(
            code=task["code"],
            title=say(
                language,
                "task.title",
                code=task["code"],
                action=say(language, f"action.{task['action']}"),
                subject=_in(task["subject"], language),
            ),
            text=_in(task["because"], language),
            assignee=_in(task["assignee"], language) or None,
            accountable=_in(task["accountable"], language) or None,
            due=date.fromisoformat(task["due"]),
            link=f"{app_address}/action?code={task['code']}",
            state=TaskState(task["state"]),
        ),
    )


def introduce(session: Session, endpoint: UUID) -> None:
    """Put every open action on its way to a new endpoint as it is now: its last step, told once more."""
    last = (
        select(ActionEvent.action_id, func.max(ActionEvent.number).label("number"))
        .join(CorrectiveAction, col(CorrectiveAction.id) == col(ActionEvent.action_id))
        .where(col(CorrectiveAction.closed_at).is_(None))
        .group_by(col(ActionEvent.action_id))
        .subquery()
    )
    is_last = (col(ActionEvent.action_id) == last.c.action_id) & (col(ActionEvent.number) == last.c.number)
    events = {(one.action_id, one.number): one for one in session.exec(select(ActionEvent).join(last, is_last))}
    kept = columns_of(OutboxMessage.id, OutboxMessage.action_id, OutboxMessage.number)
    rows = session.execute(kept.where(col(OutboxMessage.action_id).in_({action for action, _ in events}))).all()
    told_before = [dict(zip(("id", "action_id", "number"), row, strict=True)) for row in rows if row[1:] in events]
    known = {(one["action_id"], one["number"]) for one in told_before}
    new = _messages(session, [one for place, one in events.items() if place not in known])
    insert_all(session, OutboxMessage, new)
    insert_all(session, Delivery, _deliveries(session, [endpoint], [*told_before, *new]))


def _messages(session: Session, events: Sequence[ActionEvent]) -> list[dict[str, Any]]:
    tasks = _tasks(session, {event.action_id for event in events})
    return [
        {
            "id": uuid4(),
            "action_id": event.action_id,
            "number": event.number,
            "kind": event.kind.value,
            "at": event.at,
            "task": tasks[event.action_id],
        }
        for event in sorted(events, key=lambda event: event.number)
    ]


def _deliveries(
    session: Session, endpoints: Sequence[UUID], messages: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """One for each endpoint; the first of an action is due now, those behind it when it has been finished."""
    actions = {message["action_id"] for message in messages}
    under_way = columns_of(Delivery.endpoint_id, Delivery.action_id).where(
        col(Delivery.finished_at).is_(None), col(Delivery.action_id).in_(actions)
    )
    waiting = {tuple(row) for row in session.execute(under_way)}
    found = []
    for endpoint in endpoints:
        for message in messages:
            place = (endpoint, message["action_id"])
            found.append(
                {
                    "id": uuid4(),
                    "message_id": message["id"],
                    "endpoint_id": endpoint,
                    "action_id": message["action_id"],
                    "number": message["number"],
                    "due_at": None if place in waiting else moment_of(session),
                }
            )
            waiting.add(place)
    return found


def _tasks(session: Session, actions: set[UUID]) -> dict[UUID, dict[str, Any]]:
    """Each action as JSON keeps it: words in every language, to be told in the endpoint's own."""
    roles = {role.id: role.name for role in session.exec(select(Role))}
    subjects = _subjects(session)
    accountable = accountable_of(session, actions)
    rows = session.exec(
        select(CorrectiveAction, Person)
        .outerjoin(Person, col(Person.id) == col(CorrectiveAction.assigned_person_id))
        .where(col(CorrectiveAction.id).in_(actions))
    )
    return {
        action.id: {
            "code": action.code,
            "action": action.action,
            "subject": asdict(subjects[action.subject_id][0]),
            "because": _because(action, *subjects[action.subject_id][1:]),
            "assignee": asdict(_named(person) or _held_by(action.assigned_role_id, roles)),
            "accountable": asdict(_held_by(accountable.get(action.id), roles)),
            "due": action.due.isoformat(),
            "state": _STATES[action.state].value,
        }
        for action, person in rows
    }


def _subjects(session: Session) -> dict[UUID, tuple[Words, MeasureUnit, int]]:
    """What actions are on, and the unit and the decimals in which its figures are told."""
    found = {source.id: (source.name, MeasureUnit.NUMBER, 0) for source in session.exec(select(Source))}
    measured = select(KeyResult, Indicator).join(Indicator, col(Indicator.id) == col(KeyResult.indicator_id))
    for key_result, indicator in session.exec(measured):
        found[key_result.id] = (key_result.name or indicator.name, indicator.unit, indicator.decimals)
    return found


def _because(action: CorrectiveAction, measure: MeasureUnit, decimals: int) -> dict[str, str]:
    told = Words(**action.because)
    return {one.value: reason(told, action.facts, measure, decimals, one) for one in Language}


def _held_by(role: UUID | None, roles: Mapping[UUID, Words]) -> Words:
    return roles[role] if role else Words()


def _named(person: Person | None) -> Words | None:
    return Words(person.name, person.name, person.name) if person else None


def _in(words: Mapping[str, str | None], language: Language) -> str:
    return Words(**words).spoken(language)[0]
