"""Organisation: units, people, and the roles that people hold for units."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from okr_engine.model.columns import Choice, Code, Line
from okr_engine.model.rows import Editable, Form, Named, NamedForm
from okr_engine.terms import RoleKind
from okr_engine.words import Language


class OrgUnit(Named, Editable, table=True):
    """A part of the organisation; the units form a tree."""

    __tablename__ = "org_unit"
    code: Code = Field(unique=True)
    parent_id: UUID | None = Field(default=None, foreign_key="org_unit.id")


class OrgUnitForm(NamedForm):
    """A unit as it comes in."""

    code: Code
    parent: Code | None = None


class PersonBase(SQLModel):
    """Who somebody is."""

    code: Code
    name: Line
    email: Line | None = None
    language: Language = Language.FI


class Person(PersonBase, Editable, table=True):
    """Somebody who signs in, holds roles and is asked to act."""

    code: Code = Field(unique=True)
    email: Line | None = Field(default=None, unique=True)
    language: Language = Field(default=Language.FI, sa_type=Choice(Language))
    subject: str | None = Field(
        default=None, unique=True, description="The identity provider's own name for the person"
    )


class PersonForm(Form, PersonBase):
    """A person as they come in."""


class Role(Named, Editable, table=True):
    """A responsibility in a unit; whoever holds it acts, and the unit below it is its reach."""

    code: Code = Field(unique=True)
    kind: RoleKind = Field(sa_type=Choice(RoleKind))
    unit_id: UUID = Field(foreign_key="org_unit.id", index=True)


class RoleForm(NamedForm):
    """A role as it comes in."""

    code: Code
    kind: RoleKind
    unit: Code


class RoleHolding(Editable, table=True):
    """A person in a role from one day to another, as its holder or as deputy."""

    __tablename__ = "role_holding"
    __table_args__ = (UniqueConstraint("role_id", "person_id", "starts"),)
    role_id: UUID = Field(foreign_key="role.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    starts: date
    ends: date | None = None
    deputy: bool = False


class RoleHoldingForm(Form):
    """Who holds a role, as it comes in."""

    role: Code
    person: Code
    starts: date
    ends: date | None = None
    deputy: bool = False


class Absence(Editable, table=True):
    """Days, both ends included, on which a person is not asked; why is nobody's business here."""

    __table_args__ = (CheckConstraint("starts <= ends", name="starts_before_it_ends"),)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    starts: date
    ends: date
