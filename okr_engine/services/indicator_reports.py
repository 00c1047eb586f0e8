"""One indicator in a unit, whole: each figure with what it rests on, from its definition down to files and counts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may
from okr_engine.errors import NotFound
from okr_engine.measuring.deadlines import Limits
from okr_engine.model import (
    Calculation,
    Direction,
    Goal,
    Indicator,
    KeyResult,
    Measurement,
    MeasureUnit,
    OrgUnit,
    Polarity,
    Source,
)
from okr_engine.periods import Period
from okr_engine.services.definition_views import DefinitionView, definition_view
from okr_engine.services.figure_intervals import interval_of
from okr_engine.services.figure_series import FigureSeries, Observed, breaks_of, limits_of
from okr_engine.services.figure_views import (
    FigureView,
    Restatement,
    counts_of,
    figure_view,
    observed,
    observed_with_counts,
)
from okr_engine.services.happenings import happenings_of
from okr_engine.services.status_facts import aim_of
from okr_engine.services.unit_views import UnitView, funnel_of, names_of_units, unit_views
from okr_engine.services.variation import variation_of
from okr_engine.statistics.funnel import Funnel
from okr_engine.statistics.intervals import Interval
from okr_engine.statistics.xmr_charts import Chart
from okr_engine.words import Words, message


@dataclass(frozen=True)
class FigureLine:
    """A figure of the series in a row of a table."""

    observed: Observed
    n: int | None
    numerator: Decimal | None
    denominator: Decimal | None


@dataclass(frozen=True)
class IndicatorReport:
    """An indicator in a unit, whole; `shown` is the figure that is told with everything behind it.

    The interval is in the indicator's own unit. It is None where none makes sense, and where the figure rests on too
    little for one; `too_few_for_interval` tells these apart.
    """

    code: str
    name: Words
    unit_code: str
    unit_name: Words
    measure: MeasureUnit
    decimals: int
    better: Polarity
    about: Words
    definition: DefinitionView | None
    goals: tuple[tuple[str, Words], ...]
    elsewhere: tuple[tuple[str, Words], ...]
    series: FigureSeries
    variation: Chart
    lines: tuple[FigureLine, ...]
    shown: FigureView
    interval: Interval | None
    too_few_for_interval: bool
    units: tuple[UnitView, ...]
    funnel: Funnel | None
    restatements: tuple[Restatement, ...]


def indicator_report(
    session: Session,
    actor: Actor,
    code: str,
    unit_code: str | None,
    *,
    at: Period | None = None,
    limits: Limits | None = None,
) -> IndicatorReport:
    """The indicator in that unit, or in the first one with figures; `at` chooses the figure that is told whole.

    Statutory limits get their words from `limits`. NotFound where there is none that the actor may read.
    """
    indicator = session.exec(select(Indicator).where(Indicator.code == code)).first()
    if indicator is None:
        raise NotFound(message("indicator.not_found", code=code))
    units = {one.id: one for one in session.exec(select(OrgUnit)) if may(actor, Permission.READ, one.id)}
    rows = _rows(session, indicator.id, units)
    measured = sorted((units[one] for one in rows), key=lambda one: one.code)
    unit = next((one for one in measured if unit_code in (None, one.code)), None)
    if unit is None:
        raise NotFound(message("indicator.not_found", code=code))
    current = [row for row in rows[unit.id] if row.superseded_at is None]
    chosen = next((row for row in current if row.period == at), current[-1])
    calculation, source = _calculation(session, indicator.id, unit.id)
    fewest = calculation.fewest if calculation else 0
    shown = figure_view(chosen, fewest=fewest, limits=limits)
    interval, too_few = _interval(indicator.unit, shown, chosen)
    groups = shown.lineage.groups if shown.lineage else ()
    found = funnel_of(indicator.unit, shown.lineage, figure_view(chosen).lineage)
    series = _series(session, indicator, current)
    return IndicatorReport(
        code=indicator.code,
        name=indicator.name,
        unit_code=unit.code,
        unit_name=unit.name,
        measure=indicator.unit,
        decimals=indicator.decimals,
        better=indicator.better,
        about=indicator.definition,
        definition=definition_view(calculation, source, shown.lineage, limits) if calculation and source else None,
        goals=_goals(session, actor, indicator.id),
        elsewhere=tuple((one.code, one.name) for one in measured if one is not unit),
        series=series,
        variation=variation_of(
            series.figures, [one.day for one in series.breaks], aim_of(Direction.IMPROVE, indicator.better, None)
        ),
        lines=tuple(_figure_line(row) for row in current),
        shown=shown,
        interval=interval,
        too_few_for_interval=too_few,
        units=unit_views(groups, found, indicator.better, names_of_units(session, units, groups)),
        funnel=found,
        restatements=_restatements(rows[unit.id]),
    )


def _rows(session: Session, indicator_id: UUID, units: Mapping[UUID, OrgUnit]) -> dict[UUID, list[Measurement]]:
    """Every figure that was ever told in units that may be read, by period and revision."""
    every = select(Measurement).where(
        Measurement.indicator_id == indicator_id, col(Measurement.unit_id).in_(list(units))
    )
    found: dict[UUID, list[Measurement]] = defaultdict(list)
    for row in session.exec(every.order_by(col(Measurement.period_start), col(Measurement.revision))):
        found[row.unit_id].append(row)
    return found


def _calculation(session: Session, indicator_id: UUID, unit_id: UUID) -> tuple[Calculation | None, Source | None]:
    found = session.exec(
        select(Calculation, Source)
        .join(Source, col(Source.id) == col(Calculation.source_id))
        .where(Calculation.indicator_id == indicator_id, Calculation.unit_id == unit_id)
    ).first()
    return found or (None, None)


def _goals(session: Session, actor: Actor, indicator_id: UUID) -> tuple[tuple[str, Words], ...]:
    rows = session.exec(
        select(Goal)
        .join(KeyResult, col(KeyResult.goal_id) == col(Goal.id))
        .where(KeyResult.indicator_id == indicator_id)
    )
    return tuple(sorted({goal.code: goal.name for goal in rows if may(actor, Permission.READ, goal.unit_id)}.items()))


def _series(session: Session, indicator: Indicator, current: Sequence[Measurement]) -> FigureSeries:
    figures = tuple(observed_with_counts(row, indicator.unit) for row in current)
    return FigureSeries(
        code=indicator.code,
        name=indicator.name,
        measure=indicator.unit,
        decimals=indicator.decimals,
        figures=figures,
        limits=tuple(limits_of(session, [indicator.id], None)[indicator.id]),
        breaks=tuple(breaks_of(session, [indicator.id], None)[indicator.id]),
        starts=current[0].period.start,
        due=current[-1].period.end,
        happenings=happenings_of(figures),
    )


def _figure_line(row: Measurement) -> FigureLine:
    figure = figure_view(row)
    return FigureLine(figure.observed, figure.n, figure.numerator, figure.denominator)


def _interval(measure: MeasureUnit, shown: FigureView, row: Measurement) -> tuple[Interval | None, bool]:
    """Its interval; and whether it is only for want of counts that there is none."""
    if shown.observed.value is None:
        return None, shown.is_too_few
    return interval_of(measure, shown.observed.value, counts_of(row))


def _restatements(rows: Iterable[Measurement]) -> tuple[Restatement, ...]:
    """Every figure that took another's place, the newest first."""
    pairs = pairwise(observed(row) for row in rows)
    found = [Restatement(was, became) for was, became in pairs if was.period == became.period]
    return tuple(sorted(found, key=lambda one: (one.at, one.became.period), reverse=True))
