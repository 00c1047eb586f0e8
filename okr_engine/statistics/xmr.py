"""An XmR chart: a series in stretches of comparable points, each with its limits and what its points are called."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from math import isfinite, nan

from okr_engine.errors import InvalidInput, Place
from okr_engine.statistics.evidence import (
    FEWEST_FOR_ICONS,
    Form,
    Rung,
    Tier,
    Wording,
    prediction_band,
    rung,
    trial_assurance,
)
from okr_engine.statistics.xmr_icons import (
    AssuranceIcon,
    Improvement,
    PointType,
    VariationIcon,
    assurance_icon,
    point_type,
    variation_icon,
)
from okr_engine.statistics.xmr_limits import Limits, limits_of
from okr_engine.statistics.xmr_rules import Label, TwoInThree, labels
from okr_engine.words import message

FEWEST_IN_BASELINE = 12
LARGEST = 1e100
"""Nothing that anybody measures is larger, and squares of it are still numbers."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A value of a day, or of the period that begins on it; None where there is none."""

    day: date
    value: Decimal | float | None


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A value and what the rules call it; no label and no type where the value or the limits are missing."""

    day: date
    value: float | None
    label: Label | None = None
    kind: PointType | None = None


class Remark(StrEnum):
    """Why an icon is missing, or what has to be known beside it."""

    NO_DATA = "no_data"
    TOO_FEW_POINTS = "too_few_points"
    ZERO_VARIATION = "zero_variation"
    NO_TARGET = "no_target"
    NEUTRAL_DIRECTION = "neutral_direction"


@dataclass(frozen=True)
class Signal:
    """What may be said of the latest point, and how firmly; the label is None where only a band was left."""

    wording: Wording
    label: Label | None = None


@dataclass(frozen=True)
class Segment:
    """The points from one rebase to the next; without limits where there are fewer than two neighbours."""

    points: tuple[ChartPoint, ...]
    limits: Limits | None

    @property
    def values(self) -> list[float]:
        """The values that are there."""
        return [point.value for point in self.points if point.value is not None]

    @property
    def rung(self) -> Rung:
        """What so many points allow."""
        return rung(len(self.values))

    @property
    def tier(self) -> Tier:
        """How much so many points can carry."""
        return self.rung.tier

    @property
    def is_constant(self) -> bool:
        """Whether every value is the same."""
        limits = self.limits
        return limits is not None and limits.has_no_variation and not any(map(limits.side, self.values))


@dataclass(frozen=True)
class Chart:
    """A whole series; its icons, tier and signal are those of its last stretch, and of its latest point."""

    segments: tuple[Segment, ...]
    improvement: Improvement
    target: float | None = None

    @property
    def current(self) -> Segment:
        """The last stretch; an empty one where the series has no points."""
        return self.segments[-1] if self.segments else Segment((), None)

    @property
    def latest(self) -> ChartPoint | None:
        """The point of the last day, whether it has a value or not."""
        return self.current.points[-1] if self.current.points else None

    @property
    def variation(self) -> VariationIcon | None:
        """The icon of the latest point; None without its value and below 13 points."""
        label = self.latest.label if self.latest else None
        return variation_icon(label, self.improvement) if label and self.current.rung.has_icons else None

    @property
    def assurance(self) -> AssuranceIcon | None:
        """The icon of the target; None without one, where no way is better, and below 13 points."""
        return self._assurance if self.current.rung.has_icons else None

    @property
    def trial_assurance(self) -> AssuranceIcon | None:
        """What 8 to 12 points say of a target far outside of what they let expect: words, not an icon."""
        limits = self.current.limits
        if limits is None or self.target is None or self.current.rung.assurance != Form.TEXT:
            return None
        return trial_assurance(limits, self.target, self.improvement)

    @property
    def signal(self) -> Signal | None:
        """What the ladder lets be said of the latest point; None where it is nothing."""
        if self.latest is None or self.latest.value is None:
            return None
        allowed = self.current.rung
        if allowed.wording == Wording.UNUSUAL:
            return Signal(Wording.UNUSUAL) if self._is_unusual else None
        label = self.latest.label
        return Signal(allowed.wording, label) if label and label.rule in allowed.rules else None

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Why icons are missing, and what has to be known beside those that are there."""
        found = {
            Remark.NO_DATA: self.latest is None or self.latest.value is None,
            Remark.TOO_FEW_POINTS: len(self.current.values) < FEWEST_FOR_ICONS,
            Remark.ZERO_VARIATION: self.current.is_constant,
            Remark.NO_TARGET: self.target is None,
            Remark.NEUTRAL_DIRECTION: self.improvement == Improvement.NEUTRAL,
        }
        return tuple(remark for remark, holds in found.items() if holds)

    @property
    def _assurance(self) -> AssuranceIcon | None:
        limits = self.current.limits
        if limits is None or self.target is None:
            return None
        return assurance_icon(limits, self.target, self.improvement, is_constant=self.current.is_constant)

    @property
    def _is_unusual(self) -> bool:
        *earlier, latest = self.current.values
        band = prediction_band(earlier)
        return band is not None and not band.low <= latest <= band.high


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
    where they rest on 24 values or more. InvalidInput, with the day as its place, for two values of a day, a number
    that is infinite, none or beyond 1e100, a rebase on a day without a row, and a shorter baseline.
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
    return ChartPoint(one.day, None if one.value is None else _usable(one.value, place=_place(one.day)))


def _usable(number: Decimal | float, *, place: Place | None = None) -> float:
    found = nan if isinstance(number, Decimal) and number.is_snan() else float(number)
    if not (isfinite(found) and abs(found) <= LARGEST):
        raise InvalidInput(
            message("spc.not_a_finite_number", typed=str(number)), place=place, remedy=message("spc.number_remedy")
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
    values = [point.value for point in points]
    limits = limits_of(_first(values, baseline), screen=screen)
    if limits is None:
        return Segment(tuple(points), None)
    called = labels(values, limits, two_in_three=two_in_three)
    return Segment(
        tuple(
            ChartPoint(point.day, point.value, label, point_type(label, improvement) if label else None)
            for point, label in zip(points, called, strict=True)
        ),
        limits,
    )


def _first(values: Sequence[float | None], wanted: int | None) -> Sequence[float | None]:
    """The values up to the `wanted`-th that is there."""
    present = [at for at, value in enumerate(values) if value is not None]
    return values if wanted is None or len(present) <= wanted else values[: present[wanted - 1] + 1]
