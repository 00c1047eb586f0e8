"""What a point's label means where one direction is better, and the two icons that tell a whole chart."""

from enum import StrEnum

from okr_engine.statistics.xmr_limits import Limits
from okr_engine.statistics.xmr_rules import Label


class Improvement(StrEnum):
    """Which way is better."""

    INCREASE = "increase"
    DECREASE = "decrease"
    NEUTRAL = "neutral"

    @property
    def sign(self) -> int:
        """1 upwards, -1 downwards, 0 neither."""
        return {Improvement.INCREASE: 1, Improvement.DECREASE: -1, Improvement.NEUTRAL: 0}[self]


class PointType(StrEnum):
    """What a point says: chance, or a cause of its own, to the good, to the bad, or neither."""

    COMMON_CAUSE = "common_cause"
    IMPROVEMENT = "special_cause_improvement"
    CONCERN = "special_cause_concern"
    NEUTRAL_HIGH = "special_cause_neutral_high"
    NEUTRAL_LOW = "special_cause_neutral_low"


class VariationIcon(StrEnum):
    """Whether the latest point is more than chance, in which direction, and whether that is good."""

    COMMON_CAUSE = "common_cause"
    IMPROVEMENT_HIGH = "improvement_high"
    IMPROVEMENT_LOW = "improvement_low"
    CONCERN_HIGH = "concern_high"
    CONCERN_LOW = "concern_low"
    NEUTRAL_HIGH = "neutral_high"
    NEUTRAL_LOW = "neutral_low"


class AssuranceIcon(StrEnum):
    """Whether the process, left as it is, will always reach the target, never, or now and then."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    INCONSISTENT = "inconsistent"


def point_type(label: Label, improvement: Improvement) -> PointType:
    """What the label means; a falling trend is a concern where high is good, also above the mean."""
    if label == Label.COMMON_CAUSE:
        return PointType.COMMON_CAUSE
    if improvement == Improvement.NEUTRAL:
        return PointType.NEUTRAL_HIGH if label.sign > 0 else PointType.NEUTRAL_LOW
    return PointType.IMPROVEMENT if label.sign == improvement.sign else PointType.CONCERN


def variation_icon(label: Label, improvement: Improvement) -> VariationIcon:
    """The icon of a chart whose latest point has that label (NHSRplotthedots 0.2.2, `geom_ptd_icon`)."""
    if label == Label.COMMON_CAUSE:
        return VariationIcon.COMMON_CAUSE
    kind = point_type(label, improvement)
    meaning = {PointType.IMPROVEMENT: "improvement", PointType.CONCERN: "concern"}.get(kind, "neutral")
    return VariationIcon(f"{meaning}_{'high' if label.sign > 0 else 'low'}")


def assurance_icon(
    limits: Limits, target: float, improvement: Improvement, *, is_constant: bool = False
) -> AssuranceIcon | None:
    """Whether the limits lie wholly beyond the target; a target on a limit is hit or miss, None where no way is better.

    NHSRplotthedots 0.2.2, `ptd_calculate_assurance_type`. Other than there, where every point `is_constant` at the
    target, the target is reached.
    """
    if improvement == Improvement.NEUTRAL:
        return None
    beyond = limits.outside(target)
    return AssuranceIcon.PASS if is_constant and beyond == 0 else assurance_of(beyond, improvement)


def assurance_of(beyond: int, improvement: Improvement) -> AssuranceIcon:
    """The assurance of a target above (1), below (-1) or within (0) what a process with a better way lets expect."""
    if beyond == 0:
        return AssuranceIcon.INCONSISTENT
    return AssuranceIcon.FAIL if beyond == improvement.sign else AssuranceIcon.PASS
