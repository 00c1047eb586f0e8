"""Figures over time, drawn: never a line across a comparability break or a missing figure."""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import pairwise
from math import inf
from typing import Any

import altair as alt
import streamlit as st

from app_pages.components.here import language, t
from okr_engine.i18n import day, figure, period, spoken
from okr_engine.i18n.formats import rounded
from okr_engine.model import MeasureUnit
from okr_engine.services.figure_series import FigureSeries, Observed
from okr_engine.services.status_facts import DatedLimit, crosses_break
from okr_engine.statistics.evidence import Shown
from okr_engine.statistics.xmr_charts import Chart
from okr_engine.statistics.xmr_limits import Limits
from okr_engine.words import Language

INK, BLUE, TEAL, GREY, PAPER = "#10161F", "#1F4468", "#1B6370", "#50555C", "#FFFFFF"
_SEPARATORS = {
    Language.FI: (",", "\N{NO-BREAK SPACE}"),
    Language.SV: (",", "\N{NO-BREAK SPACE}"),
    Language.EN: (".", ","),
}


def figures_chart(series: FigureSeries, variation: Chart | None = None, *, key: str) -> None:
    """Draw the series with its targets, limits, path and breaks, and say the same in words for screen readers.

    With `variation` also the lines of the control chart, where the points can carry them.
    """
    st.vega_lite_chart(spec=_drawing(series, variation, language()), key=key, alt=in_words(series))


@st.cache_data(show_spinner=False, max_entries=200)
def _drawing(
    series: FigureSeries,
    variation: Chart | None,
    spoken_in: Language,  # noqa: ARG001 - part of the key
) -> dict[str, Any]:
    layers: list[alt.Chart] = [
        *_path(series),
        *_aims(series.targets, series, "noun.target", TEAL, [6, 4]),
        *_aims(series.limits, series, "noun.limit", INK, [2, 3]),
        *_control_lines(series, variation),
        *_breaks(series),
        *_baseline(series),
        _spans(series),
        _line(series),
        *_points(series),
    ]
    chart = alt.layer(*layers).properties(height=300).configure(locale=number_locale()).configure_view(stroke=None)
    drawing: dict[str, Any] = chart.to_dict()
    return drawing


def in_words(series: FigureSeries) -> str:
    """What the chart shows, built from the same figures."""
    listed = [f"{period(one.period, language())} {_figure(series, one.value)}" for one in _measured(series)]
    said = [t("chart.alt", name=_name(series), figures="; ".join(listed))]
    said += [t("chart.alt_baseline", value=_figure(series, one)) for one in (series.baseline,) if one is not None]
    said += [t("chart.alt_target", value=_aim(series, one)) for one in (series.target,) if one]
    said += [t("chart.alt_break", day=one.day, text=spoken(one.text, language())) for one in series.breaks]
    return " ".join(said)


def _name(series: FigureSeries) -> str:
    return f"{series.code} {spoken(series.name, language())}"


def _measured(series: FigureSeries) -> list[Observed]:
    return [one for one in series.figures if one.value is not None]


def _figure(series: FigureSeries, value: Any) -> str:
    return figure(value, series.measure, language(), decimals=series.decimals, short=True)


def _aim(series: FigureSeries, one: DatedLimit) -> str:
    return (
        _figure(series, one.value)
        if one.value is not None
        else f"{_figure(series, one.low)}–{_figure(series, one.high)}"
    )


def number_locale() -> alt.Locale:
    """How a chart writes its numbers."""
    decimal, thousands = _SEPARATORS[language()]
    return alt.Locale(number=alt.NumberLocale(decimal=decimal, thousands=thousands, grouping=[3], currency=["", ""]))


def _ends(series: FigureSeries) -> tuple[date, date]:
    """The first and last day of the drawing: of the figures and of the way they are measured on."""
    days = [day for one in series.figures for day in (one.period.start, one.period.end)]
    return min([series.starts, *days]), max([series.due, *days])


