"""Where owner and rules differed: which status each saw, for how long, how it ended, and who was right later."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor
from okr_engine.database import columns_of
from okr_engine.model import OwnerAssessment, Status, StatusDecision
from okr_engine.periods import Period
from okr_engine.services.assessments import ASSESSABLE
from okr_engine.services.commitments import Commitment, commitments_seen
from okr_engine.terms import HOW_GOOD


class Leaning(StrEnum):
    """Which way the owner's view leans from the derived status."""

    OPTIMISTIC = "optimistic"
    PESSIMISTIC = "pessimistic"


class Ending(StrEnum):
    """How a disagreement ended, if it has."""

    OPEN = "open"
    EXPIRED = "expired"
    VIEW_CHANGED = "view_changed"
    STATUS_CHANGED = "status_changed"


class Outcome(StrEnum):
    """Whom the next judged quarter bore out."""

    OWNER = "owner"
    RULES = "rules"
    NEITHER = "neither"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True)
class Disagreement:
    """Owner and rules side by side on a key result in a quarter, from a moment until it ended or until now."""

    of: Commitment
    quarter: Period
    own: Status
    derived: Status
    explanation: str
    given_by: str
    since: datetime
    until: datetime
    ending: Ending
    later_quarter: Period | None
    later: Status | None

    @property
    def days(self) -> int:
        """How many whole days it lasted, or has lasted so far."""
        return (self.until - self.since).days

    @property
    def leaning(self) -> Leaning:
        """Which way the owner's view leans."""
        return Leaning.OPTIMISTIC if HOW_GOOD[self.own] > HOW_GOOD[self.derived] else Leaning.PESSIMISTIC

    @property
    def outcome(self) -> Outcome:
        """Who was right, as the next judged quarter tells it."""
        match self.later:
            case None:
                return Outcome.NOT_KNOWN
            case self.own:
                return Outcome.OWNER
            case self.derived:
                return Outcome.RULES
            case _:
                return Outcome.NEITHER


class _Held(NamedTuple):
    """A status that was held for a time; without an end it still is."""

    status: Status
    since: datetime
    until: datetime | None
    expired: bool = False
    explanation: str = ""
    given_by: str = ""


Subject = tuple[UUID, Period]


def disagreements(
    session: Session, actor: Actor, *, until: Period, now: datetime, strategy: str | None = None
) -> tuple[Disagreement, ...]:
    """Every disagreement on a quarter up to `until` in what the actor may read, the newest quarter first.

    Only statuses that judge can disagree; without data there is nothing to be right about.
    """
    seen = commitments_seen(session, actor, strategy=strategy)
    views = _views(session, now)
    decided = _decided(session)
    found = [
        each
        for (key_result, quarter), own in views.items()
        if key_result in seen and quarter <= until
        for each in _on(seen[key_result], quarter, own, decided.get(key_result, {}), now)
    ]
    return tuple(sorted(found, key=lambda one: (one.quarter, one.since, one.of.code), reverse=True))


def counted(found: Iterable[Disagreement]) -> Mapping[tuple[Leaning, Outcome], int]:
    """How many lean which way, by whom the next quarter bore out."""
    return Counter((one.leaning, one.outcome) for one in found)


def _on(
    of: Commitment,
    quarter: Period,
    own: Sequence[_Held],
    decided: Mapping[Period, Sequence[_Held]],
    now: datetime,
) -> list[Disagreement]:
    later = [(period, held[-1].status) for period, held in sorted(decided.items()) if period > quarter]
    judged = next(((period, status) for period, status in later if status in ASSESSABLE), (None, None))
    found: list[Disagreement] = []
    for view in own:
        for rule in decided.get(quarter, ()):
            since, ends = max(view.since, rule.since), _first(view.until, rule.until)
            if rule.status not in ASSESSABLE or rule.status == view.status or (ends is not None and ends <= since):
                continue
            fresh = Disagreement(
                of=of,
                quarter=quarter,
                own=view.status,
                derived=rule.status,
                explanation=view.explanation,
                given_by=view.given_by,
                since=since,
                until=ends or now,
                ending=_ending(view, rule, ends),
                later_quarter=judged[0],
                later=judged[1],
            )
            _join(found, fresh)
    return found


def _join(found: list[Disagreement], fresh: Disagreement) -> None:
    """Add it, or go on with the one before where the two only differ in when they were said again."""
    before = found[-1] if found else None
    if before and before.until == fresh.since and (before.own, before.derived) == (fresh.own, fresh.derived):
        found[-1] = Disagreement(**{**vars(fresh), "since": before.since})
    else:
        found.append(fresh)


def _first(*ends: datetime | None) -> datetime | None:
    return min((end for end in ends if end is not None), default=None)


def _ending(view: _Held, rule: _Held, ends: datetime | None) -> Ending:
    if ends is None:
        return Ending.OPEN
    if ends == rule.until:
        return Ending.STATUS_CHANGED
    return Ending.EXPIRED if view.expired else Ending.VIEW_CHANGED


def _views(session: Session, now: datetime) -> dict[Subject, list[_Held]]:
    """Every view ever given, by key result and quarter, the oldest first; an expired one ends with its last day."""
    found: dict[Subject, list[_Held]] = {}
    for row in session.exec(select(OwnerAssessment).order_by(col(OwnerAssessment.revision))):
        expires = datetime.combine(row.expires + timedelta(days=1), time(), UTC)
        is_expired = expires <= (row.superseded_at or now)
        held = _Held(
            status=row.status,
            since=row.recorded_at,
            until=expires if is_expired else row.superseded_at,
            expired=is_expired,
            explanation=row.explanation,
            given_by=row.recorded_by,
        )
        found.setdefault((row.key_result_id, row.period), []).append(held)
    return found


def _decided(session: Session) -> dict[UUID, dict[Period, list[_Held]]]:
    """Every status ever derived for the key results with a view, by quarter, the oldest first."""
    viewed = select(OwnerAssessment.key_result_id)
    rows = session.execute(
        columns_of(
            StatusDecision.key_result_id,
            StatusDecision.period,
            StatusDecision.status,
            StatusDecision.recorded_at,
            StatusDecision.superseded_at,
        )
        .where(col(StatusDecision.key_result_id).in_(viewed))
        .order_by(col(StatusDecision.revision))
    )
    found: dict[UUID, dict[Period, list[_Held]]] = {}
    for key_result, period, status, since, until in rows:
        found.setdefault(key_result, {}).setdefault(period, []).append(_Held(status, since, until))
    return found
