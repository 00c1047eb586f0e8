"""What rows have in common: identity, names in three languages, counted edits, facts never overwritten."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

from pydantic import model_validator
from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from okr_engine.model.columns import Line, Moment
from okr_engine.periods import Period
from okr_engine.words import Words

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def as_json(value: Any) -> Any:
    """A column's value as JSON keeps it, readable back without loss."""
    match value:
        case None:
            return None
        case StrEnum():
            return value.value
        case Decimal() | UUID() | Period():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case _:
            return value


def as_json_values(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Every column's value as JSON keeps it."""
    return {name: as_json(value) for name, value in columns.items()}


class Form(SQLModel):
    """A noun as it comes in from outside: every field is checked, unknown fields are refused."""

    model_config = {"extra": "forbid", "arbitrary_types_allowed": True}


class Named(SQLModel):
    """A name in up to three languages."""

    name_fi: Line | None = None
    name_sv: Line | None = None
    name_en: Line | None = None

    @property
    def name(self) -> Words:
        """The name in the languages it has."""
        return Words(self.name_fi, self.name_sv, self.name_en)


class NamedForm(Form, Named):
    """A form whose noun must have a name in at least one language."""

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if not self.name:
            raise ValueError("a name in at least one language")
        return self


class Row(SQLModel):
    """Any row: an identity that is known before it is stored."""

    audited: ClassVar[bool] = True
    id: UUID = Field(default_factory=uuid4, primary_key=True)

    def content(self) -> dict[str, Any]:
        """Every column's value, ready for JSON."""
        return as_json_values({name: getattr(self, name) for name in type(self).model_fields})


class Editable(Row):
    """A row that people edit: each save counts `version` up, and the audit log keeps what it was before."""

    version: int = Field(default=1)


class Recorded(Row):
    """A fact that is never overwritten: a change is a new row that supersedes this one."""

    revision: int = Field(default=1)
    recorded_at: datetime = Field(sa_type=Moment, index=True)
    recorded_by: str = Field(max_length=100)
    superseded_at: datetime | None = Field(default=None, sa_type=Moment)
    reason: Line | None = None


def only_one_current(name: str, *columns: str) -> Index:
    """Of all rows with the same `columns` at most one is not superseded; the database itself sees to it."""
    current = text("superseded_at IS NULL")
    return Index(name, *columns, unique=True, sqlite_where=current, postgresql_where=current)
