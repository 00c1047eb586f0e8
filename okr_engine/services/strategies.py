"""What there is to look at: the strategies somebody may read, each with the quarters that have been decided."""

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
    """A strategy with its decided quarters, newest first."""

    code: str
    name: Words
    quarters: tuple[Period, ...]


def strategies_decided(session: Session, actor: Actor) -> list[StrategyQuarters]:
    """Every strategy of which the actor may read a decided goal, the one with the newest quarter first."""
    found: dict[UUID, set[Period]] = {}
    for strategy_id, unit_id, period in session.execute(
        columns_of(Priority.strategy_id, Goal.unit_id, StatusDecision.period)
        .join(KeyResult, col(KeyResult.id) == col(StatusDecision.key_result_id))
        .join(Goal, col(Goal.id) == col(KeyResult.goal_id))
        .join(Priority, col(Priority.id) == col(Goal.priority_id))
        .where(was_current(StatusDecision, None))
        .distinct()
    ):
        if may(actor, Permission.READ, unit_id):
            found.setdefault(strategy_id, set()).add(period)
    strategies = session.exec(select(Strategy).where(col(Strategy.id).in_(list(found))).order_by(col(Strategy.code)))
    listed = [StrategyQuarters(one.code, one.name, tuple(sorted(found[one.id], reverse=True))) for one in strategies]
    return sorted(listed, key=lambda one: one.quarters[0], reverse=True)
