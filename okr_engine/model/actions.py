"""Corrective actions: what a red starts, who is in its chain, and everything that happened to it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from okr_engine.model.columns import Choice, Code, Moment, PeriodColumn, PeriodField
from okr_engine.model.rows import Editable, Row
from okr_engine.terms import RoleKind


class ActionState(StrEnum):
    """What has to happen next."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    VERIFIED = "verified"


class CorrectiveAction(Editable, table=True):
    """The work that a rule's finding starts; what is found on the same subject meanwhile joins the open record.

    The subject is a key result, or a source that does not bring its figures.
    """

    __tablename__ = "corrective_action"
    __table_args__ = (
        Index(
            "uq_corrective_action_open",
            "key_result_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "uq_corrective_action_open_of_source",
            "source_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        CheckConstraint("(key_result_id IS NULL) <> (source_id IS NULL)", name="one_subject"),
    )
    code: Code = Field(unique=True)
    key_result_id: UUID | None = Field(default=None, foreign_key="key_result.id", index=True)
    source_id: UUID | None = Field(default=None, foreign_key="source.id")
    period: PeriodField = Field(sa_type=PeriodColumn)
    action: str = Field(max_length=100)
    rule: str = Field(max_length=100)
    rule_version: str = Field(max_length=100)
    facts: dict[str, Any] = Field(sa_type=JSON)
    because: dict[str, str] = Field(sa_type=JSON)
    state: ActionState = Field(default=ActionState.RAISED, sa_type=Choice(ActionState))
    level: int = 0
    assigned_role_id: UUID | None = Field(default=None, foreign_key="role.id")
    assigned_person_id: UUID | None = Field(default=None, foreign_key="person.id")
    due: date
    raised_at: datetime = Field(sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)

    @property
    def subject_id(self) -> UUID:
        """The key result or the source that the action is on."""
        subject = self.key_result_id or self.source_id
        assert subject is not None
        return subject


class ActionStep(Row, table=True):
    """One link of an action's responsibility chain: level 0 is asked first."""

    __tablename__ = "action_step"
    __table_args__ = (UniqueConstraint("action_id", "level"),)
    action_id: UUID = Field(foreign_key="corrective_action.id", index=True)
    level: int
    kind: RoleKind = Field(sa_type=Choice(RoleKind))
    role_id: UUID | None = Field(default=None, foreign_key="role.id")


class ActionEventKind(StrEnum):
    """What can happen to an action."""

    RAISED = "raised"
    RECURRED = "recurred"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    VERIFIED = "verified"


class ActionEvent(Row, table=True):
    """One thing that happened to an action; never changed afterwards."""

    __tablename__ = "action_event"
    __table_args__ = (UniqueConstraint("action_id", "number"),)
    action_id: UUID = Field(foreign_key="corrective_action.id", index=True)
    number: int
    at: datetime = Field(sa_type=Moment)
    actor: str = Field(max_length=100)
    kind: ActionEventKind = Field(sa_type=Choice(ActionEventKind))
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
