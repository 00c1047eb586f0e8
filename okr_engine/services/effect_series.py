"""Which figures of a series lie before an action and which after it, and when there are enough of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from okr_engine.model import NoDataReason
from okr_engine.periods import Cadence, Period
from okr_engine.services.figure_series import Observed
from okr_engine.services.variation import counted_share
from okr_engine.services.wanted_figures import WAITED_FOR
from okr_engine.statistics.effects import Method, choose_method
from okr_engine.statistics.shares import Share

_DAY = timedelta(days=1)


class Omission(StrEnum):
    """Why a figure counts neither before the action nor after it."""

    TRIGGER = "trigger"
    TRANSITION = "transition"
    ACROSS_A_BREAK = "across_a_break"
    PROVISIONAL = "provisional"
    MISSING = "missing"


class Obstacle(StrEnum):
    """Why nothing can be said of an effect: not yet, or never from these figures."""

    NOT_YET = "not_yet"
    LATE = "late"
    SHORT_BASELINE = "short_baseline"
    BREAK = "break"
    UNCHANGING = "unchanging"

    @property
    def may_pass(self) -> bool:
        """Whether figures still to come can take it away."""
        return self in (Obstacle.NOT_YET, Obstacle.LATE)


@dataclass(frozen=True)
class Window:
    """What is compared: figures of one cadence before `trigger`, which raised the action, and from a day on."""

    trigger: Period
    counts_from: date
    cadence: Cadence

    @property
    def first(self) -> Period:
        """The first period that counts after the action: the first to begin by then, and never the trigger."""
        begins = max(self.counts_from, self.trigger.end + _DAY)
        found = Period.containing(begins, self.cadence)
        return found if found.start == begins else found.shifted(1)


@dataclass(frozen=True)
class Reading:
    """A figure that counts, with the share of a counted whole that it is, if it is one."""

    period: Period
    value: Decimal
    share: Share | None = None


@dataclass(frozen=True)
class Sides:
    """The figures that count, the oldest first, and why each of the others does not.

    `ends` is the day of the first break after the baseline: from then on nothing can be compared with it.
    """

    before: tuple[Reading, ...]
    after: tuple[Reading, ...]
    left_out: Mapping[Period, Omission]
    ends: date | None = None

    @property
    def has_counts(self) -> bool:
        """Whether every figure is the share of a counted whole."""
        return all(one.share for one in (*self.before, *self.after))


@dataclass(frozen=True)
class Prospect:
    """What can be expected of an effect check: after how many readings a verdict can come, on which day, and how.

    Without a day none can ever come, and `obstacle` says why; `before` and `after` are the points there are now.
    """

    before: int
    after: int
    readings: int
    method: Method
    earliest: date | None
    obstacle: Obstacle


def sides_of(figures: Iterable[Observed], breaks: Iterable[date], window: Window) -> Sides:
    """Part a series into before and after: final figures of the window's cadence that no break parts."""
    days = sorted(breaks)
    begins = max((day for day in days if day < window.trigger.start), default=date.min)
    ends = min((day for day in days if day >= window.trigger.start), default=None)
    before, after, left_out = list[Reading](), list[Reading](), dict[Period, Omission]()
    for one in sorted(figures, key=lambda one: one.period):
        if one.period.cadence != window.cadence:
            continue
        is_before = one.period.end < window.trigger.start
        why = _why_left_out(one, window, begins=begins, ends=ends)
        if why is not None:
            left_out[one.period] = why
        elif one.value is not None:
            side = before if is_before else after
            side.append(Reading(one.period, one.value, counted_share(one)))
    return Sides(tuple(before), tuple(after), left_out, ends)


def cadence_with_most(figures: Iterable[Observed], breaks: Sequence[date], trigger: Period, own: Cadence) -> Cadence:
    """The cadence with the most figures before the trigger: months behind quarters count where there are more."""
    known = list(figures)

    def points(cadence: Cadence) -> int:
        return len(sides_of(known, breaks, Window(trigger, trigger.start, cadence)).before)

    most = own
    for cadence in Cadence:
        most = cadence if points(cadence) > points(most) else most
    return most


def prospect(sides: Sides, window: Window, *, asked: int, lag: timedelta, missing: Iterable[Period] = ()) -> Prospect:
    """What to expect with the baseline there is, where `asked` readings are to tell; `missing` periods bring none."""
    before, after = len(sides.before), len(sides.after)
    has_counts = sides.has_counts and before > 0
    fewest = choose_method(before, 0, has_counts=has_counts).earliest_after
    if fewest is None:
        return Prospect(before, after, asked, Method.NONE, None, Obstacle.SHORT_BASELINE)
    readings = max(asked, fewest)
    method = choose_method(before, readings, has_counts=has_counts).method
    last = _last_of(window.first, readings, without={*missing})
    if sides.ends is not None and last.end >= sides.ends:
        return Prospect(before, after, readings, method, None, Obstacle.BREAK)
    return Prospect(before, after, readings, method, last.end + lag + _DAY, Obstacle.NOT_YET)


def never_to_come(figures: Iterable[Observed]) -> set[Period]:
    """The periods of which nobody expects a figure any more."""
    return {one.period for one in figures if one.value is None and not _is_waited_for(one.no_data_reason)}


def _why_left_out(one: Observed, window: Window, *, begins: date, ends: date | None) -> Omission | None:
    if one.period.start < begins or (ends is not None and one.period.end >= ends):
        return Omission.ACROSS_A_BREAK
    if one.period.end >= window.trigger.start and one.period.start <= window.trigger.end:
        return Omission.TRIGGER
    if window.trigger.end < one.period.start < window.first.start:
        return Omission.TRANSITION
    if one.value is None:
        return Omission.MISSING
    return Omission.PROVISIONAL if one.provisional else None


def _last_of(first: Period, readings: int, *, without: set[Period]) -> Period:
    """The period that brings the last of so many readings."""
    period, found = first, 0
    while True:
        found += period not in without
        if found == readings:
            return period
        period = period.shifted(1)


def _is_waited_for(reason: NoDataReason | None) -> bool:
    return reason in WAITED_FOR
