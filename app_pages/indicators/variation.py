"""Whether a change is more than noise: in one sentence first, then the limits and what each point is called."""

from decimal import Decimal

import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.tables import Column, Row, Section, tables, text
from app_pages.components.the_rest import the_rest
from app_pages.indicators.speaking import between
from okr_engine.i18n import figure, period
from okr_engine.periods import Period
from okr_engine.services.indicator_reports import IndicatorReport
from okr_engine.services.variation_words import called, variation_in_words
from okr_engine.statistics.evidence import Shown
from okr_engine.statistics.xmr_charts import Chart, ChartPoint
from okr_engine.statistics.xmr_limits import Limits

_MOST_POINTS = 100
# By whether each point has its own, and whether they are on trial.
_LIMITS = {
    (False, False): "variation.limits",
    (False, True): "variation.trial_limits",
    (True, False): "variation.own_limits",
    (True, True): "variation.own_trial_limits",
}


def variation_section(report: IndicatorReport) -> None:
    """What so many comparable points let be said of the latest one, and of the target."""
    chart = report.variation
    st.header(t("variation.heading"), anchor=False)
    st.markdown(variation_in_words(chart, language()))
    limits = chart.current.latest_limits
    if limits and chart.current.rung.shows & {Shown.LIMITS, Shown.TRIAL_LIMITS}:
        st.caption(_limits(report, limits))
        with st.expander(t("variation.points"), key="variation.points"):
            tables([_points(report, chart)], key="variation.table")


def _limits(report: IndicatorReport, limits: Limits) -> str:
    is_trial = Shown.TRIAL_LIMITS in report.variation.current.rung.shows
    return t(
        _LIMITS[report.variation.current.limits is None, is_trial],
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
    has_own = any(point.limits for point in found)
    return Section(
        caption=t("variation.points"),
        notes=the_rest(found, _MOST_POINTS),
        columns=(
            Column(t("noun.period"), 22),
            Column(t("noun.measurement"), 20, figures=True),
            *([Column(t("variation.between"), 24, figures=True)] if has_own else []),
            Column(t("variation.called"), 34 if has_own else 58),
        ),
        rows=[_row(report, point, has_own=has_own) for point in found[:_MOST_POINTS]],
    )


def _row(report: IndicatorReport, point: ChartPoint, *, has_own: bool) -> Row:
    cadence = report.shown.period.cadence
    when = period(Period.containing(point.day, cadence), language())
    value = t("spc.no_value") if point.value is None else _figure(report, point.value)
    own = [[text(between(point.limits.lower, point.limits.upper, report))] if point.limits else []] if has_own else []
    return Row([[text(when)], [text(value)], *own, [text(called(point.label, language()))] if point.label else []])
