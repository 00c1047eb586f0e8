"""The figure that is told whole: its value, how much it rests on, how sure it is, and where it came from."""

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.here import language, t
from app_pages.components.plain import plain
from app_pages.indicators.speaking import between, count_told, counts_told, percent, value_told
from okr_engine.i18n import spoken
from okr_engine.services.figure_views import FigureView, Origin
from okr_engine.services.indicator_reports import IndicatorReport
from okr_engine.statistics.intervals import FEWEST


def figure_section(report: IndicatorReport) -> None:
    """The chosen figure in cards, and in words what they leave open."""
    shown = report.shown
    st.header(t("indicator.figure_of", period=shown.period), anchor=False)
    if shown.observed.value is None:
        st.info(value_told(shown.observed, report), icon=":material/more_horiz:")
    with st.grid(4, min_column_width=200):
        for label, value in _cards(report):
            st.metric(label, value, border=True, height="stretch")
    state = f"{t(_state(shown))} " if shown.observed.value is not None else ""
    st.markdown(f"{state}{came_from(report)}")
    for said in _how_sure(report):
        st.caption(said)
    if shown.observed.comment:
        st.markdown(plain(shown.observed.comment))


def came_from(report: IndicatorReport) -> str:
    """One sentence: who entered it, which file brought it, or which run computed it; and when."""
    shown, observed = report.shown, report.shown.observed
    who, told = plain(name_of(observed.recorded_by)), plain(observed.source.partition(":")[2])
    match shown.origin:
        case Origin.COMPUTED if shown.lineage and not observed.source.startswith("run:"):
            return t("indicator.came_vouched", run=plain(shown.lineage.run), name=who, at=observed.recorded_at)
        case Origin.COMPUTED if report.definition and shown.lineage:
            name = plain(spoken(report.definition.source_name, language()))
            return t("indicator.came_computed", source=name, run=told, at=observed.recorded_at)
        case Origin.COMPUTED:
            return t("indicator.came_not", run=told, at=observed.recorded_at)
        case Origin.IMPORTED:
            return t("indicator.came_imported", file=told, name=who, at=observed.recorded_at)
        case Origin.ENTERED:
            return t("indicator.came_entered", name=who, at=observed.recorded_at)


def _state(shown: FigureView) -> str:
    return "indicator.provisional" if shown.observed.provisional else "indicator.final"


def _cards(report: IndicatorReport) -> list[tuple[str, str]]:
    shown, lineage = report.shown, report.shown.lineage
    told = [
        (t("noun.measurement"), value_told(shown.observed, report)) if shown.observed.value is not None else None,
        (t("indicator.interval"), between(report.interval.low, report.interval.high, report))
        if report.interval
        else None,
        (t("indicator.told_interval"), between(*shown.told_interval, report)) if shown.told_interval else None,
        (t("indicator.n"), count_told(shown.n)) if shown.n is not None and shown.n != shown.denominator else None,
        (t("indicator.parts"), counts_told(shown.numerator, shown.denominator))
        if shown.numerator is not None and shown.denominator is not None
        else None,
        (t("share.response_rate"), percent(shown.response_rate)) if shown.response_rate is not None else None,
        (t("share.coverage"), percent(lineage.coverage)) if lineage and lineage.coverage is not None else None,
        (t("indicator.pending"), count_told(lineage.pending)) if lineage and lineage.pending else None,
    ]
    return [card for card in told if card]


def _how_sure(report: IndicatorReport) -> list[str]:
    if report.shown.is_too_few and report.definition and report.definition.fewest:
        return [t("indicator.too_few_to_tell", fewest=report.definition.fewest)]
    if report.too_few_for_interval:
        return [t("indicator.too_few_for_interval", fewest=FEWEST)]
    return [t("indicator.interval_about")] if report.interval else []
