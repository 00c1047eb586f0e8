"""Strategy: priorities, goals, the key results that commit, and their dated targets."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import model_validator
from sqlmodel import Field

from okr_engine.model.columns import Choice, Code, ExactDecimal, Figure, Line
from okr_engine.model.rows import Editable, Form, Named, NamedForm, Recorded, only_one_current
from okr_engine.terms import Direction, KeyResultKind, RollUpMethod


class Strategy(Named, Editable, table=True):
    """What an organisation wants to reach between two days."""

    code: Code = Field(unique=True)
    unit_id: UUID = Field(foreign_key="org_unit.id")
    starts: date
    ends: date


class StrategyForm(NamedForm):
    """A strategy as it comes in."""

    code: Code
    unit: Code
    starts: date
    ends: date

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends < self.starts:
            raise ValueError("an end on or after the start")
        return self


class Priority(Named, Editable, table=True):
    """A strategic priority: what gathers goals."""

    code: Code = Field(unique=True)
    strategy_id: UUID = Field(foreign_key="strategy.id", index=True)
    position: int = 0


class PriorityForm(NamedForm):
    """A priority as it comes in."""

    code: Code
    strategy: Code
    position: int = Field(default=0, ge=0, le=10_000)


class Goal(Named, Editable, table=True):
    """What a priority means in practice; owned by a role, sponsored by another."""

    code: Code = Field(unique=True)
    priority_id: UUID = Field(foreign_key="priority.id", index=True)
    unit_id: UUID = Field(foreign_key="org_unit.id", index=True)
    owner_role_id: UUID | None = Field(default=None, foreign_key="role.id")
    sponsor_role_id: UUID | None = Field(default=None, foreign_key="role.id")
    position: int = 0


class GoalForm(NamedForm):
    """A goal as it comes in."""

    code: Code
    priority: Code
    unit: Code
    owner: Code | None = None
    sponsor: Code | None = None
    position: int = Field(default=0, ge=0, le=10_000)


class KeyResult(Named, Editable, table=True):
    """A commitment of a goal over an indicator; a KPI is the same row without a commitment."""

    __tablename__ = "key_result"
    code: Code = Field(unique=True)
    goal_id: UUID = Field(foreign_key="goal.id", index=True)
    indicator_id: UUID = Field(foreign_key="indicator.id", index=True)
    unit_id: UUID = Field(foreign_key="org_unit.id")
    kind: KeyResultKind = Field(sa_type=Choice(KeyResultKind))
    direction: Direction = Field(sa_type=Choice(Direction))
    baseline: Figure | None = Field(default=None, sa_type=ExactDecimal)
    starts: date
    due: date
    weight: Decimal = Field(default=Decimal(1), sa_type=ExactDecimal)
    position: int = 0


class KeyResultForm(Form, Named):
    """A key result or KPI as it comes in; without a name of its own it carries its indicator's."""

    code: Code
    goal: Code
    indicator: Code
    unit: Code | None = None
    kind: KeyResultKind = KeyResultKind.KEY_RESULT
    direction: Direction
    baseline: Figure | None = None
    starts: date
    due: date
    weight: Decimal = Field(default=Decimal(1), gt=0, le=1000)
    position: int = Field(default=0, ge=0, le=10_000)

    @model_validator(mode="after")
    def _is_due_after_it_starts(self) -> Self:
        if self.due <= self.starts:
            raise ValueError("a due day after the start")
        return self


class TargetBasis(StrEnum):
    """Where a target comes from."""

    OWN = "own"
    STATUTORY = "statutory"


class Target(Recorded, table=True):
    """What a key result is to reach, from one day to another; a statutory one is at least what the law requires."""

    __table_args__ = (only_one_current("uq_target_current", "key_result_id", "valid_from"),)
    key_result_id: UUID = Field(foreign_key="key_result.id", index=True)
    value: Figure | None = Field(default=None, sa_type=ExactDecimal)
    low: Figure | None = Field(default=None, sa_type=ExactDecimal)
    high: Figure | None = Field(default=None, sa_type=ExactDecimal)
    basis: TargetBasis = Field(default=TargetBasis.OWN, sa_type=Choice(TargetBasis))
    valid_from: date
    valid_to: date | None = None


class TargetForm(Form):
    """A target as it comes in: one value, or the two ends of a range."""

    key_result: Code
    value: Figure | None = None
    low: Figure | None = None
    high: Figure | None = None
    basis: TargetBasis = TargetBasis.OWN
    valid_from: date
    valid_to: date | None = None
    reason: Line | None = None

    @model_validator(mode="after")
    def _is_a_value_or_a_range(self) -> Self:
        is_value = self.value is not None and self.low is None and self.high is None
        is_range = self.value is None and self.low is not None and self.high is not None and self.low <= self.high
        if not (is_value or is_range):
            raise ValueError("either a value, or a low and a high end in that order")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("an end on or after the start")
        return self


class RollUpPolicy(Recorded, table=True):
    """How key results add up to goals, priorities and strategies, for the quarters that end on or after a day."""

    __tablename__ = "roll_up_policy"
    __table_args__ = (only_one_current("uq_roll_up_policy_current", "valid_from"),)
    valid_from: date
    method: RollUpMethod = Field(sa_type=Choice(RollUpMethod))
    on_track_from: Decimal = Field(default=Decimal(1), sa_type=ExactDecimal)
