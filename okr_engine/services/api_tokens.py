"""Tokens with which programs act as a person: made, listed and revoked by the operator, and recognised when shown."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from okr_engine.access import Actor
from okr_engine.database import moment_of, table_of
from okr_engine.errors import InvalidInput, NotAllowed, NotFound, TokenRefused
from okr_engine.model import ApiToken, Person, TokenScope
from okr_engine.services.people import actor_with_code
from okr_engine.services.typed_texts import line
from okr_engine.words import message

LONGEST_DAYS = 366
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is kept when a token was last used."""

_PREFIX = "okr_"


@dataclass(frozen=True)
class TokenView:
    """A token without its secret."""

    code: str
    purpose: str
    person: str
    scope: TokenScope
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True)
class Bearer:
    """Whoever shows a token: as whom it acts today, for what, and whether its use is worth noting."""

    token_id: UUID
    actor: Actor
    scope: TokenScope
    is_to_be_noted: bool


def create_token(
    session: Session, actor: Actor, person: str, *, purpose: str, scope: TokenScope, days: int
) -> tuple[TokenView, str]:
    """Let a program act as `person` for that many days; the token and its secret, which cannot be shown again."""
    _require_operator(actor)
    found = session.exec(select(Person).where(Person.code == person)).first()
    if found is None:
        raise NotFound(message("error.no_such_person", code=person))
    told = line(purpose)
    if told is None:
        raise InvalidInput(message("tokens.purpose_missing"))
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput(message("tokens.days_out_of_bounds", longest=LONGEST_DAYS))
    secret, now = _PREFIX + secrets.token_urlsafe(32), moment_of(session)
    token = ApiToken(
        code=f"T-{secrets.token_hex(4)}",
        purpose=told,
        person_id=found.id,
        scope=scope,
        secret_hash=hash_of(secret),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(token)
    session.flush()
    return _view(token, found.code), secret


def revoke_token(session: Session, actor: Actor, code: str) -> None:
    """End a token at once; one that has ended stays as it is."""
    _require_operator(actor)
    token = session.exec(select(ApiToken).where(ApiToken.code == code)).first()
    if token is None:
        raise NotFound(message("error.no_such_code", code=code))
    if token.revoked_at is None:
        token.revoked_at = moment_of(session)
        session.add(token)


def tokens(session: Session, actor: Actor) -> list[TokenView]:
    """Every token there ever was, the oldest first."""
    _require_operator(actor)
    rows = session.exec(
        select(ApiToken, Person.code)
        .join(Person, col(Person.id) == col(ApiToken.person_id))
        .order_by(col(ApiToken.created_at), col(ApiToken.code))
    )
    return [_view(token, person) for token, person in rows]


def bearer_of(session: Session, secret: str, *, now: datetime, today: date) -> Bearer:
    """Whom the secret stands for, with the roles that person holds today; TokenRefused when it does not hold."""
    found = session.exec(
        select(ApiToken, Person.code)
        .join(Person, col(Person.id) == col(ApiToken.person_id))
        .where(ApiToken.secret_hash == hash_of(secret))
    ).first()
    if found is None:
        raise TokenRefused(message("tokens.unknown"), remedy=message("tokens.remedy"))
    token, person = found
    if token.revoked_at is not None:
        raise TokenRefused(message("tokens.revoked", at=token.revoked_at), remedy=message("tokens.remedy"))
    if token.expires_at <= now:
        raise TokenRefused(message("tokens.expired", at=token.expires_at), remedy=message("tokens.remedy"))
    return Bearer(
        token_id=token.id,
        actor=actor_with_code(session, person, today=today),
        scope=token.scope,
        is_to_be_noted=token.last_used_at is None or token.last_used_at + SEEN_EVERY <= now,
    )


def note_use(session: Session, _actor: Actor, token_id: UUID) -> None:
    """Keep that the token is in use; no change of anything people see, so the audit log stays as it is."""
    table = table_of(ApiToken)
    session.execute(update(table).where(table.c.id == token_id).values(last_used_at=moment_of(session)))


def hash_of(secret: str) -> str:
    """What is kept of a secret, so that it can be recognised and not read."""
    # 256 bits of chance cannot be guessed, so a fast hash is enough, and it can be looked up.
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _require_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotAllowed(message("tokens.only_the_operator", name=actor.name))


def _view(token: ApiToken, person: str) -> TokenView:
    return TokenView(
        code=token.code,
        purpose=token.purpose,
        person=person,
        scope=token.scope,
        created_at=token.created_at,
        expires_at=token.expires_at,
        revoked_at=token.revoked_at,
        last_used_at=token.last_used_at,
    )
