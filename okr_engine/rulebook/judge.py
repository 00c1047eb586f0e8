"""The rule engine, driven as a pure function: fresh rulesets, all facts in, all firings out, nothing kept.

The only module that knows durable_rules, and of it only the C extension: no host, no threads, no state between calls.
Every call into it holds the interpreter's lock and every batch has handles of its own, so many threads may judge.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import islice

from okr_engine.errors import EngineFailed
from okr_engine.rulebook.compiling import BOOT, END, Compiled
from okr_engine.rulebook.interpreter import Firing, interpret
from okr_engine.rulebook.partitions import partitions
from okr_engine.rulebook.rules import Rule
from okr_engine.rulebook.values import CheckedFacts
from okr_engine.words import message

try:
    import durable_rules_engine as _engine
except ImportError:
    _engine = None

# An answer names the rule and repeats its facts, id first: {"7":{"k":{"id":"12", …}}}. Only the ids are of interest,
# and reading the whole of every answer would take longer than the matching.
_FACT = re.compile(r'"(\w+)":\{"id":"(\d+)"')


class Engine(StrEnum):
    """What can work out which rules fire; both say the same."""

    DURABLE_RULES = "durable_rules"
    INTERPRETER = "interpreter"


def engine_name() -> Engine:
    """The engine in use here: durable_rules where its extension loads, else the plain interpreter."""
    return Engine.INTERPRETER if _engine is None else Engine.DURABLE_RULES


def firings(rules: Sequence[Rule], compiled: Compiled, facts: Sequence[CheckedFacts], *, engine: Engine) -> set[Firing]:
    """Every way in which a rule fires on the facts. Raises EngineFailed when the engine did not take in all of them."""
    found: set[Firing] = set()
    for batch in partitions(rules, facts):
        found |= interpret(rules, batch) if engine is Engine.INTERPRETER else _run(rules, compiled, batch)
    return found


def _run(rules: Sequence[Rule], compiled: Compiled, batch: Sequence[CheckedFacts]) -> set[Firing]:
    if _engine is None:
        raise EngineFailed(message("rules.engine_not_installed"))
    text = compiled.encoded(batch)
    try:
        return {firing for ruleset in compiled.rulesets for firing in _fired(rules, ruleset, text, batch)}
    except _engine.error as error:
        raise EngineFailed(message("rules.engine_refused", problem=str(error))) from error


def _fired(rules: Sequence[Rule], ruleset: str, text: str, batch: Sequence[CheckedFacts]) -> Iterator[Firing]:
    reached_end = False
    for answer in _answers(ruleset, text):
        _, called, *_, first, _ = answer.split('"', 8)
        if called == END:
            reached_end = True
            continue
        place = int(called)
        patterns = rules[place].patterns
        if len(patterns) == 1:
            yield place, (batch[int(first)].key,)
            continue
        ids = {found[1]: int(found[2]) for found in islice(_FACT.finditer(answer), len(patterns))}
        yield place, tuple(batch[ids[pattern.alias]].key for pattern in patterns)
    if not reached_end:
        raise EngineFailed(message("rules.engine_lost_facts", count=len(batch)))


def _answers(ruleset: str, text: str) -> list[str]:
    """What the engine answers to a batch, firing by firing."""
    # The order of the calls is what keeps the process alive: boot first, all facts before any answer, both deletions.
    answers: list[str] = []
    handle = _engine.create_ruleset("rules", ruleset)
    try:
        _, state = _engine.assert_fact(handle, f'{{"id":"boot","type":"{BOOT}"}}')
        try:
            _engine.start_action_for_state(handle, state)
            _engine.complete_and_start_action(handle, state)
            _engine.assert_facts(handle, text)
            started = _engine.start_action_for_state(handle, state)
            answer = started[1] if started else None
            while answer is not None:
                answers.append(answer)
                answer = _engine.complete_and_start_action(handle, state)
        finally:
            _engine.delete_state(handle, None)
    finally:
        _engine.delete_ruleset(handle)
    return answers
