"""What wants attention in a quarter: open corrective actions, and what needs support without one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from okr_engine.periods import Period
from okr_engine.services.action_views import ActionView
from okr_engine.services.standings import GoalStanding, KeyResultStanding, StrategyStanding
from okr_engine.terms import Status
from okr_engine.words import Words

NOTHING_ACCEPTED: Mapping[UUID, date] = MappingProxyType({})


@dataclass(frozen=True)
class Attention:
    """One matter: which key result, why, on whose desk it lies and until when; without an action there is no day."""

    goal_code: str
    key_result_code: str
    name: Words
    status: Status
    because: Words
    facts: Mapping[str, Any]
    measure: str
    decimals: int
    desk: Words
    due: date | None
    overdue: bool
    accepted_until: date | None = None


def wanting_attention(
    strategy: StrategyStanding,
    actions: Iterable[ActionView],
    quarter: Period,
    *,
    today: date,
    accepted: Mapping[UUID, date] = NOTHING_ACCEPTED,
) -> list[Attention]:
    """The open actions on the strategy's goals, the earliest due first; then what needs support and has no action.

    `accepted` tells until when a key result's deviation is accepted: it still stands here, and says so.
    """
    standing = {one.code: (goal, one) for goal in strategy.goals for one in (*goal.key_results, *goal.kpis)}
    acted = [view for view in actions if view.subject_code in standing and view.period <= quarter]
    known = {view.subject_code for view in acted}
    waiting = [
        _without_action(goal, one)
        for goal, one in standing.values()
        if one.status == Status.NEEDS_SUPPORT and one.code not in known
    ]
    found = [_of_action(view, *standing[view.subject_code], today) for view in acted] + waiting
    return [replace(one, accepted_until=accepted.get(standing[one.key_result_code][1].id)) for one in found]


def _of_action(view: ActionView, goal: GoalStanding, one: KeyResultStanding, today: date) -> Attention:
    return Attention(
        goal_code=goal.code,
        key_result_code=one.code,
        name=view.subject_name,
        status=one.status,
        because=view.because,
        facts=view.facts,
        measure=view.measure,
        decimals=view.decimals,
        desk=view.assigned_to,
        due=view.due,
        overdue=view.due < today,
    )


def _without_action(goal: GoalStanding, one: KeyResultStanding) -> Attention:
    return Attention(
        goal_code=goal.code,
        key_result_code=one.code,
        name=one.name,
        status=one.status,
        because=one.decision.because if one.decision else Words(),
        facts=one.decision.facts if one.decision else {},
        measure=one.measure,
        decimals=one.decimals,
        desk=goal.owner,
        due=None,
        overdue=False,
    )
