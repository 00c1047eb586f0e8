"""The statuses of a quarter as plain data, for `okr status --json` and for programs."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from okr_engine.access import Actor
from okr_engine.periods import Period
from okr_engine.services.action_views import ActionView, action_views
from okr_engine.services.reasons import reason
from okr_engine.services.standings import GoalStanding, KeyResultStanding, StrategyStanding, standings
from okr_engine.statistics.roll_up import Standing
from okr_engine.words import Language, Words


def status_report(
    session: Session, actor: Actor, quarter: Period, *, today: date, as_of: datetime | None = None
) -> dict[str, Any]:
    """`{period, as_of, strategies: […], goals: […]}`: what the actor may read, rolled up and goal by goal.

    A strategy has its priorities, a goal its key results, KPIs and open actions; each roll-up its counts and coverage.
    """
    found = standings(session, actor, quarter, as_of=as_of)
    actions = {view.code: view for view in action_views(session, actor, today=today, as_of=as_of)}
    return {
        "period": quarter.code,
        "as_of": as_of.isoformat() if as_of else None,
        "strategies": [_strategy(strategy) for strategy in found],
        "goals": [_goal(goal, strategy.code, actions) for strategy in found for goal in strategy.goals],
    }


def _goal(goal: GoalStanding, strategy: str, actions: Mapping[str, ActionView]) -> dict[str, Any]:
    return {
        "code": goal.code,
        "strategy": strategy,
        "name": _words(goal.name),
        **_standing(goal.standing),
        "key_results": [_key_result(one) for one in goal.key_results],
        "kpis": [_key_result(one) for one in goal.kpis],
        "actions": [_action(actions[code]) for code in goal.actions],
    }


def _strategy(strategy: StrategyStanding) -> dict[str, Any]:
    priorities = [
        {"code": one.code, "name": _words(one.name), **_standing(one.standing)} for one in strategy.priorities
    ]
    gaps = {reason.value: count for reason, count in strategy.gaps.items()}
    return {
        "code": strategy.code,
        "name": _words(strategy.name),
        **_standing(strategy.standing),
        "gaps": gaps,
        "priorities": priorities,
    }


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "status": standing.status.value,
        "measured": standing.measured,
        "of": standing.of,
        "counts": {status.value: count for status, count in standing.counts.items()},
        "on_track_share": _number(standing.on_track_share),
        "hidden": {status.value: count for status, count in standing.hidden.items()},
    }


def _key_result(one: KeyResultStanding) -> dict[str, Any]:
    decision = one.decision
    return {
        "code": one.code,
        "name": _words(one.name),
        "value": _number(one.value),
        "target": _number(one.target),
        "unit": one.measure.value,
        "status": one.status.value,
        "rule": decision.rule if decision else None,
        "rule_version": decision.rule_version if decision else None,
        "facts": dict(decision.facts) if decision else {},
        "flags": [flag.flag for flag in decision.flags] if decision else [],
        "reason": _reason(one),
    }


def _action(view: ActionView) -> dict[str, Any]:
    return {
        "code": view.code,
        "key_result": view.subject_code,
        "action": view.action,
        "raised_in": view.period.code,
        "state": view.state.value,
        "due": view.due.isoformat(),
        "rule": view.rule,
        "rule_version": view.rule_version,
        "reason": {
            language.value: reason(view.because, view.facts, view.measure, view.decimals, language)
            for language in Language
        },
        "chain": [{"role": link.kind.value, "name": _words(link.role)} for link in view.chain],
    }


def _reason(one: KeyResultStanding) -> dict[str, str]:
    if one.decision is None:
        return {}
    return {
        language.value: reason(one.decision.because, one.decision.facts, one.measure, one.decimals, language)
        for language in Language
    }


def _words(words: Words) -> Mapping[str, str | None]:
    return {"fi": words.fi, "sv": words.sv, "en": words.en}


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
