"""The rule engine by itself: what it takes where nothing is checked, kept apart or explained."""

import json
from collections.abc import Sequence
from typing import Any

import durable_rules_engine as engine
from durable.engine import Host  # type: ignore[import-untyped]

from okr_engine.rulebook import Rulebook
from okr_engine.rulebook.compiling import BOOT, END, compile_rules
from okr_engine.rulebook.values import checked
from okr_engine.services.status_facts import Facts


class BareEngine:
    """The C extension with rules and facts as ready for it as they can be: dictionaries to JSON in, JSON out."""

    def __init__(self, rulebook: Rulebook, facts: Sequence[Facts]) -> None:
        compiled = compile_rules(rulebook.rules)
        (self.rules,) = compiled.rulesets
        self.facts = [one for one in json.loads(compiled.encoded(checked(facts))) if one["type"] != END]

    def run(self) -> list[dict[str, Any]]:
        """Every answer, from one state that holds all facts: the rule and its facts."""
        answers = []
        ruleset = engine.create_ruleset("bare", self.rules)
        _, state = engine.assert_fact(ruleset, json.dumps({"id": "boot", "type": BOOT}))
        engine.start_action_for_state(ruleset, state)
        engine.complete_and_start_action(ruleset, state)
        engine.assert_facts(ruleset, json.dumps(self.facts))
        _, answer = engine.start_action_for_state(ruleset, state)
        while answer is not None:
            answers.append(json.loads(answer))
            answer = engine.complete_and_start_action(ruleset, state)
        engine.delete_state(ruleset, None)
        engine.delete_ruleset(ruleset)
        return [answer for answer in answers if END not in answer]

    def run_as_documented(self) -> list[Any]:
        """The same through the library's own Python, as its documentation shows it: a function for every rule."""
        fired: list[Any] = []
        rules = {name: rule for name, rule in json.loads(self.rules).items() if name not in (BOOT, END)}
        for rule in rules.values():
            rule["run"] = lambda found: fired.append(found.k)
        Host({"bare": rules}).assert_facts("bare", self.facts)
        return fired
