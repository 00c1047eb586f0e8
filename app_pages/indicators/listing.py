"""The indicators there are, each with its newest figure, and how that comes."""

import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.tables import Column, Part, Row, Section, follow, link, note, tables, tag, text
from app_pages.indicators.answers import indicator_lines
from app_pages.indicators.speaking import value_part
from okr_engine.i18n import period, spoken
from okr_engine.services.indicator_lists import IndicatorLine


def choose_indicator() -> None:
    """The indicators to choose from; one that was never measured leads nowhere yet."""
    st.title(t("main.indicators"), anchor=False)
    lines = indicator_lines()
    if not lines:
        st.info(t("indicator.none"))
        return
    st.markdown(t("indicator.about"))
    columns = (
        Column(t("noun.indicator"), 34),
        Column(t("noun.unit"), 18),
        Column(t("indicator.newest"), 18, figures=True),
        Column(t("indicator.comes"), 30),
    )
    section = Section(caption=t("main.indicators"), columns=columns, rows=[_row(one) for one in lines])
    follow(tables([section], key="indicator.choice"))


def _row(one: IndicatorLine) -> Row:
    words = spoken(one.name, language())
    name = link(words, "indicator", code=one.code, unit=one.unit_code) if one.newest else text(words)
    return Row([[name, note(one.code)], [text(spoken(one.unit_name, language()))], _newest(one), _comes(one)])


def _newest(one: IndicatorLine) -> list[Part]:
    if one.newest is None:
        return [note(t("indicator.not_measured"))]
    marks = [tag(t("explanation.provisional_short"), t("explanation.provisional"))] if one.newest.provisional else []
    return [value_part(one.newest, one), *marks, note(period(one.newest.period, language()))]


def _comes(one: IndicatorLine) -> list[Part]:
    parts: list[Part] = [text(t(f"indicator.origin.{one.newest.origin}"))] if one.newest else []
    if one.measured_by:
        parts.append(note(t("indicator.measured_by", definition=spoken(one.measured_by, language()))))
    return parts
