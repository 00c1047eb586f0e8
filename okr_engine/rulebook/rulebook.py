"""A rulebook: dated, versioned rules that judge facts."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property

from okr_engine.rulebook.compiling import Compiled, compile_rules
from okr_engine.rulebook.conclusions import Conclusion, matter
from okr_engine.rulebook.interpreter import Firing
from okr_engine.rulebook.judge import Engine, engine_name, firings
from okr_engine.rulebook.rules import Rule, StatusThen
from okr_engine.rulebook.values import Facts, checked


@dataclass(frozen=True)
class Rulebook:
    """Rules that belong together, in force from `valid_from`. It never changes: edited rules are a new rulebook."""

    name: str
    declared_version: str
    valid_from: date
    rules: tuple[Rule, ...]
    yaml: str = field(default="", repr=False, compare=False)
    """The text it was read from; a layout is not part of its version."""

    @cached_property
    def version(self) -> str:
        """The declared version and eight digits of the content, so that no two contents share a version."""
        return f"{self.declared_version}+{_digits([_content(self), self.valid_from.isoformat()])}"

    @cached_property
    def undated_version(self) -> str:
        """The same for the same rules from whatever day they are in force."""
        return f"{self.declared_version}+{_digits(_content(self))}"

    @property
    def has_last_word(self) -> bool:
        """Whether one rule gives every key result a status without any condition, so that none is left without one."""
        deciding = [rule.patterns for rule in self.rules if isinstance(rule.then, StatusThen)]
        return any([(one.type, one.tests) for one in patterns] == [("key_result", ())] for patterns in deciding)

    def rule(self, name: str) -> Rule:
        """The rule of that name; KeyError where there is none."""
        return self._by_name[name]

    def judge(self, facts: Sequence[Facts], *, engine: Engine | None = None) -> list[Conclusion]:
        """What the rules conclude: one status for a subject at most, each flag and action once.

        Each mapping has "type", a unique "key" and facts of the vocabulary; None is absence. Sorted by priority, then
        by the order of the rules, then by the keys. `engine` chooses the engine; the default is `engine_name()`.
        Raises InvalidInput for facts that are not of the vocabulary, and EngineFailed when the engine loses facts.
        """
        first: dict[tuple[str, object], Firing] = {}
        for firing in self.firings(facts, engine=engine):
            place, (subject, *_) = firing
            first.setdefault((subject, self._matters[place]), firing)
        return [self._conclusion(firing) for firing in first.values()]

    def firings(self, facts: Sequence[Facts], *, engine: Engine | None = None) -> list[Firing]:
        """Every way in which a rule fires, before conclusions are weighed against each other; sorted like them."""
        found = firings(self.rules, self._compiled, checked(facts), engine=engine or engine_name())
        priorities = [rule.priority for rule in self.rules]
        return sorted(sorted(found), key=lambda firing: priorities[firing[0]])

    def _conclusion(self, firing: Firing) -> Conclusion:
        rule = self.rules[firing[0]]
        facts = dict(zip((pattern.alias for pattern in rule.patterns), firing[1], strict=True))
        return Conclusion(rule.name, rule.priority, facts, rule.then, rule.because)

    @cached_property
    def _matters(self) -> list[object]:
        return [matter(rule.then) for rule in self.rules]

    @cached_property
    def _by_name(self) -> dict[str, Rule]:
        return {rule.name: rule for rule in self.rules}

    @cached_property
    def _compiled(self) -> Compiled:
        return compile_rules(self.rules)


def fingerprint(rule: Rule) -> str:
    """Eight digits by which a rule is known to decide as another does, whatever its name, words and examples."""
    decides = {name: value for name, value in asdict(rule).items() if name in ("priority", "patterns", "then")}
    return _digits(decides)


def _digits(content: object) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, default=str).encode()).hexdigest()[:8]


def _content(rulebook: Rulebook) -> list[object]:
    return [_without_lines(asdict(rule)) for rule in rulebook.rules]


def _without_lines(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_lines(part) for key, part in value.items() if key != "line"}
    return [_without_lines(part) for part in value] if isinstance(value, list | tuple) else value
