"""A funnel: each unit's share against its size, between limits of chance; drawn, in words, and as a table."""

from decimal import Decimal
from math import exp, log

import altair as alt
import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.tables import Column, Part, Row, Section, tag, text
from okr_engine.i18n import figure, number
from okr_engine.i18n.formats import rounded
from okr_engine.model import Polarity
from okr_engine.services.indicator_reports import Group, IndicatorReport
from okr_engine.statistics.proportions import Z_95, Z_998, Funnel, Place

_BLUE, _GREY, _INK, _RED = "#1F4468", "#50555C", "#10161F", "#6B1236"
_STEPS = 40


def percentage(share: float | Decimal) -> Decimal:
    """A share, 0 to 1, as a percentage rounded to one decimal."""
    return rounded(Decimal(str(share)) * 100, 1)


def percent(share: float | Decimal) -> str:
    """A share as people read it."""
    return figure(percentage(share), "percent", language(), decimals=1)


def funnel_chart(found: Funnel, *, key: str) -> None:
    """Draw it; the same is said in words for screen readers."""
    st.altair_chart(_drawing(found), key=key, alt=_in_words(found))


def units_table(report: IndicatorReport) -> Section:
    """The units in a table; with limits of chance, where each lies and whether that is good."""
    places = {unit.name: place for unit, place in report.funnel.units} if report.funnel else {}
    return Section(
        caption=t("indicator.units"),
        columns=(
            Column(t("noun.unit"), 34),
            Column(t("noun.measurement"), 16, figures=True),
            Column(t("indicator.parts"), 20, figures=True),
            *([Column(t("indicator.place"), 30)] if places else []),
        ),
        rows=[
            Row([*_figures(one, report), *([_place(places.get(one.name), report.better)] if places else [])])
            for one in report.shown.groups
        ],
    )


def _figures(one: Group, report: IndicatorReport) -> list[list[Part]]:
    line = report.line
    parts = [number(each, language()) for each in (one.numerator, one.denominator) if each is not None]
    value = figure(one.value, line.measure, language(), decimals=line.decimals, short=True)
    return [[text(one.name)], [text(value)], [text(" / ".join(parts))]]


def _place(place: Place | None, better: Polarity) -> list[Part]:
    if place is None:
        return [text(t("indicator.too_few"))]
    where: list[Part] = [text(t(f"funnel_place.{place}"))]
    if place != Place.WITHIN and better != Polarity.NEITHER:
        is_good = place.is_above == (better == Polarity.HIGHER)
        where.append(tag(t("indicator.better_than_all" if is_good else "indicator.worse_than_all")))
    return where


def _drawing(found: Funnel) -> alt.LayerChart:
    smallest, largest = (pick(unit.of for unit, _ in found.units) for pick in (min, max))
    low, high = log(smallest * 0.8), log(largest * 1.2)
    sizes = [exp(low + (high - low) * step / _STEPS) for step in range(_STEPS + 1)]
    lines = [
        {"of": of, "share": 100 * end, "line": f"{z} {side}", "dash": z}
        for of in sizes
        for z, limit in (("95", Z_95), ("99.8", Z_998))
        for side, end in (("low", found.limits(of, z=limit).low), ("high", found.limits(of, z=limit).high))
    ]
    points = [
        {
            "of": unit.of,
            "share": 100 * unit.share,
            "unit": unit.name,
            "said": percent(unit.share),
            "shape": "circle" if place == Place.WITHIN else "diamond",
            "colour": _BLUE if place == Place.WITHIN else _RED,
        }
        for unit, place in found.units
    ]
    x = alt.X("of:Q", title=t("indicator.denominator"), scale=alt.Scale(type="log", nice=False), axis=_axis())
    y = alt.Y("share:Q", title="%", scale=alt.Scale(zero=False, padding=20), axis=_axis())
    limits = (
        alt.Chart(alt.InlineData(values=lines))
        .mark_line(color=_GREY, strokeWidth=1.5)
        .encode(x, y, detail="line:N", strokeDash=alt.StrokeDash("dash:N", legend=None))
    )
    middle = alt.Chart(alt.InlineData(values=[{"share": 100 * found.overall}])).mark_rule(color=_GREY).encode(y)
    dots = alt.Chart(alt.InlineData(values=points)).encode(x, y)
    shapes = dots.mark_point(filled=True, size=110, opacity=1).encode(
        shape=alt.Shape("shape:N", scale=None, legend=None),
        color=alt.Color("colour:N", scale=None, legend=None),
        tooltip=[alt.Tooltip("unit:N", title=t("noun.unit")), alt.Tooltip("said:N", title=t("indicator.share"))],
    )
    names = dots.mark_text(align="left", dx=9, color=_INK, fontSize=12).encode(text="unit:N")
    chart: alt.LayerChart = alt.layer(limits, middle, shapes, names).properties(height=300).configure_view(stroke=None)
    return chart


def _axis() -> alt.Axis:
    return alt.Axis(
        labelColor=_INK, labelFontSize=13, titleColor=_GREY, titleFontWeight="normal", grid=False, tickCount=5
    )


def _in_words(found: Funnel) -> str:
    listed = "; ".join(f"{unit.name} {percent(unit.share)}" for unit, _ in found.units)
    return t("indicator.funnel_alt", overall=percent(found.overall), units=listed)
