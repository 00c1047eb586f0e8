"""Rules as sentences: what each looks at, what follows, why, and its examples; with its YAML for whoever wants that."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from okr_engine.i18n import figure, fill, say, speak, spoken
from okr_engine.model import MeasureUnit, Status
from okr_engine.rulebook import VOCABULARY, ActionThen, Fact, FlagThen, Kind, Rule, Rulebook, StatusThen
from okr_engine.rulebook.rules import Condition, Example, Literal, Pattern, Reference
from okr_engine.services.reasons import shown_fact
from okr_engine.words import Language


@dataclass(frozen=True)
class ExampleInWords:
    """Facts that were given, and whether the rule fires on them."""

    given: tuple[str, ...]
    fires: bool


@dataclass(frozen=True)
class RuleInWords:
    """One rule in one language; `status` is what it gives, or None where `follows` is something else."""

    name: str
    conditions: tuple[str, ...]
    status: Status | None
    follows: str
    reason: str
    examples: tuple[ExampleInWords, ...]
    yaml: str


def in_words(rulebook: Rulebook, language: Language) -> tuple[RuleInWords, ...]:
    """Every rule, in the order in which they are asked."""
    texts = _texts(rulebook)
    ordered = sorted(rulebook.rules, key=lambda rule: rule.priority)
    return tuple(_rule(rule, texts.get(rule.line, ""), language) for rule in ordered)


def condition_in_words(test: Condition, type_: str, language: Language) -> str:
    """One comparison of a rule that looks at one fact of that type."""
    return _condition(test, Pattern("", type_, ()), {"": type_}, language)


def _rule(rule: Rule, yaml: str, language: Language) -> RuleInWords:
    left_open = dict.fromkeys(VOCABULARY[rule.patterns[0].type], "…")
    return RuleInWords(
        name=rule.name,
        conditions=tuple(_conditions(rule.patterns, language)) or (say(language, "rule_words.always"),),
        status=rule.then.status if isinstance(rule.then, StatusThen) else None,
        follows=_follows(rule, language),
        reason=fill(spoken(rule.because, language), left_open, language),
        examples=tuple(_example(one, rule.patterns, language) for one in rule.examples),
        yaml=yaml,
    )


def _follows(rule: Rule, language: Language) -> str:
    match rule.then:
        case StatusThen():
            return say(language, f"status.{rule.then.status}")
        case FlagThen():
            return say(language, "rule_words.flag")
        case ActionThen():
            return _action(rule.then, language)


def _action(then: ActionThen, language: Language) -> str:
    action = say(language, f"action.{then.action}")
    days = figure(then.due_in_days, MeasureUnit.DAYS, language)
    if not then.chain:
        return say(language, "rule_words.action_by_policy", action=action, days=days)
    chain = [say(language, f"role.{role}") for role in then.chain]
    return say(language, "rule_words.action", action=action, days=days, chain=chain)


def _conditions(patterns: Iterable[Pattern], language: Language) -> Iterator[str]:
    patterns = tuple(patterns)
    types = {pattern.alias: pattern.type for pattern in patterns}
    for pattern in patterns:
        for test in pattern.tests:
            said = _condition(test, pattern, types, language)
            yield say(language, "rule_words.of", alias=pattern.alias, said=said) if len(patterns) > 1 else said


def _condition(test: Condition, pattern: Pattern, types: Mapping[str, str], language: Language) -> str:
    fact = VOCABULARY[pattern.type][test.fact]
    return say(
        language,
        f"rule_condition.{test.operator.name.lower()}",
        fact=speak(fact.meaning, language),
        value=_right_side(test.value, fact, pattern.alias, types, language),
    )


def _right_side(
    value: Literal | tuple[Literal, ...] | Reference,
    fact: Fact,
    alias: str,
    types: Mapping[str, str],
    language: Language,
) -> object:
    if isinstance(value, Reference):
        return _reference(value, alias, types, language)
    if isinstance(value, tuple):
        return "; ".join(_worded(fact, one, language) for one in value)
    return _worded(fact, value, language)


def _reference(reference: Reference, alias: str, types: Mapping[str, str], language: Language) -> str:
    meaning = speak(VOCABULARY[types[reference.alias]][reference.fact].meaning, language)
    if reference.alias != alias:
        meaning = say(language, "rule_words.of", alias=reference.alias, said=meaning)
    if reference.arithmetic is None:
        return meaning
    return say(language, f"rule_sum.{reference.arithmetic.name.lower()}", fact=meaning, by=reference.by.normalize())


def _example(example: Example, patterns: Iterable[Pattern], language: Language) -> ExampleInWords:
    given = [
        say(
            language,
            "rule_condition.equal",
            fact=speak(VOCABULARY[pattern.type][name].meaning, language),
            value=_worded(VOCABULARY[pattern.type][name], _literal(value), language),
        )
        for pattern in patterns
        for name, value in example.given[pattern.alias].items()
    ]
    return ExampleInWords(tuple(given), example.fires)


def _literal(value: object) -> Literal:
    return value if isinstance(value, str) else Decimal(str(int(value) if isinstance(value, bool) else value))


def _worded(fact: Fact, value: Literal, language: Language) -> str:
    if isinstance(value, str):
        return shown_fact(fact.name, value, MeasureUnit.NUMBER, 0, language)
    value = value.to_integral_value() if value == value.to_integral_value() else value.normalize()
    if fact.name in VOCABULARY["status"]:
        return shown_fact(fact.name, value, MeasureUnit.NUMBER, _decimals(value), language)
    return figure(value, MeasureUnit.PERCENT if fact.kind is Kind.PERCENT else MeasureUnit.NUMBER, language)


def _decimals(value: Decimal) -> int:
    return max(0, -int(value.as_tuple().exponent))


def _texts(rulebook: Rulebook) -> Mapping[int, str]:
    """Each rule's own lines of the file, by the line it begins on; what is said about the next one is left to it."""
    lines = rulebook.yaml.splitlines()
    begins = sorted(rule.line for rule in rulebook.rules)
    ends = [*(line - 1 for line in begins[1:]), len(lines)]
    return {begin: _trimmed(lines[begin - 1 : end]) for begin, end in zip(begins, ends, strict=True)}


def _trimmed(lines: list[str]) -> str:
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines = lines[:-1]
    return "\n".join(line.removeprefix("  ") for line in lines)
