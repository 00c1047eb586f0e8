"""What the reading pages ask, remembered for as long as it is true."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import streamlit as st

from app_pages.components.here import Stamp, installation, stamp, t, today, user
from okr_engine.access import OPERATOR, SCHEDULE, Actor
from okr_engine.model import Criterion
from okr_engine.periods import Period
from okr_engine.services import people
from okr_engine.services.accepted_deviations import DeviationBeside, accepted_until, deviation_beside
from okr_engine.services.action_metrics import ActionMetrics, action_metrics
from okr_engine.services.action_views import ActionView, action_view, action_views
from okr_engine.services.effect_series import Prospect
from okr_engine.services.effect_views import (
    EffectView,
    LastingCheck,
    effect_foreseen,
    effect_view,
    lasting_to_confirm,
)
from okr_engine.services.explanation_cards import ExplanationCard, explanation_card
from okr_engine.services.goal_reports import GoalReport, KeyResultReport, goal_report
from okr_engine.services.narratives import NarrativeView, narrative_history
from okr_engine.services.standings import StrategyStanding, standings
from okr_engine.services.support_requests import SupportView, requests_on_my_desk, support_requests
from okr_engine.words import Language, Words


def strategy_standing(code: str, quarter: Period) -> StrategyStanding | None:
    """How the strategy stands in the quarter, or None where there is nothing that the person may read."""
    return next(iter(_standings(stamp(), code, quarter, user())), None)


def open_actions() -> list[ActionView]:
    """Every open corrective action that the person may read."""
    return _actions(stamp(), user())


def closed_actions() -> list[ActionView]:
    """Every closed corrective action that the person may read, the newest first."""
    return sorted(_closed_actions(stamp(), user()), key=lambda one: str(one.closed_at), reverse=True)


def effect_prospect(code: str, indicator: str, after: date) -> Prospect:
    """What to expect of an effect seen by that indicator, whose figures count after that day."""
    return _prospect(stamp(), code, indicator, after, user())


def metrics_of_actions() -> ActionMetrics:
    """How the actions fare that the person may read."""
    return _metrics(stamp(), user())


def any_action(code: str) -> ActionView:
    """The action, open or closed; NotFound where there is none that the person may read."""
    return _any_action(stamp(), code, user())


def support_of(code: str) -> list[SupportView]:
    """What support has been asked for on the action."""
    return _support(stamp(), code, user())


def support_on_my_desk() -> list[SupportView]:
    """What is asked of the person and has no answer yet."""
    return _support_on_my_desk(stamp(), user())


def lasting_on_my_desk() -> list[LastingCheck]:
    """The second effect checks that the person may confirm now."""
    return _lasting(stamp(), user())


def report_of_goal(code: str, quarter: Period) -> GoalReport:
    """The goal, whole; NotFound where there is none that the person may read."""
    return _report(stamp(), code, quarter, user())


def card_of(report: KeyResultReport, quarter: Period) -> ExplanationCard | None:
    """The status of a key result explained; None where nothing has been decided."""
    return _card(stamp(), report.standing.code, quarter, report)


def versions_of_narrative(goal_id: UUID, quarter: Period, language: Language) -> list[NarrativeView]:
    """Every version of the owner's words in that language, newest first."""
    return _versions(stamp(), goal_id, quarter, language, user())


def accepted(quarter: Period) -> Mapping[UUID, date]:
    """Until when the deviation of a key result is accepted, of those that cover what the quarter shows."""
    return _accepted(installation().data_version(), quarter, today())


def deviation_of(key_result_code: str) -> DeviationBeside:
    """What leadership accepts of the key result for now, and whether the person may decide it."""
    return _deviation(stamp(), key_result_code, user())


def effect_of(action_code: str) -> EffectView:
    """What is known of the effect of a key result's action; NotFound where there is none that the person may read."""
    return _effect(stamp(), action_code, user())


def name_of(code: str) -> str:
    """The name of whoever did something; operator, schedule and platforms have a word, other codes stay as they are."""
    match code:
        case OPERATOR.code:
            return t("holders.operator")
        case SCHEDULE.code:
            return t("holders.schedule")
        case _ if code.startswith(people.PLATFORM):
            return t("holders.platform", endpoint=code.removeprefix(people.PLATFORM))
        case _:
            return _name(installation().data_version(), code)


