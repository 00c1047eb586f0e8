"""What a draft of the status rules would have said of every decision on record, and what harm that would have done."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col

from okr_engine.access import Actor, Permission, may
from okr_engine.database import columns_of, was_current
from okr_engine.model import Goal, Indicator, KeyResult, Status, StatusDecision
from okr_engine.periods import Period
from okr_engine.rulebook import Rulebook, fingerprint
from okr_engine.rulebook.trying import Judged, Trial, trial_of
from okr_engine.services.back_test_results import (
    WITHOUT_FIGURE,
    BackTest,
    Case,
    Harm,
    HarmKind,
    KeyResultName,
    Later,
    QuarterTried,
    Sightings,
)
from okr_engine.services.evaluation import Track
from okr_engine.services.rulebook_editions import STATUS_FILE, edition_in_force, edition_on, editions, require_publisher
from okr_engine.words import Words

MOST_FLIPPED = 0.2
"""The share of statuses that judge, before or after, beyond which a publisher has to say that it is meant."""

SLOW = 2.0
"""The seconds for a quarter beyond which a publisher has to say that the rules may be that slow."""

_QUARTERS_AFTER = 2


@dataclass(frozen=True)
class SoundDraft:
    """A draft without mistakes: its version, and how many rules and examples it has."""

    version: str
    rules: int
    examples: int


def check_draft(actor: Actor, yaml: str, file: str = STATUS_FILE) -> SoundDraft:
    """Read the draft and run its examples, in a process of its own; InvalidRules with every mistake."""
    require_publisher(actor)
    with trial_of(yaml, file) as trial:
        return SoundDraft(trial.version, len(trial.rules), sum(one.examples for one in trial.rules.values()))


def back_test(
    session: Session, actor: Actor, yaml: str, shipped: Rulebook, *, today: date, track: Track = iter
) -> BackTest:
    """Let the draft judge the recorded facts of every decision on record, quarter by quarter, and change nothing.

    The rules are the same for every unit, and so whoever may publish them is told of every key result. Raises
    InvalidRules for a draft that is not sound, InvalidInput for one that takes too long, too much, or dies.
    """
    require_publisher(actor)
    in_force = edition_in_force(session, shipped, today=today)
    names, recorded = names_of_key_results(session, actor), _recorded(session)
    quarters = sorted({quarter for statuses in recorded.values() for quarter in statuses})
    counts, matrix, heard, judging = [], Counter[tuple[Status, Status]](), set[str](), 0
    notable: list[Case] = []
    with trial_of(yaml, STATUS_FILE) as trial:
        for quarter in track(quarters):
            rows = _decisions(session, quarter)
            judged = trial.judge([{**row.facts, "type": "key_result", "key": str(row.key_result_id)} for row in rows])
            cases = list(_cases(rows, judged, trial, quarter, names, recorded))
            heard |= judged.heard
            counts.append(_counted(quarter, cases))
            judging += sum(one.is_judged for one in cases)
            matrix.update((one.before, one.after) for one in cases)
            notable += [one for one in cases if one.is_flipped or one.harm]
        silent, is_slow = _never_heard(trial, heard, in_force.rulebook), trial.slowest > SLOW
    notable.sort(key=lambda one: one.subject.code)
    notable.sort(key=lambda one: one.quarter, reverse=True)
    flips = tuple(one for one in notable if one.is_flipped)
    return BackTest(
        digest=digest_of(yaml),
        decisions=decisions_on_record(session),
        beside=rules_on_record(session, shipped, today=today),
        quarters=tuple(counts),
        matrix=dict(matrix),
        flips=flips,
        new_reds=_sightings(one for one in flips if one.finds_red),
        lost_reds=_sightings(one for one in flips if one.loses_red),
        harms=tuple(_harms(notable, flips, judging, silent, is_slow=is_slow)),
    )


def digest_of(yaml: str) -> str:
    """By what a text is known to be the one that was tried."""
    return hashlib.sha256(yaml.encode("utf-8", "surrogatepass")).hexdigest()


def decisions_on_record(session: Session) -> str:
    """By what the decisions on record are known to be those that a draft was tried on."""
    current = columns_of(func.count(), func.max(StatusDecision.recorded_at)).where(was_current(StatusDecision, None))
    count, newest = session.execute(current).one()
    return f"{count} {newest}"


def rules_on_record(session: Session, shipped: Rulebook, *, today: date) -> tuple[str, ...]:
    """The version in force and every other one on record: by these a draft's back-test is known to be of now."""
    known = editions(session)
    in_force = edition_on(known, today)
    return (in_force.version if in_force else shipped.version, *(one.version for one in known if one is not in_force))


