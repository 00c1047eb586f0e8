"""What the indicator's page asks, remembered for as long as it is true."""

import streamlit as st

from app_pages.components.here import Stamp, installation, stamp, user
from okr_engine.access import Actor
from okr_engine.measuring.deadlines import Limits, read_limits
from okr_engine.periods import Period
from okr_engine.services.indicator_lists import IndicatorLine, indicators_seen
from okr_engine.services.indicator_reports import IndicatorReport, indicator_report


def indicator_lines() -> list[IndicatorLine]:
    """Every indicator that the person may read."""
    return _lines(stamp(), user())


def report_of_indicator(code: str, unit: str | None, at: Period | None) -> IndicatorReport:
    """The indicator in a unit, whole; NotFound where there is none that the person may read."""
    return _report(stamp(), code, unit, at, user())


@st.cache_data(show_spinner=False, max_entries=50)
def _lines(stamp: Stamp, _actor: Actor) -> list[IndicatorLine]:  # noqa: ARG001 - the key
    return installation().ask(indicators_seen, _actor)


@st.cache_data(show_spinner=False, max_entries=200)
def _report(
    stamp: Stamp,  # noqa: ARG001 - part of the key
    code: str,
    unit: str | None,
    at: Period | None,
    _actor: Actor,
) -> IndicatorReport:
    return installation().ask(indicator_report, _actor, code, unit, at=at, limits=_limits())


@st.cache_resource(show_spinner=False)
def _limits() -> Limits:
    return read_limits(installation().settings.rules)
