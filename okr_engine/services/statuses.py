"""measurement → status: let the rules say how each key result stands, and keep what changed with its reasons."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, update
from sqlmodel import Session, col

from okr_engine.database import actor_of, columns_of, moment_of, was_current, write_deed
from okr_engine.model import Status, StatusDecision
from okr_engine.periods import Period
from okr_engine.rulebook import Conclusion, FlagThen, Rulebook, StatusThen
from okr_engine.services.status_facts import Facts, facts_of, gather_evidence
from okr_engine.words import Language, Words

Decided = dict[str, Any]
"""A decision's own columns: key result, status, rule, version, facts, words and flags."""


def decide_statuses(session: Session, quarter: Period, rulebook: Rulebook) -> list[Decided]:
    """Decide every key result in `quarter`, record what differs from before, and return all of its decisions."""
    evidence = gather_evidence(session, quarter)
    today = moment_of(session).date()
    facts = [facts_of(subject, evidence, today=today) for subject in evidence.subjects]
    decided = decisions_from(rulebook, facts)
    _record(session, quarter, decided)
    return decided


def decisions_from(rulebook: Rulebook, facts: Sequence[Facts]) -> list[Decided]:
    """What the rulebook concludes on each set of facts: one status, with the flags beside it."""
    statuses: dict[str, Conclusion] = {}
    flags: dict[str, list[dict[str, Any]]] = {}
    for conclusion in rulebook.judge(facts):
        if isinstance(conclusion.then, StatusThen):
            statuses[conclusion.subject] = conclusion
        elif isinstance(conclusion.then, FlagThen):
            flags.setdefault(conclusion.subject, []).append(_flag(conclusion.then.flag, conclusion))
    return [_decided(one, statuses[str(one["key"])], flags.get(str(one["key"]), []), rulebook) for one in facts]


def _decided(facts: Facts, conclusion: Conclusion, flags: list[dict[str, Any]], rulebook: Rulebook) -> Decided:
    assert isinstance(conclusion.then, StatusThen)
    return {
        "key_result_id": UUID(str(facts["key"])),
        "status": Status(conclusion.then.status),
        "rule": conclusion.rule,
        "rule_version": rulebook.version,
        "facts": {name: value for name, value in facts.items() if name not in ("type", "key")},
        "because": in_three_languages(conclusion.because),
        "flags": flags,
    }


def _flag(flag: str, conclusion: Conclusion) -> dict[str, Any]:
    return {"flag": flag, "rule": conclusion.rule, "because": in_three_languages(conclusion.because)}


@cache  # a rulebook's few dozen sentences, for every key result again
def in_three_languages(words: Words) -> dict[str, str]:
    """A rule's sentence as it is kept with what it decided."""
    return {language.value: words.spoken(language)[0] for language in Language}


def _record(session: Session, quarter: Period, decided: Iterable[Decided]) -> None:
    table = StatusDecision.__table__  # type: ignore[attr-defined]
    current = columns_of(*table.columns).where(was_current(StatusDecision, None), col(StatusDecision.period) == quarter)
    known = {row["key_result_id"]: dict(row) for row in session.execute(current).mappings()}
    changed = [one for one in decided if not _is_same(known.get(one["key_result_id"]), one)]
    if not changed:
        return
    now = moment_of(session)
    replaced = [known[one["key_result_id"]]["id"] for one in changed if one["key_result_id"] in known]
    if replaced:
        session.execute(update(StatusDecision).where(col(StatusDecision.id).in_(replaced)).values(superseded_at=now))
    session.execute(
        insert(table),
        [
            {
                **one,
                "id": uuid4(),
                "period": quarter,
                "revision": known.get(one["key_result_id"], {}).get("revision", 0) + 1,
                "recorded_at": now,
                "recorded_by": actor_of(session),
            }
            for one in changed
        ],
    )
    write_deed(session, noun="status_decision", subject=quarter.code, after=_summary(changed))


def _is_same(known: dict[str, Any] | None, decided: Decided) -> bool:
    return known is not None and all(known[name] == value for name, value in decided.items())


def _summary(changed: Sequence[Decided]) -> dict[str, Any]:
    return {
        "rule_version": changed[0]["rule_version"],
        "decided": {str(one["key_result_id"]): one["status"].value for one in changed},
    }
