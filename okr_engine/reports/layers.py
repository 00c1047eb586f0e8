"""A drawing in the words of Vega-Lite: what lies below first, every piece of data once."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import altair as alt

from okr_engine.reports.canvas import BLUE, GREY, GRID, INK, PAPER, STRIP, TEAL, Canvas, Ground
from okr_engine.reports.drawing import Drawing, LineKind, MarkKind
from okr_engine.reports.labels import SIZE
from okr_engine.reports.layer_data import Rows, at, data_of
from okr_engine.words import Language

_STROKES: Mapping[LineKind, Mapping[str, Any]] = {
    LineKind.TARGET: {"color": TEAL, "strokeWidth": 1.8, "strokeDash": [6, 4]},
    LineKind.LIMIT: {"color": INK, "strokeWidth": 1.8, "strokeDash": [2, 3]},
    LineKind.MEAN: {"color": GREY, "strokeWidth": 1.2},
    LineKind.CONTROL: {"color": GREY, "strokeWidth": 1.2},
    LineKind.TRIAL: {"color": GREY, "strokeWidth": 1.2, "strokeDash": [5, 4]},
}
_MARKED: Mapping[MarkKind, Mapping[str, Any]] = {
    MarkKind.BREAK: {"color": GREY, "strokeWidth": 1.5},
    MarkKind.REBASE: {"color": GREY, "strokeWidth": 1.2, "strokeDash": [1, 3]},
}
_SEPARATORS = {
    Language.FI: (",", "\N{NO-BREAK SPACE}"),
    Language.SV: (",", "\N{NO-BREAK SPACE}"),
    Language.EN: (".", ","),
}
_AXIS_SIZE = 13

Layer = Any
"""One layer; Altair's methods do not say what they return."""

_MANY = 30
"""From so many dots on they are drawn smaller."""


def layered(drawing: Drawing, canvas: Canvas, *, headings: Mapping[str, str]) -> tuple[alt.LayerChart, dict[str, Rows]]:
    """The chart, and the data that its layers name; `headings` are those of the lines in a dot's tooltip."""
    ground = Ground.of(drawing, canvas)
    data = data_of(drawing, ground)
    on = _Scales(drawing, ground)
    layers = [_axes(drawing, on)]
    layers += [_bands(on)] if "bands" in data else []
    layers += [_path(on, is_stepped=drawing.path_is_stepped)] if "path" in data else []
    layers += [_lines(kind, on) for kind in LineKind if kind.value in data]
    layers += [_marks(kind, on) for kind in MarkKind if kind.value in data]
    layers += [_baseline(on)] if "baseline" in data else []
    layers += _dots(drawing, on, headings)
    layers += _words(on) if "words" in data else []
    layers += _notes(on) if "notes" in data else []
    height = canvas.height + (STRIP if drawing.notes else 0)
    chart = alt.layer(*layers).properties(height=height).configure(locale=number_locale(canvas.language))
    return chart.configure_view(stroke=None), data


def number_locale(language: Language) -> alt.Locale:
    """How a chart writes its numbers."""
    decimal, thousands = _SEPARATORS[language]
    return alt.Locale(number=alt.NumberLocale(decimal=decimal, thousands=thousands, grouping=[3], currency=["", ""]))


class _Scales:
    """The two scales that every layer shares."""

    def __init__(self, drawing: Drawing, ground: Ground) -> None:
        # The page gives a chart its whole height with its axes, so that only Vega knows where the values end.
        self.bottom = f"height - {STRIP if drawing.notes else 0}"
        self._unit = drawing.unit
        self._across = alt.Scale(domain=[at(drawing.first), at(drawing.last)], nice=False, zero=False)
        up = [ground.lowest, ground.highest]
        self._up = alt.Scale(domain=up, range=[alt.expr(self.bottom), 0], nice=False, zero=False)

    def x(self, column: str = "day", axis: Any = alt.Undefined) -> alt.X:
        return alt.X(f"{column}:Q", title=None, scale=self._across, axis=axis)

    def y(self, column: str = "value", axis: Any = alt.Undefined) -> alt.Y:
        return alt.Y(f"{column}:Q", title=self._unit, scale=self._up, axis=axis)


