"""The audit log: every change in the order it happened, each entry sealed with a hash of itself and of the one before."""

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
        """The hash this entry must carry: SHA-256 over the previous hash and the entry's own content."""
        content = [
            previous_hash,
            self.number,
            self.at.isoformat(),
            self.actor,
            self.change.value,
            self.noun,
            self.row,
            self.before,
            self.after,
        ]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
