"""Whether a change is more than noise: in one sentence first, then the limits and what each point is called."""

from decimal import Decimal

import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.tables import Column, Row, Section, tables, text
from app_pages.components.the_rest import the_rest
from okr_engine.i18n import figure, period
from okr_engine.periods import Period
from okr_engine.services.indicator_reports import IndicatorReport
from okr_engine.services.variation_words import called, variation_in_words
from okr_engine.statistics.evidence import Shown
from okr_engine.statistics.xmr_charts import Chart, ChartPoint
from okr_engine.statistics.xmr_limits import Limits

_MOST_POINTS = 100


def variation_section(report: IndicatorReport) -> None:
    """What so many comparable points let be said of the latest one, and of the target."""
    chart = report.variation
    st.header(t("variation.heading"), anchor=False)
    st.markdown(variation_in_words(chart, language()))
    limits = chart.current.limits
    if limits and chart.current.rung.shows & {Shown.LIMITS, Shown.TRIAL_LIMITS}:
        st.caption(_limits(report, limits))
        with st.expander(t("variation.points"), key="variation.points"):
            tables([_points(report, chart)], key="variation.table")


def _limits(report: IndicatorReport, limits: Limits) -> str:
    is_trial = Shown.TRIAL_LIMITS in report.variation.current.rung.shows
    return t(
        "variation.trial_limits" if is_trial else "variation.limits",
        mean=_figure(report, limits.mean),
        lower=_figure(report, limits.lower),
        upper=_figure(report, limits.upper),
        points=limits.points,
    )


def _figure(report: IndicatorReport, value: float) -> str:
    exact = Decimal(f"{value:.12g}")
    return figure(exact, report.measure, language(), decimals=max(1, report.decimals), short=True)


def _points(report: IndicatorReport, chart: Chart) -> Section:
    found = [point for segment in chart.segments for point in segment.points][::-1]
    return Section(
        caption=t("variation.points"),
        notes=the_rest(found, _MOST_POINTS),
        columns=(
            Column(t("noun.period"), 26),
            Column(t("noun.measurement"), 24, figures=True),
            Column(t("variation.called"), 50),
        ),
        rows=[_row(report, point) for point in found[:_MOST_POINTS]],
    )


def _row(report: IndicatorReport, point: ChartPoint) -> Row:
    cadence = report.shown.period.cadence
    when = period(Period.containing(point.day, cadence), language())
    value = t("spc.no_value") if point.value is None else _figure(report, point.value)
    return Row([[text(when)], [text(value)], [text(called(point.label, language()))] if point.label else []])
