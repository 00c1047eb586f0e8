"""Who is who: from an identity or a code to an actor with the roles of today."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from okr_engine.access import OPERATOR, SCHEDULE, Actor, Grant
from okr_engine.database import known_at
from okr_engine.errors import NotAllowed, NotFound
from okr_engine.model import AuditEntry, OrgUnit, Person, Role, RoleHolding
from okr_engine.model.rows import Editable
from okr_engine.words import Message, Words, message

PLATFORM = "platform:"
"""With the endpoint's code: in whose name a task platform's reports are applied."""


@dataclass(frozen=True)
class Identity:
    """What an identity provider says of somebody."""

    subject: str
    email: str | None
    email_verified: bool


@dataclass(frozen=True)
class Choice:
    """Something to choose from: a code and its name."""

    code: str
    name: Words


def actor_with_code(session: Session, code: str, *, today: date) -> Actor:
    """The person with that code as an actor; NotFound where there is none."""
    person = session.exec(select(Person).where(Person.code == code)).first()
    if person is None:
        raise NotFound(message("error.no_such_person", code=code))
    return _actor(session, person, today)


def actor_with_identity(session: Session, identity: Identity, *, today: date) -> Actor:
    """The person bound to the provider's subject, or else the one with the verified e-mail who is bound to nobody yet.

    Raises NotAllowed, saying why, when that is nobody.
    """
    person = _person_with_subject(session, identity.subject) or _person_with_email(session, identity)
    return _actor(session, person, today)


def is_bound(session: Session, identity: Identity) -> bool:
    """Whether somebody has come in with the provider's subject before."""
    return _person_with_subject(session, identity.subject) is not None


def bind_identity(session: Session, actor: Actor, identity: Identity) -> None:
    """Remember whom the provider's subject belongs to: from now on it decides, whatever becomes of the e-mail address.

    Raises NotAllowed when somebody else came in as the same person meanwhile.
    """
    person = session.get_one(Person, actor.person_id)
    if person.subject is None:
        person.subject = identity.subject
        session.add(person)
    elif person.subject != identity.subject:
        raise _taken(identity)


def units_below(parents: Mapping[UUID, UUID | None], unit: UUID) -> frozenset[UUID]:
    """A unit and every unit under it."""
    children: dict[UUID | None, list[UUID]] = defaultdict(list)
    for child, parent in parents.items():
        children[parent].append(child)
    found, waiting = set[UUID](), [unit]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += children[one]
    return frozenset(found)


