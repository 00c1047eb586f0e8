"""How a series becomes a chart: XmR as NHS England draws it, or Laney's p′ where counts ask for one."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from math import isfinite, nan

from okr_engine.errors import InvalidInput, Place
from okr_engine.statistics.p_charts import USUAL, Fit, Method, fitting_chart
from okr_engine.statistics.share_limits import limits_of_shares
from okr_engine.statistics.shares import Share, together
from okr_engine.statistics.xmr_charts import Chart, ChartPoint, Segment
from okr_engine.statistics.xmr_icons import Improvement, point_type
from okr_engine.statistics.xmr_limits import Limits, limits_of
from okr_engine.statistics.xmr_rules import TwoInThree, labels
from okr_engine.words import message

FEWEST_IN_BASELINE = 12
LARGEST = 1e100
"""Nothing that anybody measures is larger, and squares of it are still numbers."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A value of a day, or of the period that begins on it; None where there is none.

    `counted` is the share whose percentage the value is, where it is one.
    """

    day: date
    value: Decimal | float | None
    counted: Share | None = None


def xmr_chart(
    series: Iterable[Observation],
    *,
    improvement: Improvement,
    target: Decimal | float | None = None,
    rebase_on: Collection[date] = (),
    baseline: int | None = None,
    screen: bool | None = None,
    two_in_three: TwoInThree = TwoInThree.NHSRPLOTTHEDOTS,
) -> Chart:
    """The chart of a series in any order; NHSRplotthedots 0.2.2, with icons only where the evidence ladder allows them.

    Each day of `rebase_on` is the first of a new stretch. `baseline` is how many values of each stretch, 12 or more,
    the limits rest on; all of them where None. `screen` leaves unusually large moving ranges out of the limits; None:
    where they rest on 24 values or more. A stretch in which every value is a share, of wholes that differ too much or
    hold too few cases, gets limits of each point's own (`fitting_chart`). InvalidInput, with the day as its place, for
    two values of a day, a number that is infinite, none or beyond 1e100, a rebase on a day without a row, and a shorter
    baseline.
    """
    if baseline is not None and baseline < FEWEST_IN_BASELINE:
        raise InvalidInput(
            message("spc.baseline_too_short", typed=baseline),
            remedy=message("spc.baseline_remedy", fewest=FEWEST_IN_BASELINE),
        )
    points = _in_order(series)
    segments = [
        _judged(stretch, improvement, baseline=baseline, screen=screen, two_in_three=two_in_three)
        for stretch in _stretches(points, rebase_on)
    ]
    return Chart(tuple(segments), improvement, None if target is None else _usable(target))


def _in_order(series: Iterable[Observation]) -> list[ChartPoint]:
    points = sorted((_point(one) for one in series), key=lambda point: point.day)
    for before, after in pairwise(points):
        if before.day == after.day:
            raise InvalidInput(
                message("spc.day_twice", day=after.day), place=_place(after.day), remedy=message("spc.day_twice_remedy")
            )
    return points


def _point(one: Observation) -> ChartPoint:
    value = None if one.value is None else _usable(one.value, one.day)
    return ChartPoint(one.day, value, counted=None if value is None else one.counted)


def _usable(number: Decimal | float, day: date | None = None) -> float:
    try:
        found = float(number)
    except (OverflowError, ValueError):
        found = nan
    if not (isfinite(found) and abs(found) <= LARGEST):
        raise InvalidInput(
            message("spc.not_a_finite_number", typed=str(number)),
            place=_place(day) if day else None,
            remedy=message("spc.number_remedy"),
        )
    return found


def _place(day: date) -> Place:
    return Place(record=day.isoformat())


def _stretches(points: Sequence[ChartPoint], rebase_on: Collection[date]) -> list[Sequence[ChartPoint]]:
    index = {point.day: at for at, point in enumerate(points)}
    for day in sorted(rebase_on):
        if day not in index:
            raise InvalidInput(message("spc.rebase_unknown", day=day), remedy=message("spc.rebase_remedy"))
    starts = sorted({0, len(points), *(index[day] for day in rebase_on)})
    return [points[start:end] for start, end in pairwise(starts)]


def _judged(
    points: Sequence[ChartPoint],
    improvement: Improvement,
    *,
    baseline: int | None,
    screen: bool | None,
    two_in_three: TwoInThree,
) -> Segment:
    values, fit = [point.value for point in points], _fit(points)
    limits: Limits | None = None
    own: list[Limits | None] = [None] * len(points)
    if fit.method == Method.P_PRIME:
        own = limits_of_shares([point.counted for point in points], baseline=baseline)
    else:
        limits = limits_of(_first(values, baseline), screen=screen)
    called = labels(values, [limits or each for each in own], two_in_three=two_in_three)
    if limits is None and not any(own):
        return Segment(tuple(points), None, fit)
    judged = (
        replace(point, label=label, kind=point_type(label, improvement) if label else None, limits=each)
        for point, label, each in zip(points, called, own, strict=True)
    )
    return Segment(tuple(judged), limits, fit)


def _fit(points: Sequence[ChartPoint]) -> Fit:
    """The chart that fits; counts have to be known of every value, and there is none of what never or always occurs."""
    shares = [point.counted for point in points if point.value is not None]
    known = [share for share in shares if share is not None]
    if len(known) < max(2, len(shares)) or together(known).value in (0, 1):
        return USUAL
    return fitting_chart(known)


def _first(values: Sequence[float | None], wanted: int | None) -> Sequence[float | None]:
    """The values up to the `wanted`-th that is there."""
    present = [at for at, value in enumerate(values) if value is not None]
    return values if wanted is None or len(present) <= wanted else values[: present[wanted - 1] + 1]
