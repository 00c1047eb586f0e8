"""A series of figures as a chart: never a line across a comparability break or a missing figure."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from okr_engine.i18n import day, period, say
from okr_engine.model import MeasureUnit
from okr_engine.reports.canvas import Canvas
from okr_engine.reports.control_lines import EVERYTHING, control_lines, has_limits, label_of, rebases, signal_of
from okr_engine.reports.drawing import Dot, Drawing, Line, LineKind, Mark, MarkKind, Note, Signal
from okr_engine.reports.figure_words import (
    told,
    told_break,
    told_happening,
    told_interval,
    told_level,
)
from okr_engine.reports.layers import layered
from okr_engine.services.figure_series import BreakMark, FigureSeries
from okr_engine.services.status_evidence import DatedLimit
from okr_engine.services.status_facts import crosses_break
from okr_engine.statistics.trajectories import SteppedPath
from okr_engine.statistics.xmr_charts import Chart
from okr_engine.statistics.xmr_rules import Label
from okr_engine.words import Language

_NEAR = 16
"""Happenings that lie no further apart than so many pixels share a note."""

_AXIS = 36
"""On a page the height of a chart counts the axis in."""

_DAY = timedelta(days=1)


def figure_chart(series: FigureSeries, variation: Chart | None, canvas: Canvas) -> dict[str, Any]:
    """The specification of the chart for Vega-Lite; with `variation` also what the control chart says."""
    chart, data = layered(
        drawing_of(series, variation, canvas), canvas, headings=headings(series, variation, canvas.language)
    )
    specification: dict[str, Any] = chart.properties(height=chart.height + _AXIS).to_dict(validate=False)
    return specification | {"datasets": data}


def headings(series: FigureSeries, variation: Chart | None, language: Language) -> dict[str, str]:
    """What is told of a dot that somebody points at, by the name of its row's column."""
    told_of = {"when": say(language, "noun.period"), "figure": say(language, "noun.measurement")}
    if any(one.interval_low is not None for one in series.figures):
        told_of["between"] = say(language, "indicator.interval")
    if variation and any(map(has_limits, variation.segments)):
        told_of["called"] = say(language, "variation.called")
    return told_of


def drawing_of(series: FigureSeries, variation: Chart | None, canvas: Canvas) -> Drawing:
    """Everything the chart shows, with its words."""
    language = canvas.language
    days = [each for one in series.figures for each in (one.period.start, one.period.end)]
    first, last = min([series.starts, *days]), max([series.due, *days])
    return Drawing(
        first=first,
        last=last,
        unit=say(language, f"unit.{series.measure}"),
        decimals=series.decimals,
        ticks={one.period.end: period(one.period, language) for one in series.figures},
        dots=tuple(_dots(series, variation, language)),
        lines=(
            *_aims(series.targets, LineKind.TARGET, "noun.target", series, first, last, language),
            *_aims(series.limits, LineKind.LIMIT, "noun.limit", series, first, last, language),
            *_control_lines(series, variation, language),
        ),
        path=tuple(_path(series)),
        path_is_stepped=isinstance(series.path, SteppedPath),
        baseline=_baseline(series, language),
        marks=tuple(one for one in _marks(series, variation, language) if first <= one.day <= last),
        notes=tuple(_notes(series, canvas, first, last)),
    )


def _dots(series: FigureSeries, variation: Chart | None, language: Language) -> Iterator[Dot]:
    breaks = [one.day for one in series.breaks]
    judged = {
        point.day: (label_of(point, segment), signal_of(point, segment))
        for segment in (variation.segments if variation else ())
        for point in segment.points
    }
    nothing: tuple[Label | None, Signal | None] = (None, None)
    stretch = 0
    for earlier, one in pairwise([None, *series.figures]):
        if earlier and one and (earlier.value is None or crosses_break(breaks, earlier.period, one.period)):
            stretch += 1
        if one and one.value is not None:
            label, signal = judged.get(one.period.start, nothing)
            yield Dot(
                since=one.period.start,
                day=one.period.end,
                value=float(one.value),
                when=period(one.period, language),
                told=told(series, one.value, language),
                stretch=stretch,
                is_open=one.provisional,
                signal=signal,
                called=say(language, f"point_label.{label.name}") if label else "",
                low=_end(one.interval_low),
                high=_end(one.interval_high),
                between=told_interval(series, one, language),
            )


