"""The same as a chart shows, period by period, for whoever reads rather than looks."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from okr_engine.i18n import say
from okr_engine.reports.canvas import Canvas
from okr_engine.reports.control_lines import has_limits, is_on_trial, label_of, limits_at
from okr_engine.reports.figure_chart import parting
from okr_engine.reports.figure_words import (
    told,
    told_aim,
    told_between,
    told_break,
    told_happening,
    told_interval,
    told_level,
    told_observed,
)
from okr_engine.services.figure_series import BreakMark, FigureSeries, Observed
from okr_engine.services.status_evidence import DatedLimit
from okr_engine.services.status_facts import crosses_break, in_force
from okr_engine.services.variation_words import called
from okr_engine.statistics.xmr_charts import Chart, ChartPoint, Segment
from okr_engine.words import Language


@dataclass(frozen=True)
class FigureRow:
    """A figure and everything the chart draws at its place, in words; what does not apply is empty."""

    figure: Observed
    value: str
    interval: str = ""
    target: str = ""
    limit: str = ""
    expected: str = ""
    control: str = ""
    called: str = ""
    remarks: tuple[str, ...] = ()


def figure_rows(series: FigureSeries, variation: Chart | None, canvas: Canvas) -> list[FigureRow]:
    """A row for each figure, oldest first; what happened stands with the figure it concerns."""
    language = canvas.language
    judged = {point.day: (point, one) for one in (variation.segments if variation else ()) for point in one.points}
    rows = list[FigureRow]()
    for earlier, one in pairwise([None, *series.figures]):
        assert one is not None
        point, segment = judged.get(one.period.start, (None, None))
        rows.append(
            FigureRow(
                figure=one,
                value=told_observed(series, one, language),
                interval=told_interval(series, one, language),
                target=_aim(series, in_force(series.targets, one.period.end), language),
                limit=_aim(series, in_force(series.limits, one.period.end), language),
                expected=_expected(series, one, language),
                control=_control(series, point, segment, language) if point and segment else "",
                called=called(label_of(point, segment), language) if point and segment else "",
                remarks=(
                    *(told_break(each, language) for each in _breaks(series, earlier, one)),
                    *_rebased(variation, point, language),
                    *(told_happening(each, canvas) for each in series.happenings if each.period == one.period),
                ),
            )
        )
    return rows


def _aim(series: FigureSeries, holding: DatedLimit | None, language: Language) -> str:
    return told_aim(series, holding, language) if holding else ""


def _expected(series: FigureSeries, one: Observed, language: Language) -> str:
    if series.path is None or not series.starts <= one.period.end <= series.due:
        return ""
    return told(series, series.path.expected_on(one.period.end), language)


def _control(series: FigureSeries, point: ChartPoint, segment: Segment, language: Language) -> str:
    """The limits with the mean between them, where so many points carry them."""
    limits = limits_at(point, segment)
    if limits is None:
        return ""
    between = told_between(series, limits.lower, limits.upper, language)
    key = "chart.between_trial" if is_on_trial(segment) else "chart.between"
    return say(language, key, between=between, mean=told_level(series, limits.mean, language))


def _breaks(series: FigureSeries, earlier: Observed | None, one: Observed) -> Iterator[BreakMark]:
    """The breaks between a figure and the one before it, or within the first."""
    if earlier is None:
        yield from (each for each in series.breaks if one.period.start <= each.day <= one.period.end)
    elif crosses_break([each.day for each in series.breaks], earlier.period, one.period):
        yield from parting(series, earlier.period.start, one.period.start)


def _rebased(variation: Chart | None, point: ChartPoint | None, language: Language) -> Iterator[str]:
    """That new limits begin with the point."""
    for before, after in pairwise(variation.segments if variation else ()):
        if point is not None and after.points[0] is point and (has_limits(before) or has_limits(after)):
            yield say(language, "chart.rebased_here")
