"""An action's effect checks as people see them: what was registered, what the figures say, what was confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may
from okr_engine.errors import NotFound
from okr_engine.model import ActionState, CorrectiveAction, Criterion, EffectCheck, Indicator, MeasureUnit
from okr_engine.periods import Cadence, Period
from okr_engine.services.action_access import (
    above_accountable,
    chains_of,
    is_assigned_to,
    roles_above_accountable,
    unit_of,
    units_of,
)
from okr_engine.services.effect_checks import prospect_of
from okr_engine.services.effect_findings import FIRST, SECOND, Finding, judged_all
from okr_engine.services.effect_series import Prospect
from okr_engine.services.effect_verdicts import may_verify
from okr_engine.services.figure_series import FigureSeries, breaks_of, limits_of, series_of
from okr_engine.services.happenings import actions_on, happenings_of
from okr_engine.statistics.effects import Verdict
from okr_engine.words import Words, message


@dataclass(frozen=True)
class CheckView:
    """One check: how it was registered, and what the figures say, or said on the day it was confirmed."""

    round: int
    number: int
    indicator_code: str
    indicator_name: Words
    measure: MeasureUnit
    decimals: int
    sign: int
    expected: Decimal
    readings: int
    cadence: Cadence
    trigger: Period
    baseline_ends: date
    counts_from: date
    earliest: date | None
    registered_at: datetime
    is_recorded_before: bool
    found: Finding
    proposed_at: datetime | None
    verdict: Verdict | None
    confirmed_by: str | None
    confirmed_at: datetime | None
    note: str | None

    @property
    def is_second(self) -> bool:
        """Whether it asks if the effect has lasted."""
        return self.number == SECOND


@dataclass(frozen=True)
class EffectView:
    """Every check of an action, the newest first, with the series that the newest one looks at.

    `waiting` is the one that somebody has to confirm now.
    """

    code: str
    version: int
    checks: tuple[CheckView, ...]
    waiting: CheckView | None
    may_confirm: bool
    series: FigureSeries | None


@dataclass(frozen=True)
class LastingCheck:
    """A second check that waits to be confirmed: the code of its action, and what is measured."""

    code: str
    indicator_name: Words


def effect_view(session: Session, actor: Actor, code: str, *, today: date) -> EffectView:
    """The effect of a key result's action; NotFound where there is none that the actor may read."""
    action, key_result, is_verifier = _readable(session, actor, code)
    newest_first = (col(EffectCheck.round).desc(), col(EffectCheck.number).desc())
    checks = session.exec(select(EffectCheck).where(EffectCheck.action_id == action.id).order_by(*newest_first)).all()
    indicators = _indicators(session, checks)
    newest = checks[0] if checks else None
    live = judged_all(session, [one for one in checks if one.confirmed_at is None], today=today)
    views = {one.id: _view(one, action, indicators[one.indicator_id], live.get(one.id)) for one in checks}
    waiting = next((views[one.id] for one in checks if _waits(one, action)), None)
    return EffectView(
        code=action.code,
        version=action.version,
        checks=tuple(views.values()),
        waiting=waiting,
        may_confirm=is_verifier and waiting is not None,
        series=_series(session, newest, indicators[newest.indicator_id], key_result) if newest else None,
    )


def lasting_to_confirm(session: Session, actor: Actor) -> list[LastingCheck]:
    """The closed actions of which the figures say whether the effect has lasted, and the actor may confirm it."""
    rows = session.exec(
        select(CorrectiveAction, Indicator)
        .join(EffectCheck, col(EffectCheck.action_id) == col(CorrectiveAction.id))
        .join(Indicator, col(Indicator.id) == col(EffectCheck.indicator_id))
        .where(
            col(CorrectiveAction.state) == ActionState.VERIFIED,
            col(EffectCheck.number) == SECOND,
            col(EffectCheck.round) == col(CorrectiveAction.round),
            col(EffectCheck.confirmed_at).is_(None),
            col(EffectCheck.proposed) != Verdict.CANNOT_BE_JUDGED_YET,
        )
        .order_by(col(EffectCheck.proposed_at), col(CorrectiveAction.code))
    ).all()
    units = units_of(session, [action for action, _indicator in rows])
    chains = chains_of(session, {action.id for action, _indicator in rows})
    return [
        LastingCheck(action.code, indicator.name)
        for action, indicator in rows
        if may_verify(actor, action, units[action.subject_id], above_accountable(chains[action.id]))
    ]