def _end(value: Any) -> float | None:
    return None if value is None else float(value)


def _aims(
    dated: tuple[DatedLimit, ...],
    kind: LineKind,
    word: str,
    series: FigureSeries,
    first: date,
    last: date,
    language: Language,
) -> Iterator[Line]:
    """The target or limit of each time that it was in force; a range has two lines."""
    for one in dated:
        since, until = max(first, one.valid_from), min(last, one.valid_to or last)
        for value in (one.value, one.low, one.high):
            if value is not None and since <= until:
                said = f"{say(language, word)} {told(series, value, language)}"
                yield Line(kind, since, until, float(value), said)


def _control_lines(series: FigureSeries, variation: Chart | None, language: Language) -> Iterator[Line]:
    if variation is None:
        return
    ends = {one.period.start: one.period.end for one in series.figures}
    yield from control_lines(
        variation,
        language,
        told=lambda level: told_level(series, level, language),
        until=lambda begins: ends.get(begins, begins),
        possible=(0.0, 100.0) if series.measure == MeasureUnit.PERCENT else EVERYTHING,
    )


def _path(series: FigureSeries) -> Iterator[tuple[date, float]]:
    if series.path is None:
        return
    yield series.starts, float(series.path.expected_on(series.starts - _DAY))
    if isinstance(series.path, SteppedPath):
        yield from ((step.due, float(step.value)) for step in series.path.steps)
    yield series.due, float(series.path.expected_on(series.due))


def _baseline(series: FigureSeries, language: Language) -> tuple[date, float, str] | None:
    if series.baseline is None:
        return None
    said = f"{say(language, 'noun.baseline')} {told(series, series.baseline, language)}"
    return series.starts, float(series.baseline), said


def _marks(series: FigureSeries, variation: Chart | None, language: Language) -> Iterator[Mark]:
    for one in series.breaks:
        when = day(one.day, language)
        said = f"{say(language, f'break_kind.{one.kind}')} {when}"
        yield Mark(MarkKind.BREAK, one.day, said, when, told_break(one, language))
    if variation:
        yield from rebases(variation, language, why=partial(_why_rebased, series, language))


def _why_rebased(series: FigureSeries, language: Language, before: date, begins: date) -> str:
    """The breaks between two stretches."""
    return " ".join(told_break(one, language) for one in parting(series, before, begins))


def parting(series: FigureSeries, before: date, begins: date) -> list[BreakMark]:
    """The breaks that part the figure of the period that starts on `begins` from the one that starts on `before`."""
    ends = {one.period.start: one.period.end for one in series.figures}
    return [one for one in series.breaks if before < one.day <= ends.get(begins, begins)]


def _notes(series: FigureSeries, canvas: Canvas, first: date, last: date) -> Iterator[Note]:
    """What happened, numbered in order; what lies outside of the chart stands at its edge with an arrow."""
    together = list[tuple[date, list[int], list[str], str]]()
    reach = (last - first).days / canvas.width * _NEAR
    for number, one in enumerate(series.happenings, start=1):
        happened = canvas.day_of(one.at)
        at = min(max(first, happened), last)
        arrow = "›" if happened > last else "‹" if happened < first else ""
        if together and (at - together[-1][0]).days <= reach and arrow == together[-1][3]:
            together[-1][1].append(number)
            together[-1][2].append(told_happening(one, canvas))
        else:
            together.append((at, [number], [told_happening(one, canvas)], arrow))
    for at, numbers, said, arrow in together:
        label = str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"
        yield Note(f"{label}{arrow}", at, " ".join(said))
