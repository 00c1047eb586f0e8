"""The audit log: every change in order, each entry sealed with a hash of itself and of the one before."""

import hashlib
import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel

from okr_engine.model.columns import Choice, Moment


class Change(StrEnum):
    """What was done to a row."""

    CREATED = "created"
    CHANGED = "changed"
    DONE = "done"


class AuditEntry(SQLModel, table=True):
    """One change: who, when, which row, what it was and what it became."""

    __tablename__ = "audit_entry"
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_type=Moment, index=True)
    actor: str = Field(max_length=100)
    change: Change = Field(sa_type=Choice(Change))
    noun: str = Field(max_length=60)
    row: str = Field(max_length=60, description="The row's identity, or the subject of something done")
    before: dict[str, Any] = Field(sa_type=JSON)
    after: dict[str, Any] = Field(sa_type=JSON)
    hash: str = Field(max_length=64, unique=True)

    def seal(self, previous_hash: str) -> str:
        """The hash this entry must carry."""
        content = {name: getattr(self, name) for name in type(self).model_fields if name != "hash"}
        return seal_of(previous_hash, **content)


def seal_of(
    previous_hash: str,
    *,
    number: int,
    at: datetime,
    actor: str,
    change: Change,
    noun: str,
    row: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> str:
    """SHA-256 over the previous entry's hash and an entry's own content."""
    content = [previous_hash, number, at.isoformat(), actor, change.value, noun, row, before, after]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
