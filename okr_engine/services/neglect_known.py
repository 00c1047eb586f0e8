"""What the neglect radar looks at, read once: goals, key results, figures, targets, who holds which role."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may
from okr_engine.database import columns_of, was_current
from okr_engine.model import (
    CorrectiveAction,
    Goal,
    KeyResultKind,
    Narrative,
    NarrativeState,
    OwnerAssessment,
    Priority,
    Role,
    RoleHolding,
    RoleKind,
    Strategy,
)
from okr_engine.periods import Period
from okr_engine.services.accepted_deviations import deviations_on
from okr_engine.services.action_records import roles_above, units_and_roles
from okr_engine.services.commitments import Commitment, commitments_seen
from okr_engine.services.figure_series import Observed, breaks_of, series_of
from okr_engine.services.goalpost_moves import Move, target_moves
from okr_engine.services.standings import Decision, decisions_in
from okr_engine.services.status_evidence import DatedLimit
from okr_engine.services.status_facts import aim_of, in_force
from okr_engine.services.targets import targets_of
from okr_engine.statistics.aims import Aim
from okr_engine.words import Words


@dataclass(frozen=True)
class GoalSeen:
    """A goal that the actor may read, with what it belongs to."""

    id: UUID
    code: str
    name: Words
    unit_id: UUID
    owner_role: UUID | None
    sponsor_role: UUID | None
    starts: date


@dataclass(frozen=True)
class RolesHeld:
    """The roles: their names, those held today, when the last holder left, and which one a unit turns to."""

    names: Mapping[UUID, Words]
    held: frozenset[UUID]
    left: Mapping[UUID, date]
    nearest: Mapping[UUID, Mapping[RoleKind, UUID | None]]


@dataclass(frozen=True)
class Known:
    """Everything the radar's looks are taken at; `ended` is when the last of a goal's earlier key results was due."""

    quarter: Period
    today: date
    goals: Mapping[UUID, GoalSeen]
    commitments: Mapping[UUID, Commitment]
    ended: Mapping[UUID, date]
    decisions: Mapping[UUID, Decision]
    acted_on: frozenset[UUID]
    excused: frozenset[UUID]
    explained: frozenset[UUID]
    viewed: frozenset[UUID]
    targets: Mapping[UUID, Sequence[DatedLimit]]
    moves: Sequence[Move]
    series: Mapping[tuple[UUID, UUID], Mapping[Period, Observed]]
    breaks: Mapping[UUID, Sequence[date]]
    roles: RolesHeld

    def aim(self, of: Commitment) -> Aim:
        """What the key result asks for at the end of the quarter."""
        return aim_of(of.direction, of.better, in_force(self.targets.get(of.id, ()), self.quarter.end))

    def figures(self, of: Commitment) -> Mapping[Period, Observed]:
        """The figures of the key result by period."""
        return self.series.get((of.indicator_id, of.unit_id), {})


def known_of(session: Session, actor: Actor, quarter: Period, *, today: date, strategy: str | None) -> Known:
    """Read it all, for what the actor may read, in as many queries for ten key results as for a thousand."""
    seen = commitments_seen(session, actor, strategy=strategy)
    commitments = {key: one for key, one in seen.items() if one.is_of(quarter)}
    goals = _goals(session, actor, quarter, strategy)
    indicators = {one.indicator_id for one in commitments.values()}
    return Known(
        quarter=quarter,
        today=today,
        goals=goals,
        commitments=commitments,
        ended=_ended(seen.values(), quarter),
        decisions={key: one for key, one in decisions_in(session, quarter, None).items() if key in commitments},
        acted_on=_acted_on(session),
        excused=frozenset(key for key, one in deviations_on(session, today).items() if one.covers),
        explained=_explained(session, quarter),
        viewed=_viewed(session, quarter),
        targets=targets_of(session, commitments),
        moves=target_moves(session, commitments),
        series=series_of(session, indicators, None),
        breaks={key: [one.day for one in found] for key, found in breaks_of(session, indicators, None).items()},
        roles=_roles(session, {goal.unit_id for goal in goals.values()}, today),
    )


def _goals(session: Session, actor: Actor, quarter: Period, strategy: str | None) -> dict[UUID, GoalSeen]:
    rows = session.exec(
        select(Goal, Strategy)
        .join(Priority, col(Priority.id) == col(Goal.priority_id))
        .join(Strategy, col(Strategy.id) == col(Priority.strategy_id))
        .where(col(Strategy.starts) <= quarter.end, col(Strategy.ends) >= quarter.start)
        .order_by(col(Goal.code))
    )
    return {
        goal.id: GoalSeen(
            goal.id, goal.code, goal.name, goal.unit_id, goal.owner_role_id, goal.sponsor_role_id, above.starts
        )
        for goal, above in rows
        if may(actor, Permission.READ, goal.unit_id) and strategy in (None, above.code)
    }


def _ended(commitments: Iterable[Commitment], quarter: Period) -> dict[UUID, date]:
    found: dict[UUID, date] = {}
    for one in commitments:
        if one.kind == KeyResultKind.KEY_RESULT and one.due < quarter.start:
            found[one.goal_id] = max(one.due, found.get(one.goal_id, one.due))
    return found


def _acted_on(session: Session) -> frozenset[UUID]:
    """The key results with an open corrective action."""
    is_open = col(CorrectiveAction.closed_at).is_(None)
    rows = session.scalars(columns_of(CorrectiveAction.key_result_id).where(is_open))
    return frozenset(key for key in rows if key is not None)


def _explained(session: Session, quarter: Period) -> frozenset[UUID]:
    """The goals on which the owner has submitted a narrative for the quarter."""
    return frozenset(
        session.scalars(
            columns_of(Narrative.goal_id).where(
                was_current(Narrative, None),
                col(Narrative.period) == quarter,
                col(Narrative.state) == NarrativeState.SUBMITTED,
            )
        )
    )


def _viewed(session: Session, quarter: Period) -> frozenset[UUID]:
    """The key results on which the owner has given a view in the quarter, expired or not."""
    views = columns_of(OwnerAssessment.key_result_id).where(was_current(OwnerAssessment, None))
    return frozenset(session.scalars(views.where(col(OwnerAssessment.period) == quarter)))


def _roles(session: Session, units: Iterable[UUID], today: date) -> RolesHeld:
    names = {one.id: one.name for one in session.exec(select(Role))}
    holdings = session.exec(select(RoleHolding).where(col(RoleHolding.starts) <= today)).all()
    left: dict[UUID, date] = {}
    for one in holdings:
        if one.ends is not None and one.ends < today:
            left[one.role_id] = max(one.ends, left.get(one.role_id, one.ends))
    parents, by_kind = units_and_roles(session)
    return RolesHeld(
        names=names,
        held=frozenset(one.role_id for one in holdings if one.ends is None or one.ends >= today),
        left=left,
        nearest={unit: roles_above(unit, parents, by_kind) for unit in units},
    )
