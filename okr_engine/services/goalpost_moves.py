"""What was moved: targets, statutory limits, terms of key results and definitions, with who moved them and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.database import was_current
from okr_engine.model import (
    AuditEntry,
    BreakKind,
    ComparabilityBreak,
    Direction,
    Indicator,
    KeyResult,
    Limit,
    Target,
    TargetBasis,
)
from okr_engine.model.audit import Change
from okr_engine.services.commitments import Commitment
from okr_engine.services.status_evidence import DatedLimit
from okr_engine.services.status_facts import aim_of, in_force
from okr_engine.statistics.aims import Aim, Shift, shift_between
from okr_engine.words import Words


class Goalpost(StrEnum):
    """What was moved."""

    TARGET = "target"
    LIMIT = "limit"
    BASELINE = "baseline"
    DIRECTION = "direction"
    DUE = "due"
    DEFINITION = "definition"
    BREAK = "break"


@dataclass(frozen=True)
class Move:
    """One moved goalpost: what was in its place before, what is now, when it took force, who moved it and why.

    `before` and `after` are dated limits, figures, days, directions or words, as the goalpost has them. A planned one
    was set together with what it follows, as one step of a plan.
    """

    goalpost: Goalpost
    of: tuple[Commitment, ...]
    before: Any
    after: Any
    valid_from: date
    shift: Shift
    reason: str | None
    moved_at: datetime
    moved_by: str
    is_planned: bool = False
    explained: Words = field(default_factory=Words)


@dataclass(frozen=True)
class _Dated:
    """A stored target or limit with the days it holds and how it came."""

    limit: DatedLimit
    revision: int
    recorded_at: datetime
    superseded_at: datetime | None
    recorded_by: str
    reason: str | None


_FIELDS = {"baseline": Goalpost.BASELINE, "direction": Goalpost.DIRECTION, "due": Goalpost.DUE}
_DEFINITIONS = ("definition_version", "definition_fi", "definition_sv", "definition_en")
_DAY = timedelta(days=1)


def moves_on(session: Session, commitments: Mapping[UUID, Commitment]) -> list[Move]:
    """Every move bearing on the commitments; as many queries for ten as for a thousand."""
    return [
        *target_moves(session, commitments),
        *_limit_moves(session, commitments),
        *_edits(session, commitments),
        *_breaks(session, commitments),
    ]


def target_moves(session: Session, commitments: Mapping[UUID, Commitment]) -> list[Move]:
    """Every change of a target's value, by a new revision or by a target that follows it."""
    rows: dict[UUID, list[_Dated]] = {}
    for row in session.exec(select(Target).order_by(col(Target.recorded_at), col(Target.revision))):
        limit = DatedLimit(row.valid_from, row.valid_to, row.value, row.low, row.high, row.basis)
        rows.setdefault(row.key_result_id, []).append(_dated(limit, row))
    return [
        _move(Goalpost.TARGET, (of,), before, after, _shift_for(of, before.limit, after.limit))
        for key, of in commitments.items()
        for before, after in _moved(rows.get(key, ()))
    ]


def level_of(limit: DatedLimit) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """What a target or limit asks for, whatever its days."""
    return limit.value, limit.low, limit.high


def _limit_moves(session: Session, commitments: Mapping[UUID, Commitment]) -> list[Move]:
    rows: dict[UUID, list[_Dated]] = {}
    for row in session.exec(select(Limit).order_by(col(Limit.recorded_at), col(Limit.revision))):
        limit = DatedLimit(row.valid_from, row.valid_to, row.value, None, None, TargetBasis.STATUTORY)
        rows.setdefault(row.indicator_id, []).append(_dated(limit, row))
    moves = []
    for indicator, of in _by_indicator(commitments).items():
        for before, after in _moved(rows.get(indicator, ())):
            aims = (aim_of(Direction.IMPROVE, of[0].better, one) for one in (before.limit, after.limit))
            moves.append(_move(Goalpost.LIMIT, of, before, after, shift_between(*aims)))
    return moves


def _edits(session: Session, commitments: Mapping[UUID, Commitment]) -> Iterable[Move]:
    """What the audit log knows of edited key results and definitions."""
    nouns = (str(KeyResult.__tablename__), str(Indicator.__tablename__))
    entries = select(AuditEntry).where(col(AuditEntry.noun).in_(nouns), col(AuditEntry.change) == Change.CHANGED)
    used = _by_indicator(commitments)
    for entry in session.exec(entries.order_by(col(AuditEntry.number))):
        if entry.noun == nouns[0]:
            of = commitments.get(UUID(entry.row))
            yield from _field_moves(entry, of) if of else ()
        elif (concerned := used.get(UUID(entry.row))) and any(name in entry.before for name in _DEFINITIONS):
            yield _definition_move(entry, concerned)


