"""What the four rules of an XmR chart say of its points, and which one speaks first."""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from itertools import pairwise

from okr_engine.statistics.xmr_limits import Limits

RUN = 7
"""So many points on one side of the mean are a shift, so many one after the other in one direction a trend."""

_Marks = Iterator[tuple[int, int]]


class Rule(StrEnum):
    """The rules, the one that speaks first at the top."""

    OUTSIDE_LIMITS = "outside_limits"
    TREND = "trend"
    TWO_IN_THREE = "two_in_three"
    SHIFT = "shift"


class Label(StrEnum):
    """What a point is called, in the words of NHSRplotthedots."""

    COMMON_CAUSE = "Common Cause"
    ABOVE_LIMIT = "Above UCL"
    BELOW_LIMIT = "Below LCL"
    TREND_INCREASING = "7 Point Trend (Increasing)"
    TREND_DECREASING = "7 Point Trend (Decreasing)"
    TWO_IN_THREE_ABOVE = "2 in 3 Above CL"
    TWO_IN_THREE_BELOW = "2 in 3 Below CL"
    SHIFT_ABOVE = "7 Points Above CL"
    SHIFT_BELOW = "7 Points Below CL"

    @property
    def rule(self) -> Rule | None:
        """The rule that speaks; None for common cause."""
        return _MEANINGS[self][0] if self in _MEANINGS else None

    @property
    def sign(self) -> int:
        """1 for high or rising, -1 for low or falling, 0 for common cause."""
        return _MEANINGS[self][1] if self in _MEANINGS else 0


class TwoInThree(StrEnum):
    """Which points count for two in three: those between the near line and the limit, or those beyond it as well.

    The first is NHSRplotthedots 0.2.2, the second what NHS England's Making Data Count announced in November 2023
    (NHSRplotthedots issue 194).
    """

    NHSRPLOTTHEDOTS = "nhsrplotthedots"
    MDC_2023 = "mdc_2023"


_LABELS = {
    (Rule.OUTSIDE_LIMITS, 1): Label.ABOVE_LIMIT,
    (Rule.OUTSIDE_LIMITS, -1): Label.BELOW_LIMIT,
    (Rule.TREND, 1): Label.TREND_INCREASING,
    (Rule.TREND, -1): Label.TREND_DECREASING,
    (Rule.TWO_IN_THREE, 1): Label.TWO_IN_THREE_ABOVE,
    (Rule.TWO_IN_THREE, -1): Label.TWO_IN_THREE_BELOW,
    (Rule.SHIFT, 1): Label.SHIFT_ABOVE,
    (Rule.SHIFT, -1): Label.SHIFT_BELOW,
}
_MEANINGS = {label: meaning for meaning, label in _LABELS.items()}


def labels(
    values: Sequence[float | None],
    limits: Sequence[Limits | None],
    *,
    two_in_three: TwoInThree = TwoInThree.NHSRPLOTTHEDOTS,
) -> list[Label | None]:
    """What each of `values` is called, in time order; None for a missing one, which also breaks every run.

    `limits` are those at each value: the same ones all along, or each value's own. NHSRplotthedots 0.2.2,
    `ptd_calculate_point_type`. A point of two trends belongs to the one that begins there.
    """
    sides, outside = _signs(values, limits, Limits.side), _signs(values, limits, Limits.outside)
    far = _signs(values, limits, Limits.near_or_outside)
    counted = [
        bool(near and (two_in_three == TwoInThree.MDC_2023 or not out)) for near, out in zip(far, outside, strict=True)
    ]
    marks = {
        Rule.OUTSIDE_LIMITS: ((at, sign) for at, sign in enumerate(outside) if sign),
        Rule.TREND: _trends(values),
        Rule.TWO_IN_THREE: _two_in_three(sides, counted),
        Rule.SHIFT: _shifts(sides),
    }
    found: list[Label | None] = [None if value is None else Label.COMMON_CAUSE for value in values]
    for rule in reversed(Rule):
        for at, sign in marks[rule]:
            found[at] = _LABELS[rule, sign]
    return found


def _signs(
    values: Sequence[float | None], limits: Sequence[Limits | None], sign_of: Callable[[Limits, float], int]
) -> list[int]:
    return [
        0 if value is None or lines is None else sign_of(lines, value)
        for value, lines in zip(values, limits, strict=True)
    ]


def _trends(values: Sequence[float | None]) -> _Marks:
    steps = [_step(before, after) for before, after in pairwise(values)]
    for start, end, sign in _runs(steps):
        if end - start >= RUN - 1:
            yield from ((at, sign) for at in range(start, end + 1))


def _two_in_three(sides: Sequence[int], counted: Sequence[bool]) -> _Marks:
    for start in range(len(sides) - 2):
        window = range(start, start + 3)
        if abs(sum(sides[start : start + 3])) == len(window) and sum(counted[start : start + 3]) >= 2:
            yield from ((at, sides[at]) for at in window if counted[at])


def _shifts(sides: Sequence[int]) -> _Marks:
    for start, end, sign in _runs(sides):
        if end - start >= RUN:
            yield from ((at, sign) for at in range(start, end))


def _runs(signs: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """The stretches start … end - 1 of one sign, without those of 0."""
    start = 0
    for at in range(1, len(signs) + 1):
        if at == len(signs) or signs[at] != signs[start]:
            if signs[start]:
                yield start, at, signs[start]
            start = at


def _step(before: float | None, after: float | None) -> int:
    if before is None or after is None:
        return 0
    return (after > before) - (after < before)
