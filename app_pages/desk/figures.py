"""Every figure due in the quarter, counted by how its data stand, and one by one."""

from typing import Any

import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.tables import Column, Row, Section, note, tables, tag, text
from app_pages.components.the_rest import the_rest
from app_pages.desk.speaking import shown, source_of
from okr_engine.i18n import day, number, period, spoken
from okr_engine.periods import Period
from okr_engine.services.data_desk import DataDesk, DataState, DeskFigure

MOST_ROWS = 100
"""How many figures the table shows, the most urgent first; all of them can be chosen below."""

_COUNTED = (
    (DataState.FINAL, "data_desk.count_final"),
    (DataState.PROVISIONAL, "data_desk.count_provisional"),
    (DataState.EXPLAINED, "data_desk.count_explained"),
    (DataState.UNEXPLAINED, "data_desk.count_unexplained"),
)


def figures_section(desk: DataDesk, quarter: Period) -> None:
    """The coverage in counts, and the figures, the most urgent first."""
    st.markdown(t("data_desk.of_figures", count=len(desk.figures), period=quarter))
    with st.grid(5, min_column_width=150):
        for state, label in _COUNTED:
            st.metric(t(label), number(desk.count(state), language()), border=True)
        st.metric(t("data_desk.count_suspicious"), number(desk.suspicious, language()), border=True)
    if awaited := desk.count(DataState.AWAITED):
        st.caption(t("data_desk.of_them_awaited", count=awaited))
    tables(
        [
            Section(
                caption=t("data_desk.figures"),
                notes=the_rest(desk.figures, MOST_ROWS),
                columns=(
                    Column(t("noun.indicator"), 32),
                    Column(t("data_desk.goals"), 12),
                    Column(t("noun.period"), 11),
                    Column(t("data_desk.value"), 13, figures=True),
                    Column(t("data_desk.state"), 24),
                    Column(t("data_desk.source"), 22),
                ),
                rows=[_row(one) for one in desk.figures[:MOST_ROWS]],
            )
        ],
        key=f"data_desk.figures.{quarter.code}",
    )


def _row(one: DeskFigure) -> Row:
    return Row(
        [
            [text(spoken(one.name, language())), note(spoken(one.unit, language()))],
            [text(", ".join(one.goals))],
            [text(period(one.key.period, language()))],
            [text(shown(one, one.value))],
            _state(one),
            [text(source_of(one))] if one.source else [],
        ]
    )


def _state(one: DeskFigure) -> list[Any]:
    parts: list[Any] = [text(t(f"data_state.{one.state}"))]
    if one.findings:
        answered = not one.open_findings
        parts.append(tag(t("data_desk.suspicious_answered") if answered else t("data_desk.suspicious_open")))
    if one.no_data_reason:
        parts.append(note(t(f"no_data.{one.no_data_reason}")))
    if one.late_days:
        parts.append(note(t("data_desk.late_by", count=one.late_days)))
    elif one.state == DataState.AWAITED:
        parts.append(note(t("data_desk.awaited_until", day=day(one.due_on, language()))))
    return parts
