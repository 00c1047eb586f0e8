"""How everything stands in a quarter, as known at a moment: strategies, priorities, goals and their key results."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
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
    NoDataReason,
    Priority,
    Role,
    Status,
    StatusDecision,
    Strategy,
)
from okr_engine.periods import Period
from okr_engine.services.roll_up_policies import holding_on, policies
from okr_engine.statistics.roll_up import Member, Policy, Standing, rolled_up
from okr_engine.terms import HOW_GOOD
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
    weight: Decimal
    decision: Decision | None

    @property
    def status(self) -> Status:
        """The decided status; without a decision there is no data."""
        return self.decision.status if self.decision else Status.NO_DATA

    @property
    def member(self) -> Member:
        """It as a part of a roll-up."""
        return Member(self.status, self.weight)

    @property
    def is_measured_now(self) -> bool:
        """Whether the indicator has a period that ends in the quarter; a half-yearly one has none in the first."""
        return self.decision is None or self.decision.is_of_this_quarter

    @property
    def no_data_reason(self) -> NoDataReason | None:
        """Why there is no figure, as it was decided on."""
        told = self.decision.facts.get("no_data_reason") if self.decision else None
        return NoDataReason(told) if told else None

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
        if self.previous is None or self.previous.status not in HOW_GOOD:
            return Movement.NEW
        if self.standing.status not in HOW_GOOD:
            return Movement.LOST
        change = HOW_GOOD[self.standing.status] - HOW_GOOD[self.previous.status]
        return Movement.SAME if change == 0 else Movement.BETTER if change > 0 else Movement.WORSE


@dataclass(frozen=True)
class PriorityStanding:
    """A priority with its goals, and all of their key results together."""

    code: str
    name: Words
    standing: Standing
    goals: tuple[GoalStanding, ...]


@dataclass(frozen=True)
class StrategyStanding:
    """A strategy with its priorities, and all of its key results together; the KPIs beside them commit to nothing."""

    code: str
    name: Words
    standing: Standing
    policy: Policy
    priorities: tuple[PriorityStanding, ...]

    @property
    def goals(self) -> tuple[GoalStanding, ...]:
        """All goals, in order."""
        return tuple(goal for priority in self.priorities for goal in priority.goals)

    @property
    def gaps(self) -> Mapping[NoDataReason, int]:
        """Why key results have no figure, and how many; those that are not measured now lack none."""
        rows = (one for goal in self.goals for one in goal.key_results if one.is_measured_now)
        found = Counter(one.no_data_reason for one in rows if one.status is Status.NO_DATA)
        return {reason: found[reason] for reason in NoDataReason if found[reason]}

    @property
    def decided_at(self) -> datetime | None:
        """When the newest of its statuses was decided."""
        rows = (one for goal in self.goals for one in (*goal.key_results, *goal.kpis))
        return max((one.decision.decided_at for one in rows if one.decision), default=None)


def accepted_among(key_results: Iterable[KeyResultStanding], accepted: Container[UUID]) -> int:
    """How many that do not stand as they should are accepted as they are; they are counted, and never as good."""
    short = (Status.NEEDS_SUPPORT, Status.CHALLENGES)
    return sum(one.status in short and one.id in accepted for one in key_results)


def fact(decision: Decision | None, name: str) -> Decimal | None:
    """A number among the facts of a decision, exact as it is shown."""
    value = decision.facts.get(name) if decision else None
    return None if value is None else Decimal(str(value))


def standings(
    session: Session, actor: Actor, quarter: Period, *, as_of: datetime | None = None, strategy: str | None = None
) -> list[StrategyStanding]:
    """Every strategy the actor may read, or the one with that code; as many queries for ten goals as for a thousand.

    Each quarter is rolled up by the policy that holds on its last day.
    """
    known = _known(session, quarter, as_of)
    rows: dict[UUID, list[KeyResult]] = defaultdict(list)
    for key_result in sorted(known_at(session, KeyResult, as_of), key=lambda one: (one.position, one.code)):
        if key_result.starts <= quarter.end and key_result.due >= quarter.start:
            rows[key_result.goal_id].append(key_result)
    goals: dict[UUID, list[GoalStanding]] = defaultdict(list)
    for goal in sorted(known_at(session, Goal, as_of), key=lambda one: (one.position, one.code)):
        if may(actor, Permission.READ, goal.unit_id):
            goals[goal.priority_id].append(_goal(goal, rows[goal.id], known))
    priorities: dict[UUID, list[PriorityStanding]] = defaultdict(list)
    for one in sorted(known_at(session, Priority, as_of), key=lambda one: (one.position, one.code)):
        if found := tuple(goals[one.id]):
            together = PriorityStanding(one.code, one.name, _together(found, known.policy), found)
            priorities[one.strategy_id].append(together)
    return [
        _strategy(one, tuple(priorities[one.id]), known.policy)
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


@dataclass(frozen=True)
class _Known:
    """What is known of a quarter and of the one before it."""

    decisions: Mapping[UUID, Decision]
    before: Mapping[UUID, Decision]
    policy: Policy
    policy_before: Policy
    indicators: Mapping[UUID, Indicator]
    roles: Mapping[UUID, Words]
    actions: Mapping[UUID, list[str]]


def _known(session: Session, quarter: Period, as_of: datetime | None) -> _Known:
    before, decided = quarter.shifted(-1), policies(session, as_of)
    return _Known(
        decisions=decisions_in(session, quarter, as_of),
        before=decisions_in(session, before, as_of),
        policy=holding_on(decided, quarter.end),
        policy_before=holding_on(decided, before.end),
        indicators={one.id: one for one in known_at(session, Indicator, as_of)},
        roles={role.id: role.name for role in known_at(session, Role, as_of)},
        actions=_open_actions(session, quarter, as_of),
    )


def _strategy(row: Strategy, priorities: tuple[PriorityStanding, ...], policy: Policy) -> StrategyStanding:
    goals = [goal for priority in priorities for goal in priority.goals]
    return StrategyStanding(row.code, row.name, _together(goals, policy), policy, priorities)


def _together(goals: Iterable[GoalStanding], policy: Policy) -> Standing:
    return rolled_up((one.member for goal in goals for one in goal.key_results if one.is_measured_now), policy)


def _goal(goal: Goal, rows: Iterable[KeyResult], known: _Known) -> GoalStanding:
    found = [_key_result(row, known.indicators[row.indicator_id], known.decisions.get(row.id)) for row in rows]
    key_results = tuple(one for one in found if one.kind == KeyResultKind.KEY_RESULT)
    earlier = [Member(before.status, one.weight) for one, before in _decided_before(key_results, known)]
    return GoalStanding(
        id=goal.id,
        code=goal.code,
        name=goal.name,
        unit_id=goal.unit_id,
        owner=known.roles.get(goal.owner_role_id, Words()) if goal.owner_role_id else Words(),
        standing=rolled_up((one.member for one in key_results if one.is_measured_now), known.policy),
        previous=rolled_up(earlier, known.policy_before) if earlier else None,
        key_results=key_results,
        kpis=tuple(one for one in found if one.kind == KeyResultKind.KPI),
        actions=tuple(code for one in found for code in known.actions.get(one.id, ())),
    )


def _decided_before(
    key_results: Iterable[KeyResultStanding], known: _Known
) -> Iterator[tuple[KeyResultStanding, Decision]]:
    for one in key_results:
        before = known.before.get(one.id)
        if before and before.is_of_this_quarter:
            yield one, before


def _key_result(row: KeyResult, indicator: Indicator, decision: Decision | None) -> KeyResultStanding:
    return KeyResultStanding(
        id=row.id,
        code=row.code,
        name=row.name or indicator.name,
        kind=row.kind,
        measure=indicator.unit,
        decimals=indicator.decimals,
        weight=row.weight,
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
