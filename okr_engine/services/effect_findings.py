"""series → effect: what the figures say of an action, as a value that can be kept and read back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, Self
from uuid import UUID

from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from okr_engine.database import columns_of
from okr_engine.model import CorrectiveAction, EffectCheck, Indicator
from okr_engine.model.columns import PeriodField
from okr_engine.periods import Period
from okr_engine.services.effect_series import (
    Obstacle,
    Omission,
    Reading,
    Sides,
    Window,
    never_to_come,
    prospect,
    sides_of,
)
from okr_engine.services.figure_series import Observed, breaks_of, series_of
from okr_engine.statistics.effects import (
    Effect,
    Method,
    Plan,
    Verdict,
    choose_method,
    judge_effect,
    judge_effect_on_shares,
    look_again,
)

FIRST, SECOND = 1, 2
"""The numbers of a round's two checks."""

_PERCENT = 100


@dataclass(frozen=True)
class Told:
    """A figure that a verdict rests on."""

    period: PeriodField
    value: Decimal


@dataclass(frozen=True)
class LeftOut:
    """A figure that a verdict does not rest on, and why."""

    period: PeriodField
    why: Omission


@dataclass(frozen=True)
class Finding:
    """What the figures say of an action's effect, with all that it rests on.

    The change, its interval and `same_season` (the change against the same periods a year earlier) are in the
    indicator's own unit, percentages in points. While nothing can be said, `obstacle` says why, and `until` on which
    day it may; None is never.
    """

    verdict: Verdict
    method: Method
    readings: int
    before: tuple[Told, ...]
    after: tuple[Told, ...]
    left_out: tuple[LeftOut, ...]
    change: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    p: Decimal | None = None
    same_season: Decimal | None = None
    is_indication: bool = False
    until: date | None = None
    obstacle: Obstacle | None = None

    @property
    def is_judged(self) -> bool:
        """Whether there is a verdict at all."""
        return self.verdict != Verdict.CANNOT_BE_JUDGED_YET

    @property
    def can_never_be_judged(self) -> bool:
        """Whether these figures will never tell."""
        return self.obstacle is not None and not self.obstacle.may_pass

    def kept(self) -> dict[str, Any]:
        """The finding as a check keeps it."""
        found: dict[str, Any] = _AS_JSON.dump_python(self, mode="json")
        return found

    @classmethod
    def read_back(cls, kept: Mapping[str, Any]) -> Self:
        """The finding that a check has kept."""
        return TypeAdapter(cls).validate_python(kept)


_AS_JSON = TypeAdapter(Finding)


def judged(session: Session, check: EffectCheck, *, today: date) -> Finding:
    """What the series in place says of the check today."""
    return judged_all(session, [check], today=today)[check.id]


def judged_all(session: Session, checks: Sequence[EffectCheck], *, today: date) -> dict[UUID, Finding]:
    """The same for many checks, by check; in as many queries for one as for a thousand."""
    indicators = {check.indicator_id for check in checks}
    series, breaks = series_of(session, indicators, None), breaks_of(session, indicators, None)
    lags = dict(session.exec(select(Indicator.id, Indicator.lag_days).where(col(Indicator.id).in_(indicators))).all())
    triggers = _triggers(session, {check.action_id for check in checks})
    first = _first_verdicts(session, {check.action_id for check in checks})
    return {
        check.id: _looked_at_again(
            found_in(
                series.get((check.indicator_id, check.unit_id), {}).values(),
                [one.day for one in breaks.get(check.indicator_id, ())],
                check,
                trigger=triggers[check.action_id],
                lag=timedelta(days=lags[check.indicator_id]),
                today=today,
            ),
            first.get((check.action_id, check.round)) if check.number == SECOND else None,
        )
        for check in checks
    }