def effect_foreseen(session: Session, actor: Actor, code: str, criterion: Criterion) -> Prospect:
    """What to expect of a criterion before it is planned: on which day a verdict can come, or why none ever will."""
    action, _, _ = _readable(session, actor, code)
    return prospect_of(session, action, criterion)


def _readable(session: Session, actor: Actor, code: str) -> tuple[CorrectiveAction, UUID, bool]:
    """The action, the key result it is on, and whether the actor may verify its effect."""
    action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == code)).first()
    if action is None or action.key_result_id is None:
        raise NotFound(message("error.no_such_action", code=code))
    unit_id, above = unit_of(session, action), roles_above_accountable(session, action)
    is_verifier = may_verify(actor, action, unit_id, above)
    if not (is_verifier or is_assigned_to(actor, action) or may(actor, Permission.READ, unit_id)):
        raise NotFound(message("error.no_such_action", code=code))
    return action, action.key_result_id, is_verifier


def _waits(check: EffectCheck, action: CorrectiveAction) -> bool:
    number = {ActionState.DONE: FIRST, ActionState.VERIFIED: SECOND}.get(action.state)
    return check.confirmed_at is None and (check.round, check.number) == (action.round, number)


def _view(check: EffectCheck, action: CorrectiveAction, indicator: Indicator, live: Finding | None) -> CheckView:
    return CheckView(
        round=check.round,
        number=check.number,
        indicator_code=indicator.code,
        indicator_name=indicator.name,
        measure=indicator.unit,
        decimals=indicator.decimals,
        sign=check.sign,
        expected=check.expected,
        readings=check.readings,
        cadence=check.cadence,
        trigger=action.period,
        baseline_ends=check.baseline_ends,
        counts_from=check.counts_from,
        earliest=check.earliest,
        registered_at=check.registered_at,
        is_recorded_before=check.is_recorded_before,
        found=live or Finding.read_back(check.found or {}),
        proposed_at=check.proposed_at,
        verdict=Verdict(check.verdict) if check.verdict else None,
        confirmed_by=check.confirmed_by,
        confirmed_at=check.confirmed_at,
        note=check.note,
    )


def _indicators(session: Session, checks: Sequence[EffectCheck]) -> Mapping[UUID, Indicator]:
    wanted = {one.indicator_id for one in checks}
    return {one.id: one for one in session.exec(select(Indicator).where(col(Indicator.id).in_(wanted)))}


def _series(session: Session, check: EffectCheck, indicator: Indicator, key_result: UUID) -> FigureSeries | None:
    """The figures that are looked at, with the actions on the key result where they happened."""
    known = series_of(session, [indicator.id], None).get((indicator.id, check.unit_id), {}).values()
    figures = tuple(
        sorted((one for one in known if one.period.cadence == check.cadence), key=lambda one: one.period.start)
    )
    if not figures:
        return None
    return FigureSeries(
        code=indicator.code,
        name=indicator.name,
        measure=indicator.unit,
        decimals=indicator.decimals,
        figures=figures,
        limits=tuple(limits_of(session, [indicator.id], None)[indicator.id]),
        breaks=tuple(breaks_of(session, [indicator.id], None)[indicator.id]),
        starts=figures[0].period.start,
        due=figures[-1].period.end,
        happenings=happenings_of(figures, actions_on(session, [key_result], None)[key_result]),
    )