def _x(series: FigureSeries) -> alt.X:
    # Days as ordinals: no time zone can move a quarter's end, and each figure gets its period's own label.
    labels = {one.period.end.toordinal(): period(one.period, language()) for one in series.figures}
    first, last = _ends(series)
    return alt.X(
        "day:Q",
        title=None,
        scale=alt.Scale(domain=[first.toordinal(), last.toordinal()], nice=False),
        axis=alt.Axis(
            values=list(labels),
            labelExpr=f"({json.dumps(labels)})[datum.value]",
            labelOverlap="greedy",
            labelFlush=True,
            grid=False,
            domainColor=GREY,
            labelColor=INK,
            labelFontSize=13,
        ),
    )


def _y(series: FigureSeries) -> alt.Y:
    return alt.Y(
        "value:Q",
        title=t(f"unit.{series.measure}"),
        scale=alt.Scale(zero=False, padding=26),
        axis=alt.Axis(
            tickCount=5,
            tickMinStep=10.0**-series.decimals,
            format=f",.{series.decimals}~f",
            labelColor=INK,
            labelFontSize=13,
            titleColor=GREY,
            titleFontWeight="normal",
            gridColor="#ECE8E0",
        ),
    )


def _line(series: FigureSeries) -> alt.Chart:
    base = _chart(_rows(series)).encode(_x(series), _y(series), detail="stretch:N")
    line: alt.Chart = base.mark_line(color=BLUE, strokeWidth=2.5)
    return line


def _spans(series: FigureSeries) -> alt.Chart:
    """How long a period each figure tells of; a break that falls within it is seen to."""
    base = _chart(_rows(series)).encode(_x(series), _y(series), x2="since:Q")
    spans: alt.Chart = base.mark_rule(color=BLUE, opacity=0.3, strokeWidth=4)
    return spans


def _points(series: FigureSeries) -> list[alt.Chart]:
    base = _chart(_rows(series)).encode(_x(series), _y(series))
    points = base.mark_point(color=BLUE, size=85, strokeWidth=2.5, opacity=1).encode(
        fill=alt.Fill("fill:N", scale=None, legend=None),
        tooltip=[alt.Tooltip("when:N", title=t("noun.period")), alt.Tooltip("figure:N", title=t("noun.measurement"))],
    )
    labels = base.mark_text(color=INK, dy=-14, fontSize=13, fontWeight=600).encode(text="figure:N")
    return [points, labels] if len(_measured(series)) <= _LABELLED else [points]


_LABELLED = 8
"""With more figures than this their labels would cover one another."""


def _rows(series: FigureSeries) -> list[dict[str, Any]]:
    days = [one.day for one in series.breaks]
    stretch, rows = 0, list[dict[str, Any]]()
    for earlier, one in pairwise([None, *series.figures]):
        if earlier and one and (earlier.value is None or crosses_break(days, earlier.period, one.period)):
            stretch += 1
        if one and one.value is not None:
            rows.append(
                {
                    "day": one.period.end.toordinal(),
                    "since": one.period.start.toordinal(),
                    "value": float(one.value),
                    "stretch": stretch,
                    "when": period(one.period, language()),
                    "figure": _figure(series, one.value),
                    "fill": PAPER if one.provisional else BLUE,
                }
            )
    return rows


def _path(series: FigureSeries) -> list[alt.Chart]:
    steps = [{"day": on.toordinal(), "value": float(value)} for on, value in series.path]
    if not steps:
        return []
    return [
        _chart(steps)
        .mark_line(color=GREY, strokeWidth=1.5, strokeDash=[1, 4], strokeCap="round")
        .encode(_x(series), _y(series))
    ]


def _baseline(series: FigureSeries) -> list[alt.Chart]:
    if series.baseline is None:
        return []
    said = f"{t('noun.baseline')} {_figure(series, series.baseline)}"
    start = [{"day": series.starts.toordinal(), "value": float(series.baseline), "said": said}]
    base = _chart(start).encode(_x(series), _y(series))
    return [
        base.mark_point(shape="diamond", color=GREY, fill=PAPER, size=90, strokeWidth=2, opacity=1),
        base.mark_text(color=GREY, align="left", baseline="top", dx=8, dy=5, fontSize=13).encode(text="said:N"),
    ]


