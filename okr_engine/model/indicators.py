"""Indicators: what is measured and how, its statutory limits, and where its series breaks."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import model_validator
from sqlmodel import Field, SQLModel

from okr_engine.model.columns import Choice, Code, ExactDecimal, Figure, Line, Prose
from okr_engine.model.rows import Editable, Form, Named, NamedForm, Recorded, only_one_current
from okr_engine.periods import Cadence
from okr_engine.words import Words


class MeasureUnit(StrEnum):
    """What a figure counts."""

    PERCENT = "percent"
    INDEX = "index"
    SCORE = "score"
    NUMBER = "number"
    COUNT = "count"
    MILLION = "million"
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"
    EURO = "euro"

    @property
    def in_points(self) -> bool:
        """Whether a difference is told in points, as between percentages."""
        return self in (MeasureUnit.PERCENT, MeasureUnit.INDEX)


class Polarity(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class IndicatorKind(StrEnum):
    """Whether the figure is an outcome, or the progress of work that starts from nothing."""

    OUTCOME = "outcome"
    PROGRESS = "progress"


class IndicatorBase(SQLModel):
    """How an indicator is measured."""

    kind: IndicatorKind = IndicatorKind.OUTCOME
    unit: MeasureUnit
    decimals: int = Field(default=1, ge=0, le=6)
    better: Polarity = Polarity.NEITHER
    cadence: Cadence = Cadence.QUARTER
    lag_days: int = Field(default=0, ge=0, le=1000)
    definition_version: int = Field(default=1, ge=1)
    definition_fi: Prose | None = None
    definition_sv: Prose | None = None
    definition_en: Prose | None = None
    public: bool = False

    @property
    def definition(self) -> Words:
        """What the figure is, in the languages it is written in."""
        return Words(self.definition_fi, self.definition_sv, self.definition_en)


class Indicator(Named, IndicatorBase, Editable, table=True):
    """A figure that is followed; measured once, shown under every goal that needs it."""

    code: Code = Field(unique=True)
    kind: IndicatorKind = Field(default=IndicatorKind.OUTCOME, sa_type=Choice(IndicatorKind))
    unit: MeasureUnit = Field(sa_type=Choice(MeasureUnit))
    better: Polarity = Field(default=Polarity.NEITHER, sa_type=Choice(Polarity))
    cadence: Cadence = Field(default=Cadence.QUARTER, sa_type=Choice(Cadence))
    lowest: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    highest: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    steward_role_id: UUID | None = Field(default=None, foreign_key="role.id")


class IndicatorForm(NamedForm, IndicatorBase):
    """An indicator as it comes in; a percentage lies within 0–100 unless told otherwise."""

    code: Code
    lowest: Figure | None = None
    highest: Figure | None = None
    steward: Code | None = None

    @model_validator(mode="after")
    def _has_its_ends_in_order(self) -> Self:
        if self.lowest is not None and self.highest is not None and self.lowest >= self.highest:
            raise ValueError("a lowest value below the highest")
        return self


class Limit(Recorded, table=True):
    """What the law requires of an indicator, from one day to another."""

    __tablename__ = "statutory_limit"
    __table_args__ = (only_one_current("uq_statutory_limit_current", "indicator_id", "valid_from"),)
    indicator_id: UUID = Field(foreign_key="indicator.id", index=True)
    value: Figure = Field(sa_type=ExactDecimal)
    valid_from: date
    valid_to: date | None = None
    section_of_law: Line | None = None


class LimitForm(Form):
    """A statutory limit as it comes in."""

    indicator: Code
    value: Figure
    valid_from: date
    valid_to: date | None = None
    section_of_law: Line | None = None
    reason: Line | None = None


class BreakKind(StrEnum):
    """Why figures before and after a day cannot be compared."""

    DEFINITION = "definition"
    POPULATION = "population"
    COVERAGE = "coverage"
    MODE = "mode"
    SYSTEM = "system"
    ORGANISATION = "organisation"


class ComparabilityBreak(Recorded, table=True):
    """A day from which an indicator's figures cannot be compared with earlier ones."""

    __tablename__ = "comparability_break"
    __table_args__ = (only_one_current("uq_comparability_break_current", "indicator_id", "day"),)
    indicator_id: UUID = Field(foreign_key="indicator.id", index=True)
    day: date
    kind: BreakKind = Field(sa_type=Choice(BreakKind))
    text_fi: Prose | None = None
    text_sv: Prose | None = None
    text_en: Prose | None = None
    withdrawn: bool = False

    @property
    def text(self) -> Words:
        """What happened, in the languages it is written in."""
        return Words(self.text_fi, self.text_sv, self.text_en)


class ComparabilityBreakForm(Form):
    """A comparability break as it comes in; a withdrawn one no longer counts but stays on record."""

    indicator: Code
    day: date
    kind: BreakKind
    text_fi: Prose | None = None
    text_sv: Prose | None = None
    text_en: Prose | None = None
    withdrawn: bool = False
    reason: Line | None = None
