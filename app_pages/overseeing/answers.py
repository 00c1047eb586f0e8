"""What the page for oversight asks, remembered for as long as it is true."""

import streamlit as st

from app_pages.components.here import Stamp, installation, stamp, user
from okr_engine.access import Actor
from okr_engine.periods import Period
from okr_engine.services.oversight import Oversight, oversight


def oversight_of(quarter: Period, strategy: str) -> Oversight:
    """What is to be watched over in the strategy and the quarter; NotAllowed for who may not."""
    return _oversight(stamp(), quarter, strategy, user())


@st.cache_data(show_spinner=False, max_entries=100)
def _oversight(stamp: Stamp, quarter: Period, strategy: str, _actor: Actor) -> Oversight:
    place = installation()
    shipped = place.rulebooks.status
    return place.ask(oversight, _actor, quarter, shipped, today=stamp.today, now=place.now(), strategy=strategy)
