"""The rule language in plain Python: the meaning the engine is held to, and the engine where there is no other."""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from okr_engine.rulebook.rules import Condition, Operator, Pattern, Reference, Rule
from okr_engine.rulebook.values import CheckedFacts, Scalar, scalar, worked_out

Firing = tuple[int, tuple[str, ...]]
Bound = Mapping[str, CheckedFacts]

_COMPARISONS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.MORE: operator.gt,
    Operator.AT_LEAST: operator.ge,
}


def interpret(rules: Sequence[Rule], facts: Sequence[CheckedFacts]) -> set[Firing]:
    """Every way in which a rule fires: its place in `rules`, and the keys of its facts in the order of its patterns."""
    by_type: dict[str, list[CheckedFacts]] = {}
    for one in facts:
        by_type.setdefault(one.type, []).append(one)
    return {
        (place, tuple(one.key for one in match.values()))
        for place, rule in enumerate(rules)
        for match in _matches(rule.patterns, by_type, {})
    }


def holds(test: Condition, candidate: CheckedFacts, bound: Bound) -> bool:
    """Whether the test is true of `candidate`, with the facts that the rule has bound so far, its own among them."""
    left = candidate.values.get(test.fact)
    if left is None:
        return False
    if isinstance(test.value, tuple):
        return any(left == scalar(value) for value in test.value)
    right = _referred(test.value, bound) if isinstance(test.value, Reference) else scalar(test.value)
    return right is not None and _COMPARISONS[test.operator](left, right)


def _matches(patterns: Sequence[Pattern], facts: Mapping[str, Sequence[CheckedFacts]], bound: Bound) -> Iterator[Bound]:
    if not patterns:
        yield bound
        return
    pattern, *rest = patterns
    for candidate in facts.get(pattern.type, ()):
        if any(candidate is taken for taken in bound.values()):
            continue
        wider = {**bound, pattern.alias: candidate}
        if all(holds(test, candidate, wider) for test in pattern.tests):
            yield from _matches(rest, facts, wider)


def _referred(reference: Reference, bound: Bound) -> Scalar | None:
    value = bound[reference.alias].values.get(reference.fact)
    return worked_out(reference, value) if isinstance(value, int) else value
