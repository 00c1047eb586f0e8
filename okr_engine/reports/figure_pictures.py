"""A series as a picture that can stand alone: its chart, what its signs mean, where it comes from and as known when."""

from collections.abc import Iterator
from datetime import datetime

from okr_engine.i18n import moment, period, say
from okr_engine.reports.canvas import Canvas
from okr_engine.reports.drawing import Drawing
from okr_engine.reports.figure_chart import drawing_of
from okr_engine.reports.figure_words import name_of, told_break, told_happening
from okr_engine.reports.pictures import PictureKind, picture, picture_canvas
from okr_engine.services.figure_series import FigureSeries
from okr_engine.services.figure_views import Origin, origin_of
from okr_engine.statistics.xmr_charts import Chart
from okr_engine.words import Language


def figure_picture(
    series: FigureSeries, variation: Chart | None, canvas: Canvas, kind: PictureKind, *, known_at: datetime
) -> bytes:
    """The picture of the series as it was recorded until `known_at`."""
    wide = picture_canvas(canvas)
    drawing = drawing_of(series, variation, wide)
    return picture(
        drawing,
        wide,
        kind,
        title=name_of(series, canvas.language),
        subtitle=_periods(series, canvas.language),
        below=[*_told_below(series, drawing, wide), _source(series, wide, known_at)],
    )


def picture_name(series: FigureSeries, kind: PictureKind) -> str:
    """What its file is called: A1.1_2025-Q1_2025-Q2.svg."""
    ends = dict.fromkeys(one.period.code for one in (*series.figures[:1], *series.figures[-1:]))
    return "_".join([series.code, *ends]) + f".{kind}"


def key_to(drawing: Drawing, language: Language) -> str:
    """What the signs mean that no word stands beside."""
    used = {
        "chart.key_path": bool(drawing.path),
        "chart.key_provisional": any(dot.is_open for dot in drawing.dots),
        "chart.key_interval": any(dot.low is not None for dot in drawing.dots),
        "chart.key_signal": any(dot.signal for dot in drawing.dots),
    }
    return " ".join(say(language, key) for key, is_used in used.items() if is_used)


def key_to_series(series: FigureSeries, variation: Chart | None, canvas: Canvas) -> str:
    """The same of a series that is not drawn yet."""
    return key_to(drawing_of(series, variation, canvas), canvas.language)


def numbered(series: FigureSeries, canvas: Canvas) -> list[str]:
    """What happened, by the numbers in the chart."""
    return [f"{number}. {told_happening(one, canvas)}" for number, one in enumerate(series.happenings, start=1)]


def _periods(series: FigureSeries, language: Language) -> str:
    ends = dict.fromkeys(period(one.period, language) for one in (*series.figures[:1], *series.figures[-1:]))
    return " – ".join(ends)


def _told_below(series: FigureSeries, drawing: Drawing, canvas: Canvas) -> Iterator[str]:
    if key := key_to(drawing, canvas.language):
        yield key
    yield from (told_break(one, canvas.language) for one in series.breaks)
    yield from numbered(series, canvas)


def _source(series: FigureSeries, canvas: Canvas, known_at: datetime) -> str:
    """Files and runs by name; whoever typed a figure stays unnamed outside of the house."""
    typed = say(canvas.language, "chart.source_typed")
    sources = dict.fromkeys(
        typed if origin_of(one.source) == Origin.ENTERED else one.source.partition(":")[2] for one in series.figures
    )
    at = moment(known_at, canvas.language, canvas.time_zone)
    return say(canvas.language, "chart.source", sources=list(sources), at=at)
