"""A funnel, drawn: each unit's share against its size, between the limits within which units belong together."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import altair as alt
import streamlit as st

from app_pages.components.here import language, t
from app_pages.indicators.speaking import count_told, percent, unit_called
from okr_engine.i18n import figure
from okr_engine.reports.canvas import BLUE, GREY, INK, PAPER
from okr_engine.reports.layers import number_locale
from okr_engine.services.unit_views import UnitView, Verdict
from okr_engine.statistics.funnel import Funnel, Unit
from okr_engine.statistics.intervals import Z_95, Z_998
from okr_engine.words import Language

_STEPS = 60
_LABELLED = 6
"""With more units than this only those that stand out are named beside their points."""

_LIMITS = ((Decimal(95), Z_95, [6, 4], 14), (Decimal("99.8"), Z_998, [2, 3], -4))
"""How sure, its quantile, the line, and by how much its label stands below the line."""

_COLOURS: Mapping[Verdict, str] = {
    Verdict.LIKE_ALL: BLUE,
    Verdict.BETTER: "#1B6370",
    Verdict.WORSE: "#A3430A",
    Verdict.DIFFERENT: INK,
}


def funnel_chart(found: Funnel, units: Sequence[UnitView], *, key: str) -> None:
    """Draw it, and say the same in words for screen readers."""
    st.vega_lite_chart(spec=_drawing(found, tuple(units), language()), key=key, alt=_in_words(found, units))


@st.cache_data(show_spinner=False, max_entries=100)
def _drawing(found: Funnel, units: tuple[UnitView, ...], spoken_in: Language) -> dict[str, Any]:
    layers = [*_limits(found), *_overall(found), *_points(found, units)]
    chart = (
        alt.layer(*layers).properties(height=320).configure(locale=number_locale(spoken_in)).configure_view(stroke=None)
    )
    drawing: dict[str, Any] = chart.to_dict()
    return drawing


def _limits(found: Funnel) -> list[alt.Chart]:
    largest = _largest(found)
    smallest = min(unit.of for unit in found.units)
    sizes = [smallest + (largest - smallest) * step / _STEPS for step in range(_STEPS + 1)]
    drawn = list[alt.Chart]()
    for level, z, dash, below in _LIMITS:
        ends = [(of, found.limits(of, z=z)) for of in sizes]
        lines = [
            {"of": of, "share": 100 * share, "side": side}
            for of, limit in ends
            for side, share in (("low", limit.low), ("high", limit.high))
        ]
        said = figure(level, "percent", language())
        label = [{"of": largest, "share": 100 * ends[-1][1].high, "said": said}]
        line = _chart(lines).mark_line(color=GREY, strokeWidth=1.5, strokeDash=dash)
        words = _chart(label).mark_text(color=GREY, align="right", baseline="alphabetic", dy=below, fontSize=12)
        drawn += [line.encode(_x(found), _y(found), detail="side:N"), words.encode(_x(found), _y(found), text="said:N")]
    return drawn


def _overall(found: Funnel) -> list[alt.Chart]:
    said = t("indicator.overall", share=percent(found.overall))
    line = _chart([{"share": 100 * found.overall, "of": 0, "said": said}])
    words = line.mark_text(color=GREY, align="left", baseline="bottom", dx=6, dy=-3, fontSize=12)
    return [
        line.mark_rule(color=GREY, strokeWidth=1.2).encode(_y(found)),
        words.encode(_x(found), _y(found), text="said:N"),
    ]


def _points(found: Funnel, units: tuple[UnitView, ...]) -> list[alt.Chart]:
    known = {one.name: one for one in units}
    rows = [_row(unit, known[unit.name], is_named=len(found.units) <= _LABELLED) for unit in found.units]
    base = _chart(rows).encode(_x(found), _y(found))
    points = base.mark_point(filled=True, size=130, opacity=1).encode(
        shape=alt.Shape("shape:N", scale=None, legend=None),
        color=alt.Color("colour:N", scale=None, legend=None),
        tooltip=[
            alt.Tooltip("unit:N", title=t("noun.unit")),
            alt.Tooltip("told:N", title=t("indicator.share")),
            alt.Tooltip("size:N", title=t("indicator.denominator")),
            alt.Tooltip("place:N", title=t("indicator.place")),
        ],
    )
    at = f"datum.of / {_largest(found)}"
    beside: Mapping[str, Any] = {
        "align": alt.expr(f"{at} < 0.35 ? 'left' : {at} < 0.7 ? 'center' : 'right'"),
        "dx": alt.expr(f"{at} < 0.35 ? 10 : {at} < 0.7 ? 0 : -10"),
        "dy": alt.expr(f"{at} < 0.35 || {at} >= 0.7 ? 0 : -13"),
        "fontSize": 12,
    }
    ground = base.mark_text(stroke=PAPER, strokeWidth=4, **beside).encode(text="name:N")
    names = base.mark_text(color=INK, **beside).encode(text="name:N")
    return [ground, points, names]


def _row(unit: Unit, one: UnitView, *, is_named: bool) -> dict[str, Any]:
    verdict = one.verdict or Verdict.LIKE_ALL
    stands_out = verdict != Verdict.LIKE_ALL
    is_above = one.place is not None and one.place.is_above
    word = t(f"verdict.{verdict}")
    name = f"{unit_called(one)} · {word}" if stands_out else unit_called(one)
    return {
        "of": unit.of,
        "share": 100 * unit.share,
        "unit": unit_called(one),
        "told": percent(unit.share),
        "size": count_told(unit.of),
        "place": t(f"funnel_place.{one.place}") if one.place else "",
        "name": name if stands_out or is_named else "",
        "shape": ("triangle-up" if is_above else "triangle-down") if stands_out else "circle",
        "colour": _COLOURS[verdict],
    }


def _largest(found: Funnel) -> float:
    return 1.15 * max(unit.of for unit in found.units)


def _x(found: Funnel) -> alt.X:
    scale = alt.Scale(domain=[0, _largest(found)], nice=False)
    axis = alt.Axis(format=",.0f", grid=False, tickCount=6, **_WORDS)
    return alt.X("of:Q", title=t("indicator.denominator"), scale=scale, axis=axis)


def _y(found: Funnel) -> alt.Y:
    """From the lowest to the highest point or limit of the smallest unit, with some room, but never beyond a share."""
    smallest = min(unit.of for unit in found.units)
    shares = [unit.share for unit in found.units]
    ends = found.limits(smallest, z=Z_998)
    low, high = min(ends.low, *shares), max(ends.high, *shares)
    room = (high - low) / 10
    scale = alt.Scale(domain=[100 * max(0, low - room), 100 * min(1, high + room)], nice=False, clamp=True)
    axis = alt.Axis(format=",.1~f", gridColor="#ECE8E0", tickCount=5, **_WORDS)
    return alt.Y("share:Q", title=t("unit.percent"), scale=scale, axis=axis)


_WORDS: Mapping[str, Any] = {
    "labelColor": INK,
    "labelFontSize": 13,
    "titleColor": GREY,
    "titleFontWeight": "normal",
}


def _chart(rows: list[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows))


def _in_words(found: Funnel, units: Sequence[UnitView]) -> str:
    known = {one.name: one for one in units}
    listed = [
        f"{unit_called(one)} {percent(unit.share)}, {t(f'funnel_place.{one.place}')}"
        for unit in found.units
        if (one := known[unit.name]).place
    ]
    return t("indicator.funnel_alt", overall=percent(found.overall), units="; ".join(listed))
