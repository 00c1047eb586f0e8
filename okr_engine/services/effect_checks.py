"""corrective action → effect: how it will be judged is registered with the plan, before its result is seen."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.database import moment_of
from okr_engine.errors import InvalidInput, NotFound
from okr_engine.model import (
    ActionPlan,
    CorrectiveAction,
    Criterion,
    EffectCheck,
    Indicator,
    KeyResult,
    Measurement,
    Polarity,
)
from okr_engine.periods import Period
from okr_engine.services.effect_findings import FIRST, SECOND, Finding
from okr_engine.services.effect_series import (
    Prospect,
    Sides,
    Window,
    cadence_with_most,
    never_to_come,
    prospect,
    sides_of,
)
from okr_engine.services.figure_series import Observed, breaks_of, series_of
from okr_engine.services.status_facts import aim_of, in_force
from okr_engine.services.targets import targets_of
from okr_engine.words import message

_DAY = timedelta(days=1)
_POLARITY = {Polarity.HIGHER: 1, Polarity.LOWER: -1, Polarity.NEITHER: 0}


def register_effect_check(session: Session, action: CorrectiveAction, plan: ActionPlan) -> EffectCheck | None:
    """Register how this round of the action will be judged; None where the plan names no criterion.

    A plan made anew takes the place of the one before. Once a figure has been seen that counts by either, the check
    says that it was not registered before. InvalidInput where the indicator has no good direction, or where figures
    would count that belong to what raised the action.
    """
    if plan.criterion is None or action.key_result_id is None:
        return None
    criterion = plan.criterion
    if criterion.counts_from <= action.period.end:
        raise InvalidInput(message("effect.counts_from_too_early", earliest=action.period.end + _DAY))
    key_result = session.get_one(KeyResult, action.key_result_id)
    indicator = _indicator(session, criterion)
    figures, breaks = _series(session, indicator.id, key_result.unit_id)
    window, expected = _foreseen(figures, breaks, indicator, action.period, criterion)
    known = session.exec(
        select(EffectCheck).where(
            EffectCheck.action_id == action.id, EffectCheck.round == action.round, EffectCheck.number == FIRST
        )
    ).first()
    since = min(criterion.counts_from, known.counts_from) if known else criterion.counts_from
    planned: dict[str, Any] = {
        "indicator_id": indicator.id,
        "unit_id": key_result.unit_id,
        "sign": _sign(session, key_result, indicator, action.period, figures),
        "expected": criterion.expected,
        "readings": expected.readings,
        "cadence": window.cadence,
        "baseline_ends": action.period.start - _DAY,
        "counts_from": criterion.counts_from,
        "earliest": expected.earliest,
        "method": expected.method.value,
        "registered_at": moment_of(session),
        "is_recorded_before": not _has_been_seen(session, indicator.id, key_result.unit_id, since),
    }
    check = known or EffectCheck(action_id=action.id, round=action.round, **planned)
    for name, value in planned.items():
        setattr(check, name, value)
    return _kept(session, check)


def prospect_of(session: Session, action: CorrectiveAction, criterion: Criterion) -> Prospect:
    """What can be expected of such a criterion for a key result's action."""
    key_result = session.get_one(KeyResult, action.key_result_id)
    indicator = _indicator(session, criterion)
    figures, breaks = _series(session, indicator.id, key_result.unit_id)
    return _foreseen(figures, breaks, indicator, action.period, criterion)[1]


def register_second_check(session: Session, first: EffectCheck, found: Finding) -> EffectCheck:
    """The same again, over as many readings after the last that the first one saw."""
    figures, breaks = _series(session, first.indicator_id, first.unit_id)
    indicator = session.get_one(Indicator, first.indicator_id)
    trigger = session.get_one(CorrectiveAction, first.action_id).period
    begins = found.after[-1].period.end + _DAY
    window = Window(trigger, begins, first.cadence)
    expected = _prospect(sides_of(figures, breaks, window), window, indicator, first.readings, figures)
    planned = first.model_dump(
        include={
            "action_id",
            "round",
            "indicator_id",
            "unit_id",
            "sign",
            "expected",
            "cadence",
            "baseline_ends",
            "is_recorded_before",
        }
    )
    second = EffectCheck(
        **planned,
        number=SECOND,
        readings=expected.readings,
        counts_from=begins,
        earliest=expected.earliest,
        method=expected.method.value,
        registered_at=moment_of(session),
    )
    return _kept(session, second)


def _foreseen(
    figures: list[Observed], breaks: list[date], indicator: Indicator, trigger: Period, criterion: Criterion
) -> tuple[Window, Prospect]:
    cadence = cadence_with_most(figures, breaks, trigger, indicator.cadence)
    window = Window(trigger, criterion.counts_from, cadence)
    return window, _prospect(sides_of(figures, breaks, window), window, indicator, criterion.readings, figures)


def _prospect(sides: Sides, window: Window, indicator: Indicator, asked: int, figures: list[Observed]) -> Prospect:
    lag = timedelta(days=indicator.lag_days)
    return prospect(sides, window, asked=asked, lag=lag, missing=never_to_come(figures))


def _sign(
    session: Session, key_result: KeyResult, indicator: Indicator, trigger: Period, figures: list[Observed]
) -> int:
    """Which way is better: as the key result asks, towards its range, or else as the indicator itself says."""
    polarity = _POLARITY[indicator.better]
    sign = polarity
    if indicator.id == key_result.indicator_id:
        target = in_force(targets_of(session, [key_result.id]).get(key_result.id, ()), trigger.end)
        aim = aim_of(key_result.direction, indicator.better, target)
        value = next((one.value for one in figures if one.period.end == trigger.end and one.value is not None), None)
        sign = aim.sign or polarity
        if aim.low is not None and aim.high is not None and value is not None and aim.missed_by(value):
            sign = 1 if value < aim.low else -1
    if not sign:
        raise InvalidInput(message("effect.no_good_direction"), remedy=message("effect.no_good_direction_remedy"))
    return sign


def _indicator(session: Session, criterion: Criterion) -> Indicator:
    found = session.exec(select(Indicator).where(Indicator.code == criterion.indicator)).first()
    if found is None:
        raise NotFound(message("error.no_such_code", code=criterion.indicator))
    return found


def _series(session: Session, indicator_id: UUID, unit_id: UUID) -> tuple[list[Observed], list[date]]:
    figures = series_of(session, [indicator_id], None).get((indicator_id, unit_id), {})
    breaks = breaks_of(session, [indicator_id], None).get(indicator_id, [])
    return list(figures.values()), [one.day for one in breaks]


def _has_been_seen(session: Session, indicator_id: UUID, unit_id: UUID, since: date) -> bool:
    """Whether a figure has ever been told of a period that begins on the day or later."""
    seen = select(Measurement.id).where(
        Measurement.indicator_id == indicator_id,
        Measurement.unit_id == unit_id,
        col(Measurement.period_start) >= since,
        col(Measurement.value).is_not(None),
    )
    return session.exec(seen.limit(1)).first() is not None


def _kept(session: Session, check: EffectCheck) -> EffectCheck:
    session.add(check)
    session.flush()
    return check