def _field_moves(entry: AuditEntry, of: Commitment) -> Iterable[Move]:
    for name, goalpost in _FIELDS.items():
        if name in entry.before:
            before, after = (_READ[goalpost](known[name]) for known in (entry.before, entry.after))
            yield Move(
                goalpost=goalpost,
                of=(of,),
                before=before,
                after=after,
                valid_from=of.starts,
                shift=_shift_of_field(of, goalpost, before, after),
                reason=None,
                moved_at=entry.at,
                moved_by=entry.actor,
            )


def _definition_move(entry: AuditEntry, of: tuple[Commitment, ...]) -> Move:
    told = {name: (entry.before[name], entry.after[name]) for name in _DEFINITIONS if name in entry.before}
    before, after = (
        Words(*(told[name][side] if name in told else None for name in _DEFINITIONS[1:])) for side in (0, 1)
    )
    versions = told.get("definition_version")
    return Move(
        goalpost=Goalpost.DEFINITION,
        of=of,
        before=before or (versions[0] if versions else None),
        after=after or (versions[1] if versions else None),
        valid_from=entry.at.date(),
        shift=Shift.OTHER,
        reason=None,
        moved_at=entry.at,
        moved_by=entry.actor,
    )


def _breaks(session: Session, commitments: Mapping[UUID, Commitment]) -> list[Move]:
    used = _by_indicator(commitments)
    rows = session.exec(
        select(ComparabilityBreak).where(
            was_current(ComparabilityBreak, None),
            col(ComparabilityBreak.kind) == BreakKind.DEFINITION,
            col(ComparabilityBreak.withdrawn).is_(False),
        )
    )
    return [
        Move(
            goalpost=Goalpost.BREAK,
            of=used[row.indicator_id],
            before=None,
            after=None,
            valid_from=row.day,
            shift=Shift.OTHER,
            reason=row.reason,
            moved_at=row.recorded_at,
            moved_by=row.recorded_by,
            explained=row.text,
        )
        for row in rows
        if row.indicator_id in used
    ]


def _dated(limit: DatedLimit, row: Target | Limit) -> _Dated:
    return _Dated(limit, row.revision, row.recorded_at, row.superseded_at, row.recorded_by, row.reason)


def _moved(rows: Sequence[_Dated]) -> Iterable[tuple[_Dated, _Dated]]:
    """Each row (in the order they were recorded) that put another value in the place of one, with that one."""
    for after in rows:
        first = after.limit.valid_from
        known = [
            one
            for one in rows
            if one is not after
            and one.recorded_at <= after.recorded_at
            and (one.superseded_at is None or one.superseded_at >= after.recorded_at)
        ]
        replaced = [one for one in known if one.limit.valid_from == first and one.revision == after.revision - 1]
        before = replaced[0] if replaced else _before(known, first)
        if before is not None and level_of(before.limit) != level_of(after.limit):
            yield before, after


def _before(known: Iterable[_Dated], day: date) -> _Dated | None:
    """What was in force up to the day before; among rows that came at once, only what begins earlier."""
    earlier = {one.limit: one for one in known if one.limit.valid_from < day}
    found = in_force(earlier, day - _DAY)
    return earlier[found] if found else None


def _move(goalpost: Goalpost, of: tuple[Commitment, ...], before: _Dated, after: _Dated, shift: Shift) -> Move:
    return Move(
        goalpost=goalpost,
        of=of,
        before=before.limit,
        after=after.limit,
        valid_from=after.limit.valid_from,
        shift=shift,
        reason=after.reason,
        moved_at=after.recorded_at,
        moved_by=after.recorded_by,
        is_planned=after.revision == 1
        and (before.recorded_at, before.recorded_by) == (after.recorded_at, after.recorded_by),
    )


def _shift_for(of: Commitment, before: DatedLimit, after: DatedLimit) -> Shift:
    return shift_between(*(aim_of(of.direction, of.better, one) for one in (before, after)))


def _shift_of_field(of: Commitment, goalpost: Goalpost, before: Any, after: Any) -> Shift:
    """A lower start of a climb and a later end ask for less; another direction asks for something else."""
    sign = aim_of(of.direction, of.better, None).sign
    if before is None or after is None or not sign:
        return Shift.OTHER
    match goalpost:
        case Goalpost.BASELINE:
            return shift_between(Aim(sign, target=before), Aim(sign, target=after))
        case Goalpost.DUE if of.direction.has_path:
            return Shift.EASIER if after > before else Shift.HARDER
        case _:
            return Shift.OTHER


def _by_indicator(commitments: Mapping[UUID, Commitment]) -> dict[UUID, tuple[Commitment, ...]]:
    found: dict[UUID, tuple[Commitment, ...]] = {}
    for one in commitments.values():
        found[one.indicator_id] = (*found.get(one.indicator_id, ()), one)
    return found


def _decimal(kept: Any) -> Decimal | None:
    return None if kept is None else Decimal(kept)


_READ = {Goalpost.BASELINE: _decimal, Goalpost.DIRECTION: Direction, Goalpost.DUE: date.fromisoformat}
