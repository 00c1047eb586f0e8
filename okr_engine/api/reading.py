"""What programs read: strategies, goals, statuses with their reasons, figures as of a moment, actions."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from sqlmodel import Session

from okr_engine.access import Actor
from okr_engine.api.answers import (
    ActionAnswer,
    ActionEventAnswer,
    Actions,
    ActionWhole,
    ChainLinkAnswer,
    Explanation,
    FigureAnswer,
    GoalAnswer,
    Goals,
    GoalWhole,
    Measurements,
    NarrativeAnswer,
    StandingAnswer,
    StatusAnswer,
    Statuses,
    Strategies,
    StrategyAnswer,
    Texts,
    texts,
)
from okr_engine.api.bearers import Place, Reader
from okr_engine.api.paging import Cursor, Limit, answer, page_of
from okr_engine.model import MeasureUnit
from okr_engine.model.columns import Code
from okr_engine.periods import Period
from okr_engine.services.action_views import ActionView, action_view, action_views
from okr_engine.services.explanation_cards import explanation_card
from okr_engine.services.explanation_data import explanation_as_data
from okr_engine.services.goal_reports import goal_report, key_result_report
from okr_engine.services.installation import Installation
from okr_engine.services.reasons import reason
from okr_engine.services.standings import GoalStanding, KeyResultStanding, StrategyStanding, standings
from okr_engine.services.strategies import strategies_decided
from okr_engine.services.told_figures import told_figures
from okr_engine.services.typed_times import typed_moment, typed_quarter
from okr_engine.words import Language, Words

routes = APIRouter(tags=["Reading"])

Quarter = Annotated[str, Query(description="The quarter.", examples=["2025-Q2"])]
AsOf = Annotated[
    str | None, Query(description="What was known at that moment; now if left out.", examples=["2025-07-31T12:00"])
]
CodeInPath = Annotated[Code, Path(description="Its code.")]
CodeAsked = Annotated[Code | None, Query(description="Only that one.")]

DEFAULT_LIMIT = 100


@routes.get("/strategies", response_model=Strategies)
def list_strategies(
    request: Request, place: Place, bearer: Reader, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response:
    """The strategies there is something to see of, each with its decided quarters and its goals."""
    found = place.ask(strategies_decided, bearer.actor)
    page, following = page_of(found, lambda one: (one.code,), limit=limit, cursor=cursor)
    items = [
        StrategyAnswer(code=one.code, name=texts(one.name), quarters=list(one.quarters), goals=sorted(one.goals))
        for one in page
    ]
    return answer(request, Strategies(items=items, next=following))


@routes.get("/goals", response_model=Goals)
def list_goals(
    request: Request,
    place: Place,
    bearer: Reader,
    period: Quarter,
    strategy: CodeAsked = None,
    as_of: AsOf = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    """How goals stand in a quarter: the status of each with counts, coverage and what it hides."""
    quarter = typed_quarter(period)
    found = place.ask(standings, bearer.actor, quarter, as_of=_moment(as_of, place), strategy=strategy)
    goals = list(_goals(found, quarter))
    page, following = page_of(goals, lambda one: (one.code,), limit=limit, cursor=cursor)
    return answer(request, Goals(items=page, next=following))


@routes.get("/goals/{code}", response_model=GoalWhole)
def show_goal(
    request: Request, place: Place, bearer: Reader, code: CodeInPath, period: Quarter, as_of: AsOf = None
) -> Response:
    """A goal, whole: the statuses of its key results, the owner's words, the open actions."""
    quarter, moment = typed_quarter(period), _moment(as_of, place)
    return answer(request, place.ask(_goal_whole, bearer.actor, code, quarter, place, moment))


@routes.get("/key-results/{code}", response_model=Explanation)
def explain_key_result(
    request: Request, place: Place, bearer: Reader, code: CodeInPath, period: Quarter, as_of: AsOf = None
) -> Response:
    """A status explained: reason, facts and their origin, what would change it, evidence, and the figures."""
    quarter, moment = typed_quarter(period), _moment(as_of, place)
    return answer(request, place.ask(_explanation, bearer.actor, code, quarter, place, moment))


