"""Did the corrective action work? Which method may say so with so many points, from when on, and what it says.

The method is fixed when the action is recorded, before anyone has seen the result. Dropping the periods of transition,
comparing the same quarters, and leaving out the bad point that started the action are for who hands the values over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import comb, isfinite
from statistics import fmean

from okr_engine.statistics.intervals import Interval
from okr_engine.statistics.means import pooled_difference, sample_of
from okr_engine.statistics.permutations import permutation_test
from okr_engine.statistics.shares import Share, expected_share, newcombe, together
from okr_engine.statistics.values import usable

FEWEST_BEFORE, FEWEST_AFTER = 4, 3
FEWEST_BEFORE_FOR_T, FEWEST_BEFORE_FOR_CHART, RUN = 8, 12, 7
FEWEST_ARRANGEMENTS = 40
"""With fewer ways to part the points no p can be below 5 %: 2/40."""

FEWEST_EACH_SIDE_FOR_INTERRUPTED = 8
ENOUGH_SHARE_OF_EXPECTED = 0.5
SIGNIFICANCE = 0.05


class Method(StrEnum):
    """How an effect is judged."""

    FROZEN_CHART = "frozen_chart"
    T_AND_PERMUTATION = "t_and_permutation"
    PERMUTATION = "permutation"
    QUASI_BINOMIAL = "quasi_binomial"
    NONE = "none"


class Verdict(StrEnum):
    """What may be said of an action's effect; the last two need a second look after the same time again."""

    EFFECTIVE = "effective"
    IMPROVED_LESS_THAN_PLANNED = "improved_less_than_planned"
    CONSISTENT_WITH_AN_EFFECT = "consistent_with_an_effect"
    NO_DEMONSTRABLE_EFFECT = "no_demonstrable_effect"
    WORSENED = "worsened"
    CANNOT_BE_JUDGED_YET = "cannot_be_judged_yet"
    SUSTAINED = "sustained"
    RELAPSED = "relapsed"

    @property
    def is_better(self) -> bool:
        """Whether things have become better, whatever the reason."""
        return self in _BETTER


_BETTER = (Verdict.EFFECTIVE, Verdict.IMPROVED_LESS_THAN_PLANNED, Verdict.CONSISTENT_WITH_AN_EFFECT, Verdict.SUSTAINED)


@dataclass(frozen=True)
class Choice:
    """The method that may be used now; `earliest_after` is with how many points after the action a verdict can come.

    That is None where none ever can: the baseline is too short, and it no longer grows. `is_indication` caps the
    wording. An interrupted series may be shown beside it from eight points on either side.
    """

    method: Method
    earliest_after: int | None
    is_indication: bool = False
    may_show_interrupted_series: bool = False


@dataclass(frozen=True)
class Plan:
    """What was recorded with the action: which way is better (1 up, −1 down), the effect expected of it (0 or more, in
    the good direction), and whether that was before its result was seen.
    """

    sign: int
    expected: float
    is_recorded_before: bool = True

    def __post_init__(self) -> None:
        if self.sign not in (1, -1):
            raise ValueError("an effect needs a good direction: up or down")
        if not (self.expected >= 0 and isfinite(self.expected)):
            raise ValueError("the effect expected is told in the good direction, and finite")


@dataclass(frozen=True)
class Effect:
    """The verdict with what it rests on: the change in the figure's own unit, its interval, the p, and the method."""

    verdict: Verdict
    choice: Choice
    change: float | None = None
    interval: Interval | None = None
    p: float | None = None


def choose_method(before: int, after: int, *, has_counts: bool = False) -> Choice:
    """Which method may judge `before` comparable points against `after`, and from how many after on a verdict can come.

    `has_counts` says that each point is a share whose count and whole are known: that tells chance apart from change
    by itself, so one point after is enough for an indication.
    """
    if min(before, after) < 0:
        raise ValueError("a number of points is never below nothing")
    earliest = _earliest_after(before, has_counts=has_counts)
    if earliest is None or after < earliest:
        return Choice(Method.NONE, earliest)
    shows_series = min(before, after) >= FEWEST_EACH_SIDE_FOR_INTERRUPTED
    method = _method(before, after, has_counts=has_counts)
    is_indication = method == Method.PERMUTATION or after < FEWEST_AFTER
    return Choice(method, earliest, is_indication, shows_series)


