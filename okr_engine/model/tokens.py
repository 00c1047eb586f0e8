"""Tokens: what programs show instead of a person, and what they were answered, so that a repetition does no harm."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from okr_engine.model.columns import Choice, Code, Line, Moment
from okr_engine.model.rows import Editable, Row


class TokenScope(StrEnum):
    """What a token may be used for; whoever may write may also read."""

    READ = "read"
    WRITE = "write"


class ApiToken(Editable, table=True):
    """A program's permit to act as a person until it expires or is revoked; the secret itself is kept nowhere."""

    __tablename__ = "api_token"
    code: Code = Field(unique=True)
    purpose: Line
    person_id: UUID = Field(foreign_key="person.id", index=True)
    scope: TokenScope = Field(sa_type=Choice(TokenScope))
    secret_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)
    last_used_at: datetime | None = Field(default=None, sa_type=Moment)


class AnsweredRequest(Row, table=True):
    """What a token's request under an idempotency key was answered; asked again, the answer is the same."""

    audited = False
    __tablename__ = "answered_request"
    __table_args__ = (UniqueConstraint("token_id", "key"),)
    token_id: UUID = Field(foreign_key="api_token.id")
    key: str = Field(max_length=200)
    fingerprint: str = Field(max_length=64)
    answer: dict[str, Any] = Field(sa_type=JSON)
    answered_at: datetime = Field(sa_type=Moment, index=True)
