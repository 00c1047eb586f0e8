"""What My work asks, remembered for as long as it is true."""

import streamlit as st

from app_pages.components.here import Stamp, installation, stamp, user
from okr_engine.access import Actor
from okr_engine.periods import Period
from okr_engine.services.my_work import GoalWords, WritableGoal, quarters_to_write, words_on, writable_in
from okr_engine.services.people import Choice, assignable


def writable_quarters() -> list[Period]:
    """The quarters in which the person may write, newest first."""
    return _quarters(stamp(), user())


def writable_goals(quarter: Period) -> list[WritableGoal]:
    """The goals in which the person may write, their own first."""
    return _goals(stamp(), quarter, user())


def goal_words(goal_code: str, quarter: Period) -> GoalWords:
    """The words on a goal, in every language."""
    return _words(stamp(), goal_code, quarter, user())


def roles_and_people() -> tuple[list[Choice], list[Choice]]:
    """Whom an action can be given to."""
    return _assignable(stamp(), user())


@st.cache_data(show_spinner=False, max_entries=200)
def _quarters(stamp: Stamp, _actor: Actor) -> list[Period]:
    return installation().ask(quarters_to_write, _actor, today=stamp.today)


@st.cache_data(show_spinner=False, max_entries=200)
def _goals(stamp: Stamp, quarter: Period, _actor: Actor) -> list[WritableGoal]:  # noqa: ARG001 - part of the key
    return installation().ask(writable_in, _actor, quarter)


@st.cache_data(show_spinner=False, max_entries=200)
def _words(stamp: Stamp, goal_code: str, quarter: Period, _actor: Actor) -> GoalWords:  # noqa: ARG001 - part of the key
    return installation().ask(words_on, _actor, goal_code, quarter)


@st.cache_data(show_spinner=False, max_entries=200)
def _assignable(stamp: Stamp, _actor: Actor) -> tuple[list[Choice], list[Choice]]:
    return installation().ask(assignable, _actor, today=stamp.today)
