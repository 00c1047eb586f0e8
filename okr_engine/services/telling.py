"""corrective action → notification: who is told of which step, kept in the transaction of the step."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from okr_engine.database import columns_of, insert_all, moment_of
from okr_engine.model import (
    ActionEvent,
    ActionEventKind,
    CorrectiveAction,
    Notification,
    NotificationChannel,
    SupportRequest,
)
from okr_engine.services.action_access import units_of
from okr_engine.services.asked_people import RESPONSIBLE, Asking, chain_desks, own_desk
from okr_engine.services.organisation_charts import organisation_chart
from okr_engine.services.telling_hours import telling_hours


def tell_people(session: Session, events: Sequence[ActionEvent]) -> None:
    """Let everyone whom steps of actions concern be told of them; nothing happens where no channel is connected.

    Whoever has taken a step is not told of it.
    """
    told = [event for event in events if event.kind in TOLD]
    if not told or session.scalar(columns_of(NotificationChannel.id).limit(1)) is None:
        return
    now = moment_of(session)
    hours = telling_hours(session, now)
    known = _known(session, told, now.astimezone(ZoneInfo(hours.time_zone)).date())
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
    """What the audiences are found in: persons by code, who can be asked about actions, and who asked for support."""

    people: Mapping[str, UUID]
    asking: Mapping[UUID, Asking]
    askers: Mapping[UUID, str]

    def at_desks(self, action: UUID, levels: Iterable[int]) -> list[UUID]:
        """Whoever is asked about the action at those levels today."""
        return self.coded(code for level in levels for code in self.asking[action].at(level).people)

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


def _whoever_asked(event: ActionEvent, known: _Known) -> Iterable[UUID]:
    return known.coded([known.askers[event.action_id]] if event.action_id in known.askers else ())


def _responsible_and_accountable(event: ActionEvent, known: _Known) -> Iterable[UUID]:
    return known.at_desks(event.action_id, (RESPONSIBLE, RESPONSIBLE + 1))


def _the_whole_chain(event: ActionEvent, known: _Known) -> Iterable[UUID]:
    return known.at_desks(event.action_id, (desk.level for desk in known.asking[event.action_id].desks))


TOLD: Mapping[ActionEventKind, Telling] = {
    ActionEventKind.NOTIFIED: Telling(_those_asked, urgent=True),
    ActionEventKind.REMINDED: Telling(_those_asked, urgent=True),
    ActionEventKind.ESCALATED: Telling(_those_asked, urgent=True),
    ActionEventKind.ASSIGNED: Telling(_those_asked),
    ActionEventKind.SUPPORT_ASKED: Telling(_those_asked, urgent=True),
    ActionEventKind.SUPPORT_ANSWERED: Telling(_whoever_asked),
    ActionEventKind.INEFFECTIVE: Telling(_responsible_and_accountable),
    ActionEventKind.LASTING_PROPOSED: Telling(_those_asked),
    ActionEventKind.DISMISSED: Telling(_the_whole_chain),
    ActionEventKind.REOPENED: Telling(_responsible_and_accountable),
    ActionEventKind.TASK_GONE: Telling(_responsible_and_accountable),
    ActionEventKind.WORK_WITHOUT_PLAN: Telling(_responsible_and_accountable),
    ActionEventKind.DONE_WITHOUT_PLAN: Telling(_responsible_and_accountable),
}
"""Who is told of what; a kind that is not here is told to nobody."""


def _known(session: Session, events: Iterable[ActionEvent], day: date) -> _Known:
    ids = {event.action_id for event in events}
    actions = session.exec(select(CorrectiveAction).where(col(CorrectiveAction.id).in_(ids))).all()
    chart, units, links = organisation_chart(session), units_of(session, actions), chain_desks(session, ids)
    answered = (
        select(SupportRequest.action_id, SupportRequest.asked_by)
        .where(col(SupportRequest.action_id).in_(ids), col(SupportRequest.answered_at).is_not(None))
        .order_by(col(SupportRequest.answered_at))
    )
    return _Known(
        people={code: person for person, (_name, code) in chart.people.items()},
        asking={
            one.id: Asking(chart, units[one.subject_id], [own_desk(one, links[one.id]), *links[one.id]], day)
            for one in actions
        },
        askers=dict(session.exec(answered).all()),
    )
