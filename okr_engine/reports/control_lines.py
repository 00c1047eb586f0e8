"""What a control chart adds to a drawing: mean and limits of each stretch, where new ones begin, and signals."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from math import inf

from okr_engine.i18n import day, say
from okr_engine.reports.drawing import Line, LineKind, Mark, MarkKind, Signal
from okr_engine.statistics.evidence import Shown
from okr_engine.statistics.xmr_charts import Chart, ChartPoint, Segment
from okr_engine.statistics.xmr_icons import PointType
from okr_engine.statistics.xmr_rules import Label
from okr_engine.words import Language

Told = Callable[[float], str]
"""How a level is written."""

EVERYTHING = (-inf, inf)

_WORDS = {
    LineKind.MEAN: "chart.mean",
    LineKind.CONTROL: "chart.control_limit",
    LineKind.TRIAL: "chart.trial_limit",
}


def has_limits(segment: Segment) -> bool:
    """Whether so many points carry limits, be they on trial."""
    return segment.limits is not None and bool(segment.rung.shows & {Shown.LIMITS, Shown.TRIAL_LIMITS})


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

    The limits are cut where nothing is `possible` beyond, as a share's at 0 and 100 %.
    """
    for segment in filter(has_limits, chart.segments):
        assert segment.limits is not None
        kind = LineKind.TRIAL if is_on_trial(segment) else LineKind.CONTROL
        levels = [
            (kind, max(possible[0], segment.limits.lower)),
            (LineKind.MEAN, segment.limits.mean),
            (kind, min(possible[1], segment.limits.upper)),
        ]
        for which, value in levels:
            said = say(language, _WORDS[which], value=told(value))
            yield Line(which, segment.points[0].day, until(segment.points[-1].day), value, said)


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
