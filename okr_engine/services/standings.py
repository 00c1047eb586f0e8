"""How everything stands in a quarter, as known at a moment: strategies, priorities, goals and their key results."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Session, col

from okr_engine.access import Actor, Permission, may
from okr_engine.database import columns_of, known_at, table_of, was_current
from okr_engine.model import (
    CorrectiveAction,
    Goal,
    Indicator,
    KeyResult,
    KeyResultKind,
    MeasureUnit,
    Priority,
    Role,
    Status,
    StatusDecision,
    Strategy,
)
from okr_engine.periods import Period
from okr_engine.statistics.roll_up import Standing, worst_of
from okr_engine.words import Words


class Movement(StrEnum):
    """How a status moved since the quarter before."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    LOST = "lost"
    NEW = "new"


@dataclass(frozen=True)
class Decision:
    """A status with its reason: the rule that fired, its version and words, its facts, and what else was noticed."""

    status: Status
    rule: str
    rule_version: str
    facts: Mapping[str, Any]
    because: Words
    flags: tuple["Flag", ...]
    decided_at: datetime

    @property
    def is_of_this_quarter(self) -> bool:
        """Whether a figure belongs to the quarter at all."""
        return self.facts.get("measured_now") != 0


@dataclass(frozen=True)
class Flag:
    """Something a rule noticed beside the status."""

    flag: str
    because: Words


@dataclass(frozen=True)
class KeyResultStanding:
    """A key result or KPI with its decision in the quarter; None where none has been made."""

    id: UUID
    code: str
    name: Words
    kind: KeyResultKind
    measure: MeasureUnit
    decimals: int
    decision: Decision | None

    @property
    def status(self) -> Status:
        """The decided status; without a decision there is no data."""
        return self.decision.status if self.decision else Status.NO_DATA

    @property
    def is_measured_now(self) -> bool:
        """Whether the indicator has a period that ends in the quarter; a half-yearly one has none in the first."""
        return self.decision is None or self.decision.is_of_this_quarter

    @property
    def value(self) -> Decimal | None:
        """The value that was judged."""
        return fact(self.decision, "value")

    @property
    def target(self) -> Decimal | None:
        """The target it was judged against."""
        return fact(self.decision, "target")


@dataclass(frozen=True)
class GoalStanding:
    """A goal with its roll-up, the quarter before, and its open corrective actions."""

    id: UUID
    code: str
    name: Words
    unit_id: UUID
    owner: Words
    standing: Standing
    previous: Standing | None
    key_results: tuple[KeyResultStanding, ...]
    kpis: tuple[KeyResultStanding, ...]
    actions: tuple[str, ...]

    @property
    def movement(self) -> Movement:
        """How the goal's status moved since the quarter before."""
        if self.previous is None or self.previous.status not in _RANK:
            return Movement.NEW
        if self.standing.status not in _RANK:
            return Movement.LOST
        change = _RANK[self.standing.status] - _RANK[self.previous.status]
        return Movement.SAME if change == 0 else Movement.BETTER if change > 0 else Movement.WORSE


@dataclass(frozen=True)
class PriorityStanding:
    """A priority with its goals."""

    code: str
    name: Words
    goals: tuple[GoalStanding, ...]


@dataclass(frozen=True)
class StrategyStanding:
    """A strategy with its priorities."""

    code: str
    name: Words
    priorities: tuple[PriorityStanding, ...]

    @property
    def goals(self) -> tuple[GoalStanding, ...]:
        """All goals, in order."""
        return tuple(goal for priority in self.priorities for goal in priority.goals)

    @property
    def standing(self) -> Standing:
        """All its key results together; the KPIs beside them commit to nothing and are not counted."""
        return worst_of(one.status for goal in self.goals for one in goal.key_results)

    @property
    def decided_at(self) -> datetime | None:
        """When the newest of its statuses was decided."""
        rows = (one for goal in self.goals for one in (*goal.key_results, *goal.kpis))
        return max((one.decision.decided_at for one in rows if one.decision), default=None)


_RANK = {Status.NEEDS_SUPPORT: 0, Status.CHALLENGES: 1, Status.ON_TRACK: 2}


def fact(decision: Decision | None, name: str) -> Decimal | None:
    """A number among the facts of a decision, exact as it is shown."""
    value = decision.facts.get(name) if decision else None
    return None if value is None else Decimal(str(value))


