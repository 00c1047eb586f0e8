"""measurement → status: let the rules say how each key result stands, and keep what changed with its reasons."""

from collections.abc import Mapping, Sequence, Set
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, update
from sqlmodel import Session, col

from okr_engine.database import actor_of, columns_of, moment_of, table_of, was_current, write_deed
from okr_engine.model import Status, StatusDecision
from okr_engine.periods import Period
from okr_engine.rulebook import Conclusion, FlagThen, Rulebook, StatusThen
from okr_engine.services.status_evidence import gather_evidence
from okr_engine.services.status_facts import STRENGTH, Facts, facts_of
from okr_engine.words import Language, Words

Decided = dict[str, Any]
"""A decision's own columns: key result, status, rule, version, facts, words and flags."""


def decide_statuses(
    session: Session, quarter: Period, rulebook: Rulebook, *, replaced: Set[str] = frozenset(), anew: bool = False
) -> list[Decided]:
    """Decide `quarter` and return all of its decisions.

    Where the facts are as they were, the decision stays, with the version of the rules that made it, unless that is one
    of the versions that `rulebook` has replaced in this quarter; `anew` puts every key result before `rulebook`.
    """
    evidence = gather_evidence(session, quarter)
    today = moment_of(session).date()
    facts = [facts_of(subject, evidence, today=today) for subject in evidence.subjects]
    known = _known(session, quarter)
    standing = {} if anew else {key: one for key, one in known.items() if one["rule_version"] not in replaced}
    kept = [standing[key] for one in facts if (key := _key(one)) in standing and _is_same(standing[key], one)]
    settled = {one["key_result_id"] for one in kept}
    decided = decisions_from(rulebook, [one for one in facts if _key(one) not in settled])
    _record(session, quarter, known, [one for one in decided if not _stands(known.get(one["key_result_id"]), one)])
    return kept + decided


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
        "key_result_id": _key(facts),
        "status": Status(conclusion.then.status),
        "rule": conclusion.rule,
        "rule_version": rulebook.version,
        "facts": _judged(facts),
        "because": in_three_languages(conclusion.because),
        "flags": flags,
    }


def _flag(flag: str, conclusion: Conclusion) -> dict[str, Any]:
    return {"flag": flag, "rule": conclusion.rule, "because": in_three_languages(conclusion.because)}


@cache  # a rulebook's few dozen sentences, for every key result again
def in_three_languages(words: Words) -> dict[str, str]:
    """A rule's sentence as it is kept with what it decided."""
    return {language.value: words.spoken(language)[0] for language in Language}


def _key(facts: Facts) -> UUID:
    return UUID(str(facts["key"]))


def _known(session: Session, quarter: Period) -> dict[UUID, Decided]:
    columns = table_of(StatusDecision).columns
    current = columns_of(*columns).where(was_current(StatusDecision, None), col(StatusDecision.period) == quarter)
    return {row["key_result_id"]: dict(row) for row in session.execute(current).mappings()}


def _is_same(known: Decided, facts: Facts) -> bool:
    """Whether nothing has changed; that a decision of old did not yet count its evidence is no change."""
    judged = _judged(facts)
    if "evidence_tier" not in known["facts"]:
        judged = {name: value for name, value in judged.items() if name not in STRENGTH}
    return bool(known["facts"] == judged)


def _judged(facts: Facts) -> Facts:
    return {name: value for name, value in facts.items() if name not in ("type", "key")}


def _stands(known: Decided | None, decided: Decided) -> bool:
    return known is not None and all(known[name] == value for name, value in decided.items())


def _record(session: Session, quarter: Period, known: Mapping[UUID, Decided], changed: Sequence[Decided]) -> None:
    if not changed:
        return
    now = moment_of(session)
    replaced = [known[one["key_result_id"]]["id"] for one in changed if one["key_result_id"] in known]
    if replaced:
        session.execute(update(StatusDecision).where(col(StatusDecision.id).in_(replaced)).values(superseded_at=now))
    session.execute(
        insert(table_of(StatusDecision)),
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


def _summary(changed: Sequence[Decided]) -> dict[str, Any]:
    return {
        "rule_version": changed[0]["rule_version"],
        "decided": {str(one["key_result_id"]): one["status"].value for one in changed},
    }
