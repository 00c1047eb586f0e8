"""What somebody may write in a quarter: values to enter, words to find and views to give, their own first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may, require
from okr_engine.database import was_current
from okr_engine.errors import NotFound
from okr_engine.model import (
    Goal,
    Indicator,
    KeyResult,
    Measurement,
    MeasureUnit,
    NoDataReason,
    OwnerAssessment,
    Status,
)
from okr_engine.periods import Cadence, Period
from okr_engine.services.measurements import bounds_of
from okr_engine.services.narratives import NarrativeView, narratives_of
from okr_engine.services.standings import Decision, decisions_in
from okr_engine.words import Language, Words, message


@dataclass(frozen=True)
class RecordedFigure:
    """What is on record for a period: a value or the reason why there is none, and the code of who put it there."""

    value: Decimal | None
    no_data_reason: NoDataReason | None
    provisional: bool
    comment: str
    revision: int
    saved_at: datetime
    saved_by: str


@dataclass(frozen=True)
class GivenView:
    """The owner's view on record, perhaps expired."""

    status: Status
    explanation: str
    expires: date
    revision: int
    saved_at: datetime
    saved_by: str


@dataclass(frozen=True)
class WritableKeyResult:
    """A key result or KPI of a quarter, with what is known of it and what the person may add.

    `period` is the indicator's own period that ends with the quarter; without one no figure is due then. `is_mine`
    says that the person owns the goal or looks after the indicator.
    """

    code: str
    name: Words
    goal_code: str
    measure: MeasureUnit
    decimals: int
    cadence: Cadence
    period: Period | None
    lowest: Decimal | None
    highest: Decimal | None
    recorded: RecordedFigure | None
    decision: Decision | None
    given_view: GivenView | None
    may_enter: bool
    may_assess: bool
    is_mine: bool

    @property
    def is_missing(self) -> bool:
        """Whether the person is expected to enter a figure here and nobody has."""
        return self.may_enter and self.period is not None and self.recorded is None

    @property
    def status(self) -> Status:
        """The derived status; without a decision there is no data."""
        return self.decision.status if self.decision else Status.NO_DATA


@dataclass(frozen=True)
class WritableGoal:
    """A goal in which the person may write something."""

    code: str
    name: Words
    may_write: bool
    is_mine: bool
    key_results: tuple[WritableKeyResult, ...]


@dataclass(frozen=True)
class GoalWords:
    """The owner's words on a goal, by language: the newest version of the quarter and that of the quarter before."""

    now: Mapping[Language, NarrativeView]
    before: Mapping[Language, NarrativeView]


def writable_in(session: Session, actor: Actor, quarter: Period) -> list[WritableGoal]:
    """Every goal in which the actor may write in `quarter`, their own first; a constant number of queries."""
    indicators = {one.id: one for one in session.exec(select(Indicator))}
    rows: dict[UUID, list[KeyResult]] = defaultdict(list)
    for row in session.exec(
        select(KeyResult)
        .where(col(KeyResult.starts) <= quarter.end, col(KeyResult.due) >= quarter.start)
        .order_by(col(KeyResult.kind), col(KeyResult.position), col(KeyResult.code))
    ):
        rows[row.goal_id].append(row)
    figures, views = _figures(session, quarter), _views(session, quarter)
    known = _Known(quarter, indicators, figures, views, decisions_in(session, quarter, None))
    goals = [
        _goal(actor, goal, rows[goal.id], known)
        for goal in session.exec(select(Goal).order_by(col(Goal.position), col(Goal.code)))
        if goal.id in rows
    ]
    writable = [one for one in goals if one.may_write or any(each.may_enter for each in one.key_results)]
    return sorted(writable, key=lambda one: not one.is_mine)


def words_on(session: Session, actor: Actor, goal_code: str, quarter: Period) -> GoalWords:
    """The words on a goal that the actor may write; NotFound or NotAllowed otherwise."""
    goal = session.exec(select(Goal).where(Goal.code == goal_code)).first()
    if goal is None:
        raise NotFound(message("error.no_such_goal", code=goal_code))
    require(actor, Permission.WRITE_NARRATIVE, goal.unit_id)
    return GoalWords(
        narratives_of(session, actor, goal.id, quarter), narratives_of(session, actor, goal.id, quarter.shifted(-1))
    )


