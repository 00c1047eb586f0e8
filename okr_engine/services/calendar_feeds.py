"""Calendars of due dates: an address a person's calendar reads, and the open actions it finds there."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from okr_engine.access import Actor
from okr_engine.database import moment_of
from okr_engine.errors import NotAllowed, NotFound
from okr_engine.model import ActionEvent, CalendarFeed, CorrectiveAction, Person
from okr_engine.services.action_access import is_assigned_to
from okr_engine.services.action_titles import reason_of, subjects_of, title_of
from okr_engine.services.api_tokens import hash_of
from okr_engine.services.people import actor_with_code
from okr_engine.words import Language, message


@dataclass(frozen=True)
class FeedView:
    """An address without its secret: whose, since when, and until when if it has been revoked."""

    code: str
    person: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class DueAction:
    """An open action on the day it is due; `number` and `changed_at` are those of the last thing that happened."""

    id: UUID
    code: str
    title: str
    because: str
    due: date
    number: int
    changed_at: datetime


@dataclass(frozen=True)
class DueActions:
    """What is on a person's desk, in that person's language, the earliest due first; `changed_at` of the newest."""

    language: Language
    changed_at: datetime
    actions: tuple[DueAction, ...]


def create_feed(session: Session, actor: Actor, person: str) -> tuple[FeedView, str]:
    """A new address for a person's calendar, asked for by that person or the operator; and its secret, shown once."""
    _require(actor, person)
    found = session.exec(select(Person).where(Person.code == person)).first()
    if found is None:
        raise NotFound(message("error.no_such_person", code=person))
    secret = secrets.token_urlsafe(32)
    feed = CalendarFeed(
        code=f"C-{secrets.token_hex(4)}",
        person_id=found.id,
        secret_hash=hash_of(secret),
        created_at=moment_of(session),
    )
    session.add(feed)
    session.flush()
    return _view(feed, person), secret


def revoke_feed(session: Session, actor: Actor, code: str) -> None:
    """Let the address lead nowhere from now on; one that does already stays as it is."""
    row = session.exec(
        select(CalendarFeed, Person.code)
        .join(Person, col(Person.id) == col(CalendarFeed.person_id))
        .where(CalendarFeed.code == code)
    ).first()
    if row is None:
        raise NotFound(message("error.no_such_code", code=code))
    feed, person = row
    _require(actor, person)
    feed.revoked_at = feed.revoked_at or moment_of(session)


def feeds(session: Session, actor: Actor) -> list[FeedView]:
    """The addresses there ever were, the oldest first: one's own, or everybody's for the operator."""
    rows = session.exec(
        select(CalendarFeed, Person.code)
        .join(Person, col(Person.id) == col(CalendarFeed.person_id))
        .order_by(col(CalendarFeed.created_at), col(CalendarFeed.code))
    )
    return [_view(feed, person) for feed, person in rows if actor.is_operator or person == actor.code]


def due_actions(session: Session, secret: str, *, today: date) -> DueActions:
    """What the calendar with that secret is to show; NotFound for a secret that is none, or revoked."""
    row = session.exec(
        select(CalendarFeed, Person)
        .join(Person, col(Person.id) == col(CalendarFeed.person_id))
        .where(CalendarFeed.secret_hash == hash_of(secret), col(CalendarFeed.revoked_at).is_(None))
    ).first()
    if row is None:
        raise NotFound(message("error.no_such_code", code=""))
    feed, person = row
    actor = actor_with_code(session, person.code, today=today)
    near = or_(
        col(CorrectiveAction.assigned_person_id) == person.id,
        col(CorrectiveAction.assigned_role_id).in_(actor.role_ids),
    )
    still_open = select(CorrectiveAction).where(col(CorrectiveAction.closed_at).is_(None), near)
    mine = [action for action in session.exec(still_open) if is_assigned_to(actor, action)]
    actions = tuple(sorted(_due(session, mine, person.language), key=lambda one: (one.due, one.code)))
    return DueActions(person.language, max([feed.created_at, *(one.changed_at for one in actions)]), actions)


def _due(session: Session, actions: list[CorrectiveAction], language: Language) -> list[DueAction]:
    subjects = subjects_of(session, actions)
    newest = (
        select(ActionEvent.action_id, func.max(ActionEvent.number), func.max(ActionEvent.at))
        .where(col(ActionEvent.action_id).in_([action.id for action in actions]))
        .group_by(col(ActionEvent.action_id))
    )
    last = {action: (number, at) for action, number, at in session.exec(newest)}
    return [
        DueAction(
            id=action.id,
            code=action.code,
            title=title_of(action, subjects[action.id], language),
            because=reason_of(action, subjects[action.id], language),
            due=action.due,
            number=last[action.id][0],
            changed_at=last[action.id][1],
        )
        for action in actions
    ]


def _require(actor: Actor, person: str) -> None:
    if not actor.is_operator and actor.code != person:
        raise NotAllowed(message("calendar_feeds.of_another", name=actor.name))


def _view(feed: CalendarFeed, person: str) -> FeedView:
    return FeedView(feed.code, person, feed.created_at, feed.revoked_at)
