"""What a control chart adds to a drawing: mean and limits of each stretch, where new ones begin, and signals."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from math import inf

from okr_engine.i18n import day, say
from okr_engine.reports.drawing import Beside, Line, LineKind, Mark, MarkKind, Signal
from okr_engine.statistics.evidence import Shown
from okr_engine.statistics.xmr_charts import Chart, ChartPoint, Segment
from okr_engine.statistics.xmr_icons import PointType
from okr_engine.statistics.xmr_limits import Limits
from okr_engine.statistics.xmr_rules import Label
from okr_engine.words import Language

Told = Callable[[float], str]
"""How a level is written."""

EVERYTHING = (-inf, inf)

_DAY = timedelta(days=1)

_WORDS = {
    LineKind.MEAN: "chart.mean",
    LineKind.CONTROL: "chart.control_limit",
    LineKind.TRIAL: "chart.trial_limit",
}


def has_limits(segment: Segment) -> bool:
    """Whether so many points carry limits, be they on trial."""
    return segment.latest_limits is not None and bool(segment.rung.shows & {Shown.LIMITS, Shown.TRIAL_LIMITS})


def limits_at(point: ChartPoint, segment: Segment) -> Limits | None:
    """The limits a point is held against, its own or those of its stretch; None where so few points carry none."""
    return point.limits or segment.limits if has_limits(segment) else None


def is_on_trial(segment: Segment) -> bool:
    """Whether so many points carry limits on trial only."""
    return Shown.TRIAL_LIMITS in segment.rung.shows


def control_lines(
    chart: Chart,
    language: Language,
    *,
    told: Told,
    until: Callable[[date], date],
    possible: tuple[float, float] = EVERYTHING,
) -> Iterator[Line]:
    """Mean and limits of each stretch that carries them; `until` is the last day of what begins on a day.

    Limits of each point's own go up and down in steps. They are cut where nothing is `possible` beyond, as a share's at
    0 and 100 %.
    """

    def line(kind: LineKind, since: date, last: date, value: float) -> Line:
        return Line(kind, since, until(last), value, say(language, _WORDS[kind], value=told(value)))

    for segment in filter(has_limits, chart.segments):
        assert segment.latest_limits is not None
        kind = LineKind.TRIAL if is_on_trial(segment) else LineKind.CONTROL
        first, last = segment.points[0].day, segment.points[-1].day
        yield line(LineKind.MEAN, first, last, segment.latest_limits.mean)
        for levels in _edges(segment, possible):
            if segment.limits:
                yield line(kind, first, last, levels[last])
            else:
                yield from _steps([line(kind, day, day, value) for day, value in levels.items()])


def _edges(segment: Segment, possible: tuple[float, float]) -> Iterator[dict[date, float]]:
    """The lower and the upper limit of each day that has them."""
    own = [(point.day, limits) for point in segment.points if (limits := limits_at(point, segment))]
    yield {day: max(possible[0], limits.lower) for day, limits in own}
    yield {day: min(possible[1], limits.upper) for day, limits in own}


def _steps(levels: Sequence[Line]) -> Iterator[Line]:
    """Each level up to the day of the next one, and the step to it; a gap between them stays one."""
    for one, following in pairwise(levels):
        follows = following.since - one.until <= _DAY
        yield replace(one, until=following.since if follows else one.until, beside=Beside.NOWHERE)
        if follows and following.value != one.value:
            yield replace(following, until=following.since, value=one.value, to=following.value, beside=Beside.NOWHERE)
    yield replace(levels[-1], beside=Beside.ITS_END)


def rebases(chart: Chart, language: Language, *, why: Callable[[date, date], str] | None = None) -> Iterator[Mark]:
    """Where new limits begin beside ones that were drawn, or begin to be drawn; `why` tells it of both sides' days."""
    for before, after in pairwise(chart.segments):
        if has_limits(before) or has_limits(after):
            begins = after.points[0].day
            said = say(language, "chart.rebase", day=begins)
            cause = why(before.points[-1].day, begins) if why else ""
            yield Mark(MarkKind.REBASE, begins, said, day(begins, language), f"{said}. {cause}".rstrip())


def label_of(point: ChartPoint, segment: Segment) -> Label | None:
    """What a point may be called; nothing where so few points carry no limits, or not that rule."""
    label = point.label if has_limits(segment) else None
    return label if label and (label.rule is None or label.rule in segment.rung.rules) else None


def signal_of(point: ChartPoint, segment: Segment) -> Signal | None:
    """How a point stands out, if so many points let that be said."""
    label = label_of(point, segment)
    if label is None or label.rule is None:
        return None
    side = "high" if label.sign > 0 else "low"
    worth = {PointType.IMPROVEMENT: "_good", PointType.CONCERN: "_bad"}.get(point.kind or PointType.COMMON_CAUSE, "")
    return Signal(side + worth)
