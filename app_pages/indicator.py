"""One indicator in a unit, whole; without one in the address, those to choose from."""

import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.notices import show_error
from app_pages.components.plain import plain
from app_pages.indicators.answers import report_of_indicator
from app_pages.indicators.definition import definition_section
from app_pages.indicators.figure import figure_section
from app_pages.indicators.history import changes_section, series_section
from app_pages.indicators.lineage import lineage_section
from app_pages.indicators.listing import choose_indicator
from app_pages.indicators.units import units_section
from app_pages.indicators.variation import variation_section
from okr_engine.errors import InvalidInput, NotFound
from okr_engine.i18n import spoken
from okr_engine.periods import Period
from okr_engine.services.indicator_reports import IndicatorReport


def heading(report: IndicatorReport) -> None:
    """What it is called, what it means, in which unit, which goals look at it, and where else it is measured."""
    st.set_page_config(page_title=spoken(report.name, language()))
    st.caption(f"{plain(spoken(report.unit_name, language()))} · {plain(report.code)}")
    st.title(plain(spoken(report.name, language())), anchor=False)
    if report.about:
        st.markdown(plain(spoken(report.about, language())))
    goals = [f"{code} {spoken(name, language())}" for code, name in report.goals]
    if goals:
        st.caption(t("indicator.used_by", goals=plain("; ".join(goals))))
    if report.elsewhere:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(t("indicator.elsewhere"), width="content")
            for unit, name in report.elsewhere:
                params = {"code": report.code, "unit": unit}
                st.page_link("indicator.py", label=plain(spoken(name, language())), query_params=params)


def asked_period() -> Period | None:
    """The period in the address; none where it cannot be read."""
    try:
        return Period.parse(at) if (at := st.query_params.get("at")) else None
    except InvalidInput:
        return None


code = st.query_params.get("code")
if not code:
    choose_indicator()
    st.stop()
try:
    report = report_of_indicator(code, st.query_params.get("unit"), asked_period())
except NotFound as missing:
    show_error(missing)
    choose_indicator()
    st.stop()

heading(report)
figure_section(report)
series_section(report)
variation_section(report)
changes_section(report)
units_section(report)
if report.shown.lineage:
    lineage_section(report.shown.lineage)
if report.definition:
    definition_section(report.definition)
