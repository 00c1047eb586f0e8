"""The units that the events name: each one's own figure, and whether it stands out among all of them."""

import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.tables import Column, Part, Row, Section, note, tables, tag, text
from app_pages.indicators.funnel_chart import funnel_chart
from app_pages.indicators.speaking import counts_told, unit_called
from okr_engine.i18n import figure
from okr_engine.services.indicator_reports import IndicatorReport
from okr_engine.services.unit_views import UnitView, Verdict


def units_section(report: IndicatorReport) -> None:
    """The units as a table, and as a funnel where there are shares of enough of them; nothing for a single one."""
    if len(report.units) < 2:
        return
    st.header(t("indicator.units"), anchor=False)
    if report.funnel:
        st.markdown(t("indicator.funnel_about"))
        st.caption(t("indicator.funnel_widened" if report.funnel.dispersion else "indicator.funnel_not_widened"))
        funnel_chart(report.funnel, report.units, key="indicator.funnel")
    if report.definition and any(one.is_withheld for one in report.units):
        st.caption(t("indicator.withheld_about", fewest=report.definition.fewest))
    tables([_table(report)], key="indicator.units")


def _table(report: IndicatorReport) -> Section:
    return Section(
        caption=t("indicator.units"),
        columns=(
            Column(t("noun.unit"), 34),
            Column(t("noun.measurement"), 16, figures=True),
            Column(t("indicator.parts"), 20, figures=True),
            *([Column(t("indicator.place"), 30)] if report.funnel else []),
        ),
        rows=[_row(one, report) for one in report.units],
    )


def _row(one: UnitView, report: IndicatorReport) -> Row:
    name: list[Part] = [text(unit_called(one)), *([note(one.name)] if one.called else [])]
    if one.is_withheld:
        return Row([name, [note(t("indicator.withheld"))], [], *([[]] if report.funnel else [])])
    value = figure(one.value, report.measure, language(), decimals=report.decimals, short=True)
    parts = [text(counts_told(one.numerator, one.denominator))] if one.denominator is not None else []
    return Row([name, [text(value)], parts, *([_place(one)] if report.funnel else [])])


def _place(one: UnitView) -> list[Part]:
    if one.place is None or one.verdict is None:
        return []
    where = text(t(f"funnel_place.{one.place}"))
    return [where] if one.verdict == Verdict.LIKE_ALL else [where, tag(t(f"verdict.{one.verdict}"))]
