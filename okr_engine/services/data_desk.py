"""The data desk: every figure due in a quarter, whether it is there, late, provisional or suspicious."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may
from okr_engine.model import Goal, Indicator, KeyResult, Measurement, MeasureUnit, NoDataReason, OrgUnit
from okr_engine.periods import Period
from okr_engine.services.findings import FigureKey, Finding, History, may_steward, read_history
from okr_engine.words import Words


class DataState(StrEnum):
    """How the data of a figure stand; the most urgent first."""

    UNEXPLAINED = "unexplained"
    PROVISIONAL = "provisional"
    AWAITED = "awaited"
    EXPLAINED = "explained"
    FINAL = "final"


@dataclass(frozen=True)
class DeskFigure:
    """A figure due in the quarter: what is on record, what is suspicious about it, and the goals that need it.

    `key_result` is one through which it is entered; `due_on` the last day on which it is not late.
    """

    key: FigureKey
    code: str
    name: Words
    unit_code: str
    unit: Words
    measure: MeasureUnit
    decimals: int
    goals: tuple[str, ...]
    key_result: str
    state: DataState
    value: Decimal | None
    no_data_reason: NoDataReason | None
    comment: str
    reason: str
    revision: int
    saved_at: datetime | None
    saved_by: str
    source: str
    due_on: date
    late_days: int
    findings: tuple[Finding, ...]
    may_enter: bool
    is_mine: bool

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """The findings that nobody has answered."""
        return tuple(one for one in self.findings if one.answer is None)

    @property
    def is_missing(self) -> bool:
        """Whether there is no value although it is due."""
        return self.value is None and self.state != DataState.AWAITED


@dataclass(frozen=True)
class DataDesk:
    """The figures of a quarter that the actor looks after, the most urgent first."""

    figures: tuple[DeskFigure, ...]

    def count(self, state: DataState) -> int:
        """How many figures are in that state."""
        return sum(one.state == state for one in self.figures)

    @property
    def suspicious(self) -> int:
        """How many figures have a finding that nobody has answered."""
        return sum(bool(one.open_findings) for one in self.figures)


def data_desk(session: Session, actor: Actor, quarter: Period, *, today: date) -> DataDesk:
    """Every figure due in `quarter` in the units whose data the actor looks after; a constant number of queries."""
    due = _due(session, actor, quarter)
    history = read_history(session, due.keys())
    units = {unit.id: unit for unit in session.exec(select(OrgUnit))}
    figures = [_figure(actor, key, uses, history, units[key.unit_id], today) for key, uses in due.items()]
    return DataDesk(tuple(sorted(figures, key=_urgency)))


@dataclass(frozen=True)
class _Uses:
    """An indicator with what uses its figure: codes of key results and of their goals, in order."""

    indicator: Indicator
    key_results: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()


def _due(session: Session, actor: Actor, quarter: Period) -> dict[FigureKey, _Uses]:
    due: dict[FigureKey, _Uses] = {}
    rows = session.exec(
        select(Indicator, KeyResult.unit_id, KeyResult.code, Goal.code)
        .join(KeyResult, col(KeyResult.indicator_id) == col(Indicator.id))
        .join(Goal, col(Goal.id) == col(KeyResult.goal_id))
        .where(col(KeyResult.starts) <= quarter.end, col(KeyResult.due) >= quarter.start)
        .order_by(col(Goal.position), col(Goal.code), col(KeyResult.code))
    )
    for indicator, unit, key_result, goal in rows:
        period = quarter.of_cadence(indicator.cadence)
        if period is None or not may_steward(actor, unit):
            continue
        key = FigureKey(indicator.id, unit, period)
        known = due.get(key, _Uses(indicator))
        due[key] = replace(
            known,
            key_results=(*known.key_results, key_result),
            goals=known.goals if goal in known.goals else (*known.goals, goal),
        )
    return due


def _figure(actor: Actor, key: FigureKey, uses: _Uses, history: History, unit: OrgUnit, today: date) -> DeskFigure:
    indicator, known = uses.indicator, history.current(key)
    due_on = key.period.end + timedelta(days=indicator.lag_days)
    state = _state(known, due_on, today)
    return DeskFigure(
        key=key,
        code=indicator.code,
        name=indicator.name,
        unit_code=unit.code,
        unit=unit.name,
        measure=indicator.unit,
        decimals=indicator.decimals,
        goals=uses.goals,
        key_result=uses.key_results[0],
        state=state,
        value=known.value if known else None,
        no_data_reason=known.no_data_reason if known else None,
        comment=(known.comment if known else None) or "",
        reason=(known.reason if known else None) or "",
        revision=known.revision if known else 0,
        saved_at=known.recorded_at if known else None,
        saved_by=known.recorded_by if known else "",
        source=known.source if known else "",
        due_on=due_on,
        late_days=max(0, (today - due_on).days) if _is_waited_for(known) else 0,
        findings=history.findings(key, indicator),
        may_enter=may(actor, Permission.ENTER_VALUE, key.unit_id),
        is_mine=indicator.steward_role_id in actor.role_ids,
    )


def _state(known: Measurement | None, due_on: date, today: date) -> DataState:
    if known is None:
        return DataState.AWAITED if today <= due_on else DataState.UNEXPLAINED
    if known.value is None:
        return DataState.EXPLAINED
    return DataState.PROVISIONAL if known.provisional else DataState.FINAL


def _is_waited_for(known: Measurement | None) -> bool:
    """Whether the figure is still to come; what is not collected, too little or withdrawn is not."""
    return known is None or known.no_data_reason in _STILL_TO_COME


_STILL_TO_COME = (NoDataReason.NOT_YET_DUE, NoDataReason.LATE, NoDataReason.SOURCE_FAILED)


def _urgency(one: DeskFigure) -> tuple[bool, bool, int, bool, str, str]:
    """What lacks a reason first, then what is suspicious, then by state; the person's own before the others."""
    return (
        one.state != DataState.UNEXPLAINED,
        not one.open_findings,
        _ORDER[one.state],
        not one.is_mine,
        one.key_result,
        one.unit_code,
    )


_ORDER = {state: place for place, state in enumerate(DataState)}