def standings(
    session: Session, actor: Actor, quarter: Period, *, as_of: datetime | None = None, strategy: str | None = None
) -> list[StrategyStanding]:
    """Every strategy the actor may read, or the one with that code; as many queries for ten goals as for a thousand."""
    decisions = decisions_in(session, quarter, as_of)
    before = decisions_in(session, quarter.shifted(-1), as_of)
    indicators = {one.id: one for one in known_at(session, Indicator, as_of)}
    rows: dict[UUID, list[KeyResult]] = defaultdict(list)
    for key_result in sorted(known_at(session, KeyResult, as_of), key=lambda one: (one.position, one.code)):
        if key_result.starts <= quarter.end and key_result.due >= quarter.start:
            rows[key_result.goal_id].append(key_result)
    roles = {role.id: role.name for role in known_at(session, Role, as_of)}
    actions = _open_actions(session, quarter, as_of)
    goals: dict[UUID, list[GoalStanding]] = defaultdict(list)
    for goal in sorted(known_at(session, Goal, as_of), key=lambda one: (one.position, one.code)):
        if may(actor, Permission.READ, goal.unit_id):
            found = _goal(goal, rows[goal.id], indicators, decisions, before, roles, actions)
            goals[goal.priority_id].append(found)
    priorities: dict[UUID, list[PriorityStanding]] = defaultdict(list)
    for priority in sorted(known_at(session, Priority, as_of), key=lambda one: (one.position, one.code)):
        if goals[priority.id]:
            found_goals = tuple(goals[priority.id])
            priorities[priority.strategy_id].append(PriorityStanding(priority.code, priority.name, found_goals))
    return [
        StrategyStanding(one.code, one.name, tuple(priorities[one.id]))
        for one in sorted(known_at(session, Strategy, as_of), key=lambda one: one.code)
        if priorities[one.id]
        and strategy in (None, one.code)
        and one.starts <= quarter.end
        and one.ends >= quarter.start
    ]


def decisions_in(session: Session, quarter: Period, as_of: datetime | None) -> dict[UUID, Decision]:
    """Every decision on `quarter` by key result, as it was known at `as_of`."""
    found = session.execute(
        columns_of(*table_of(StatusDecision).columns).where(
            was_current(StatusDecision, as_of), col(StatusDecision.period) == quarter
        )
    )
    return {row["key_result_id"]: decision_of(row) for row in found.mappings()}


def decision_of(row: Mapping[Any, Any]) -> Decision:
    """A stored decision as a value."""
    return Decision(
        status=row["status"],
        rule=row["rule"],
        rule_version=row["rule_version"],
        facts=row["facts"],
        because=Words(**row["because"]),
        flags=tuple(Flag(flag["flag"], Words(**flag["because"])) for flag in row["flags"]),
        decided_at=row["recorded_at"],
    )


def _goal(
    goal: Goal,
    rows: Iterable[KeyResult],
    indicators: Mapping[UUID, Indicator],
    decisions: Mapping[UUID, Decision],
    before: Mapping[UUID, Decision],
    roles: Mapping[UUID, Words],
    actions: Mapping[UUID, list[str]],
) -> GoalStanding:
    found = [_key_result(row, indicators[row.indicator_id], decisions.get(row.id)) for row in rows]
    key_results = tuple(one for one in found if one.kind == KeyResultKind.KEY_RESULT)
    found_before = [before[one.id] for one in key_results if one.id in before]
    earlier = [one.status for one in found_before if one.is_of_this_quarter]
    return GoalStanding(
        id=goal.id,
        code=goal.code,
        name=goal.name,
        unit_id=goal.unit_id,
        owner=roles.get(goal.owner_role_id, Words()) if goal.owner_role_id else Words(),
        standing=worst_of(one.status for one in key_results if one.is_measured_now),
        previous=worst_of(earlier) if earlier else None,
        key_results=key_results,
        kpis=tuple(one for one in found if one.kind == KeyResultKind.KPI),
        actions=tuple(code for one in found for code in actions.get(one.id, ())),
    )


def _key_result(row: KeyResult, indicator: Indicator, decision: Decision | None) -> KeyResultStanding:
    return KeyResultStanding(
        id=row.id,
        code=row.code,
        name=row.name or indicator.name,
        kind=row.kind,
        measure=indicator.unit,
        decimals=indicator.decimals,
        decision=decision,
    )


def _open_actions(session: Session, quarter: Period, as_of: datetime | None) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for action in sorted(known_at(session, CorrectiveAction, as_of), key=lambda one: one.code):
        if action.closed_at is None and action.period <= quarter:
            found[action.subject_id].append(action.code)
    return found


def quarters_decided(session: Session, as_of: datetime | None = None) -> list[Period]:
    """Every quarter with a decision, newest first."""
    decided = columns_of(StatusDecision.period).where(was_current(StatusDecision, as_of)).distinct()
    return sorted(session.scalars(decided), reverse=True)
