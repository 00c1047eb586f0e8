"""Data desk: what is missing, late, suspicious or still provisional in a quarter, for those who look after the data."""

import streamlit as st

from app_pages.components.chooser import choose
from app_pages.components.here import language, quarter, t
from app_pages.desk.answers import desk_of
from app_pages.desk.figures import figures_section
from app_pages.desk.missing import missing_section
from app_pages.desk.settling import settling_section
from app_pages.desk.suspicious import suspicious_section
from app_pages.writing.answers import writable_quarters
from okr_engine.i18n import period
from okr_engine.periods import Period


def prepared_quarter(known: list[Period]) -> Period:
    """The quarter whose data are looked after: the one looked at, unless another is chosen here."""
    looked_at = quarter()
    names = {one: period(one, language()) for one in known}
    return choose(t("data_desk.quarter"), names, key=f"data_desk.quarter.{looked_at}", first=looked_at, width=220)


st.title(t("main.data_desk"), anchor=False)
if quarters := writable_quarters():
    preparing = prepared_quarter(quarters)
    desk = desk_of(preparing)
    if desk.figures:
        figures_section(desk, preparing)
        missing_section(desk, preparing)
        suspicious_section(desk, preparing)
        settling_section(desk, preparing)
    else:
        st.info(t("data_desk.no_figures", period=preparing), icon=":material/task_alt:")
else:
    st.info(t("data_desk.nothing_to_look_after"), icon=":material/visibility:")
