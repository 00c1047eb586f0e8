"""corrective action → notification: who is told of which step, kept in the transaction of the step."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Session, col, select

from okr_engine.database import columns_of, insert_all, moment_of
from okr_engine.model import (
    Absence,
    ActionEvent,
    ActionEventKind,
    CorrectiveAction,
    Notification,
    NotificationChannel,
    Person,
    Role,
    RoleHolding,
    SupportRequest,
)
from okr_engine.services.action_access import accountable_of
from okr_engine.services.telling_hours import telling_hours


def tell_people(session: Session, events: Sequence[ActionEvent]) -> None:
    """Let everyone whom steps of actions concern be told of them; nothing happens where no channel is connected.

    Whoever has taken a step is not told of it.
    """
    told = [event for event in events if event.kind in TOLD]
    if not told or session.scalar(columns_of(NotificationChannel.id).limit(1)) is None:
        return
    known, hours, now = (
        _known(session, {event.action_id for event in told}),
        telling_hours(session, moment_of(session)),
        moment_of(session),
    )
    rows = [
        {
            "id": uuid4(),
            "event_id": event.id,
            "person_id": person,
            "due_at": hours.next_moment(now, urgent=TOLD[event.kind].urgent),
        }
        for event in told
        for person in sorted({*TOLD[event.kind].whom(event, known)} - {known.people.get(event.actor)}, key=str)
    ]
    insert_all(session, Notification, rows)


@dataclass(frozen=True)
class _Known:
    """What the audiences are found in: persons and roles by code, who is asked in a role today, and the actions."""

    people: Mapping[str, UUID]
    roles: Mapping[str, UUID]
    asked_in: Mapping[UUID, Sequence[UUID]]
    actions: Mapping[UUID, CorrectiveAction]
    first_links: Mapping[UUID, UUID | None]
    askers: Mapping[UUID, str]

    def in_role(self, role: UUID | None) -> Sequence[UUID]:
        """Who is asked in the role; nobody where it is none, or vacant."""
        return self.asked_in.get(role, ()) if role else ()

    def coded(self, codes: Iterable[str]) -> list[UUID]:
        """The persons with those codes."""
        return [self.people[code] for code in codes if code in self.people]


Audience = Callable[[ActionEvent, _Known], Iterable[UUID]]


@dataclass(frozen=True)
class Telling:
    """Whom a kind of step concerns, and whether they are told at once or with the next digest."""

    whom: Audience
    urgent: bool = False


def _those_asked(event: ActionEvent, known: _Known) -> Iterable[UUID]:
    return known.coded(event.data.get("asked", ()))


def _whom_it_names(event: ActionEvent, known: _Known) -> Iterable[UUID]:
    data: Mapping[str, Any] = event.data
    if data.get("person"):
        return known.coded([data["person"]])
    return known.in_role(UUID(data["role_id"]) if data.get("role_id") else known.roles.get(data.get("role", "")))


def _whoever_asked(event: ActionEvent, known: _Known) -> Iterable[UUID]:
    return known.coded([known.askers[event.action_id]] if event.action_id in known.askers else ())


def _responsible_and_accountable(event: ActionEvent, known: _Known) -> Iterable[UUID]:
    action = known.actions[event.action_id]
    responsible = [action.assigned_person_id] if action.assigned_person_id else known.in_role(action.assigned_role_id)
    return [*responsible, *known.in_role(known.first_links.get(action.id))]


TOLD: Mapping[ActionEventKind, Telling] = {
    ActionEventKind.NOTIFIED: Telling(_those_asked),
    ActionEventKind.REMINDED: Telling(_those_asked),
    ActionEventKind.ESCALATED: Telling(_those_asked, urgent=True),
    ActionEventKind.ASSIGNED: Telling(_whom_it_names),
    ActionEventKind.SUPPORT_ASKED: Telling(_whom_it_names, urgent=True),
    ActionEventKind.SUPPORT_ANSWERED: Telling(_whoever_asked),
    ActionEventKind.INEFFECTIVE: Telling(_responsible_and_accountable),
    ActionEventKind.REOPENED: Telling(_responsible_and_accountable),
    ActionEventKind.TASK_GONE: Telling(_responsible_and_accountable),
    ActionEventKind.WORK_WITHOUT_PLAN: Telling(_responsible_and_accountable),
    ActionEventKind.DONE_WITHOUT_PLAN: Telling(_responsible_and_accountable),
}
"""Who is told of what; a kind that is not here is told to nobody."""


def _known(session: Session, actions: set[UUID]) -> _Known:
    found = session.exec(select(CorrectiveAction).where(col(CorrectiveAction.id).in_(actions)))
    answered = (
        select(SupportRequest.action_id, SupportRequest.asked_by)
        .where(col(SupportRequest.action_id).in_(actions), col(SupportRequest.answered_at).is_not(None))
        .order_by(col(SupportRequest.answered_at))
    )
    return _Known(
        people=dict(session.exec(select(Person.code, Person.id)).all()),
        roles=dict(session.exec(select(Role.code, Role.id)).all()),
        asked_in=_asked_in_roles(session, moment_of(session).date()),
        actions={action.id: action for action in found},
        first_links=accountable_of(session, actions),
        askers=dict(session.exec(answered).all()),
    )


def _asked_in_roles(session: Session, day: date) -> dict[UUID, list[UUID]]:
    """For each role its holders who are there that day; where none of them is, the deputies who are."""
    away = set(session.exec(select(Absence.person_id).where(Absence.starts <= day, Absence.ends >= day)))
    there: dict[UUID, dict[bool, list[UUID]]] = defaultdict(lambda: {False: [], True: []})
    for one in session.exec(select(RoleHolding)):
        if one.starts <= day and (one.ends is None or day <= one.ends) and one.person_id not in away:
            there[one.role_id][one.deputy].append(one.person_id)
    return {role: found[False] or found[True] for role, found in there.items()}
