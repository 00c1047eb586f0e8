"""The small county while clocks fire: the sweep at a moment, the history it leaves, and people who come and go."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session, col, select

from okr_engine.access import SCHEDULE, Actor
from okr_engine.database import writing
from okr_engine.model import (
    Absence,
    ActionEvent,
    ActionEventKind,
    CorrectiveAction,
    Person,
    Role,
    RoleHolding,
)
from okr_engine.services.action_records import take_step
from okr_engine.services.escalation import fire_due_clocks
from tests.services.small_county import NOW, SmallCounty

YEARS_AWAY = date(2035, 12, 31)


def at(day: str, hour: int = 9) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=hour)


def fire(county: SmallCounty, now: datetime = NOW) -> int:
    fired: int = do(county, fire_due_clocks, now=now)
    return fired


def fire_next(county: SmallCounty) -> ActionEvent:
    """Let the clock of the one open action fire at the very moment it is set for; what happened."""
    clock = the_row(county).clock_at
    assert clock is not None
    assert fire(county, clock) == 1
    return history(county)[-1]


def do(county: SmallCounty, service: Callable[..., Any], *args: Any, now: datetime = NOW, **kwargs: Any) -> Any:
    with writing(county.engine, actor=SCHEDULE.code, now=now) as session:
        return service(session, SCHEDULE, *args, **kwargs)


def step(county: SmallCounty, kind: ActionEventKind, data: dict[str, Any] | None = None, now: datetime = NOW) -> None:
    def take(session: Session, _actor: Actor) -> None:
        action = session.exec(select(CorrectiveAction).where(col(CorrectiveAction.closed_at).is_(None))).one()
        take_step(session, action, kind, data or {})

    do(county, take, now=now)


def the_row(county: SmallCounty) -> CorrectiveAction:
    [action] = county.rows(select(CorrectiveAction).where(col(CorrectiveAction.closed_at).is_(None)))
    assert isinstance(action, CorrectiveAction)
    return action


def history(county: SmallCounty) -> list[ActionEvent]:
    return county.rows(select(ActionEvent).order_by(col(ActionEvent.at), col(ActionEvent.number)))


def is_away(county: SmallCounty, person: str, *, ends: date = YEARS_AWAY) -> None:
    def go(session: Session, _actor: Actor) -> None:
        session.add(Absence(person_id=person_of(session, person), starts=date(2025, 1, 1), ends=ends))

    do(county, go)


def leaves(county: SmallCounty, person: str, *, last_day: date) -> None:
    def end(session: Session, _actor: Actor) -> None:
        for held in session.exec(select(RoleHolding).where(RoleHolding.person_id == person_of(session, person))):
            held.ends = last_day
            session.add(held)

    do(county, end)


def takes(county: SmallCounty, person: str, role: str) -> None:
    """Let the person hold the role beside their own."""

    def take(session: Session, _actor: Actor) -> None:
        role_id = session.exec(select(Role.id).where(Role.code == role)).one()
        session.add(RoleHolding(role_id=role_id, person_id=person_of(session, person), starts=date(2025, 1, 1)))

    do(county, take)


def person_of(session: Session, code: str) -> Any:
    return session.exec(select(Person.id).where(Person.code == code)).one()
