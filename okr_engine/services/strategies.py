"""What there is to look at: the strategies somebody may read, each with the quarters that have been decided."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may
from okr_engine.database import columns_of, was_current
from okr_engine.model import Goal, KeyResult, Priority, StatusDecision, Strategy
from okr_engine.periods import Period
from okr_engine.words import Words


@dataclass(frozen=True)
class StrategyQuarters:
    """A strategy with its decided quarters, newest first, and the goals that were decided in them."""

    code: str
    name: Words
    quarters: tuple[Period, ...]
    goals: frozenset[str]


def strategies_decided(session: Session, actor: Actor) -> list[StrategyQuarters]:
    """Every strategy of which the actor may read a decided goal, the one with the newest quarter first."""
    quarters, goals = defaultdict[UUID, set[Period]](set), defaultdict[UUID, set[str]](set)
    for strategy_id, goal, unit_id, period in session.execute(
        columns_of(Priority.strategy_id, Goal.code, Goal.unit_id, StatusDecision.period)
        .join(KeyResult, col(KeyResult.id) == col(StatusDecision.key_result_id))
        .join(Goal, col(Goal.id) == col(KeyResult.goal_id))
        .join(Priority, col(Priority.id) == col(Goal.priority_id))
        .where(was_current(StatusDecision, None))
        .distinct()
    ):
        if may(actor, Permission.READ, unit_id):
            quarters[strategy_id].add(period)
            goals[strategy_id].add(goal)
    strategies = session.exec(select(Strategy).where(col(Strategy.id).in_(list(quarters))).order_by(col(Strategy.code)))
    listed = [
        StrategyQuarters(one.code, one.name, tuple(sorted(quarters[one.id], reverse=True)), frozenset(goals[one.id]))
        for one in strategies
    ]
    return sorted(listed, key=lambda one: one.quarters[0], reverse=True)
