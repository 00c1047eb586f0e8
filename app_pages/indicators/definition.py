"""How a computed figure is defined: in words, by what was decided about it, and as SQL."""

import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Part, Row, Section, note, tables, text
from okr_engine.i18n import number, spoken
from okr_engine.services.definition_views import DefinitionView, ParameterView


def definition_section(known: DefinitionView) -> None:
    """The definition, what it cannot say, its parameters, and its SQL for those who read it."""
    st.header(t("indicator.definition"), anchor=False)
    st.markdown(f"**{plain(spoken(known.name, language()))}** · {t('indicator.version', version=known.version)}")
    st.markdown(plain(spoken(known.what, language())))
    st.markdown(f"**{t('indicator.cannot_say')}** {plain(spoken(known.cannot_say, language()))}")
    rows = [Row([[text(spoken(one.means, language())), note(one.name)], _value(one)]) for one in known.parameters]
    columns = (Column(t("indicator.parameter"), 65), Column(t("indicator.parameter_value"), 35))
    section = Section(caption=t("indicator.parameters"), columns=columns, rows=rows)
    with st.expander(t("indicator.parameters"), key="indicator.parameters"):
        tables([section], key="indicator.parameter_table")
    with st.expander(t("indicator.sql"), key="indicator.sql"):
        st.code(known.sql, language="sql")


def _value(one: ParameterView) -> list[Part]:
    if isinstance(one.value, bool):
        return [text(t("answer.yes" if one.value else "answer.no"))]
    if isinstance(one.value, int):
        return [text(number(one.value, language()))]
    if one.is_choice:
        return [text(t(f"parameter_value.{one.value}")), note(one.value)]
    if one.called:
        return [text(spoken(one.called, language())), note(one.value)]
    return [text(one.value or t("indicator.all"))]