def names_of(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """The names of the persons with those codes; whoever is no person, such as the operator, is left out."""
    wanted = set(codes)
    return (
        dict(session.exec(select(Person.code, Person.name).where(col(Person.code).in_(wanted))).all()) if wanted else {}
    )


def named(session: Session, codes: Iterable[str]) -> dict[str, str | Message]:
    """How to call each of them: a person by name, operator, schedule and platforms by a word, others by the code."""
    wanted = set(codes)
    words = {OPERATOR.code: message("holders.operator"), SCHEDULE.code: message("holders.schedule")}
    platforms = {code: _platform(code) for code in wanted if code.startswith(PLATFORM)}
    return {code: code for code in wanted} | words | platforms | names_of(session, wanted)


def _platform(code: str) -> Message:
    return message("holders.platform", endpoint=code.removeprefix(PLATFORM))


def last_saved_by(session: Session, row: Editable) -> str:
    """The name of whoever saved the row last."""
    entries = select(AuditEntry.actor).where(AuditEntry.noun == row.__tablename__, AuditEntry.row == str(row.id))
    actor = session.exec(entries.order_by(col(AuditEntry.number).desc()).limit(1)).first()
    return name_of(session, actor) if actor else ""


def name_of(session: Session, code: str) -> str:
    """The person's name, or the code itself for whoever is no person."""
    return names_of(session, [code]).get(code, code)


def role_names(session: Session) -> dict[str, Words]:
    """The name of every role, by code."""
    return {role.code: role.name for role in session.exec(select(Role))}


def assignable(session: Session, actor: Actor, *, today: date) -> tuple[list[Choice], list[Choice]]:
    """Whom an action can be given to: the roles of the actor's own organisation, and persons who belong to no other."""
    parents = dict(session.exec(select(OrgUnit.id, OrgUnit.parent_id)).all())
    own = {_root(parents, unit) for grant in actor.grants for unit in grant.units}
    every = session.exec(select(Role).order_by(col(Role.code)))
    roles = [role for role in every if actor.is_operator or _root(parents, role.unit_id) in own]
    reached = {role.id for role in roles}
    held = [(one.person_id, one.role_id) for one in session.exec(select(RoleHolding)) if _is_held(one, today)]
    own_people = {person for person, role in held if role in reached}
    strangers = {person for person, _role in held} - own_people
    people = session.exec(select(Person).order_by(col(Person.name)))
    return (
        [Choice(role.code, role.name) for role in roles],
        [Choice(one.code, Words(one.name, one.name, one.name)) for one in people if one.id not in strangers],
    )


def _root(parents: Mapping[UUID, UUID | None], unit: UUID) -> UUID:
    while (above := parents[unit]) is not None:
        unit = above
    return unit


def _person_with_subject(session: Session, subject: str) -> Person | None:
    return session.exec(select(Person).where(Person.subject == subject)).first()


def _person_with_email(session: Session, identity: Identity) -> Person:
    if not identity.email:
        raise NotAllowed(message("error.identity_without_email"), remedy=message("error.identity_without_email_remedy"))
    if not identity.email_verified:
        raise NotAllowed(
            message("error.email_not_verified", email=identity.email),
            remedy=message("error.email_not_verified_remedy"),
        )
    found = session.exec(select(Person).where(_is_same_address(identity.email))).all()
    if len(found) != 1:
        raise NotAllowed(
            message("error.unknown_identity", email=identity.email), remedy=message("error.unknown_identity_remedy")
        )
    if found[0].subject is not None:
        raise _taken(identity)
    return found[0]


def _is_same_address(email: str) -> ColumnElement[bool]:
    # Only ASCII letters are alike in both cases: the Kelvin sign is also a capital k, but in somebody else's address.
    exactly = col(Person.email) == email
    return or_(exactly, func.lower(col(Person.email)) == email.lower()) if email.isascii() else exactly


def _taken(identity: Identity) -> NotAllowed:
    return NotAllowed(
        message("error.email_of_another_account", email=identity.email or identity.subject),
        remedy=message("error.email_of_another_account_remedy"),
    )


def _actor(session: Session, person: Person, today: date) -> Actor:
    parents = dict(session.exec(select(OrgUnit.id, OrgUnit.parent_id)).all())
    holdings = session.exec(
        select(Role, RoleHolding)
        .join(RoleHolding, col(RoleHolding.role_id) == col(Role.id))
        .where(RoleHolding.person_id == person.id)
        .order_by(col(Role.code))
    )
    held = [role for role, holding in holdings if _is_held(holding, today)]
    return Actor(
        code=person.code,
        name=person.name,
        language=person.language,
        grants=tuple(Grant(role.kind, role.id, units_below(parents, role.unit_id)) for role in held),
        person_id=person.id,
    )


def _is_held(holding: RoleHolding, today: date) -> bool:
    return holding.starts <= today and (holding.ends is None or today <= holding.ends)


def holders(
    session: Session, roles: Iterable[UUID], *, today: date, as_of: datetime | None = None
) -> dict[UUID, list[tuple[str, bool]]]:
    """For each role who holds it today, or on the day of `as_of`: holder first, each with whether they are a deputy."""
    day = as_of.date() if as_of else today
    wanted = set(roles)
    names = {person.id: person.name for person in known_at(session, Person, as_of)}
    held = [
        (holding.role_id, holding.deputy, names[holding.person_id])
        for holding in known_at(session, RoleHolding, as_of)
        if holding.role_id in wanted and _is_held(holding, day)
    ]
    found: dict[UUID, list[tuple[str, bool]]] = defaultdict(list)
    for role, deputy, name in sorted(held, key=lambda one: one[1:]):
        found[role].append((name, deputy))
    return found
