"""One indicator, whole: each figure with what it rests on, from its definition down to files and record counts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may
from okr_engine.database import was_current
from okr_engine.errors import NotFound
from okr_engine.measuring.definition import Given, definition
from okr_engine.model import (
    Calculation,
    Direction,
    Goal,
    Indicator,
    KeyResult,
    KeyResultKind,
    Measurement,
    MeasureUnit,
    NoDataReason,
    OrgUnit,
    Polarity,
    Source,
)
from okr_engine.periods import Cadence, Period
from okr_engine.services.goal_reports import BreakMark, KeyResultReport, breaks_of, limits_of, series_of
from okr_engine.services.standings import KeyResultStanding
from okr_engine.statistics.proportions import Funnel, Interval, Unit, funnel, wilson
from okr_engine.words import Words, message


class Origin(StrEnum):
    """How a figure came."""

    COMPUTED = "computed"
    ENTERED = "entered"
    IMPORTED = "imported"


@dataclass(frozen=True)
class FigureView:
    """A figure, or why there is none, with everything that lies behind it."""

    period: Period
    value: Decimal | None
    no_data_reason: NoDataReason | None
    numerator: Decimal | None
    denominator: Decimal | None
    responses: int | None
    sample: int | None
    provisional: bool
    comment: str | None
    revision: int
    reason: str | None
    recorded_at: datetime
    recorded_by: str
    source: str
    lineage: Mapping[str, Any] | None

    @property
    def origin(self) -> Origin:
        """How it came."""
        kind = self.source.partition(":")[0]
        return {"run": Origin.COMPUTED, "file": Origin.IMPORTED}.get(kind, Origin.ENTERED)

    @property
    def n(self) -> int | None:
        """How many events or answers it rests on, where that is told."""
        return self.lineage["n"] if self.lineage else self.responses

    @property
    def pending(self) -> int:
        """How many are not decided yet."""
        return self.lineage["pending"] if self.lineage else 0

    @property
    def is_restated(self) -> bool:
        """Whether another figure stood in its place."""
        return self.revision > 1 and self.reason is not None

    @property
    def groups(self) -> tuple["Group", ...]:
        """The units that the events name, each with its own figure."""
        told = (self.lineage or {}).get("groups") or {}
        return tuple(
            Group(name, _exact(one["value"]), _exact(one["numerator"]), _exact(one["denominator"]))
            for name, one in sorted(told.items())
            if name
        )

    def share(self, name: str) -> Decimal | None:
        """`coverage` or `response_rate`, 0 to 1, where it is told."""
        told = self.lineage.get(name) if self.lineage else None
        return Decimal(told) if told is not None else None


@dataclass(frozen=True)
class Group:
    """A unit named by the events, and its part of a figure."""

    name: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None


def _exact(told: int | str | None) -> Decimal | None:
    return None if told is None else Decimal(told)


@dataclass(frozen=True)
class DefinitionView:
    """How a computed figure is defined: in words, with its parameters, and as SQL."""

    kpi: str
    version: str
    name: Words
    what: Words
    cannot_say: Words
    parameters: tuple[tuple[str, Given, Words], ...]
    sql: str
    source_code: str
    source_name: Words
    fewest: int


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator in a unit, in a list."""

    code: str
    name: Words
    unit_code: str
    unit_name: Words
    measure: MeasureUnit
    decimals: int
    newest: FigureView


@dataclass(frozen=True)
class IndicatorReport:
    """An indicator in a unit, whole; `revisions` holds every figure that was ever told, the newest first."""

    line: IndicatorLine
    definition_text: Words
    definition: DefinitionView | None
    better: Polarity
    cadence: Cadence
    goals: tuple[tuple[str, Words], ...]
    others: tuple[tuple[str, Words], ...]
    figures: tuple[FigureView, ...]
    shown: FigureView
    interval: Interval | None
    funnel: Funnel | None
    breaks: tuple[BreakMark, ...]
    revisions: tuple[FigureView, ...]
    drawing: KeyResultReport


def indicators_seen(session: Session, actor: Actor) -> list[IndicatorLine]:
    """Every indicator with figures in a unit that the actor may read, by name of the code; three queries."""
    units = {unit.id: unit for unit in session.exec(select(OrgUnit))}
    indicators = {one.id: one for one in session.exec(select(Indicator))}
    newest: dict[tuple[UUID, UUID], Measurement] = {}
    for row in session.exec(
        select(Measurement).where(was_current(Measurement, None)).order_by(col(Measurement.period_start))
    ):
        if may(actor, Permission.READ, row.unit_id):
            newest[row.indicator_id, row.unit_id] = row
    lines = [_line(indicators[one], units[unit], row) for (one, unit), row in newest.items()]
    return sorted(lines, key=lambda line: (line.code, line.unit_code))


