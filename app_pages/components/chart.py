"""A key result's figures over time, drawn: never a line across a comparability break or a missing figure."""

import json
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any

import altair as alt
import streamlit as st

from app_pages.components.here import language, t
from okr_engine.i18n import day, figure, period, spoken
from okr_engine.services.goal_reports import KeyResultReport, Observed
from okr_engine.services.status_facts import DatedLimit, crosses_break
from okr_engine.words import Language

_INK, _BLUE, _TEAL, _GREY, _PAPER = "#10161F", "#1F4468", "#1B6370", "#50555C", "#FFFFFF"
_SEPARATORS = {
    Language.FI: (",", "\N{NO-BREAK SPACE}"),
    Language.SV: (",", "\N{NO-BREAK SPACE}"),
    Language.EN: (".", ","),
}


def figures_chart(report: KeyResultReport, *, key: str) -> None:
    """Draw the series with its targets, limits, path and breaks, and say the same in words for screen readers."""
    st.vega_lite_chart(spec=_drawing(report, language()), key=key, alt=in_words(report))


@st.cache_data(show_spinner=False, max_entries=200)
def _drawing(report: KeyResultReport, spoken_in: Language) -> dict[str, Any]:  # noqa: ARG001 - part of the key
    layers: list[alt.Chart] = [
        *_path(report),
        *_aims(report.targets, report, "noun.target", _TEAL, [6, 4]),
        *_aims(report.limits, report, "noun.limit", _INK, [2, 3]),
        *_breaks(report),
        *_baseline(report),
        _spans(report),
        _line(report),
        *_points(report),
    ]
    chart = alt.layer(*layers).properties(height=300).configure(locale=_locale()).configure_view(stroke=None)
    drawing: dict[str, Any] = chart.to_dict()
    return drawing


def in_words(report: KeyResultReport) -> str:
    """What the chart shows, built from the same figures."""
    listed = [f"{period(one.period, language())} {_figure(report, one.value)}" for one in _measured(report)]
    said = [t("chart.alt", name=_name(report), figures="; ".join(listed))]
    said += [t("chart.alt_baseline", value=_figure(report, one)) for one in (report.baseline,) if one is not None]
    said += [t("chart.alt_target", value=_aim(report, one)) for one in (report.target,) if one]
    said += [t("chart.alt_break", day=one.day, text=spoken(one.text, language())) for one in report.breaks]
    return " ".join(said)


def _name(report: KeyResultReport) -> str:
    return f"{report.standing.code} {spoken(report.standing.name, language())}"


def _measured(report: KeyResultReport) -> list[Observed]:
    return [one for one in report.series if one.value is not None]


def _figure(report: KeyResultReport, value: Any) -> str:
    return figure(value, report.standing.measure, language(), decimals=report.standing.decimals, short=True)


def _aim(report: KeyResultReport, one: DatedLimit) -> str:
    return (
        _figure(report, one.value)
        if one.value is not None
        else f"{_figure(report, one.low)}–{_figure(report, one.high)}"
    )


def _locale() -> alt.Locale:
    decimal, thousands = _SEPARATORS[language()]
    return alt.Locale(number=alt.NumberLocale(decimal=decimal, thousands=thousands, grouping=[3], currency=["", ""]))


def _ends(report: KeyResultReport) -> tuple[date, date]:
    """The first and last day of the drawing: of the figures and of the way they are measured on."""
    days = [day for one in report.series for day in (one.period.start, one.period.end)]
    return min([report.starts, *days]), max([report.due, *days])


def _x(report: KeyResultReport) -> alt.X:
    # Days as ordinals: no time zone can move a quarter's end, and each figure gets its period's own label.
    labels = {one.period.end.toordinal(): period(one.period, language()) for one in report.series}
    first, last = _ends(report)
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
            domainColor=_GREY,
            labelColor=_INK,
            labelFontSize=13,
        ),
    )


def _y(report: KeyResultReport) -> alt.Y:
    return alt.Y(
        "value:Q",
        title=t(f"unit.{report.standing.measure}"),
        scale=alt.Scale(zero=False, padding=26),
        axis=alt.Axis(
            tickCount=5,
            tickMinStep=10.0**-report.standing.decimals,
            format=f",.{report.standing.decimals}~f",
            labelColor=_INK,
            labelFontSize=13,
            titleColor=_GREY,
            titleFontWeight="normal",
            gridColor="#ECE8E0",
        ),
    )