def _axes(drawing: Drawing, on: _Scales) -> Layer:
    """Both axes, on a layer that shows nothing else: no two layers may speak of them."""
    names = {at(day): name for day, name in drawing.ticks.items()}
    days = alt.Axis(
        values=list(names),
        labelExpr=f"({json.dumps(names, ensure_ascii=False)})[datum.value]",
        labelOverlap="greedy",
        labelFlush=True,
        grid=False,
        domainColor=GREY,
        labelColor=INK,
        labelFontSize=_AXIS_SIZE,
    )
    values = alt.Axis(
        tickCount=5,
        tickMinStep=10.0**-drawing.decimals,
        format=f",.{drawing.decimals}~f",
        labelColor=INK,
        labelFontSize=_AXIS_SIZE,
        titleColor=GREY,
        titleFontWeight="normal",
        gridColor=GRID,
    )
    return _layer("dots").mark_point(opacity=0, size=0).encode(on.x(axis=days), on.y(axis=values))


def _bands(on: _Scales) -> Layer:
    """The interval of each figure, over the days it tells of."""
    band = _layer("bands").mark_rect(color=BLUE, opacity=0.13)
    return band.encode(on.x(), on.y("low"), x2="until:Q", y2="high:Q")


def _path(on: _Scales, *, is_stepped: bool) -> Layer:
    line = _layer("path").mark_line(
        color=GREY,
        strokeWidth=1.5,
        strokeDash=[1, 4],
        strokeCap="round",
        interpolate="step-after" if is_stepped else "linear",
    )
    return line.encode(on.x(), on.y())


def _lines(kind: LineKind, on: _Scales) -> Layer:
    # Many steps side by side would be a fence that hides the levels.
    faint = alt.expr("datum.value === datum.to ? 1 : 0.35")
    line = _layer(kind.value).mark_rule(opacity=faint, **_STROKES[kind])
    return line.encode(on.x(), on.y(), x2="until:Q", y2="to:Q", tooltip=alt.Tooltip("said:N"))


def _marks(kind: MarkKind, on: _Scales) -> Layer:
    rule = _layer(kind.value).mark_rule(**_MARKED[kind])
    return rule.encode(on.x(), y=alt.value(0), y2=_below(on, 0), tooltip=alt.Tooltip("why:N"))


def _baseline(on: _Scales) -> Layer:
    look: Mapping[str, Any] = {"shape": "diamond", "color": GREY, "fill": PAPER, "size": 90, "strokeWidth": 2}
    return _layer("baseline").mark_point(opacity=1, **look).encode(on.x(), on.y())


def _dots(drawing: Drawing, on: _Scales, headings: Mapping[str, str]) -> Iterator[Layer]:
    """How long each figure tells of, the line through comparable ones, and the dots themselves."""
    is_crowded = len(drawing.dots) >= _MANY
    base = _layer("dots")
    yield base.mark_rule(color=BLUE, opacity=0.3, strokeWidth=4).encode(on.x("since"), on.y(), x2="day:Q")
    line = base.mark_line(color=BLUE, strokeWidth=1.5 if is_crowded else 2.5)
    yield line.encode(on.x(), on.y(), detail="stretch:N")
    dots = base.mark_point(size=30 if is_crowded else 85, strokeWidth=2, opacity=1)
    yield dots.encode(
        on.x(),
        on.y(),
        fill=alt.Fill("fill:N", scale=None, legend=None),
        stroke=alt.Stroke("colour:N", scale=None, legend=None),
        shape=alt.Shape("shape:N", scale=None, legend=None),
        tooltip=[alt.Tooltip(f"{name}:N", title=heading) for name, heading in headings.items()],
    )


def _words(on: _Scales) -> Iterator[Layer]:
    """Words on a ground of paper, so that no line runs through them."""
    look: Mapping[str, Any] = {
        "align": alt.expr("datum.align"),
        "baseline": "middle",
        "dx": alt.expr("datum.aside"),
        "fontSize": SIZE,
        "fontWeight": alt.expr("datum.weight"),
    }
    base = _layer("words").encode(on.x(), on.y(), text="text:N")
    yield base.mark_text(stroke=PAPER, strokeWidth=4, strokeJoin="round", **look)
    yield base.mark_text(**look).encode(color=alt.Color("colour:N", scale=None, legend=None))


def _notes(on: _Scales) -> Iterator[Layer]:
    """Numbers in a strip below the values, each under a pointer to its day."""
    base = _layer("notes").encode(on.x(), tooltip=alt.Tooltip("said:N"))
    pointer = base.mark_point(shape="triangle-up", filled=True, color=INK, size=45, opacity=1)
    yield pointer.encode(y=_below(on, 6))
    number = base.mark_text(color=INK, baseline="top", fontSize=SIZE, fontWeight=600)
    yield number.encode(y=_below(on, 11), text="number:N")


def _below(on: _Scales, pixels: int) -> Any:
    """A height that lies so many pixels below the values."""
    return alt.value(alt.expr(f"{on.bottom} + {pixels}"))


def _layer(name: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name))
