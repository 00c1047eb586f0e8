"""A control chart: a series in stretches of comparable points, and what may be said of the last of them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from okr_engine.statistics.evidence import (
    FEWEST_FOR_ICONS,
    Form,
    Rung,
    Wording,
    expected_next,
    expected_next_share,
    rung,
    trial_assurance,
)
from okr_engine.statistics.intervals import Interval
from okr_engine.statistics.p_charts import USUAL, Fit, Method, Reason
from okr_engine.statistics.shares import Share
from okr_engine.statistics.xmr_icons import (
    AssuranceIcon,
    Improvement,
    PointType,
    VariationIcon,
    assurance_icon,
    variation_icon,
)
from okr_engine.statistics.xmr_limits import Limits
from okr_engine.statistics.xmr_rules import Label
from okr_engine.terms import Tier


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A value and what the rules call it; no label and no type where the value or the limits are missing.

    `counted` is the share whose percentage the value is, where it is one; `limits` are the point's own, where each has
    its own.
    """

    day: date
    value: float | None
    label: Label | None = None
    kind: PointType | None = None
    counted: Share | None = None
    limits: Limits | None = None


class Remark(StrEnum):
    """Why an icon is missing, or what has to be known beside it."""

    NO_DATA = "no_data"
    TOO_FEW_POINTS = "too_few_points"
    ZERO_VARIATION = "zero_variation"
    NO_TARGET = "no_target"
    NEUTRAL_DIRECTION = "neutral_direction"
    WHOLES_VARY = Reason.WHOLES_VARY.value
    FEW_EXPECTED = Reason.FEW_EXPECTED.value
    RARE = Reason.RARE.value


@dataclass(frozen=True)
class Signal:
    """What may be said of the latest point, and how firmly; the label is None where only a band was left."""

    wording: Wording
    label: Label | None = None


@dataclass(frozen=True)
class Segment:
    """The points from one rebase to the next; without limits where there are fewer than two neighbours.

    `fit` says which chart it is and why. On Laney's p′ chart `limits` are None, for every point has its own.
    """

    points: tuple[ChartPoint, ...]
    limits: Limits | None
    fit: Fit = USUAL

    @property
    def values(self) -> list[float]:
        """The values that are there."""
        return [point.value for point in self.points if point.value is not None]

    @property
    def latest_limits(self) -> Limits | None:
        """The limits at the latest point, or at the last that has any."""
        own = (point.limits for point in reversed(self.points) if point.limits)
        return self.limits or next(own, None)

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
        limits = self.current.latest_limits
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
            **{Remark(reason): True for reason in self.current.fit.reasons},
        }
        return tuple(remark for remark, holds in found.items() if holds)

    @property
    def _assurance(self) -> AssuranceIcon | None:
        limits = self.current.latest_limits
        if limits is None or self.target is None:
            return None
        return assurance_icon(limits, self.target, self.improvement, is_constant=self.current.is_constant)

    @property
    def _is_unusual(self) -> bool:
        *earlier, latest = self.current.values
        band = self._expected_share if self.current.fit.method == Method.P_PRIME else expected_next(earlier)
        return band is not None and not band.low <= latest <= band.high

    @property
    def _expected_share(self) -> Interval | None:
        *earlier, latest = [point.counted for point in self.current.points if point.counted]
        band = expected_next_share(earlier, of=latest.of)
        return band.times(100) if band else None
