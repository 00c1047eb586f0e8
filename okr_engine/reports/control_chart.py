"""The control chart of a series from a file, as a picture."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from okr_engine.errors import InvalidInput
from okr_engine.i18n import day, number, say
from okr_engine.i18n.formats import rounded
from okr_engine.reports.canvas import Canvas
from okr_engine.reports.control_lines import control_lines, signal_of
from okr_engine.reports.drawing import Dot, Drawing, Line, LineKind, Mark, MarkKind
from okr_engine.reports.figure_pictures import key_to
from okr_engine.reports.pictures import PictureKind, picture, picture_canvas
from okr_engine.services.variation_words import variation_in_words
from okr_engine.statistics.xmr_charts import Chart
from okr_engine.words import Language, message

_DAY = timedelta(days=1)
_MOST_TICKS = 12
_MOST_DECIMALS = 4


def control_picture(chart: Chart, canvas: Canvas, kind: PictureKind, *, name: str, at: datetime) -> bytes:
    """The chart of what the file called `name` holds, drawn at that moment; InvalidInput without a value."""
    wide = picture_canvas(canvas)
    drawing = drawing_of_control_chart(chart, wide.language)
    below = [variation_in_words(chart, wide.language), key_to(drawing, wide.language)]
    source = say(wide.language, "spc.chart_source", file=name, at=at)
    ends = " – ".join(dict.fromkeys(day(one.day, wide.language) for one in (drawing.dots[0], drawing.dots[-1])))
    return picture(drawing, wide, kind, title=name, subtitle=ends, below=[*filter(None, below), source])


def drawing_of_control_chart(chart: Chart, language: Language) -> Drawing:
    """Values, mean and limits of each stretch, the target, and where new limits begin; InvalidInput without a value."""
    dots = tuple(_dots(chart, language))
    if not dots:
        raise InvalidInput(message("error.nothing_to_draw"))
    first, last = chart.segments[0].points[0].day, chart.segments[-1].points[-1].day
    if first == last:
        first, last = first - _DAY, last + _DAY
    return Drawing(
        first=first,
        last=last,
        unit="",
        decimals=_decimals(dots),
        ticks={one: day(one, language) for one in _ticks(dots)},
        dots=dots,
        lines=(*_target(chart, language, first, last), *_control_lines(chart, dots, language)),
        marks=tuple(_rebases(chart, language)),
    )


def _dots(chart: Chart, language: Language) -> Iterator[Dot]:
    """The line is parted by a gap and by a rebase."""
    stretch = 0
    for segment in chart.segments:
        stretch += 1
        for point in segment.points:
            if point.value is None:
                stretch += 1
                continue
            yield Dot(
                since=point.day,
                day=point.day,
                value=point.value,
                when=day(point.day, language),
                told=_told(point.value, language),
                stretch=stretch,
                signal=signal_of(point, segment),
            )


def _told(value: float, language: Language) -> str:
    return number(Decimal(f"{value:.6g}"), language)


def _control_lines(chart: Chart, dots: tuple[Dot, ...], language: Language) -> Iterator[Line]:
    """A level is told with one decimal more than the values have."""
    decimals = _decimals(dots) + 1

    def told(level: float) -> str:
        return number(rounded(Decimal(f"{level:.12g}"), decimals), language)

    return control_lines(chart, language, told=told, until=lambda begins: begins)


def _target(chart: Chart, language: Language, first: date, last: date) -> Iterator[Line]:
    if chart.target is not None:
        said = f"{say(language, 'noun.target')} {_told(chart.target, language)}"
        yield Line(LineKind.TARGET, first, last, chart.target, said)


def _rebases(chart: Chart, language: Language) -> Iterator[Mark]:
    for segment in chart.segments[1:]:
        begins = segment.points[0].day
        said = say(language, "chart.rebase", day=begins)
        yield Mark(MarkKind.REBASE, begins, said, day(begins, language), said)


def _ticks(dots: tuple[Dot, ...]) -> list[date]:
    """Days that are measured on, spread over the whole."""
    step = -(-len(dots) // _MOST_TICKS)
    return [dot.day for dot in dots[::step]]


def _decimals(dots: tuple[Dot, ...]) -> int:
    """As many as the values have."""
    exponents = (Decimal(f"{dot.value:.6g}").normalize().as_tuple().exponent for dot in dots)
    return min(_MOST_DECIMALS, max(0, *(-one for one in exponents if isinstance(one, int)), 0))
