"""Corrective actions: what a red starts, who is in its chain, what was planned, and everything that happened to it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import model_validator
from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from okr_engine.model.columns import Choice, Code, ExactDecimal, Line, Moment, PeriodColumn, PeriodField, Prose
from okr_engine.model.rows import Editable, Form, Row
from okr_engine.periods import Cadence
from okr_engine.terms import RoleKind


class ActionState(StrEnum):
    """What has been done, and so what has to happen next; verified and dismissed are closed."""

    RAISED = "raised"
    NOTIFIED = "notified"
    ACKNOWLEDGED = "acknowledged"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    VERIFIED = "verified"
    DISMISSED = "dismissed"


class ActionKind(StrEnum):
    """What an action is meant to do about the problem."""

    CONTAINMENT = "containment"
    CORRECTIVE = "corrective"
    PREVENTIVE = "preventive"
    IMPROVEMENT = "improvement"


class RootCauseMethod(StrEnum):
    """How the cause was looked for."""

    FIVE_WHYS = "five_whys"
    ISHIKAWA = "ishikawa"
    PARETO = "pareto"
    OTHER = "other"


class Criterion(Form):
    """How it will be seen whether the action helped, said before anyone has seen the result.

    `expected` is the change in the indicator's own unit and in its good direction, from `counts_from` on, over so many
    readings.
    """

    indicator: Code
    expected: Decimal = Field(ge=0, le=10**12)
    readings: int = Field(ge=1, le=60)
    counts_from: date


class ActionPlan(Form):
    """What will be done by when, why it went wrong, and how the effect will be seen."""

    kind: ActionKind = ActionKind.CORRECTIVE
    steps: Prose = Field(min_length=1)
    due: date
    root_cause_method: RootCauseMethod
    root_cause: Prose = Field(min_length=1)
    extent: Prose | None = None
    containment: Prose | None = None
    contained_on: date | None = None
    cost: Line | None = None
    criterion: Criterion | None = None

    @model_validator(mode="after")
    def _contained_with_words(self) -> Self:
        if self.contained_on is not None and not self.containment:
            raise ValueError("a day of containment needs to say what was done")
        return self


class CorrectiveAction(Editable, table=True):
    """The work that a rule's finding starts; what is found on the same subject meanwhile joins the open record.

    The subject is a key result, or a source that does not bring its figures. `state` is what has to happen next and
    `level` who is being asked; `clock_at` is when the next of them is asked, None once it is closed. Everything from
    `state` on is what the history replays to.
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
        CheckConstraint("(closed_at IS NULL) OR (clock_at IS NULL)", name="closed_has_no_clock"),
        Index(
            "ix_corrective_action_clock",
            "clock_at",
            sqlite_where=text("clock_at IS NOT NULL"),
            postgresql_where=text("clock_at IS NOT NULL"),
        ),
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
    raised_at: datetime = Field(sa_type=Moment)
    policy_id: UUID | None = Field(default=None, foreign_key="escalation_policy.id")
    clock_at: datetime | None = Field(default=None, sa_type=Moment)
    state: ActionState = Field(default=ActionState.RAISED, sa_type=Choice(ActionState))
    since: datetime = Field(sa_type=Moment)
    round: int = 1
    level: int = 0
    reminders: int = 0
    assigned_role_id: UUID | None = Field(default=None, foreign_key="role.id")
    assigned_person_id: UUID | None = Field(default=None, foreign_key="person.id")
    due: date
    extensions: int = 0
    plan: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    accept_until: date | None = None
    done_by: str | None = Field(default=None, max_length=100)
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
    NOTIFIED = "notified"
    RECURRED = "recurred"
    ACKNOWLEDGED = "acknowledged"
    PLANNED = "planned"
    STARTED = "started"
    DONE = "done"
    VERIFIED = "verified"
    INEFFECTIVE = "ineffective"
    CEASED = "ceased"
    DISMISSED = "dismissed"
    REOPENED = "reopened"
    ASSIGNED = "assigned"
    EXTENDED = "extended"
    COMMENTED = "commented"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    SUPPORT_ASKED = "support_asked"
    SUPPORT_ANSWERED = "support_answered"
    LASTING_PROPOSED = "lasting_proposed"
    SUSTAINED = "sustained"
    WORK_WITHOUT_PLAN = "work_without_plan"
    DONE_WITHOUT_PLAN = "done_without_plan"
    TASK_GONE = "task_gone"
    TASK_RESENT = "task_resent"
    POLICY_ADOPTED = "policy_adopted"


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


class SupportAnswer(StrEnum):
    """What those who were asked for support give."""

    GIVEN = "given"
    PARTLY = "partly"
    DECLINED = "declined"


class SupportRequest(Editable, table=True):
    """A call for support: what is needed, from which role, by when; the answer has a clock of its own."""

    __tablename__ = "support_request"
    __table_args__ = (
        UniqueConstraint("action_id", "number"),
        Index(
            "ix_support_request_clock",
            "clock_at",
            sqlite_where=text("clock_at IS NOT NULL"),
            postgresql_where=text("clock_at IS NOT NULL"),
        ),
        CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answered_with_an_answer"),
    )
    action_id: UUID = Field(foreign_key="corrective_action.id", index=True)
    number: int
    need: Prose
    role_id: UUID = Field(foreign_key="role.id")
    by: date
    asked_at: datetime = Field(sa_type=Moment)
    asked_by: str = Field(max_length=100)
    clock_at: datetime | None = Field(default=None, sa_type=Moment)
    reminders: int = 0
    answer: SupportAnswer | None = Field(default=None, sa_type=Choice(SupportAnswer))
    answer_text: Prose | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    answered_by: str | None = Field(default=None, max_length=100)


class EffectCheck(Editable, table=True):
    """How one round of an action is judged, registered with its plan before anyone has seen the result.

    The first check says whether it helped, the second, after the same time again, whether that lasted. The baseline
    ends before the period that raised the action; so many `readings` of that cadence count from `counts_from` on.
    `is_recorded_before` says that none of them had been seen by then.
    """

    __tablename__ = "effect_check"
    __table_args__ = (UniqueConstraint("action_id", "round", "number"),)
    action_id: UUID = Field(foreign_key="corrective_action.id", index=True)
    round: int
    number: int = 1
    indicator_id: UUID = Field(foreign_key="indicator.id")
    unit_id: UUID = Field(foreign_key="org_unit.id")
    sign: int
    expected: Decimal = Field(sa_type=ExactDecimal)
    readings: int
    cadence: Cadence = Field(sa_type=Choice(Cadence))
    baseline_ends: date
    counts_from: date
    earliest: date | None = None
    method: str | None = Field(default=None, max_length=30)
    registered_at: datetime = Field(sa_type=Moment)
    is_recorded_before: bool = True
    proposed: str | None = Field(default=None, max_length=40)
    proposed_at: datetime | None = Field(default=None, sa_type=Moment)
    found: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    verdict: str | None = Field(default=None, max_length=40)
    confirmed_by: str | None = Field(default=None, max_length=100)
    confirmed_at: datetime | None = Field(default=None, sa_type=Moment)
    note: Prose | None = None


class EscalationPolicy(Row, table=True):
    """An edition of the escalation policy: in force from a day on, never changed, with its text as it was published."""

    __tablename__ = "escalation_policy"
    number: int = Field(unique=True)
    valid_from: date
    text: str
    reason: Prose
    published_at: datetime = Field(sa_type=Moment)
    published_by: str = Field(max_length=100)