def found_in(
    figures: Iterable[Observed],
    breaks: Iterable[date],
    check: EffectCheck,
    *,
    trigger: Period,
    lag: timedelta,
    today: date,
) -> Finding:
    """What a series says of the check: of its first readings, as many as were planned, once they are all final.

    A figure of a period that is not over tells nothing, whatever it is called.
    """
    known = [one for one in figures if one.period.end < today]
    window = Window(trigger, check.counts_from, check.cadence)
    sides = sides_of(known, breaks, window)
    expected = prospect(sides, window, asked=check.readings, lag=lag, missing=never_to_come(known))
    after = tuple(islice(sides.after, expected.readings))
    if expected.earliest is None or len(after) < expected.readings:
        is_late = expected.earliest is not None and expected.earliest <= today
        obstacle = Obstacle.LATE if is_late else expected.obstacle
        return _finding(sides, after, readings=expected.readings, until=expected.earliest, obstacle=obstacle)
    effect, scale = _effect(sides, after, Plan(check.sign, float(check.expected), check.is_recorded_before))
    if effect.verdict == Verdict.CANNOT_BE_JUDGED_YET:
        return _finding(sides, after, readings=expected.readings, obstacle=Obstacle.UNCHANGING)
    return _finding(sides, after, readings=expected.readings, effect=effect, scale=scale)


def _effect(sides: Sides, after: Sequence[Reading], plan: Plan) -> tuple[Effect, int]:
    """What the method for so many points says, and what to multiply it with for the indicator's own unit."""
    before_shares = [one.share for one in sides.before if one.share]
    after_shares = [one.share for one in after if one.share]
    if sides.has_counts:
        in_shares = Plan(plan.sign, plan.expected / _PERCENT, plan.is_recorded_before)
        return judge_effect_on_shares(before_shares, after_shares, in_shares), _PERCENT
    return judge_effect([float(one.value) for one in sides.before], [float(one.value) for one in after], plan), 1


def _finding(
    sides: Sides,
    after: Sequence[Reading],
    *,
    readings: int,
    effect: Effect | None = None,
    scale: int = 1,
    until: date | None = None,
    obstacle: Obstacle | None = None,
) -> Finding:
    has_counts = sides.has_counts and bool(sides.before)
    choice = effect.choice if effect else choose_method(len(sides.before), readings, has_counts=has_counts)
    interval = effect.interval if effect else None
    return Finding(
        verdict=effect.verdict if effect else Verdict.CANNOT_BE_JUDGED_YET,
        method=choice.method,
        readings=readings,
        before=tuple(Told(one.period, one.value) for one in sides.before),
        after=tuple(Told(one.period, one.value) for one in after),
        left_out=tuple(LeftOut(period, why) for period, why in sides.left_out.items()),
        change=_exact(effect.change, scale) if effect else None,
        low=_exact(interval.low, scale) if interval else None,
        high=_exact(interval.high, scale) if interval else None,
        p=_exact(effect.p, 1) if effect else None,
        same_season=_same_season(sides.before, after),
        is_indication=choice.is_indication,
        until=until,
        obstacle=obstacle,
    )


def _same_season(before: Sequence[Reading], after: Sequence[Reading]) -> Decimal | None:
    """The mean change against the same period a year earlier, of the readings whose own lies in the baseline."""
    known = {one.period: one.value for one in before}
    changes = [one.value - known[was] for one in after if (was := _years_earlier(one.period, known)) is not None]
    return sum(changes, Decimal(0)) / len(changes) if changes else None


def _years_earlier(period: Period, known: Mapping[Period, Decimal]) -> Period | None:
    """The newest period of the same season in an earlier year that is known."""
    same = [one for one in known if one.number == period.number and one.start < period.start]
    return max(same, default=None)


def _exact(value: float | None, scale: int) -> Decimal | None:
    """More digits than any figure is shown with."""
    return None if value is None else Decimal(f"{value * scale:.9g}")


def _looked_at_again(found: Finding, first: Verdict | None) -> Finding:
    return found if first is None else replace(found, verdict=look_again(first, found.verdict))


def _triggers(session: Session, actions: set[UUID]) -> dict[UUID, Period]:
    columns = columns_of(CorrectiveAction.id, CorrectiveAction.period)
    return {one.id: one.period for one in session.execute(columns.where(col(CorrectiveAction.id).in_(actions)))}


def _first_verdicts(session: Session, actions: set[UUID]) -> dict[tuple[UUID, int], Verdict]:
    """The confirmed verdict of each round's first check."""
    columns = columns_of(EffectCheck.action_id, EffectCheck.round, EffectCheck.verdict)
    rows = session.execute(
        columns.where(
            col(EffectCheck.action_id).in_(actions),
            col(EffectCheck.number) == FIRST,
            col(EffectCheck.verdict).is_not(None),
        )
    )
    return {(action, round_): Verdict(verdict) for action, round_, verdict in rows}
