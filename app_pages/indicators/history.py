"""The figures over time: drawn, in a table, and what keeps them from being compared or was corrected afterwards."""

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.chart import figures_chart, pictures_of_chart
from app_pages.components.chart_table import chart_table
from app_pages.components.here import clock, language, t
from app_pages.components.tables import Column, Part, Row, Section, follow, link, note, tables, tag, text
from app_pages.components.the_rest import the_rest
from app_pages.indicators.speaking import count_told, counts_told, value_part
from okr_engine.i18n import day, period, spoken
from okr_engine.services.figure_series import BreakMark, Observed
from okr_engine.services.figure_views import Restatement, origin_of
from okr_engine.services.indicator_reports import FigureLine, IndicatorReport

MOST_RESTATEMENTS = 100


def series_section(report: IndicatorReport) -> None:
    """The figures drawn, and in a table whose periods can be opened."""
    st.header(t("indicator.series"), anchor=False)
    if any(one.value is not None for one in report.series.figures):
        figures_chart(report.series, report.variation, key="indicator.chart")
        with st.expander(t("chart.as_table"), key="indicator.chart_as_table"):
            tables([chart_table(report.series, report.variation)], key="indicator.chart_table")
            pictures_of_chart(report.series, report.variation, key="indicator.picture")
    columns = (
        Column(t("noun.period"), 20),
        Column(t("noun.measurement"), 20, figures=True),
        Column(t("indicator.n"), 14, figures=True),
        Column(t("indicator.parts"), 20, figures=True),
        Column(t("explanation.remarks"), 26),
    )
    rows = [_row(one, report) for one in reversed(report.lines)]
    follow(tables([Section(caption=t("indicator.series"), columns=columns, rows=rows)], key="indicator.series"))


def _row(one: FigureLine, report: IndicatorReport) -> Row:
    told = one.observed
    words = period(told.period, language())
    opened = link(words, "indicator", code=report.code, unit=report.unit_code, at=told.period.code)
    return Row(
        [
            [opened],
            [value_part(told, report)],
            [text(count_told(one.n))] if one.n is not None else [],
            [text(counts_told(one.numerator, one.denominator))] if one.denominator is not None else [],
            [*_marks(told), text(t(f"indicator.origin.{origin_of(told.source)}"))],
        ],
        chosen=told.period == report.shown.period,
    )


def _marks(one: Observed) -> list[Part]:
    marks = [tag(t("explanation.provisional_short"), t("explanation.provisional"))] if one.provisional else []
    restated = tag(t("explanation.restated_short"), one.reason or t("explanation.restated"))
    return [*marks, restated] if one.is_restated else marks


def changes_section(report: IndicatorReport) -> None:
    """From which days figures cannot be compared with earlier ones, and every figure that took another's place."""
    st.header(t("indicator.changes"), anchor=False)
    found = [_breaks(report), _restatements(report)]
    absent = [
        t(key)
        for section, key in zip(found, ("indicator.no_breaks", "indicator.no_restatements"), strict=True)
        if not section.rows
    ]
    if absent:
        st.markdown(" ".join(absent))
    if present := [section for section in found if section.rows]:
        tables(present, key="indicator.changes", level=3)


def _breaks(report: IndicatorReport) -> Section:
    return Section(
        caption=t("indicator.breaks"),
        heading=t("indicator.breaks"),
        columns=(
            Column(t("indicator.break_day"), 18),
            Column(t("indicator.break_kind"), 30),
            Column(t("indicator.break_text"), 52),
        ),
        rows=[_break(one) for one in reversed(report.series.breaks)],
    )


def _break(one: BreakMark) -> Row:
    words = [text(spoken(one.text, language()))] if one.text else []
    return Row([[text(day(one.day, language()))], [text(t(f"break_kind.{one.kind}"))], words])


def _restatements(report: IndicatorReport) -> Section:
    return Section(
        caption=t("indicator.restatements"),
        heading=t("indicator.restatements"),
        columns=(
            Column(t("noun.period"), 14),
            Column(t("indicator.was"), 15, figures=True),
            Column(t("indicator.became"), 15, figures=True),
            Column(t("indicator.recorded"), 24),
            Column(t("indicator.reason"), 32),
        ),
        rows=[_restatement(one, report) for one in report.restatements[:MOST_RESTATEMENTS]],
        notes=the_rest(report.restatements, MOST_RESTATEMENTS),
    )


def _restatement(one: Restatement, report: IndicatorReport) -> Row:
    by = t("indicator.by_run", run=one.run) if one.run else name_of(one.became.recorded_by)
    return Row(
        [
            [text(period(one.became.period, language()))],
            [value_part(one.was, report), *_provisional(one.was)],
            [value_part(one.became, report), *_provisional(one.became)],
            [text(clock(one.at)), note(by)],
            [text(one.became.reason or t("indicator.had_been_missing"))],
        ]
    )


def _provisional(one: Observed) -> list[Part]:
    return [note(t("explanation.provisional_short"))] if one.provisional else []
