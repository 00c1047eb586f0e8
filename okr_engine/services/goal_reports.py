"""One goal in a quarter, whole: key results with their year, targets and breaks, the owner's words, the actions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may
from okr_engine.database import columns_of, known_at, was_current
from okr_engine.errors import NotFound
from okr_engine.model import (
    Direction,
    Goal,
    Indicator,
    KeyResult,
    OrgUnit,
    Role,
    Status,
    StatusDecision,
    Target,
)
from okr_engine.periods import Cadence, Period
from okr_engine.services.action_views import ActionView, action_views
from okr_engine.services.assessments import AssessmentView, assessments_in
from okr_engine.services.figure_series import (
    BreakMark,
    FigureSeries,
    Happening,
    Observed,
    breaks_of,
    limits_of,
    series_of,
)
from okr_engine.services.happenings import actions_on, happenings_of
from okr_engine.services.narratives import NarrativeView, narratives_of
from okr_engine.services.people import holders
from okr_engine.services.standings import (
    GoalStanding,
    KeyResultStanding,
    PriorityStanding,
    StrategyStanding,
    standings,
)
from okr_engine.services.status_evidence import DatedLimit
from okr_engine.services.status_facts import aim_of, in_force, path_from
from okr_engine.services.variation import variation_of
from okr_engine.statistics.trajectories import Path
from okr_engine.statistics.xmr_charts import Chart
from okr_engine.words import Language, Words, message


@dataclass(frozen=True)
class Cell:
    """A key result in one quarter of the year: the figure that is due then, and its status."""

    quarter: Period
    observed: Observed | None
    status: Status | None


@dataclass(frozen=True)
class KeyResultReport:
    """A key result or KPI with everything its row, chart and explanation show."""

    standing: KeyResultStanding
    indicator: str
    unit: str
    may_be_traced: bool
    direction: Direction
    cadence: Cadence
    definition: Words
    baseline: Decimal | None
    starts: date
    due: date
    target: DatedLimit | None
    targets: tuple[DatedLimit, ...]
    limits: tuple[DatedLimit, ...]
    path: Path | None
    cells: tuple[Cell, ...]
    series: tuple[Observed, ...]
    breaks: tuple[BreakMark, ...]
    variation: Chart
    actions: tuple[Happening, ...]
    assessment: AssessmentView | None

    @property
    def drawn(self) -> FigureSeries:
        """Its figures as a chart draws them, beside what they are to reach."""
        return FigureSeries(
            code=self.standing.code,
            name=self.standing.name,
            measure=self.standing.measure,
            decimals=self.standing.decimals,
            figures=self.series,
            limits=self.limits,
            breaks=self.breaks,
            starts=self.starts,
            due=self.due,
            baseline=self.baseline,
            target=self.target,
            targets=self.targets,
            path=self.path,
            happenings=happenings_of(self.series, self.actions),
        )


@dataclass(frozen=True)
class GoalReport:
    """A goal, whole."""

    standing: GoalStanding
    quarter: Period
    priority: Words
    priority_code: str
    strategy: Words
    strategy_code: str
    owner: Words
    owner_people: tuple[tuple[str, bool], ...]
    sponsor: Words
    sponsor_people: tuple[tuple[str, bool], ...]
    key_results: tuple[KeyResultReport, ...]
    kpis: tuple[KeyResultReport, ...]
    narratives: Mapping[Language, NarrativeView]
    actions: tuple[ActionView, ...]


def goal_report(
    session: Session, actor: Actor, code: str, quarter: Period, *, today: date, as_of: datetime | None = None
) -> GoalReport:
    """The goal with that code; NotFound where there is none that the actor may read."""
    strategy, priority, standing = _find(session, actor, code, quarter, as_of)
    goal = next(one for one in known_at(session, Goal, as_of) if one.id == standing.id)
    roles = {one.id: one.name for one in known_at(session, Role, as_of)}
    in_charge = [role for role in (goal.owner_role_id, goal.sponsor_role_id) if role]
    held = holders(session, in_charge, today=today, as_of=as_of)
    reports = _key_results(session, actor, [*standing.key_results, *standing.kpis], quarter, today, as_of)
    actions = action_views(session, actor, today=today, as_of=as_of)
    return GoalReport(
        standing=standing,
        quarter=quarter,
        priority=priority.name,
        priority_code=priority.code,
        strategy=strategy.name,
        strategy_code=strategy.code,
        owner=_named(roles, goal.owner_role_id),
        owner_people=tuple(held.get(goal.owner_role_id, ())) if goal.owner_role_id else (),
        sponsor=_named(roles, goal.sponsor_role_id),
        sponsor_people=tuple(held.get(goal.sponsor_role_id, ())) if goal.sponsor_role_id else (),
        key_results=tuple(reports[one.id] for one in standing.key_results),
        kpis=tuple(reports[one.id] for one in standing.kpis),
        narratives=narratives_of(session, actor, goal.id, quarter, as_of=as_of),
        actions=tuple(one for one in actions if one.goal_code == code and one.period <= quarter),
    )


def key_result_report(
    session: Session, actor: Actor, code: str, quarter: Period, *, today: date, as_of: datetime | None = None
) -> KeyResultReport:
    """The key result or KPI with that code; NotFound where there is none that the actor may read."""
    for strategy in standings(session, actor, quarter, as_of=as_of):
        for goal in (goal for priority in strategy.priorities for goal in priority.goals):
            for standing in (*goal.key_results, *goal.kpis):
                if standing.code == code:
                    return _key_results(session, actor, [standing], quarter, today, as_of)[standing.id]
    raise NotFound(message("error.no_such_key_result", code=code))


def _find(
    session: Session, actor: Actor, code: str, quarter: Period, as_of: datetime | None
) -> tuple[StrategyStanding, PriorityStanding, GoalStanding]:
    for strategy in standings(session, actor, quarter, as_of=as_of):
        for priority in strategy.priorities:
            for goal in priority.goals:
                if goal.code == code:
                    return strategy, priority, goal
    raise NotFound(message("error.no_such_goal", code=code))


def _named(names: Mapping[UUID, Words], which: UUID | None) -> Words:
    return names.get(which, Words()) if which else Words()


def _key_results(
    session: Session,
    actor: Actor,
    wanted: Sequence[KeyResultStanding],
    quarter: Period,
    today: date,
    as_of: datetime | None,
) -> dict[UUID, KeyResultReport]:
    ids = {one.id for one in wanted}
    rows = {one.id: one for one in known_at(session, KeyResult, as_of) if one.id in ids}
    indicator_ids = {row.indicator_id for row in rows.values()}
    indicators = {one.id: one for one in known_at(session, Indicator, as_of) if one.id in indicator_ids}
    units = {one.id: one.code for one in known_at(session, OrgUnit, as_of)}
    series = series_of(session, indicator_ids, as_of)
    targets, limits = _targets(session, ids, as_of), limits_of(session, indicator_ids, as_of)
    breaks = breaks_of(session, indicator_ids, as_of)
    year = [Period.numbered(Cadence.QUARTER, quarter.start.year, number) for number in range(1, 5)]
    statuses = _statuses(session, ids, year, as_of)
    actions = actions_on(session, ids, as_of)
    views = assessments_in(session, quarter, today=today, as_of=as_of)
    reports = {}
    for standing in wanted:
        row, indicator = rows[standing.id], indicators[rows[standing.id].indicator_id]
        seen = series[indicator.id, row.unit_id]
        target = in_force(targets[row.id], quarter.end)
        aim = aim_of(row.direction, indicator.better, target)
        parting = [one.day for one in breaks[indicator.id]]
        reports[standing.id] = KeyResultReport(
            standing=standing,
            indicator=indicator.code,
            unit=units[row.unit_id],
            may_be_traced=may(actor, Permission.READ, row.unit_id),
            direction=row.direction,
            cadence=indicator.cadence,
            definition=indicator.definition,
            baseline=row.baseline,
            starts=row.starts,
            due=row.due,
            target=target,
            targets=tuple(targets[row.id]),
            limits=tuple(limits[indicator.id]),
            path=path_from(row, indicator.kind, aim, parting, quarter.end),
            cells=tuple(_cell(one, indicator.cadence, seen, statuses.get((row.id, one))) for one in year),
            series=tuple(seen[period] for period in sorted(seen)),
            breaks=tuple(breaks[indicator.id]),
            variation=variation_of(_until(quarter, seen), parting, aim),
            actions=actions[row.id],
            assessment=views.get(standing.id),
        )
    return reports


def _until(quarter: Period, seen: Mapping[Period, Observed]) -> list[Observed]:
    return [seen[period] for period in sorted(seen) if period.end <= quarter.end]


def _cell(quarter: Period, cadence: Cadence, seen: Mapping[Period, Observed], status: Status | None) -> Cell:
    period = quarter.of_cadence(cadence)
    return Cell(quarter, seen.get(period) if period else None, status if period else None)


def _statuses(
    session: Session, key_results: Iterable[UUID], quarters: Iterable[Period], as_of: datetime | None
) -> dict[tuple[UUID, Period], Status]:
    rows = session.execute(
        columns_of(StatusDecision.key_result_id, StatusDecision.period, StatusDecision.status).where(
            was_current(StatusDecision, as_of),
            col(StatusDecision.key_result_id).in_(key_results),
            col(StatusDecision.period).in_(quarters),
        )
    )
    return {(key_result, period): status for key_result, period, status in rows}


def _targets(session: Session, key_results: Iterable[UUID], as_of: datetime | None) -> dict[UUID, list[DatedLimit]]:
    rows = session.exec(
        select(Target)
        .where(was_current(Target, as_of), col(Target.key_result_id).in_(key_results))
        .order_by(col(Target.valid_from))
    )
    found: dict[UUID, list[DatedLimit]] = defaultdict(list)
    for row in rows:
        found[row.key_result_id].append(
            DatedLimit(row.valid_from, row.valid_to, row.value, row.low, row.high, row.basis)
        )
    return found