def _line(report: KeyResultReport) -> alt.Chart:
    base = _chart(_rows(report)).encode(_x(report), _y(report), detail="stretch:N")
    line: alt.Chart = base.mark_line(color=_BLUE, strokeWidth=2.5)
    return line


def _spans(report: KeyResultReport) -> alt.Chart:
    """How long a period each figure tells of; a break that falls within it is seen to."""
    base = _chart(_rows(report)).encode(_x(report), _y(report), x2="since:Q")
    spans: alt.Chart = base.mark_rule(color=_BLUE, opacity=0.3, strokeWidth=4)
    return spans


def _points(report: KeyResultReport) -> list[alt.Chart]:
    base = _chart(_rows(report)).encode(_x(report), _y(report))
    points = base.mark_point(color=_BLUE, size=85, strokeWidth=2.5, opacity=1).encode(
        fill=alt.Fill("fill:N", scale=None, legend=None),
        tooltip=[alt.Tooltip("when:N", title=t("noun.period")), alt.Tooltip("figure:N", title=t("noun.measurement"))],
    )
    labels = base.mark_text(color=_INK, dy=-14, fontSize=13, fontWeight=600).encode(text="figure:N")
    return [points, labels] if len(_measured(report)) <= _LABELLED else [points]


_LABELLED = 8
"""With more figures than this their labels would cover one another."""


def _rows(report: KeyResultReport) -> list[dict[str, Any]]:
    days = [one.day for one in report.breaks]
    stretch, rows = 0, list[dict[str, Any]]()
    for earlier, one in pairwise([None, *report.series]):
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
                    "figure": _figure(report, one.value),
                    "fill": _PAPER if one.provisional else _BLUE,
                }
            )
    return rows


def _path(report: KeyResultReport) -> list[alt.Chart]:
    steps = [{"day": on.toordinal(), "value": float(value)} for on, value in report.path]
    if not steps:
        return []
    return [
        _chart(steps)
        .mark_line(color=_GREY, strokeWidth=1.5, strokeDash=[1, 4], strokeCap="round")
        .encode(_x(report), _y(report))
    ]


def _baseline(report: KeyResultReport) -> list[alt.Chart]:
    if report.baseline is None:
        return []
    said = f"{t('noun.baseline')} {_figure(report, report.baseline)}"
    start = [{"day": report.starts.toordinal(), "value": float(report.baseline), "said": said}]
    base = _chart(start).encode(_x(report), _y(report))
    return [
        base.mark_point(shape="diamond", color=_GREY, fill=_PAPER, size=90, strokeWidth=2, opacity=1),
        base.mark_text(color=_GREY, align="left", baseline="top", dx=8, dy=5, fontSize=13).encode(text="said:N"),
    ]


def _aims(
    dated: Iterable[DatedLimit], report: KeyResultReport, word: str, colour: str, dash: list[int]
) -> list[alt.Chart]:
    first, last = _ends(report)
    ends = [
        {
            "day": max(first, one.valid_from).toordinal(),
            "until": min(last, one.valid_to or last).toordinal(),
            "value": float(value),
            "said": f"{t(word)} {_figure(report, value)}",
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
        lines.encode(_x(report), _y(report), x2="until:Q"),
        labels.encode(_x(report), _y(report), text="said:N"),
    ]


def _breaks(report: KeyResultReport) -> list[alt.Chart]:
    first, last = _ends(report)
    days = [
        {
            "day": one.day.toordinal(),
            "said": f"{t(f'break_kind.{one.kind}')} {day(one.day, language())}",
            "text": spoken(one.text, language()),
        }
        for one in report.breaks
        if first <= one.day <= last
    ]
    if not days:
        return []
    base = _chart(days).encode(_x(report), tooltip=[alt.Tooltip("text:N", title=t("noun.comparability_break"))])
    return [
        base.mark_rule(color=_GREY, strokeWidth=1.5),
        base.mark_text(color=_GREY, align="left", baseline="top", dx=5, fontSize=12).encode(
            y=alt.value(2), text="said:N"
        ),
    ]


def _chart(rows: list[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows))