def _control_lines(series: FigureSeries, variation: Chart | None) -> list[alt.Chart]:
    """The mean of each stretch of comparable figures and how far chance takes them: dashed while they are on trial."""
    ends = {one.period.start: one.period.end for one in series.figures}
    layers = list[alt.Chart]()
    for segment in variation.segments if variation else ():
        if segment.limits and segment.rung.shows & {Shown.LIMITS, Shown.TRIAL_LIMITS}:
            last = segment.points[-1].day
            stretch = {"day": segment.points[0].day.toordinal(), "until": ends.get(last, last).toordinal()}
            is_trial = Shown.TRIAL_LIMITS in segment.rung.shows
            for one in _levels(series, segment.limits, is_trial=is_trial):
                layers += _level(series, stretch, *one)
    return layers


def _levels(series: FigureSeries, limits: Limits, *, is_trial: bool) -> list[tuple[float, str, list[int]]]:
    """The three lines; a share's are cut at 0 and 100 %, where nothing can lie beyond."""
    lowest, highest = (0.0, 100.0) if series.measure == MeasureUnit.PERCENT else (-inf, inf)
    word, dash = ("chart.trial_limit", [5, 4]) if is_trial else ("chart.control_limit", [])
    return [
        (max(lowest, limits.lower), word, dash),
        (limits.mean, "chart.mean", []),
        (min(highest, limits.upper), word, dash),
    ]


def _level(series: FigureSeries, stretch: dict[str, int], value: float, word: str, dash: list[int]) -> list[alt.Chart]:
    exact = rounded(Decimal(f"{value:.12g}"), max(1, series.decimals))
    said = t(word, value=figure(exact, series.measure, language(), decimals=max(1, series.decimals), short=True))
    base = _chart([{**stretch, "value": value, "said": said}]).encode(_x(series), _y(series))
    return [
        base.mark_rule(color=GREY, strokeWidth=1.2, strokeDash=dash).encode(x2="until:Q"),
        base.mark_text(color=GREY, align="left", baseline="bottom", dx=2, dy=-3, fontSize=12).encode(text="said:N"),
    ]


def _aims(
    dated: Iterable[DatedLimit], series: FigureSeries, word: str, colour: str, dash: list[int]
) -> list[alt.Chart]:
    first, last = _ends(series)
    ends = [
        {
            "day": max(first, one.valid_from).toordinal(),
            "until": min(last, one.valid_to or last).toordinal(),
            "value": float(value),
            "said": f"{t(word)} {_figure(series, value)}",
        }
        for one in dated
        for value in (one.value, one.low, one.high)
        if value is not None and one.valid_from <= last
    ]
    if not ends:
        return []
    lines = _chart(ends).mark_rule(color=colour, strokeWidth=1.8, strokeDash=dash)
    labels = _chart([{**one, "day": one["until"]} for one in ends]).mark_text(
        color=colour, align="right", baseline="bottom", dy=-3, fontSize=13
    )
    return [
        lines.encode(_x(series), _y(series), x2="until:Q"),
        labels.encode(_x(series), _y(series), text="said:N"),
    ]


def _breaks(series: FigureSeries) -> list[alt.Chart]:
    first, last = _ends(series)
    days = [
        {
            "day": one.day.toordinal(),
            "said": f"{t(f'break_kind.{one.kind}')} {day(one.day, language())}",
            "text": spoken(one.text, language()),
        }
        for one in series.breaks
        if first <= one.day <= last
    ]
    if not days:
        return []
    base = _chart(days).encode(_x(series), tooltip=[alt.Tooltip("text:N", title=t("noun.comparability_break"))])
    return [
        base.mark_rule(color=GREY, strokeWidth=1.5),
        base.mark_text(color=GREY, align="left", baseline="top", dx=5, fontSize=12).encode(
            y=alt.value(2), text="said:N"
        ),
    ]


def _chart(rows: list[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows))
