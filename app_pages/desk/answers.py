"""What the data desk asks, remembered for as long as it is true."""

import streamlit as st

from app_pages.components.here import Stamp, installation, stamp, user
from okr_engine.access import Actor
from okr_engine.periods import Period
from okr_engine.services.data_desk import DataDesk, data_desk


def desk_of(quarter: Period) -> DataDesk:
    """The figures of the quarter that the person looks after."""
    return _desk(stamp(), quarter, user())


@st.cache_data(show_spinner=False, max_entries=200)
def _desk(stamp: Stamp, quarter: Period, _actor: Actor) -> DataDesk:
    return installation().ask(data_desk, _actor, quarter, today=stamp.today)
