"""Charts as pictures for a document or a slide: SVG and PNG, made without a browser and without a network."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from textwrap import wrap
from typing import Any

import altair as alt

from okr_engine.reports.canvas import GREY, INK, PAPER, STRIP, Canvas
from okr_engine.reports.drawing import Drawing
from okr_engine.reports.labels import SIZE
from okr_engine.reports.layers import layered

WIDTH, HEIGHT = 860, 400
"""Pixels between the axes of a picture; words and axes come around them."""

PNG_SCALE = 2
"""A PNG has so many pixels for each of the SVG, enough for print at the width of a page."""

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The first comes with the converter, the others have letters of the same width: words lie alike everywhere."""

_VEGA_LITE = "6.4"
_LINE = SIZE + 5
_BELOW_AXIS = 34
_LETTER = 0.5 * SIZE


class PictureKind(StrEnum):
    """What a picture can be."""

    SVG = "svg"
    PNG = "png"

    @property
    def mime(self) -> str:
        """How the web calls it."""
        return "image/svg+xml" if self == PictureKind.SVG else "image/png"


def picture_canvas(canvas: Canvas) -> Canvas:
    """The size of a picture, for the same reader."""
    return Canvas(canvas.language, WIDTH, HEIGHT, canvas.time_zone)


def picture(
    drawing: Drawing, canvas: Canvas, kind: PictureKind, *, title: str, subtitle: str, below: Sequence[str]
) -> bytes:
    """The chart on white with its title above and the sentences `below` it."""
    specification = _framed(drawing, canvas, title=title, subtitle=subtitle, below=below)
    svg = _converter().vegalite_to_svg(specification, vl_version=_VEGA_LITE, allowed_base_urls=[])
    if kind == PictureKind.SVG:
        return str(svg).encode()
    png: bytes = _converter().svg_to_png(svg, scale=PNG_SCALE)
    return png


def _framed(drawing: Drawing, canvas: Canvas, *, title: str, subtitle: str, below: Sequence[str]) -> Mapping[str, Any]:
    chart, data = layered(drawing, canvas, headings={})
    lines = [line for one in below for line in wrap(one, int(canvas.width / _LETTER))]
    chart.layer.append(_words_below(lines, canvas, drawing))
    chart = chart.properties(
        width=canvas.width,
        padding=16,
        title=alt.Title(
            wrap(title, int(canvas.width / _LETTER / 1.5)), subtitle=subtitle, anchor="start", color=INK, offset=14
        ),
    )
    framed: dict[str, Any] = chart.to_dict(validate=False)
    framed["config"] |= {"font": FONT, "background": PAPER, "title": {"fontSize": 18, "subtitleFontSize": 13}}
    framed["config"]["title"] |= {"subtitleColor": GREY, "subtitlePadding": 6}
    return framed | {"datasets": data | {"below": [{}]}}


def _words_below(lines: Sequence[str], canvas: Canvas, drawing: Drawing) -> Any:
    down = canvas.height + (STRIP if drawing.notes else 0) + _BELOW_AXIS
    look: Mapping[str, Any] = {"align": "left", "baseline": "top", "lineHeight": _LINE, "fontSize": SIZE}
    return (
        alt.Chart(alt.NamedData("below"))
        .mark_text(color=GREY, **look)
        .encode(x=alt.value(0), y=alt.value(down), text=alt.value(list(lines)))
    )


def _converter() -> Any:
    # It brings a JavaScript engine of 90 MB, which only whoever wants a picture has to load.
    import vl_convert

    return vl_convert
