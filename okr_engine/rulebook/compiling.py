"""Rules in the one canonical shape in which the engine is known to be right, and facts to go with them.

The engine is given comparisons only. Sums, products and `in` are worked out here and travel with the fact as properties
of their own, so that no rule needs its arithmetic (a division kills the process) or its alternatives (`$or` loses
joins).
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from okr_engine.rulebook.rules import Condition, Literal, Operator, Pattern, Reference, Rule
from okr_engine.rulebook.values import LARGEST, CheckedFacts, Scalar, scalar, worked_out

Values = Mapping[str, Scalar]
Derivation = Callable[[Values], Scalar | None]
Clause = dict[str, object]

BOOT = "#boot"
END = "#end"

# The engine keeps the patterns a fact matches in an array of 64.
_MOST_PATTERNS = 60
# A product may outgrow the engine's 64 bits; anything larger than the largest fact compares the same.
_BEYOND = LARGEST + 1
_OPERATORS = {
    Operator.NOT_EQUAL: "$neq",
    Operator.LESS: "$lt",
    Operator.AT_MOST: "$lte",
    Operator.MORE: "$gt",
    Operator.AT_LEAST: "$gte",
}
# Boot: deleting a state in which nothing ever ran frees memory that was never set.
# End: a batch may be cut short silently, and then its last fact is missing.
_SENTINELS = {BOOT: {"all": [{"m": {"$s": 1}}]}, END: {"all": [{"m": {"type": END}}]}}


@dataclass(frozen=True)
class Compiled:
    """Rulesets for the engine, and for each type of fact the properties that the rules look at."""

    rulesets: tuple[str, ...]
    plain: Mapping[str, tuple[str, ...]]
    derived: Mapping[str, tuple[tuple[str, Derivation], ...]]

    def encoded(self, facts: Sequence[CheckedFacts]) -> str:
        """The batch as the engine reads it; a fact's id is its place in the batch, because ids are compared by hash."""
        rows = [self._row(place, one) for place, one in enumerate(facts)]
        return json.dumps([*rows, {"id": "end", "type": END}], separators=(",", ":"))

    def _row(self, place: int, one: CheckedFacts) -> dict[str, Scalar]:
        values = one.values
        row: dict[str, Scalar] = {"id": str(place), "type": one.type, "_one": 1}
        row |= {name: values[name] for name in self.plain[one.type] if name in values}
        for name, derive in self.derived[one.type]:
            if (value := derive(values)) is not None:
                row[name] = value
        return row


def compile_rules(rules: Sequence[Rule]) -> Compiled:
    """The rules for the engine; each is called by its place in `rules`."""
    workshop = _Workshop()
    patterns = [workshop.patterns(rule) for rule in rules]
    return Compiled(
        rulesets=tuple(_rulesets(rules, patterns)),
        plain={type_: tuple(sorted(names)) for type_, names in workshop.plain.items()},
        derived={type_: tuple(named.values()) for type_, named in workshop.derived.items()},
    )


def _rulesets(rules: Sequence[Rule], patterns: Sequence[list[Clause]]) -> Iterable[str]:
    current: dict[str, object] = {}
    count: dict[str, int] = {}
    for place, rule in enumerate(rules):
        types = [pattern.type for pattern in rule.patterns]
        if any(count.get(type_, 0) + types.count(type_) > _MOST_PATTERNS for type_ in types):
            yield json.dumps({**current, **_SENTINELS})
            current, count = {}, {}
        for type_ in types:
            count[type_] = count.get(type_, 0) + 1
        current[str(place)] = {"all": patterns[place]}
    if current:
        yield json.dumps({**current, **_SENTINELS})


class _Workshop:
    """Compiles rules one by one and gathers what their facts have to carry."""

    def __init__(self) -> None:
        self.plain: dict[str, set[str]] = {}
        self.derived: dict[str, dict[Condition | Reference, tuple[str, Derivation]]] = {}

    def patterns(self, rule: Rule) -> list[Clause]:
        types = {pattern.alias: pattern.type for pattern in rule.patterns}
        for type_ in types.values():
            self.plain.setdefault(type_, set())
            self.derived.setdefault(type_, {})
        present: dict[str, set[str]] = {alias: set() for alias in types}
        sorted_out = [(pattern, *self._tests(pattern, types, present)) for pattern in rule.patterns]
        return [
            {pattern.alias: {"$and": [{"type": pattern.type}, *_exist(present[pattern.alias]), *own, *joins]}}
            for pattern, own, joins in sorted_out
        ]

    def _tests(
        self, pattern: Pattern, types: Mapping[str, str], present: Mapping[str, set[str]]
    ) -> tuple[list[Clause], list[Clause]]:
        own: list[Clause] = []
        equal: list[Clause] = []
        unequal: list[Clause] = []
        for test in pattern.tests:
            if isinstance(test.value, tuple):
                own.append({self._derive(pattern.type, test, _membership(test.fact, test.value)): 1})
                continue
            # What is compared must exist: the engine reads whatever memory holds where a right side is missing.
            present[pattern.alias].add(self._carry(pattern.type, test.fact))
            if not isinstance(test.value, Reference):
                own.append(_clause(test, scalar(test.value)))
                continue
            alias = test.value.alias
            name = self._refer(types[alias], test.value)
            present[alias].add(name)
            if alias == pattern.alias:
                own.append(_clause(test, {"$m": name}))
            else:
                (equal if test.operator is Operator.EQUAL else unequal).append(_clause(test, {alias: name}))
        # When the last of several joins is false the engine reads past its memory, so the last one is always true.
        first = next(iter(types))
        always: list[Clause] = [{"_one": {first: "_one"}}] if pattern.alias != first else []
        return own, [*equal, *unequal, *always]

    def _carry(self, type_: str, fact: str) -> str:
        self.plain[type_].add(fact)
        return fact

    def _refer(self, type_: str, reference: Reference) -> str:
        if reference.arithmetic is None:
            return self._carry(type_, reference.fact)
        return self._derive(type_, replace(reference, alias=""), _arithmetic(reference))

    def _derive(self, type_: str, source: Condition | Reference, derivation: Derivation) -> str:
        named = self.derived[type_]
        return named.setdefault(source, (f"x{len(named)}", derivation))[0]


def _exist(names: Iterable[str]) -> list[Clause]:
    return [{"$ex": {name: 1}} for name in sorted(names)]


def _clause(test: Condition, right: object) -> Clause:
    if test.operator is Operator.EQUAL:
        return {test.fact: right}
    return {_OPERATORS[test.operator]: {test.fact: right}}


def _membership(fact: str, literals: Iterable[Literal]) -> Derivation:
    allowed = frozenset(scalar(literal) for literal in literals)
    return lambda values: 1 if values.get(fact) in allowed else None


def _arithmetic(reference: Reference) -> Derivation:
    def derive(values: Values) -> Scalar | None:
        value = values.get(reference.fact)
        return max(-_BEYOND, min(_BEYOND, worked_out(reference, value))) if isinstance(value, int) else None

    return derive
