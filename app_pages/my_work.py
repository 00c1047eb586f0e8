"""My work: what waits for whoever is looking, the most urgent first."""

import streamlit as st

from app_pages.components.chooser import choose
from app_pages.components.here import language, quarter, t
from app_pages.writing.absences import absences_section
from app_pages.writing.actions import actions_section
from app_pages.writing.answers import writable_goals, writable_quarters
from app_pages.writing.assessment import assessment_section
from app_pages.writing.narrative import narrative_section
from app_pages.writing.values import values_section
from okr_engine.i18n import period
from okr_engine.periods import Period


def written_quarter(known: list[Period]) -> Period:
    """The quarter to write in: the one looked at, unless another is chosen here, such as one without figures yet."""
    looked_at = quarter()
    names = {one: period(one, language()) for one in known}
    return choose(t("my_work.quarter"), names, key=f"my_work.quarter.{looked_at}", first=looked_at, width=220)


st.title(t("main.my_work"), anchor=False)
actions_section()
absences_section()
if quarters := writable_quarters():
    st.divider()
    writing_in = written_quarter(quarters)
    goals = writable_goals(writing_in)
    values_section(goals, writing_in)
    narrative_section(goals, writing_in)
    assessment_section(goals, writing_in)
else:
    st.info(t("my_work.nothing_to_write"), icon=":material/visibility:")