def judge_effect(before: Sequence[float], after: Sequence[float], plan: Plan) -> Effect:
    """Whether the values `after` an action are better than those `before`, oldest first, as the plan foresaw.

    The pooled t interval where the points allow it, confirmed by the exact permutation test or, from twelve before, by
    the last seven lying beyond the baseline's mean. Fewer points: the permutation test alone, without an interval.
    Values that never vary cannot be judged. ValueError where one is no finite number.
    """
    first, second = usable(before, fewest=0), usable(after, fewest=0)
    choice = choose_method(len(first), len(second))
    if choice.method == Method.NONE or len({*first, *second}) == 1:
        return Effect(Verdict.CANNOT_BE_JUDGED_YET, choice)
    change, p = fmean(second) - fmean(first), permutation_test(first, second).p
    interval = None if choice.method == Method.PERMUTATION else _interval(first, second)
    is_confirmed = p <= SIGNIFICANCE or (choice.method == Method.FROZEN_CHART and _runs_beyond(first, second, change))
    is_shown = is_confirmed and (interval is None or _leaves_nothing(interval))
    return Effect(_verdict(change, plan, is_shown=is_shown), choice, change, interval, p)


def judge_effect_on_shares(before: Sequence[Share], after: Sequence[Share], plan: Plan) -> Effect:
    """The same for shares (0 to 1, as are the plan's), by where that of all `after` belongs if nothing has changed.

    After a baseline in which nobody or everybody was counted, by Newcombe's interval: chance alone is known there.
    """
    choice = choose_method(len(before), len(after), has_counts=True)
    if choice.method == Method.NONE:
        return Effect(Verdict.CANNOT_BE_JUDGED_YET, choice)
    past, now = together(before), together(after)
    change = now.value - past.value
    if past.value in (0, 1):
        interval = newcombe(past, now)
    else:
        spread = expected_share(before, of=now.of).spread
        interval = Interval(change - spread, change + spread)
    return Effect(_verdict(change, plan, is_shown=_leaves_nothing(interval)), choice, change, interval)


def look_again(first: Verdict, now: Verdict) -> Verdict:
    """What a second look after the same time again makes of a first verdict for the better; of others it is itself."""
    if not first.is_better or now == Verdict.CANNOT_BE_JUDGED_YET:
        return now
    return Verdict.SUSTAINED if now.is_better else Verdict.RELAPSED


def _earliest_after(before: int, *, has_counts: bool) -> int | None:
    if before < FEWEST_BEFORE:
        return None
    if has_counts:
        return 1
    after = FEWEST_AFTER
    while comb(before + after, after) < FEWEST_ARRANGEMENTS:
        after += 1
    return after


def _method(before: int, after: int, *, has_counts: bool) -> Method:
    if has_counts:
        return Method.QUASI_BINOMIAL
    if before >= FEWEST_BEFORE_FOR_CHART and after >= RUN:
        return Method.FROZEN_CHART
    return Method.T_AND_PERMUTATION if before >= FEWEST_BEFORE_FOR_T else Method.PERMUTATION


def _interval(before: Sequence[float], after: Sequence[float]) -> Interval | None:
    """The pooled t interval; None where both sides stand still, each at its own value."""
    one, other = sample_of(before), sample_of(after)
    return pooled_difference(one, other).interval if one.varies or other.varies else None


def _runs_beyond(before: Sequence[float], after: Sequence[float], change: float) -> bool:
    """Whether the last seven all lie on the changed side of the mean before."""
    middle = fmean(before)
    return all((value - middle) * change > 0 for value in after[-RUN:])


def _leaves_nothing(interval: Interval) -> bool:
    """Whether the interval lies wholly above or below 0."""
    return interval.low > 0 or interval.high < 0


def _verdict(change: float, plan: Plan, *, is_shown: bool) -> Verdict:
    better = plan.sign * change
    if not is_shown or better == 0:
        return Verdict.NO_DEMONSTRABLE_EFFECT
    if better < 0:
        return Verdict.WORSENED
    if not plan.is_recorded_before:
        return Verdict.CONSISTENT_WITH_AN_EFFECT
    is_enough = better >= ENOUGH_SHARE_OF_EXPECTED * plan.expected
    return Verdict.EFFECTIVE if is_enough else Verdict.IMPROVED_LESS_THAN_PLANNED
