"""The indicators somebody may read, each with its newest figure, and how that comes."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may
from okr_engine.database import columns_of, was_current
from okr_engine.measuring.definition import definition
from okr_engine.model import (
    Calculation,
    Goal,
    Indicator,
    KeyResult,
    Measurement,
    MeasureUnit,
    NoDataReason,
    OrgUnit,
)
from okr_engine.periods import Period
from okr_engine.services.figure_views import Origin, origin_of
from okr_engine.words import Words


@dataclass(frozen=True)
class NewestFigure:
    """The figure of the newest period, or why there is none."""

    period: Period
    value: Decimal | None
    no_data_reason: NoDataReason | None
    provisional: bool
    origin: Origin


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator in a unit; `newest` is None where nothing was measured, `measured_by` where nothing computes it."""

    code: str
    name: Words
    unit_code: str
    unit_name: Words
    measure: MeasureUnit
    decimals: int
    newest: NewestFigure | None
    measured_by: Words | None


def indicators_seen(session: Session, actor: Actor) -> list[IndicatorLine]:
    """Every indicator with figures in a unit that the actor may read, or used there by a key result they may read.

    In the order of their codes; as many queries for ten as for a thousand.
    """
    units = {unit.id: unit for unit in session.exec(select(OrgUnit))}
    indicators = {one.id: one for one in session.exec(select(Indicator))}
    newest = _newest(session)
    computed = {(row.indicator_id, row.unit_id): row for row in session.exec(select(Calculation))}
    lines = [
        _line(indicators[indicator], units[unit], newest.get((indicator, unit)), computed.get((indicator, unit)))
        for indicator, unit in {*newest, *_used(session, actor)}
        if may(actor, Permission.READ, unit)
    ]
    return sorted(lines, key=lambda line: (line.code, line.unit_code))


def _line(
    indicator: Indicator, unit: OrgUnit, newest: NewestFigure | None, calculation: Calculation | None
) -> IndicatorLine:
    return IndicatorLine(
        code=indicator.code,
        name=indicator.name,
        unit_code=unit.code,
        unit_name=unit.name,
        measure=indicator.unit,
        decimals=indicator.decimals,
        newest=newest,
        measured_by=definition(calculation.kpi, calculation.kpi_version).names if calculation else None,
    )


def _newest(session: Session) -> dict[tuple[UUID, UUID], NewestFigure]:
    last = (
        columns_of(
            Measurement.indicator_id, Measurement.unit_id, func.max(Measurement.period_start).label("period_start")
        )
        .where(was_current(Measurement, None))
        .group_by(col(Measurement.indicator_id), col(Measurement.unit_id))
        .subquery()
    )
    rows = session.execute(
        columns_of(
            Measurement.indicator_id,
            Measurement.unit_id,
            Measurement.period,
            Measurement.value,
            Measurement.no_data_reason,
            Measurement.provisional,
            Measurement.source,
            col(Measurement.lineage)["kpi"].as_string(),
        )
        .join(
            last,
            (col(Measurement.indicator_id) == last.c.indicator_id)
            & (col(Measurement.unit_id) == last.c.unit_id)
            & (col(Measurement.period_start) == last.c.period_start),
        )
        .where(was_current(Measurement, None))
    )
    return {
        (indicator, unit): NewestFigure(
            period, value, reason, provisional, Origin.COMPUTED if kpi else origin_of(source)
        )
        for indicator, unit, period, value, reason, provisional, source, kpi in rows
    }


def _used(session: Session, actor: Actor) -> set[tuple[UUID, UUID]]:
    rows = session.execute(
        columns_of(KeyResult.indicator_id, KeyResult.unit_id, Goal.unit_id).join(
            Goal, col(Goal.id) == col(KeyResult.goal_id)
        )
    )
    return {(indicator, unit) for indicator, unit, goals_unit in rows if may(actor, Permission.READ, goals_unit)}
