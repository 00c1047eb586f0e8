"""Statuses: what the rules concluded and why, the owner's own view beside it, and what leadership accepts for now."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field

from okr_engine.model.columns import Choice, ExactDecimal, Figure, PeriodColumn, PeriodField, Prose
from okr_engine.model.rows import Recorded, only_one_current
from okr_engine.terms import Status


class StatusDecision(Recorded, table=True):
    """What a rule concluded on a key result in a period, with the facts it used and its words as they were then."""

    audited = False
    __tablename__ = "status_decision"
    __table_args__ = (
        only_one_current("uq_status_decision_current", "key_result_id", "period"),
        Index("ix_status_decision_period", "period"),
    )
    key_result_id: UUID = Field(foreign_key="key_result.id")
    period: PeriodField = Field(sa_type=PeriodColumn)
    status: Status = Field(sa_type=Choice(Status))
    rule: str = Field(max_length=100)
    rule_version: str = Field(max_length=100)
    facts: dict[str, Any] = Field(sa_type=JSON)
    because: dict[str, str] = Field(sa_type=JSON)
    flags: list[dict[str, Any]] = Field(sa_type=JSON)


class OwnerAssessment(Recorded, table=True):
    """How the owner sees it, with the reason and the day the view expires."""

    __tablename__ = "owner_assessment"
    __table_args__ = (only_one_current("uq_owner_assessment_current", "key_result_id", "period"),)
    key_result_id: UUID = Field(foreign_key="key_result.id")
    period: PeriodField = Field(sa_type=PeriodColumn)
    status: Status = Field(sa_type=Choice(Status))
    explanation: Prose
    expires: date


class AcceptedDeviation(Recorded, table=True):
    """That a key result may miss its target until a day, that day included; the status stays what it is."""

    __tablename__ = "accepted_deviation"
    __table_args__ = (only_one_current("uq_accepted_deviation_current", "key_result_id"),)
    key_result_id: UUID = Field(foreign_key="key_result.id")
    since: date
    until: date
    rationale: Prose
    level: Figure | None = Field(default=None, sa_type=ExactDecimal, description="The level accepted meanwhile")
    withdrawn: bool = False
