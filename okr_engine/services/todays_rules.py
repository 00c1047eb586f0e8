"""A quarter under the rules in force today, beside what was decided: only shown, never stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from okr_engine.access import Actor
from okr_engine.model import Status
from okr_engine.periods import Period
from okr_engine.rulebook import Rulebook
from okr_engine.services.back_test_results import KeyResultName
from okr_engine.services.back_tests import names_of_key_results
from okr_engine.services.rulebook_editions import edition_in_force
from okr_engine.services.standings import decisions_in
from okr_engine.services.statuses import decisions_from
from okr_engine.words import Words


@dataclass(frozen=True)
class UnderRules:
    """A key result with its recorded status and the one that other rules would give on the same facts."""

    subject: KeyResultName
    recorded: Status
    recorded_rule: str
    recorded_version: str
    now: Status
    rule: str
    because: Words
    facts: Mapping[str, Any]

    @property
    def differs(self) -> bool:
        """Whether the rules would say otherwise than what was decided."""
        return self.recorded != self.now


def under_rules(session: Session, actor: Actor, quarter: Period, rulebook: Rulebook) -> list[UnderRules]:
    """The decisions of `quarter` that the actor may read, judged again by `rulebook`; what differs comes first."""
    names = names_of_key_results(session, actor)
    known = decisions_in(session, quarter, None)
    recorded = {one: decision for one, decision in known.items() if names[one].may_open}
    facts = [{**decision.facts, "type": "key_result", "key": str(one)} for one, decision in recorded.items()]
    found = [
        UnderRules(
            subject=names[one["key_result_id"]],
            recorded=recorded[one["key_result_id"]].status,
            recorded_rule=recorded[one["key_result_id"]].rule,
            recorded_version=recorded[one["key_result_id"]].rule_version,
            now=one["status"],
            rule=one["rule"],
            because=Words(**one["because"]),
            facts=one["facts"],
        )
        for one in decisions_from(rulebook, facts)
    ]
    return sorted(found, key=lambda one: (not one.differs, one.subject.code))


def under_todays_rules(
    session: Session, actor: Actor, quarter: Period, shipped: Rulebook, *, today: date
) -> list[UnderRules]:
    """The same by the rules in force today."""
    return under_rules(session, actor, quarter, edition_in_force(session, shipped, today=today).rulebook)
