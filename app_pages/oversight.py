"""Oversight: what nobody looks after, accepted deviations, disagreements and moved goalposts, for who steers."""

from enum import StrEnum

import streamlit as st

from app_pages.components.here import language, quarter, strategy, t
from app_pages.components.notices import no_data_yet, show_error
from app_pages.components.plain import plain
from app_pages.components.tables import follow
from app_pages.overseeing.answers import oversight_of
from app_pages.overseeing.deviations import deviations_section
from app_pages.overseeing.disagreements import disagreements_section
from app_pages.overseeing.goalposts import goalposts_section
from app_pages.overseeing.radar import radar_section
from okr_engine.errors import NotAllowed
from okr_engine.i18n import period, spoken
from okr_engine.services.oversight import Oversight

_KEY = "oversight.view"


class View(StrEnum):
    """The lists to look at."""

    RADAR = "radar"
    DEVIATIONS = "deviations"
    DISAGREEMENTS = "disagreements"
    GOALPOSTS = "goalposts"


def chosen_view(found: Oversight) -> View:
    """The list that is looked at: the one in the address, which follows what is chosen here."""
    labels = {
        View.RADAR: t("oversight.radar", number=len(found.neglected)),
        View.DEVIATIONS: t("oversight.deviations", number=len(found.deviations)),
        View.DISAGREEMENTS: t("oversight.disagreements_counted", number=len(found.disagreements)),
        View.GOALPOSTS: t("oversight.goalposts_counted", number=len(found.goalposts)),
    }
    asked = st.query_params.get("view")
    st.session_state[_KEY] = View(asked) if asked in list(View) else View.RADAR
    st.segmented_control(
        t("oversight.view"),
        list(View),
        format_func=labels.__getitem__,
        key=_KEY,
        required=True,
        on_change=_remember,
        label_visibility="collapsed",
    )
    return View(st.session_state[_KEY])


def _remember() -> None:
    st.query_params["view"] = View(st.session_state[_KEY]).value
    st.query_params.pop("kind", None)


looked_at, shown = strategy(), quarter()
st.title(t("main.oversight"), anchor=False)
if looked_at is None or shown is None:
    no_data_yet()
    st.stop()
try:
    found = oversight_of(shown, looked_at.code)
except NotAllowed as refused:
    show_error(refused)
    st.stop()

st.markdown(f"{plain(spoken(looked_at.name, language()))} · {period(shown, language())}")
params = {"period": shown.code}
match chosen_view(found):
    case View.DEVIATIONS:
        opened = deviations_section(found.deviations, params=params)
    case View.DISAGREEMENTS:
        opened = disagreements_section(found.disagreements, params=params)
    case View.GOALPOSTS:
        opened = goalposts_section(found.goalposts, shown, params=params)
    case View.RADAR:
        opened = radar_section(found.neglected, shown)
follow(opened)
