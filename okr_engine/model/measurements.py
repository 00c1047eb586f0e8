"""Measurements: a figure by indicator, unit and period; a correction is a new row, a gap a row with its reason."""

from datetime import date
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from pydantic import model_validator
from sqlalchemy import JSON, Index
from sqlmodel import Field

from okr_engine.model.columns import Choice, Code, ExactDecimal, Figure, Line, PeriodColumn, PeriodField, Prose
from okr_engine.model.rows import Form, Recorded, only_one_current
from okr_engine.terms import NoDataReason


class Measurement(Recorded, table=True):
    """A figure, or the reason why there is none."""

    __table_args__ = (
        only_one_current("uq_measurement_current", "indicator_id", "unit_id", "period"),
        Index("ix_measurement_period", "period"),
        Index("ix_measurement_period_start", "period_start"),
    )
    indicator_id: UUID = Field(foreign_key="indicator.id")
    unit_id: UUID = Field(foreign_key="org_unit.id")
    period: PeriodField = Field(sa_type=PeriodColumn)
    period_start: date
    value: Figure | None = Field(default=None, sa_type=ExactDecimal)
    no_data_reason: NoDataReason | None = Field(default=None, sa_type=Choice(NoDataReason))
    numerator: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    denominator: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    responses: int | None = None
    sample: int | None = None
    population: int | None = None
    interval_low: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    interval_high: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    provisional: bool = False
    comment: Prose | None = None
    source: str = Field(max_length=200)
    lineage: dict[str, Any] | None = Field(
        default=None, sa_type=JSON, description="Of a computed figure: definition, counts, runs and parts it rests on"
    )


class MeasurementForm(Form):
    """A measurement as it comes in: a value, or the reason why there is none."""

    indicator: Code
    unit: Code
    period: PeriodField
    value: Figure | None = None
    no_data_reason: NoDataReason | None = None
    numerator: Figure | None = None
    denominator: Figure | None = None
    responses: int | None = Field(default=None, ge=0)
    sample: int | None = Field(default=None, ge=0)
    population: int | None = Field(default=None, ge=0)
    interval_low: Figure | None = None
    interval_high: Figure | None = None
    provisional: bool = False
    comment: Prose | None = None
    reason: Line | None = None

    @model_validator(mode="after")
    def _says_a_value_or_why_not(self) -> Self:
        if (self.value is None) == (self.no_data_reason is None):
            raise ValueError("either a value or the reason why there is none")
        return self
