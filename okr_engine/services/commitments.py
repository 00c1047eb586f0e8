"""Key results and KPIs as whoever oversees them names them: with their goal, their indicator and whose they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlmodel import Session

from okr_engine.access import Actor, Permission, may
from okr_engine.database import known_at
from okr_engine.model import (
    Direction,
    Goal,
    Indicator,
    IndicatorKind,
    KeyResult,
    KeyResultKind,
    MeasureUnit,
    OrgUnit,
    Polarity,
    Priority,
    Strategy,
)
from okr_engine.periods import Cadence, Period
from okr_engine.words import Words


@dataclass(frozen=True)
class Commitment:
    """A key result or KPI with what its goal and its indicator say about it."""

    id: UUID
    code: str
    name: Words
    kind: KeyResultKind
    direction: Direction
    baseline: Decimal | None
    starts: date
    due: date
    goal_id: UUID
    goal_code: str
    goal_unit: UUID
    strategy_code: str
    owner_role: UUID | None
    sponsor_role: UUID | None
    indicator_id: UUID
    indicator_code: str
    indicator_name: Words
    indicator_kind: IndicatorKind
    steward_role: UUID | None
    unit_id: UUID
    unit_code: str
    measure: MeasureUnit
    decimals: int
    better: Polarity
    cadence: Cadence
    lag_days: int

    def is_of(self, quarter: Period) -> bool:
        """Whether the quarter falls into its time."""
        return self.starts <= quarter.end and self.due >= quarter.start


def every_commitment(session: Session) -> dict[UUID, Commitment]:
    """All of them by identity; as many queries for ten as for a thousand."""
    goals = {one.id: one for one in known_at(session, Goal, None)}
    indicators = {one.id: one for one in known_at(session, Indicator, None)}
    units = {one.id: one.code for one in known_at(session, OrgUnit, None)}
    strategies = {one.id: one.code for one in known_at(session, Strategy, None)}
    strategy_of = {one.id: strategies[one.strategy_id] for one in known_at(session, Priority, None)}
    rows = sorted(known_at(session, KeyResult, None), key=lambda one: (one.code, one.position))
    return {
        row.id: _commitment(
            row,
            goal := goals[row.goal_id],
            indicators[row.indicator_id],
            unit_code=units[row.unit_id],
            strategy_code=strategy_of[goal.priority_id],
        )
        for row in rows
    }


def commitments_seen(session: Session, actor: Actor, *, strategy: str | None = None) -> dict[UUID, Commitment]:
    """Those whose goal the actor may read, in every strategy or the one with that code."""
    return {
        one.id: one
        for one in every_commitment(session).values()
        if may(actor, Permission.READ, one.goal_unit) and strategy in (None, one.strategy_code)
    }


def on_the_same_figure(commitments: Iterable[Commitment]) -> dict[tuple[UUID, UUID], list[Commitment]]:
    """The commitments over each figure: an indicator in a unit."""
    found: dict[tuple[UUID, UUID], list[Commitment]] = {}
    for one in commitments:
        found.setdefault((one.indicator_id, one.unit_id), []).append(one)
    return found


def _commitment(row: KeyResult, goal: Goal, indicator: Indicator, *, unit_code: str, strategy_code: str) -> Commitment:
    return Commitment(
        id=row.id,
        code=row.code,
        name=row.name or indicator.name,
        kind=row.kind,
        direction=row.direction,
        baseline=row.baseline,
        starts=row.starts,
        due=row.due,
        goal_id=goal.id,
        goal_code=goal.code,
        goal_unit=goal.unit_id,
        strategy_code=strategy_code,
        owner_role=goal.owner_role_id,
        sponsor_role=goal.sponsor_role_id,
        indicator_id=indicator.id,
        indicator_code=indicator.code,
        indicator_name=indicator.name,
        indicator_kind=indicator.kind,
        steward_role=indicator.steward_role_id,
        unit_id=row.unit_id,
        unit_code=unit_code,
        measure=indicator.unit,
        decimals=indicator.decimals,
        better=indicator.better,
        cadence=indicator.cadence,
        lag_days=indicator.lag_days,
    )