@routes.get("/statuses", response_model=Statuses)
def list_statuses(
    request: Request,
    place: Place,
    bearer: Reader,
    period: Quarter,
    strategy: CodeAsked = None,
    as_of: AsOf = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    """The status of every key result and KPI in a quarter, with its reason in words and the facts behind it."""
    quarter = typed_quarter(period)
    found = place.ask(standings, bearer.actor, quarter, as_of=_moment(as_of, place), strategy=strategy)
    rows = [
        _status(one, goal.code, each.code, quarter, as_of)
        for each in found
        for goal in each.goals
        for one in (*goal.key_results, *goal.kpis)
    ]
    page, following = page_of(rows, lambda one: (one.key_result,), limit=limit, cursor=cursor)
    return answer(request, Statuses(items=page, next=following))


@routes.get("/measurements", response_model=Measurements)
def list_measurements(
    request: Request,
    place: Place,
    bearer: Reader,
    indicator: Annotated[Code, Query(description="The indicator's code.", examples=["promise"])],
    unit: CodeAsked = None,
    as_of: AsOf = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    """An indicator's figures by unit and period, as they were known at a moment."""
    found = place.ask(told_figures, bearer.actor, indicator, unit=unit, as_of=_moment(as_of, place))
    page, following = page_of(
        found, lambda one: (one.unit, one.period.start.isoformat(), one.period.code), limit=limit, cursor=cursor
    )
    items = [FigureAnswer.model_validate(one) for one in page]
    return answer(request, Measurements(items=items, next=following))


@routes.get("/actions", response_model=Actions)
def list_actions(
    request: Request,
    place: Place,
    bearer: Reader,
    as_of: AsOf = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    """The open corrective actions, the earliest due first."""
    found = place.ask(action_views, bearer.actor, today=place.today(), as_of=_moment(as_of, place))
    page, following = page_of(found, lambda one: (one.due.isoformat(), one.code), limit=limit, cursor=cursor)
    return answer(request, Actions(items=[_action(one) for one in page], next=following))


@routes.get("/actions/{code}", response_model=ActionWhole)
def show_action(request: Request, place: Place, bearer: Reader, code: CodeInPath, as_of: AsOf = None) -> Response:
    """An action, whole: why it exists, its chain, everything that happened to it, and when somebody is asked next."""
    view = place.ask(action_view, bearer.actor, code, today=place.today(), as_of=_moment(as_of, place))
    history = [ActionEventAnswer.model_validate(one) for one in view.history]
    return answer(request, ActionWhole(**_action(view).model_dump(), history=history))


def _goal_whole(
    session: Session, actor: Actor, code: str, quarter: Period, place: Installation, as_of: datetime | None
) -> GoalWhole:
    report = goal_report(session, actor, code, quarter, today=place.today(), as_of=as_of)
    strategy = report.strategy_code
    when = as_of.isoformat() if as_of else None
    return GoalWhole(
        goal=_goal(report.standing, strategy, report.priority_code, quarter),
        statuses=[_status(one.standing, code, strategy, quarter, when) for one in (*report.key_results, *report.kpis)],
        narratives=[NarrativeAnswer.model_validate(one) for one in report.narratives.values()],
        actions=[_action(one) for one in report.actions],
    )


def _explanation(
    session: Session, actor: Actor, code: str, quarter: Period, place: Installation, as_of: datetime | None
) -> Explanation:
    report = key_result_report(session, actor, code, quarter, today=place.today(), as_of=as_of)
    card = explanation_card(session, report, quarter, today=place.today(), as_of=as_of)
    return Explanation.model_validate(explanation_as_data(report, card, quarter))


def _moment(typed: str | None, place: Installation) -> datetime | None:
    return None if typed is None else typed_moment(typed, place.settings.zone)


def _goals(found: list[StrategyStanding], quarter: Period) -> Iterator[GoalAnswer]:
    for strategy in found:
        for priority in strategy.priorities:
            for goal in priority.goals:
                yield _goal(goal, strategy.code, priority.code, quarter)


def _goal(goal: GoalStanding, strategy: str, priority: str, quarter: Period) -> GoalAnswer:
    return GoalAnswer(
        code=goal.code,
        strategy=strategy,
        priority=priority,
        name=texts(goal.name),
        owner=texts(goal.owner),
        period=quarter.code,
        standing=StandingAnswer.model_validate(goal.standing),
        movement=goal.movement,
        key_results=[one.code for one in goal.key_results],
        kpis=[one.code for one in goal.kpis],
        actions=list(goal.actions),
    )


def _status(one: KeyResultStanding, goal: str, strategy: str, quarter: Period, as_of: str | None) -> StatusAnswer:
    decision = one.decision
    facts = dict(decision.facts) if decision else {}
    return StatusAnswer(
        key_result=one.code,
        kind=one.kind,
        goal=goal,
        strategy=strategy,
        name=texts(one.name),
        period=quarter.code,
        status=one.status,
        value=one.value,
        target=one.target,
        measure=one.measure,
        no_data_reason=one.no_data_reason,
        rule=decision.rule if decision else None,
        rule_version=decision.rule_version if decision else None,
        decided_at=decision.decided_at if decision else None,
        reason=_reason(decision.because, facts, one.measure, one.decimals) if decision else Texts(),
        facts=facts,
        evidence_tier=facts.get("evidence_tier"),
        flags=[flag.flag for flag in decision.flags] if decision else [],
        explanation=_address(one.code, quarter, as_of),
    )


def _address(code: str, quarter: Period, as_of: str | None) -> str:
    asked = {"period": quarter.code} | ({"as_of": as_of} if as_of else {})
    return f"/api/v1/key-results/{quote(code)}?{urlencode(asked)}"


def _action(view: ActionView) -> ActionAnswer:
    return ActionAnswer(
        code=view.code,
        version=view.version,
        subject_code=view.subject_code,
        subject_name=texts(view.subject_name),
        goal_code=view.goal_code,
        period=view.period.code,
        action=view.action,
        rule=view.rule,
        rule_version=view.rule_version,
        reason=_reason(view.because, view.facts, view.measure, view.decimals),
        state=view.state,
        due=view.due,
        assigned_to=texts(view.assigned_to),
        chain=[ChainLinkAnswer(level=one.level, kind=one.kind, role=texts(one.role)) for one in view.chain],
        next_at=view.asked_next_at,
    )


def _reason(because: Words, facts: Mapping[str, Any], measure: MeasureUnit, decimals: int) -> Texts:
    return Texts(**{one.value: reason(because, facts, measure, decimals, one) for one in Language})
