"""The rules that nearly decided: those that hold but were outranked, and those that lack one comparison."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from okr_engine.rulebook.interpreter import holds
from okr_engine.rulebook.rules import Condition, Reference, Rule, StatusThen
from okr_engine.rulebook.values import CheckedFacts, Facts, checked
from okr_engine.rulebook.vocabulary import VOCABULARY, Kind
from okr_engine.terms import Status

_MEASURED = frozenset(Kind) - {Kind.TEXT, Kind.FLAG}


@dataclass(frozen=True)
class NearMiss:
    """A rule, the status it gives, and the one comparison it lacks; None where another rule only came first."""

    rule: Rule
    status: Status
    lacking: Condition | None


def near_misses(rules: Sequence[Rule], facts: Facts, *, decided_by: str) -> list[NearMiss]:
    """Of the rules over these facts that give a status, those that nearly decided it, the weightiest first.

    What a rule lacks must be a number that is there; to lack a word or a yes is not to be near. The last word, which
    holds always, is left out. Raises InvalidInput for facts that are not of the vocabulary.
    """
    (told,) = checked([facts])
    found = [one for rule in rules if rule.name != decided_by for one in _near(rule, told)]
    return sorted(found, key=lambda one: (one.lacking is not None, one.rule.priority))


def _near(rule: Rule, facts: CheckedFacts) -> Iterator[NearMiss]:
    pattern, *others = rule.patterns
    if others or pattern.type != facts.type or not pattern.tests or not isinstance(rule.then, StatusThen):
        return
    failing = [test for test in pattern.tests if not holds(test, facts, {pattern.alias: facts})]
    if not failing:
        yield NearMiss(rule, rule.then.status, None)
    elif len(failing) == 1 and _is_measured(failing[0], facts):
        yield NearMiss(rule, rule.then.status, failing[0])


def _is_measured(test: Condition, facts: CheckedFacts) -> bool:
    if isinstance(test.value, Reference) and test.value.fact not in facts.values:
        return False
    return test.fact in facts.values and VOCABULARY[facts.type][test.fact].kind in _MEASURED
