"""The goalposts ledger: every moved target, limit, definition or term, and the status it would have given before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid4

from sqlmodel import Session

from okr_engine.access import Actor
from okr_engine.model import Status
from okr_engine.periods import Period
from okr_engine.rulebook import Rulebook
from okr_engine.services.commitments import Commitment, commitments_seen
from okr_engine.services.goalpost_moves import Goalpost, Move, level_of, moves_on
from okr_engine.services.status_evidence import DatedLimit, Evidence, Subject, gather_evidence
from okr_engine.services.status_facts import Facts, facts_of, in_force
from okr_engine.services.statuses import decisions_from


class Retold(StrEnum):
    """Whether the status before the move can be told; if not, why."""

    TOLD = "told"
    NOT_IN_FORCE = "not_in_force"
    NOT_COMPUTABLE = "not_computable"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True)
class Effect:
    """How a key result stands with the goalpost of before, and with that of now, judged by the same rules."""

    of: Commitment
    before: Status
    now: Status


@dataclass(frozen=True)
class LedgerLine:
    """A move with what it did to the statuses of the quarter that is looked at."""

    move: Move
    retold: Retold
    effects: tuple[Effect, ...]


def goalposts(
    session: Session, actor: Actor, quarter: Period, rulebook: Rulebook, *, today: date, strategy: str | None = None
) -> tuple[LedgerLine, ...]:
    """Every move bearing on what the actor may read, the newest first; what is in force in `quarter` is judged there.

    As many queries for ten moves as for a thousand, and one call of the rules for all of them.
    """
    moves = moves_on(session, commitments_seen(session, actor, strategy=strategy))
    lines = _retold(moves, gather_evidence(session, quarter), rulebook, today)
    return tuple(sorted(lines, key=lambda one: (one.move.moved_at, one.move.of[0].code), reverse=True))


def _retold(moves: Sequence[Move], evidence: Evidence, rulebook: Rulebook, today: date) -> list[LedgerLine]:
    """The moves with the status each key result would have with the goalpost of before in the place of that of now."""
    subjects = {one.id: one for one in evidence.subjects}
    cases = [(number, of) for number, move in enumerate(moves) for of in _concerned(move, evidence, subjects)]
    before = [_facts_before(moves[number], subjects[of.id], evidence, today) for number, of in cases]
    now = [facts_of(subjects[of.id], evidence, today=today) for _, of in cases]
    # The same key result is judged several times over, so each time under a name of its own.
    decided = decisions_from(rulebook, [{**facts, "key": str(uuid4())} for facts in (*before, *now)])
    statuses = [one["status"] for one in decided]
    effects: dict[int, list[Effect]] = defaultdict(list)
    for (number, of), was, stands in zip(cases, statuses[: len(cases)], statuses[len(cases) :], strict=True):
        effects[number].append(Effect(of, was, stands))
    return [
        LedgerLine(move, _how_told(move, effects[number], subjects), tuple(effects[number]))
        for number, move in enumerate(moves)
    ]


def _how_told(move: Move, effects: Sequence[Effect], subjects: Mapping[UUID, Subject]) -> Retold:
    if move.goalpost in (Goalpost.DEFINITION, Goalpost.BREAK):
        return Retold.NOT_COMPUTABLE
    if effects:
        return Retold.TOLD
    return Retold.NOT_IN_FORCE if any(one.id in subjects for one in move.of) else Retold.NOT_JUDGED


def _concerned(move: Move, evidence: Evidence, subjects: Mapping[UUID, Subject]) -> list[Commitment]:
    """The key results that the quarter judges by what the move put in place."""
    return [of for of in move.of if of.id in subjects and _is_in_force(move, evidence, subjects[of.id])]


def _is_in_force(move: Move, evidence: Evidence, subject: Subject) -> bool:
    match move.goalpost:
        case Goalpost.TARGET:
            return _is_same(in_force(evidence.targets.get(subject.id, ()), evidence.quarter.end), move.after)
        case Goalpost.LIMIT:
            return _is_same(in_force(evidence.limits.get(subject.indicator, ()), evidence.quarter.end), move.after)
        case Goalpost.BASELINE | Goalpost.DIRECTION | Goalpost.DUE:
            return bool(getattr(subject, move.goalpost.value) == move.after)
        case _:
            return False


def _facts_before(move: Move, subject: Subject, evidence: Evidence, today: date) -> Facts:
    match move.goalpost:
        case Goalpost.TARGET:
            dated = _put_back(move, evidence.targets[subject.id])
            return facts_of(subject, replace(evidence, targets={subject.id: dated}), today=today)
        case Goalpost.LIMIT:
            dated = _put_back(move, evidence.limits[subject.indicator])
            return facts_of(subject, replace(evidence, limits={subject.indicator: dated}), today=today)
        case _:
            return facts_of(subject._replace(**{move.goalpost.value: move.before}), evidence, today=today)


def _put_back(move: Move, dated: Iterable[DatedLimit]) -> list[DatedLimit]:
    """The dated rows with the level of before on the days of the one that was moved."""
    old = move.before
    return [
        one._replace(value=old.value, low=old.low, high=old.high, basis=old.basis) if _is_same(one, move.after) else one
        for one in dated
    ]


def _is_same(one: DatedLimit | None, moved: DatedLimit) -> bool:
    """Whether it is the one that was moved; its end may have been set since."""
    return one is not None and one.valid_from == moved.valid_from and level_of(one) == level_of(moved)
