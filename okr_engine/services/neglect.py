"""The neglect radar: what nobody looks after, since when, and whose it is to act."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Session

from okr_engine.access import Actor
from okr_engine.model import Direction, KeyResultKind, RoleKind, Status
from okr_engine.periods import Period
from okr_engine.services.commitments import Commitment, on_the_same_figure
from okr_engine.services.goalpost_moves import Move
from okr_engine.services.neglect_known import GoalSeen, Known, known_of
from okr_engine.services.status_facts import crosses_break
from okr_engine.services.wanted_figures import WAITED_FOR
from okr_engine.statistics.aims import Shift
from okr_engine.statistics.trajectories import Pace, pace_of
from okr_engine.words import Words

OFTEN = 2
"""How many moves of a target are worth a question."""

_DAY = timedelta(days=1)


class Neglect(StrEnum):
    """What is neglected."""

    RED_WITHOUT_ACTION = "red_without_action"
    STATUS_UNEXPLAINED = "status_unexplained"
    STALE_VALUE = "stale_value"
    PACE_NEVER_ACHIEVED = "pace_never_achieved"
    TARGET_MOVED_TWICE = "target_moved_twice"
    GOAL_NOT_MEASURABLE = "goal_not_measurable"
    INDICATOR_NOBODY_OWNS = "indicator_nobody_owns"


class SubjectKind(StrEnum):
    """What a finding is about."""

    GOAL = "goal"
    KEY_RESULT = "key_result"
    INDICATOR = "indicator"


@dataclass(frozen=True)
class Sign:
    """What a look found: on which goal or commitment, since when, and the values that its sentence tells."""

    of: Commitment | GoalSeen
    since: date | None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Neglected:
    """One finding: its kind, what it is about, since when, what there is to say, and whose desk it belongs on.

    `role_name` is empty where there is no such role.
    """

    kind: Neglect
    subject: SubjectKind
    code: str
    name: Words
    of: Commitment | GoalSeen
    since: date | None
    values: Mapping[str, Any]
    role: RoleKind
    role_name: Words


@dataclass(frozen=True)
class Watch:
    """One thing the radar watches for, on what, and the role that should act on it."""

    kind: Neglect
    subject: SubjectKind
    role: RoleKind
    look: Callable[[Known], Iterable[Sign]]


def neglected(
    session: Session, actor: Actor, quarter: Period, *, today: date, strategy: str | None = None
) -> tuple[Neglected, ...]:
    """Everything neglected in what the actor may read: statuses as of `quarter`, figures and roles as of `today`."""
    known = known_of(session, actor, quarter, today=today, strategy=strategy)
    return tuple(_finding(watch, sign, known) for watch in RADAR for sign in watch.look(known))


def _finding(watch: Watch, sign: Sign, known: Known) -> Neglected:
    role = _role(watch.role, sign.of, known)
    name = known.roles.names.get(role, Words()) if role else Words()
    code, called = _called(watch.subject, sign.of)
    return Neglected(watch.kind, watch.subject, code, called, sign.of, sign.since, sign.values, watch.role, name)


def _called(subject: SubjectKind, of: Commitment | GoalSeen) -> tuple[str, Words]:
    if subject == SubjectKind.INDICATOR and isinstance(of, Commitment):
        return of.indicator_code, of.indicator_name
    return of.code, of.name


def _role(kind: RoleKind, of: Commitment | GoalSeen, known: Known) -> UUID | None:
    """The goal's own owner or sponsor, the indicator's own steward, or else the nearest role of the kind."""
    unit = of.goal_unit if isinstance(of, Commitment) else of.unit_id
    nearest = known.roles.nearest.get(unit, {}).get(kind)
    match kind:
        case RoleKind.GOAL_OWNER:
            return of.owner_role
        case RoleKind.SPONSOR:
            return of.sponsor_role
        case RoleKind.DATA_STEWARD if isinstance(of, Commitment):
            return of.steward_role or nearest
        case _:
            return nearest


def _reds_without_action(known: Known) -> Iterable[Sign]:
    cared_for = known.acted_on | known.excused
    return _decided(known, (Status.NEEDS_SUPPORT,), except_for=cared_for)


def _unexplained(known: Known) -> Iterable[Sign]:
    told = {one.id for one in known.commitments.values() if one.goal_id in known.explained}
    return _decided(known, (Status.NEEDS_SUPPORT, Status.CHALLENGES), except_for=known.viewed | told)


def _decided(known: Known, statuses: Sequence[Status], *, except_for: Iterable[UUID]) -> Iterable[Sign]:
    left_out = set(except_for)
    for key, of in known.commitments.items():
        decision = known.decisions.get(key)
        if decision is not None and decision.status in statuses and key not in left_out:
            values = {"because": decision.because, "facts": decision.facts}
            yield Sign(of, decision.decided_at.date(), values)


def _stale(known: Known) -> Iterable[Sign]:
    """Figures of which a period is due and missing; what was said to be missing for good is not waited for."""
    for concerned in on_the_same_figure(known.commitments.values()).values():
        of, until = concerned[0], max(one.due for one in concerned)
        answered = [
            period
            for period, one in known.figures(of).items()
            if one.value is not None or one.no_data_reason not in WAITED_FOR
        ]
        newest = max(answered, key=lambda one: one.end, default=None)
        expected = newest.shifted(1) if newest else Period.containing(of.starts, of.cadence)
        due = expected.end + timedelta(days=of.lag_days)
        if due < known.today and expected.end <= until:
            yield Sign(of, due, {"newest": newest, "expected": expected, "due": due, "count": (known.today - due).days})


def _pace_never_achieved(known: Known) -> Iterable[Sign]:
    for of in known.commitments.values():
        aim = known.aim(of)
        figures = _comparable_run(of, known)
        if not figures or aim.target is None or not of.direction.has_path:
            continue
        left = _periods_left(figures[-1][0], of.due)
        if left:
            pace = pace_of([value for _, value in figures], aim.target, periods_left=left, sign=aim.sign)
            if pace.is_beyond_best:
                yield Sign(of, figures[-1][0].end, _told(pace, aim.target, left))


def _told(pace: Pace, target: Decimal, left: int) -> dict[str, Any]:
    return {"required": pace.required, "best": pace.best, "target": target, "count": left}


def _comparable_run(of: Commitment, known: Known) -> list[tuple[Period, Decimal]]:
    """The newest figures up to the quarter, oldest first, one in each period and with no break between them."""
    values = {
        period: one.value
        for period, one in known.figures(of).items()
        if one.value is not None and period.cadence == of.cadence and period.end <= known.quarter.end
    }
    if not values:
        return []
    newest = max(values)
    run = [newest]
    while (earlier := run[-1].shifted(-1)) in values and not crosses_break(
        known.breaks.get(of.indicator_id, ()), earlier, newest
    ):
        run.append(earlier)
    return [(period, values[period]) for period in reversed(run)]


def _periods_left(newest: Period, due: date) -> int:
    count = 0
    while newest.shifted(count + 1).end <= due:
        count += 1
    return count


def _targets_moved_often(known: Known) -> Iterable[Sign]:
    moved: dict[UUID, list[Move]] = {}
    for one in sorted((one for one in known.moves if not one.is_planned), key=lambda move: move.moved_at):
        moved.setdefault(one.of[0].id, []).append(one)
    for key, moves in moved.items():
        if len(moves) >= OFTEN:
            shifts = [one.shift for one in moves]
            values = {
                "count": len(moves),
                "easier": shifts.count(Shift.EASIER),
                "harder": shifts.count(Shift.HARDER),
                "before": moves[0].before,
                "after": moves[-1].after,
            }
            yield Sign(known.commitments[key], moves[-1].moved_at.date(), values)


def _not_measurable(known: Known) -> Iterable[Sign]:
    for goal in known.goals.values():
        rows = [one for one in known.commitments.values() if one.goal_id == goal.id]
        key_results = [one for one in rows if one.kind == KeyResultKind.KEY_RESULT]
        if not any(_can_be_judged(one, known) for one in key_results):
            ended = known.ended.get(goal.id)
            since = ended + _DAY if ended and not key_results else goal.starts
            yield Sign(goal, since, {"count": len(key_results), "quarter": known.quarter})


def _can_be_judged(of: Commitment, known: Known) -> bool:
    aim = known.aim(of)
    has_start = of.baseline is not None or of.direction == Direction.IMPROVE
    return aim.has_target or (aim.sign != 0 and has_start)


def _owned_by_nobody(known: Known) -> Iterable[Sign]:
    by_indicator: dict[UUID, list[Commitment]] = {}
    for one in known.commitments.values():
        by_indicator.setdefault(one.indicator_id, []).append(one)
    for concerned in by_indicator.values():
        roles = {role for one in concerned for role in (one.steward_role, one.owner_role) if role}
        if not roles & known.roles.held:
            left = [known.roles.left[role] for role in roles & known.roles.left.keys()]
            goals = sorted({one.goal_code for one in concerned})
            yield Sign(concerned[0], max(left, default=None), {"goals": goals})


RADAR = (
    Watch(Neglect.RED_WITHOUT_ACTION, SubjectKind.KEY_RESULT, RoleKind.GOAL_OWNER, _reds_without_action),
    Watch(Neglect.STATUS_UNEXPLAINED, SubjectKind.KEY_RESULT, RoleKind.GOAL_OWNER, _unexplained),
    Watch(Neglect.STALE_VALUE, SubjectKind.INDICATOR, RoleKind.DATA_STEWARD, _stale),
    Watch(Neglect.PACE_NEVER_ACHIEVED, SubjectKind.KEY_RESULT, RoleKind.GOAL_OWNER, _pace_never_achieved),
    Watch(Neglect.TARGET_MOVED_TWICE, SubjectKind.KEY_RESULT, RoleKind.SPONSOR, _targets_moved_often),
    Watch(Neglect.GOAL_NOT_MEASURABLE, SubjectKind.GOAL, RoleKind.GOAL_OWNER, _not_measurable),
    Watch(Neglect.INDICATOR_NOBODY_OWNS, SubjectKind.INDICATOR, RoleKind.STRATEGY_OFFICE, _owned_by_nobody),
)