def role_called(code: str) -> Words:
    """The name of the role with that code."""
    return _roles(installation().data_version()).get(code, Words(code, code, code))


@st.cache_data(show_spinner=False, max_entries=4)
def _roles(version: int) -> dict[str, Words]:  # noqa: ARG001 - the key
    return installation().ask(people.role_names)


@st.cache_data(show_spinner=False, max_entries=500)
def _name(version: int, code: str) -> str:  # noqa: ARG001 - the key
    return installation().ask(people.name_of, code)


@st.cache_data(show_spinner=False, max_entries=200)
def _standings(stamp: Stamp, code: str, quarter: Period, _actor: Actor) -> list[StrategyStanding]:  # noqa: ARG001 - the key
    return installation().ask(standings, _actor, quarter, strategy=code)


@st.cache_data(show_spinner=False, max_entries=200)
def _actions(stamp: Stamp, _actor: Actor) -> list[ActionView]:
    return installation().ask(action_views, _actor, today=stamp.today)


@st.cache_data(show_spinner=False, max_entries=200)
def _closed_actions(stamp: Stamp, _actor: Actor) -> list[ActionView]:
    return installation().ask(action_views, _actor, today=stamp.today, closed=True)


@st.cache_data(show_spinner=False, max_entries=200)
def _prospect(stamp: Stamp, code: str, indicator: str, after: date, _actor: Actor) -> Prospect:  # noqa: ARG001 - key
    criterion = Criterion(indicator=indicator, expected=Decimal(0), readings=1, counts_from=after + timedelta(days=1))
    return installation().ask(effect_foreseen, _actor, code, criterion)


@st.cache_data(show_spinner=False, max_entries=200)
def _metrics(stamp: Stamp, _actor: Actor) -> ActionMetrics:
    return installation().ask(action_metrics, _actor, today=stamp.today)


@st.cache_data(show_spinner=False, max_entries=200)
def _any_action(stamp: Stamp, code: str, _actor: Actor) -> ActionView:
    return installation().ask(action_view, _actor, code, today=stamp.today)


@st.cache_data(show_spinner=False, max_entries=200)
def _support(stamp: Stamp, code: str, _actor: Actor) -> list[SupportView]:  # noqa: ARG001 - part of the key
    return installation().ask(support_requests, _actor, code)


@st.cache_data(show_spinner=False, max_entries=200)
def _support_on_my_desk(stamp: Stamp, _actor: Actor) -> list[SupportView]:  # noqa: ARG001 - part of the key
    return installation().ask(requests_on_my_desk, _actor)


@st.cache_data(show_spinner=False, max_entries=200)
def _lasting(stamp: Stamp, _actor: Actor) -> list[LastingCheck]:  # noqa: ARG001 - part of the key
    return installation().ask(lasting_to_confirm, _actor)


@st.cache_data(show_spinner=False, max_entries=500)
def _report(stamp: Stamp, code: str, quarter: Period, _actor: Actor) -> GoalReport:
    return installation().ask(goal_report, _actor, code, quarter, today=stamp.today)


@st.cache_data(show_spinner=False, max_entries=500)
def _card(stamp: Stamp, code: str, quarter: Period, _report: KeyResultReport) -> ExplanationCard | None:  # noqa: ARG001 - the key
    return installation().ask(explanation_card, _report, quarter, today=stamp.today)


@st.cache_data(show_spinner=False, max_entries=200)
def _versions(
    stamp: Stamp,  # noqa: ARG001 - part of the key
    goal_id: UUID,
    quarter: Period,
    language: Language,
    _actor: Actor,
) -> list[NarrativeView]:
    return installation().ask(narrative_history, _actor, goal_id, quarter, language)


@st.cache_data(show_spinner=False, max_entries=50)
def _accepted(version: int, quarter: Period, today: date) -> dict[UUID, date]:  # noqa: ARG001 - part of the key
    return installation().ask(accepted_until, quarter, today=today)


@st.cache_data(show_spinner=False, max_entries=500)
def _deviation(stamp: Stamp, key_result_code: str, _actor: Actor) -> DeviationBeside:
    return installation().ask(deviation_beside, _actor, key_result_code, today=stamp.today)


@st.cache_data(show_spinner=False, max_entries=200)
def _effect(stamp: Stamp, action_code: str, _actor: Actor) -> EffectView:
    return installation().ask(effect_view, _actor, action_code, today=stamp.today)
