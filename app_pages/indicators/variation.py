"""Whether a change is more than noise: in one sentence first, then the limits and what each point is called."""

from decimal import Decimal

import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.tables import Column, Row, Section, tables, text
from app_pages.components.the_rest import the_rest
from okr_engine.i18n import figure, period
from okr_engine.periods import Period
from okr_engine.services.indicator_reports import IndicatorReport
from okr_engine.statistics.evidence import FEWEST_FOR_ICONS, Shown, Wording
from okr_engine.statistics.xmr_charts import Chart, ChartPoint, Remark
from okr_engine.statistics.xmr_limits import Limits
from okr_engine.statistics.xmr_rules import Label

_MOST_POINTS = 100
_TOLD_ELSEWHERE = (Remark.NO_TARGET, Remark.NEUTRAL_DIRECTION)


def variation_section(report: IndicatorReport) -> None:
    """What so many comparable points let be said of the latest one, and of the target."""
    chart = report.variation
    st.header(t("variation.heading"), anchor=False)
    st.markdown(" ".join(_sentences(chart)))
    limits = chart.current.limits
    if limits and chart.current.rung.shows & {Shown.LIMITS, Shown.TRIAL_LIMITS}:
        st.caption(_limits(report, limits))
        with st.expander(t("variation.points"), key="variation.points"):
            tables([_points(report, chart)], key="variation.table")


def _sentences(chart: Chart) -> list[str]:
    """The signal first, then what the target can be told, then how much the points carry."""
    points = len(chart.current.values)
    said = []
    if chart.signal:
        said.append(t(f"chart_signal.{chart.signal.wording}", label=_called(chart.signal.label)))
    elif chart.variation:
        said.append(t("variation.common_cause"))
    elif chart.current.rung.wording != Wording.NOTHING and Remark.NO_DATA not in chart.remarks:
        said.append(t("variation.no_signal"))
    if chart.assurance:
        said.append(t("spc.assurance", icon=t(f"assurance_icon.{chart.assurance}")))
    if chart.trial_assurance:
        said.append(t(f"trial_assurance.{chart.trial_assurance}"))
    said.append(t("variation.tier", count=points, tier=t(f"variation_tier.{chart.current.tier}")))
    said += [
        t(f"chart_remark.{remark}", points=points, fewest=FEWEST_FOR_ICONS)
        for remark in chart.remarks
        if remark not in _TOLD_ELSEWHERE
    ]
    return said


def _called(label: Label | None) -> str:
    return t(f"point_label.{label.name}") if label else ""


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
    return Row([[text(when)], [text(value)], [text(_called(point.label))] if point.label else []])