def indicator_report(
    session: Session, actor: Actor, code: str, unit_code: str | None, *, at: Period | None = None
) -> IndicatorReport:
    """The indicator in that unit, or in the first one with figures; `at` chooses the figure that is told whole.

    NotFound where there is none that the actor may read.
    """
    indicator = session.exec(select(Indicator).where(Indicator.code == code)).first()
    units = {unit.id: unit for unit in session.exec(select(OrgUnit))}
    rows = _rows(session, indicator, actor)
    known = sorted({units[unit].code for unit in rows})
    chosen = next((one for one in (unit_code, *known) if one in known), None)
    if indicator is None or chosen is None or (unit_code is not None and unit_code not in known):
        raise NotFound(message("indicator.not_found", code=code))
    unit = next(one for one in units.values() if one.code == chosen)
    every = [_figure(row) for row in rows[unit.id]]
    current = [_figure(row) for row in rows[unit.id] if row.superseded_at is None]
    shown = next((one for one in current if one.period == at), current[-1])
    calculation = session.exec(
        select(Calculation, Source)
        .join(Source, col(Source.id) == col(Calculation.source_id))
        .where(Calculation.indicator_id == indicator.id, Calculation.unit_id == unit.id)
    ).first()
    return IndicatorReport(
        line=_line(indicator, unit, next(row for row in reversed(rows[unit.id]) if row.superseded_at is None)),
        definition_text=indicator.definition,
        definition=_definition(*calculation, shown) if calculation else None,
        better=indicator.better,
        cadence=indicator.cadence,
        goals=_goals(session, actor, indicator.id),
        others=tuple((one, next(u.name for u in units.values() if u.code == one)) for one in known if one != chosen),
        figures=tuple(current),
        shown=shown,
        interval=_interval(indicator, shown),
        funnel=_funnel(indicator, shown, calculation[0].fewest if calculation else 0),
        breaks=tuple(breaks_of(session, [indicator.id], None)[indicator.id]),
        revisions=tuple(sorted(every, key=lambda one: one.recorded_at, reverse=True)),
        drawing=_drawing(session, indicator, unit),
    )


def _rows(session: Session, indicator: Indicator | None, actor: Actor) -> dict[UUID, list[Measurement]]:
    found: dict[UUID, list[Measurement]] = defaultdict(list)
    if indicator is None:
        return found
    every = select(Measurement).where(Measurement.indicator_id == indicator.id)
    for row in session.exec(every.order_by(col(Measurement.period_start), col(Measurement.revision))):
        if may(actor, Permission.READ, row.unit_id):
            found[row.unit_id].append(row)
    return found


def _line(indicator: Indicator, unit: OrgUnit, newest: Measurement) -> IndicatorLine:
    return IndicatorLine(
        code=indicator.code,
        name=indicator.name,
        unit_code=unit.code,
        unit_name=unit.name,
        measure=indicator.unit,
        decimals=indicator.decimals,
        newest=_figure(newest),
    )


def _figure(row: Measurement) -> FigureView:
    return FigureView(**{name: getattr(row, name) for name in FigureView.__dataclass_fields__})


def _definition(calculation: Calculation, source: Source, shown: FigureView) -> DefinitionView:
    """The definition of the shown figure's own version; today's where the figure was not computed."""
    told = shown.lineage or {}
    known = definition(calculation.kpi, told.get("version", calculation.kpi_version))
    values = told.get("parameters") or known.with_defaults(calculation.parameters)
    return DefinitionView(
        kpi=known.kpi,
        version=known.version,
        name=known.names,
        what=known.what,
        cannot_say=known.cannot_say,
        parameters=tuple(
            (name, values.get(name, one.default), one.means) for name, one in known.parameters.items() if name != "by"
        ),
        sql=known.sql,
        source_code=source.code,
        source_name=source.name,
        fewest=calculation.fewest,
    )


def _goals(session: Session, actor: Actor, indicator_id: UUID) -> tuple[tuple[str, Words], ...]:
    rows = session.exec(
        select(Goal)
        .join(KeyResult, col(KeyResult.goal_id) == col(Goal.id))
        .where(KeyResult.indicator_id == indicator_id)
    )
    found = {goal.code: goal.name for goal in rows if may(actor, Permission.READ, goal.unit_id)}
    return tuple(sorted(found.items()))


def _interval(indicator: Indicator, shown: FigureView) -> Interval | None:
    """Of a percentage that is a count out of a whole; the interval of a share, 0 to 1."""
    count, of = shown.numerator, shown.denominator
    if indicator.unit != MeasureUnit.PERCENT or count is None or of is None or shown.value is None:
        return None
    is_share = of > 0 and 0 <= count <= of and count == int(count) and of == int(of)
    return wilson(int(count), int(of)) if is_share else None


def _funnel(indicator: Indicator, shown: FigureView, fewest: int) -> Funnel | None:
    if indicator.unit != MeasureUnit.PERCENT:
        return None
    units = tuple(
        Unit(one.name, int(one.numerator), int(one.denominator))
        for one in shown.groups
        if one.numerator is not None and one.denominator is not None and one.denominator >= max(fewest, 1)
        if 0 <= one.numerator <= one.denominator
    )
    return funnel(units)


def _drawing(session: Session, indicator: Indicator, unit: OrgUnit) -> KeyResultReport:
    """The series as the chart of a key result draws it: an indicator without a commitment."""
    series: Sequence[Any] = sorted(
        series_of(session, [indicator.id], None)[indicator.id, unit.id].values(), key=lambda one: one.period
    )
    standing = KeyResultStanding(
        id=indicator.id,
        code=indicator.code,
        name=indicator.name,
        kind=KeyResultKind.KPI,
        measure=indicator.unit,
        decimals=indicator.decimals,
        decision=None,
    )
    return KeyResultReport(
        standing=standing,
        indicator=indicator.code,
        unit=unit.code,
        direction=Direction.NEUTRAL,
        cadence=indicator.cadence,
        definition=indicator.definition,
        baseline=None,
        starts=series[0].period.start,
        due=series[-1].period.end,
        target=None,
        targets=(),
        limits=tuple(limits_of(session, [indicator.id], None)[indicator.id]),
        path=(),
        cells=(),
        series=tuple(series),
        breaks=tuple(breaks_of(session, [indicator.id], None)[indicator.id]),
        assessment=None,
    )
