"""measurement → is it noise: the control chart of a series, as far as its points can carry one."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise

from okr_engine.periods import Period
from okr_engine.services.figure_series import Observed
from okr_engine.services.status_facts import crosses_break
from okr_engine.services.unit_views import is_share
from okr_engine.statistics.aims import Aim
from okr_engine.statistics.shares import Share
from okr_engine.statistics.xmr import Observation, xmr_chart
from okr_engine.statistics.xmr_charts import Chart
from okr_engine.statistics.xmr_icons import Improvement

_IMPROVEMENTS = {1: Improvement.INCREASE, -1: Improvement.DECREASE, 0: Improvement.NEUTRAL}


def variation_of(told: Iterable[Observed], breaks: Sequence[date], aim: Aim) -> Chart:
    """The control chart of the figures, oldest first, with one point for each period from the first to the last.

    A day in it is the first of its period. New limits begin after each break, and nothing crosses one. Provisional
    figures are left out: time alone may still change them. Where every figure of a stretch is the share of a counted
    whole, and the wholes differ much or hold few cases, each point has limits of its own (Laney's p′ chart).
    """
    figures = [one for one in told if not one.provisional]
    return xmr_chart(
        _observations(figures),
        improvement=_IMPROVEMENTS[aim.sign],
        target=aim.target,
        rebase_on=set(_after_breaks(figures, breaks)),
    )


def counted_share(one: Observed) -> Share | None:
    """The share that the figure is the percentage of; None where it is none, or nobody has said of how many."""
    if one.value is None or one.numerator is None or one.denominator is None:
        return None
    is_counted = is_share(one.value, one.numerator, one.denominator)
    return Share(int(one.numerator), int(one.denominator)) if is_counted else None


def _observations(figures: Iterable[Observed]) -> Iterator[Observation]:
    """The figures, and a gap for each period that nothing is known of: over a gap nothing is in a row."""
    known = {one.period: one for one in figures}
    if not known:
        return
    period, last = min(known, key=_start), max(known, key=_start)
    while period.start <= last.start:
        found = known.get(period)
        yield Observation(period.start, found.value, counted_share(found)) if found else Observation(period.start, None)
        period = period.shifted(1)


def _after_breaks(figures: Iterable[Observed], breaks: Sequence[date]) -> Iterator[date]:
    for earlier, later in pairwise(figures):
        if crosses_break(breaks, earlier.period, later.period):
            yield later.period.start


def _start(period: Period) -> date:
    return period.start
