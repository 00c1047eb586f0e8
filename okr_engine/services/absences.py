"""Absences: the days on which a person is not asked, told by themselves or by the strategy office."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may_somewhere
from okr_engine.errors import InvalidInput, NotAllowed, NotFound
from okr_engine.model import Absence, Person
from okr_engine.services.people import assignable
from okr_engine.words import message

LONGEST_DAYS = 730


@dataclass(frozen=True)
class AbsenceView:
    """An absence that is not yet over, both days included."""

    id: UUID
    person: str
    starts: date
    ends: date


def absences(session: Session, actor: Actor, person: str, *, today: date) -> list[AbsenceView]:
    """The person's absences that are not yet over, the earliest first; own ones, or anybody's for the office."""
    whose = _person(session, actor, person, today)
    rows = session.exec(
        select(Absence).where(Absence.person_id == whose, col(Absence.ends) >= today).order_by(col(Absence.starts))
    )
    return [AbsenceView(one.id, person, one.starts, one.ends) for one in rows]


def add_absence(session: Session, actor: Actor, person: str, *, starts: date, ends: date, today: date) -> UUID:
    """Let nobody ask the person from one day to another, both included; own days, or anybody's for the office.

    InvalidInput for days in the past, in the wrong order, or further apart than two years.
    """
    whose = _person(session, actor, person, today)
    if ends < starts:
        raise InvalidInput(message("absence.ends_before_it_starts"))
    if ends < today:
        raise InvalidInput(message("absence.is_over", day=ends))
    if (ends - starts).days > LONGEST_DAYS:
        raise InvalidInput(message("absence.too_long", days=LONGEST_DAYS))
    absence = Absence(person_id=whose, starts=starts, ends=ends)
    session.add(absence)
    session.flush()
    return absence.id


def end_absence(session: Session, actor: Actor, absence_id: UUID, *, today: date) -> None:
    """Let the person be asked from today on: what has not begun is taken back, the rest ends yesterday."""
    absence = session.get(Absence, absence_id)
    if absence is None:
        raise NotFound(message("absence.unknown"))
    _person(session, actor, session.get_one(Person, absence.person_id).code, today)
    if absence.starts >= today:
        session.delete(absence)
    else:
        absence.ends = min(absence.ends, today - timedelta(days=1))
        session.add(absence)
    session.flush()


def _person(session: Session, actor: Actor, code: str, today: date) -> UUID:
    """Whose absence it is; NotAllowed for somebody else's without the reach of a strategy office."""
    found = session.exec(select(Person.id).where(Person.code == code)).first()
    if found is not None and found == actor.person_id:
        return found
    # Who may publish rules looks after the chains that the rules start.
    if not may_somewhere(actor, Permission.PUBLISH_RULES):
        raise NotAllowed(message("absence.not_yours", name=actor.name), remedy=message("error.not_allowed_remedy"))
    _roles, people = assignable(session, actor, today=today)
    if found is None or (not actor.is_operator and code not in {one.code for one in people}):
        raise NotFound(message("error.no_such_person", code=code))
    return found
