"""Reading the `when` of a rule: patterns, tests and references, checked against the vocabulary."""

import re
from collections.abc import Mapping
from decimal import Decimal

from okr_engine.rulebook.notation import Part
from okr_engine.rulebook.notes import Notes
from okr_engine.rulebook.rules import Arithmetic, Condition, Literal, Operator, Pattern, Reference
from okr_engine.rulebook.values import DECIMALS, ten_thousandths
from okr_engine.rulebook.vocabulary import VOCABULARY, Fact, Kind
from okr_engine.words import message

MOST_PATTERNS = 4
MOST_TESTS = 32
# The engine takes 28 comparisons with other facts in one pattern.
MOST_JOINS = 24
LARGEST_FACTOR = 10**6

_ALIAS = re.compile(r"[a-z][a-z0-9]{0,9}")
_ORDERING = (Operator.LESS, Operator.AT_MOST, Operator.MORE, Operator.AT_LEAST)
_DIVISION = "/"
Types = Mapping[str, str]


def read_when(part: Part, notes: Notes) -> tuple[Pattern, ...]:
    """The patterns of a rule, in order; what is wrong with them is noted."""
    named = notes.mapping(part)
    if named is None:
        return ()
    if not 1 <= len(named) <= MOST_PATTERNS:
        notes.note(part, message("rules.pattern_count", count=len(named), allowed=MOST_PATTERNS))
    types: dict[str, str] = {}
    patterns = []
    for alias, body in named.items():
        if not _ALIAS.fullmatch(alias):
            notes.note(part.key_lines[alias], message("rules.alias_shape", alias=alias))
        patterns.append(_pattern(alias, body, types, notes))
    return tuple(patterns)


def _pattern(alias: str, part: Part, types: dict[str, str], notes: Notes) -> Pattern:
    fields = notes.fields(part, required=("type", "if"))
    type_ = str(fields["type"].value) if "type" in fields else ""
    if fields.get("type") and type_ not in VOCABULARY:
        notes.note(fields["type"], message("rules.unknown_type", type=type_), VOCABULARY)
    types[alias] = type_
    rows = notes.items(fields.get("if"))
    if len(rows) > MOST_TESTS:
        notes.note(fields["if"], message("rules.too_many_tests", count=len(rows), allowed=MOST_TESTS))
    tests = tuple(test for row in rows if (test := _test(row, alias, types, notes)))
    meets = [test for test in tests if isinstance(test.value, Reference) and test.value.alias != alias]
    if len(meets) > MOST_JOINS:
        notes.note(fields["if"], message("rules.too_many_joins", count=len(meets), allowed=MOST_JOINS))
    if len(types) > 1 and len(tests) == len(rows) and not any(test.operator is Operator.EQUAL for test in meets):
        notes.note(part, message("rules.join_needs_equality", alias=alias))
    return Pattern(alias, type_, tests)


def _test(row: Part, alias: str, types: Types, notes: Notes) -> Condition | None:
    parts = row.value
    if not isinstance(parts, list) or len(parts) != 3:
        notes.note(row, message("rules.test_shape"))
        return None
    fact = _fact(parts[0], str(parts[0].value), types[alias], notes)
    operator = _operator(parts[1], notes)
    if fact and fact.is_text and operator in _ORDERING:
        notes.note(row, message("rules.text_has_no_order", fact=fact.name))
        return None
    value = _right_side(parts[2], fact, operator, types, notes)
    return Condition(fact.name, operator, value) if fact and operator and value is not None else None


def _fact(part: Part, name: str, type_: str, notes: Notes) -> Fact | None:
    known = VOCABULARY.get(type_)
    if known is None:
        return None
    if name not in known:
        notes.note(part, message("rules.unknown_fact", fact=name, type=type_), known)
        return None
    return known[name]


def _operator(part: Part, notes: Notes) -> Operator | None:
    if part.value == _DIVISION:
        notes.note(part, message("rules.no_division"), Operator)
        return None
    if part.value not in set(Operator):
        notes.note(part, message("rules.unknown_operator", operator=str(part.value)), Operator)
        return None
    return Operator(str(part.value))