def quarters_to_write(session: Session, actor: Actor, *, today: date) -> list[Period]:
    """The quarters, newest first, in which the actor may write: those of the key results, up to the one of today."""
    lives = [
        (starts, due)
        for starts, due, unit, goal_unit in session.execute(
            select(col(KeyResult.starts), col(KeyResult.due), col(KeyResult.unit_id), col(Goal.unit_id))
            .join(Goal, col(Goal.id) == col(KeyResult.goal_id))
            .distinct()
        )
        if may(actor, Permission.ENTER_VALUE, unit) or may(actor, Permission.WRITE_NARRATIVE, goal_unit)
    ]
    if not lives:
        return []
    first = Period.containing(min(starts for starts, _ in lives))
    last = Period.containing(min(today, max(due for _, due in lives)))
    count = (last.start.year - first.start.year) * 4 + last.number - first.number + 1
    return [last.shifted(-back) for back in range(count)]


def view_expires(today: date) -> date:
    """The day offered as the end of an owner's view: the end of the next quarter, when it has been reviewed again."""
    return Period.containing(today).shifted(1).end


@dataclass(frozen=True)
class _Known:
    quarter: Period
    indicators: Mapping[UUID, Indicator]
    figures: Mapping[tuple[UUID, UUID, Period], Measurement]
    views: Mapping[UUID, OwnerAssessment]
    decisions: Mapping[UUID, Decision]


def _goal(actor: Actor, goal: Goal, rows: Iterable[KeyResult], known: _Known) -> WritableGoal:
    owns = goal.owner_role_id in actor.role_ids
    key_results = tuple(_key_result(actor, goal, owns, row, known) for row in rows)
    return WritableGoal(
        code=goal.code,
        name=goal.name,
        may_write=may(actor, Permission.WRITE_NARRATIVE, goal.unit_id),
        is_mine=owns or any(one.is_mine for one in key_results),
        key_results=key_results,
    )


def _key_result(actor: Actor, goal: Goal, owns: bool, row: KeyResult, known: _Known) -> WritableKeyResult:
    indicator = known.indicators[row.indicator_id]
    period = known.quarter.of_cadence(indicator.cadence)
    figure = known.figures.get((indicator.id, row.unit_id, period)) if period else None
    view = known.views.get(row.id)
    lowest, highest = bounds_of(indicator.unit, indicator.lowest, indicator.highest)
    may_enter = may(actor, Permission.ENTER_VALUE, row.unit_id)
    return WritableKeyResult(
        code=row.code,
        name=row.name or indicator.name,
        goal_code=goal.code,
        measure=indicator.unit,
        decimals=indicator.decimals,
        cadence=indicator.cadence,
        period=period,
        lowest=lowest,
        highest=highest,
        recorded=_recorded(figure) if figure else None,
        decision=known.decisions.get(row.id),
        given_view=_given(view) if view else None,
        may_enter=may_enter,
        may_assess=may(actor, Permission.ASSESS, goal.unit_id),
        is_mine=may_enter and (owns or indicator.steward_role_id in actor.role_ids),
    )


def _recorded(figure: Measurement) -> RecordedFigure:
    return RecordedFigure(
        value=figure.value,
        no_data_reason=figure.no_data_reason,
        provisional=figure.provisional,
        comment=figure.comment or "",
        revision=figure.revision,
        saved_at=figure.recorded_at,
        saved_by=figure.recorded_by,
    )


def _given(view: OwnerAssessment) -> GivenView:
    return GivenView(view.status, view.explanation, view.expires, view.revision, view.recorded_at, view.recorded_by)


def _figures(session: Session, quarter: Period) -> dict[tuple[UUID, UUID, Period], Measurement]:
    ending = [period for cadence in Cadence if (period := quarter.of_cadence(cadence))]
    rows = session.exec(select(Measurement).where(was_current(Measurement, None), col(Measurement.period).in_(ending)))
    return {(row.indicator_id, row.unit_id, row.period): row for row in rows}


def _views(session: Session, quarter: Period) -> dict[UUID, OwnerAssessment]:
    rows = session.exec(
        select(OwnerAssessment).where(was_current(OwnerAssessment, None), col(OwnerAssessment.period) == quarter)
    )
    return {row.key_result_id: row for row in rows}
