"""What is missing: a value, or the reason why there is none, before the review."""

import streamlit as st

from app_pages.components.chooser import choose
from app_pages.components.here import t
from app_pages.desk.speaking import named
from app_pages.writing.answers import writable_goals
from app_pages.writing.values import NO_VALUE, value_form, value_outcome
from okr_engine.periods import Period
from okr_engine.services.data_desk import DataDesk, DataState


def missing_section(desk: DataDesk, quarter: Period) -> None:
    """How many figures lack a reason, and the form of My work for one of those that are missing."""
    st.header(t("data_desk.missing"), anchor=False)
    lacking = desk.count(DataState.UNEXPLAINED)
    if lacking:
        st.markdown(t("data_desk.missing_about", count=lacking))
    else:
        st.info(t("data_desk.nothing_unexplained"), icon=":material/task_alt:")
    enterable = {one.code: one for goal in writable_goals(quarter) for one in goal.key_results if one.may_enter}
    for one in desk.figures:
        if one.key_result in enterable:
            value_outcome(enterable[one.key_result], quarter)
    missing = {one.key_result: one for one in desk.figures if one.is_missing and one.key_result in enterable}
    if missing:
        names = {code: named(one) for code, one in missing.items()}
        code = choose(t("data_desk.missing_figure"), names, key=f"data_desk.missing.{quarter.code}")
        value_form(enterable[code], quarter, page="data_desk", begins_with=NO_VALUE)