def summary_of(tested: BackTest) -> dict[str, Any]:
    """What an edition keeps of the back-test that its publisher was shown."""
    return {
        "digest": tested.digest,
        "quarters": len(tested.quarters),
        "judged": tested.judged,
        "flipped": len(tested.flips),
        "matrix": [[before.value, after.value, count] for (before, after), count in sorted(tested.matrix.items())],
        "new_reds": vars(tested.new_reds),
        "lost_reds": vars(tested.lost_reds),
        "seen": [one.kind.value for one in tested.asks],
    }


def names_of_key_results(session: Session, actor: Actor) -> dict[UUID, KeyResultName]:
    """What every key result is called."""
    rows = session.execute(
        columns_of(
            KeyResult.id,
            Goal.unit_id,
            Goal.code,
            KeyResult.code,
            Indicator.unit,
            Indicator.decimals,
            KeyResult.name_fi,
            KeyResult.name_sv,
            KeyResult.name_en,
            Indicator.name_fi,
            Indicator.name_sv,
            Indicator.name_en,
        )
        .join(Goal, col(Goal.id) == col(KeyResult.goal_id))
        .join(Indicator, col(Indicator.id) == col(KeyResult.indicator_id))
    )
    return {
        one: KeyResultName(
            goal=goal,
            code=code,
            name=Words(*names[:3]) or Words(*names[3:]),
            measure=measure,
            decimals=decimals,
            may_open=may(actor, Permission.READ, unit),
        )
        for one, unit, goal, code, measure, decimals, *names in rows
    }


def _recorded(session: Session) -> dict[UUID, dict[Period, Status]]:
    found: dict[UUID, dict[Period, Status]] = defaultdict(dict)
    rows = session.execute(
        columns_of(StatusDecision.key_result_id, StatusDecision.period, StatusDecision.status).where(
            was_current(StatusDecision, None)
        )
    )
    for key_result, quarter, status in rows:
        found[key_result][quarter] = status
    return found


def _decisions(session: Session, quarter: Period) -> Sequence[Any]:
    return session.execute(
        columns_of(
            StatusDecision.key_result_id, StatusDecision.status, StatusDecision.rule, StatusDecision.facts
        ).where(was_current(StatusDecision, None), col(StatusDecision.period) == quarter)
    ).all()


def _cases(
    rows: Sequence[Any],
    judged: Judged,
    trial: Trial,
    quarter: Period,
    names: Mapping[UUID, KeyResultName],
    recorded: Mapping[UUID, Mapping[Period, Status]],
) -> Iterator[Case]:
    for row in rows:
        rule = trial.rules[judged.deciding[str(row.key_result_id)]]
        assert rule.status
        yield Case(
            subject=names[row.key_result_id],
            quarter=quarter,
            before=row.status,
            after=rule.status,
            rule_before=row.rule,
            rule_after=rule.name,
            because=rule.because,
            facts=row.facts,
            later=_later(recorded[row.key_result_id], quarter),
        )


def _later(statuses: Mapping[Period, Status], quarter: Period) -> Later:
    known = [status for when, status in sorted(statuses.items()) if when > quarter and status not in WITHOUT_FIGURE]
    following = known[:_QUARTERS_AFTER]
    if Status.NEEDS_SUPPORT in following:
        return Later.CONFIRMED
    return Later.NOT_CONFIRMED if len(following) == _QUARTERS_AFTER else Later.UNKNOWN


def _counted(quarter: Period, cases: Sequence[Case]) -> QuarterTried:
    def count(is_so: Callable[[Case], bool]) -> int:
        return sum(is_so(one) for one in cases)

    return QuarterTried(
        quarter=quarter,
        judged=len(cases),
        flipped=count(lambda one: one.is_flipped),
        red_before=count(lambda one: one.before == Status.NEEDS_SUPPORT),
        red_after=count(lambda one: one.after == Status.NEEDS_SUPPORT),
    )


def _sightings(cases: Iterable[Case]) -> Sightings:
    return Sightings(**Counter(one.later.value for one in cases))


def _never_heard(trial: Trial, heard: set[str], in_force: Rulebook) -> tuple[str, ...]:
    """The rules that are new or changed and that no decision on record would have heard of."""
    known = {fingerprint(rule) for rule in in_force.rules}
    return tuple(name for name, one in trial.rules.items() if name not in heard and one.fingerprint not in known)


def _harms(
    notable: Sequence[Case], flips: Sequence[Case], judging: int, silent: tuple[str, ...], *, is_slow: bool
) -> Iterator[Harm]:
    by_kind: dict[HarmKind, list[Case]] = defaultdict(list)
    for one in notable:
        if one.harm:
            by_kind[one.harm].append(one)
    yield from (Harm(kind, tuple(by_kind[kind])) for kind in HarmKind if by_kind[kind])
    changed = tuple(one for one in flips if one.is_judged)
    if len(changed) > MOST_FLIPPED * judging:
        yield Harm(HarmKind.MUCH_CHANGED, changed)
    if silent:
        yield Harm(HarmKind.RULES_NEVER_HEARD, rules=silent)
    if is_slow:
        yield Harm(HarmKind.SLOW_RULES)