def _right_side(
    part: Part, fact: Fact | None, operator: Operator | None, types: Types, notes: Notes
) -> Literal | tuple[Literal, ...] | Reference | None:
    if operator is not None and (operator is Operator.IN) != isinstance(part.value, list):
        notes.note(part, message("rules.in_takes_a_list"))
        return None
    if isinstance(part.value, dict):
        return _reference(part, fact, types, notes)
    if not isinstance(part.value, list):
        return _literal(part, fact, notes)
    if not part.value:
        notes.note(part, message("rules.empty_list"))
        return None
    literals = [_literal(one, fact, notes) for one in part.value]
    sound = tuple(literal for literal in literals if literal is not None)
    return sound if len(sound) == len(literals) else None


def _literal(part: Part, fact: Fact | None, notes: Notes) -> Literal | None:
    if fact is None:
        return None
    if fact.is_text:
        return _text_literal(part, fact, notes)
    if isinstance(part.value, bool) and fact.kind is Kind.FLAG:
        return Decimal(part.value)
    if isinstance(part.value, str | bool):
        notes.note(part, message("rules.wants_a_number", fact=fact.name, found=str(part.value)[:60]))
        return None
    number = _number(part, notes)
    if number is not None and fact.kind is Kind.FLAG and number not in (0, 1):
        notes.note(part, message("rules.flag_is_0_or_1", fact=fact.name))
        return None
    return number


def _text_literal(part: Part, fact: Fact, notes: Notes) -> str | None:
    if not isinstance(part.value, str):
        notes.note(part, message("rules.wants_a_word", fact=fact.name, found=str(part.value)[:60]), fact.words)
        return None
    if part.value not in fact.words:
        notes.note(part, message("rules.unknown_word", word=part.value[:60]), fact.words)
        return None
    return part.value


def _number(part: Part, notes: Notes) -> Decimal | None:
    scaled = ten_thousandths(part.value)
    if scaled is None:
        notes.note(part, message("rules.not_a_number", found=str(part.value)[:60]))
        return None
    number = Decimal(scaled).scaleb(-DECIMALS)
    if number != Decimal(str(part.value)):
        notes.note(part, message("rules.too_many_decimals", found=str(part.value), allowed=DECIMALS))
        return None
    return number


def _reference(part: Part, fact: Fact | None, types: Types, notes: Notes) -> Reference | None:
    fields = notes.fields(part, required=("ref",), optional=("op", "by"))
    alias, _, name = str(fields["ref"].value).partition(".") if "ref" in fields else ("", "", "")
    referred = _referred(fields["ref"], alias, name, types, notes) if "ref" in fields else None
    if fact and referred and fact.is_text != referred.is_text:
        notes.note(part, message("rules.text_with_number", fact=fact.name, other=referred.name))
        return None
    if not ("op" in fields or "by" in fields):
        return Reference(alias, name) if referred else None
    arithmetic = _arithmetic(part, fields, notes)
    if referred and referred.is_text:
        notes.note(part, message("rules.no_arithmetic_on_text", fact=referred.name))
        return None
    return Reference(alias, name, *arithmetic) if referred and arithmetic else None


def _referred(part: Part, alias: str, name: str, types: Types, notes: Notes) -> Fact | None:
    if alias not in types:
        notes.note(part, message("rules.unknown_alias", alias=alias), types)
        return None
    return _fact(part, name, types[alias], notes)


def _arithmetic(part: Part, fields: Mapping[str, Part], notes: Notes) -> tuple[Arithmetic, Decimal] | None:
    if "op" not in fields or "by" not in fields:
        notes.note(part, message("rules.op_and_by_together"))
        return None
    operator, by = fields["op"], fields["by"]
    number = _number(by, notes) if not isinstance(by.value, str | bool) else None
    if isinstance(by.value, str | bool) or (number is not None and abs(number) > LARGEST_FACTOR):
        notes.note(by, message("rules.factor_range", allowed=LARGEST_FACTOR))
    if operator.value == _DIVISION:
        notes.note(operator, message("rules.no_division"), Arithmetic)
        return None
    if operator.value not in set(Arithmetic):
        notes.note(operator, message("rules.unknown_operator", operator=str(operator.value)), Arithmetic)
        return None
    return (Arithmetic(str(operator.value)), number) if number is not None else None
