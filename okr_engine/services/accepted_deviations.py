"""Accepted deviations: leadership lets a key result miss its target until a day; its status stays what it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may, require
from okr_engine.database import moment_of, supersede, was_current
from okr_engine.errors import InvalidInput, NotFound, StaleEdit
from okr_engine.model import AcceptedDeviation, Goal, Indicator, KeyResult
from okr_engine.periods import Period
from okr_engine.services.commitments import Commitment, commitments_seen, every_commitment
from okr_engine.services.figure_series import Observed, series_of
from okr_engine.services.people import name_of
from okr_engine.services.status_evidence import DatedLimit
from okr_engine.services.status_facts import aim_of, in_force
from okr_engine.services.targets import targets_of
from okr_engine.services.typed_texts import line, prose
from okr_engine.statistics.aims import Aim
from okr_engine.words import message

LONGEST_YEARS = 2
SOON = timedelta(days=30)

Series = Mapping[tuple[UUID, UUID], Mapping[Period, Observed]]
"""The figures of each indicator in a unit, by period."""


class DeviationState(StrEnum):
    """Whether what was accepted still counts; `exceeded` when the latest figure is worse than the accepted level."""

    HOLDS = "holds"
    EXCEEDED = "exceeded"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class DeviationView:
    """What is accepted for a key result, beside its real target, and how it stands on a day."""

    of: Commitment
    state: DeviationState
    since: date
    until: date
    rationale: str
    level: Decimal | None
    target: DatedLimit | None
    latest: Observed | None
    accepted_by: str
    accepted_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    reason: str | None
    revision: int
    is_ending: bool

    @property
    def covers(self) -> bool:
        """Whether the deviation is accepted as it is."""
        return self.state == DeviationState.HOLDS


@dataclass(frozen=True)
class DeviationBeside:
    """What stands beside the explanation of a key result: the deviation, if any, and whether the actor may decide."""

    of: Commitment
    target: DatedLimit | None
    deviation: DeviationView | None
    may_accept: bool


def accept_deviation(
    session: Session,
    actor: Actor,
    key_result_code: str,
    *,
    until: date,
    rationale: str,
    level: Decimal | None,
    based_on: int,
) -> None:
    """Accept that the key result misses its target until a day, that day included, over revision `based_on`.

    InvalidInput where nothing is asked of the figure, without a rationale, for a day that has gone or lies more than
    two years ahead, and for a level that the target already covers; StaleEdit when somebody has decided otherwise
    since. The same again changes nothing.
    """
    key_result, indicator, known = _decidable(session, actor, key_result_code)
    today, rationale = moment_of(session).date(), prose(rationale)
    if not rationale:
        raise InvalidInput(message("error.deviation_needs_rationale"))
    if until < today:
        raise InvalidInput(message("error.due_in_the_past", due=until))
    if until > (latest := _years_later(today)):
        raise InvalidInput(message("error.deviation_too_long", latest=latest))
    target = in_force(targets_of(session, [key_result.id]).get(key_result.id, ()), today)
    _check_level(aim_of(key_result.direction, indicator.better, target), level)
    holds = known is not None and not known.withdrawn and today <= known.until
    if known is not None and holds and (known.until, known.rationale, known.level) == (until, rationale, level):
        return
    _refuse_stale(session, known, based_on, rationale)
    accepted = AcceptedDeviation(
        key_result_id=key_result.id,
        since=known.since if known is not None and holds else today,
        until=until,
        rationale=rationale,
        level=level,
        recorded_at=moment_of(session),
        recorded_by=actor.code,
    )
    _record(session, known, accepted)


def withdraw_deviation(session: Session, actor: Actor, key_result_code: str, *, reason: str, based_on: int) -> None:
    """Take back what was accepted, from now on, with a reason; InvalidInput where nothing is accepted any more."""
    key_result, _, known = _decidable(session, actor, key_result_code)
    said = line(reason)
    if said is None:
        raise InvalidInput(message("error.withdrawal_needs_reason"))
    _refuse_stale(session, known, based_on, said)
    if known is None or known.withdrawn or known.until < moment_of(session).date():
        raise InvalidInput(message("error.no_deviation_to_withdraw"))
    withdrawn = AcceptedDeviation(
        key_result_id=key_result.id,
        since=known.since,
        until=known.until,
        rationale=known.rationale,
        level=known.level,
        withdrawn=True,
        reason=said,
        recorded_at=moment_of(session),
        recorded_by=actor.code,
    )
    _record(session, known, withdrawn)


def deviations_on(session: Session, day: date) -> dict[UUID, DeviationView]:
    """What was accepted by the end of `day` for each key result, with whether it holds on that day.

    One that ended by itself or was withdrawn is still there, so that a page can say why it no longer counts. Of every
    key result: who asks shows only what its reader may read.
    """
    return _views(session, every_commitment(session), day)


def deviation_on(session: Session, key_result: UUID, day: date) -> DeviationView | None:
    """What was accepted of one key result by the end of `day`; where that is nothing, no more is read."""
    if key_result not in _history(session, day):
        return None
    return deviations_on(session, day).get(key_result)


def accepted_until(session: Session, quarter: Period, *, today: date) -> dict[UUID, date]:
    """Until when the deviation of a key result is accepted, of those that cover what the quarter shows.

    It counts as it stood on the last day on which the quarter was the newest one that had ended; today until then.
    """
    day = min(today, quarter.shifted(1).end)
    return {key_result: one.until for key_result, one in deviations_on(session, day).items() if one.covers}


def deviations_seen(
    session: Session, actor: Actor, *, today: date, strategy: str | None = None
) -> tuple[DeviationView, ...]:
    """Those on key results that the actor may read, the earliest to end first."""
    found = _views(session, commitments_seen(session, actor, strategy=strategy), today)
    return tuple(sorted(found.values(), key=lambda one: (one.until, one.of.code)))


def deviation_beside(session: Session, actor: Actor, key_result_code: str, *, today: date) -> DeviationBeside:
    """What stands beside a key result; NotFound where there is none that the actor may read."""
    seen = commitments_seen(session, actor).values()
    of = next((one for one in seen if one.code == key_result_code), None)
    if of is None:
        raise NotFound(message("error.no_such_key_result", code=key_result_code))
    target = in_force(targets_of(session, [of.id]).get(of.id, ()), today)
    is_allowed = may(actor, Permission.ACCEPT_DEVIATION, of.goal_unit)
    return DeviationBeside(
        of=of,
        target=target,
        deviation=_views(session, {of.id: of}, today).get(of.id),
        may_accept=is_allowed and _can_be_missed(aim_of(of.direction, of.better, target)),
    )


def _decidable(session: Session, actor: Actor, code: str) -> tuple[KeyResult, Indicator, AcceptedDeviation | None]:
    found = session.exec(
        select(KeyResult, Indicator, Goal.unit_id)
        .join(Indicator, col(Indicator.id) == col(KeyResult.indicator_id))
        .join(Goal, col(Goal.id) == col(KeyResult.goal_id))
        .where(KeyResult.code == code)
    ).first()
    if found is None:
        raise NotFound(message("error.no_such_code", code=code))
    key_result, indicator, unit_id = found
    require(actor, Permission.ACCEPT_DEVIATION, unit_id)
    known = session.exec(
        select(AcceptedDeviation).where(
            was_current(AcceptedDeviation, None), AcceptedDeviation.key_result_id == key_result.id
        )
    ).first()
    return key_result, indicator, known


def _years_later(day: date) -> date:
    try:
        return day.replace(year=day.year + LONGEST_YEARS)
    except ValueError:
        return day.replace(year=day.year + LONGEST_YEARS, day=28)


def _can_be_missed(aim: Aim) -> bool:
    """Whether there is a good way or a range to deviate from."""
    return aim.sign != 0 or aim.is_range


def _check_level(aim: Aim, level: Decimal | None) -> None:
    if not _can_be_missed(aim):
        raise InvalidInput(message("error.nothing_to_deviate_from"))
    if level is not None and aim.missed_by(level) == 0:
        raise InvalidInput(message("error.deviation_level_covered"), remedy=message("error.deviation_level_remedy"))


def _refuse_stale(session: Session, known: AcceptedDeviation | None, based_on: int, yours: str) -> None:
    if (known.revision if known else 0) != based_on:
        raise StaleEdit(
            theirs=known.rationale if known else "",
            yours=yours,
            saved_by=name_of(session, known.recorded_by) if known else "",
        )


def _record(session: Session, known: AcceptedDeviation | None, fresh: AcceptedDeviation) -> None:
    if known is None:
        session.add(fresh)
    else:
        supersede(session, known, fresh)
    session.flush()


def _views(session: Session, commitments: Mapping[UUID, Commitment], day: date) -> dict[UUID, DeviationView]:
    history = _history(session, day)
    concerned = {key: of for key, of in commitments.items() if key in history and history[key][-1].since <= day}
    levelled = {of.indicator_id for key, of in concerned.items() if history[key][-1].level is not None}
    series = series_of(session, levelled, None) if levelled else {}
    targets = targets_of(session, concerned) if concerned else {}
    return {
        key: _view(of, history[key], in_force(targets.get(key, ()), day), _latest(of, series, day), day)
        for key, of in concerned.items()
    }


def _view(
    of: Commitment,
    history: list[AcceptedDeviation],
    target: DatedLimit | None,
    latest: Observed | None,
    day: date,
) -> DeviationView:
    last = history[-1]
    accepted = next(one for one in reversed(history) if not one.withdrawn)
    state = _state(last, aim_of(of.direction, of.better, target), latest, day)
    return DeviationView(
        of=of,
        state=state,
        since=last.since,
        until=last.until,
        rationale=last.rationale,
        level=last.level,
        target=target,
        latest=latest,
        accepted_by=accepted.recorded_by,
        accepted_at=accepted.recorded_at,
        withdrawn_by=last.recorded_by if last.withdrawn else None,
        withdrawn_at=last.recorded_at if last.withdrawn else None,
        reason=last.reason,
        revision=last.revision,
        is_ending=state in (DeviationState.HOLDS, DeviationState.EXCEEDED) and last.until <= day + SOON,
    )


def _state(last: AcceptedDeviation, aim: Aim, latest: Observed | None, day: date) -> DeviationState:
    if last.withdrawn:
        return DeviationState.WITHDRAWN
    if day > last.until:
        return DeviationState.ENDED
    if last.level is not None and latest is not None and latest.value is not None:
        worse_by = aim.relaxed_to(last.level).missed_by(latest.value)
        return DeviationState.EXCEEDED if worse_by else DeviationState.HOLDS
    return DeviationState.HOLDS


def _latest(of: Commitment, series: Series, day: date) -> Observed | None:
    seen = series.get((of.indicator_id, of.unit_id), {}).values()
    told = [one for one in seen if one.value is not None and one.period.end <= day]
    return max(told, key=lambda one: one.period.end, default=None)


def _history(session: Session, day: date) -> dict[UUID, list[AcceptedDeviation]]:
    """Every revision recorded by the end of `day`, by key result, the newest last."""
    after = datetime.combine(day + timedelta(days=1), time.min, UTC)
    rows = (
        select(AcceptedDeviation)
        .where(col(AcceptedDeviation.recorded_at) < after)
        .order_by(col(AcceptedDeviation.revision))
    )
    found: dict[UUID, list[AcceptedDeviation]] = {}
    for row in session.exec(rows):
        found.setdefault(row.key_result_id, []).append(row)
    return found
