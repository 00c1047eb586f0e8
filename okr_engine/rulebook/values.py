"""The door: facts are checked, and every number becomes a whole number of ten-thousandths.

Both engines compare only whole numbers and closed words, so 90 and 90.0 are one value, 0.1 is exact, and nothing
depends on how a binary fraction happens to be written.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import NoReturn

from okr_engine.errors import InvalidInput, Place
from okr_engine.rulebook.rules import Arithmetic, Literal, Reference
from okr_engine.rulebook.vocabulary import VOCABULARY, Fact, Kind
from okr_engine.words import Message, message

Facts = Mapping[str, object]
Scalar = int | str

DECIMALS = 4
_ONE = 10_000
_MOST_DIGITS = 12
LARGEST = 1_000_000_000_000 * _ONE
# A float that is the nearest one to a decimal of 15 digits is written as that decimal: there is no need to write it.
_FIFTEEN_DIGITS = 1e11


@dataclass(frozen=True, eq=False)
class CheckedFacts:
    """Facts about one thing, past the door; an absent fact is not there at all."""

    type: str
    key: str
    values: Mapping[str, Scalar]


def checked(facts: Iterable[Facts]) -> list[CheckedFacts]:
    """The facts as the engines want them.

    Each mapping has "type" (of the vocabulary), "key" (text, unique in the batch) and facts of its type; None is
    absence. Numbers are finite, at most 10¹² in size and rounded to four decimals, half away from zero; flags are 0 or
    1; counts whole and not negative; texts one of their words. Raises InvalidInput on anything else.
    """
    passed: dict[str, CheckedFacts] = {}
    for given in facts:
        key = given.get("key")
        if not isinstance(key, str):
            raise InvalidInput(message("rules.fact_without_key", key=repr(key)))
        if key in passed:
            raise InvalidInput(message("rules.duplicate_fact_key", key=key), place=Place(record=key))
        passed[key] = _checked_one(key, given)
    return list(passed.values())


def ten_thousandths(value: object) -> int | None:
    """A number as a whole number of ten-thousandths; None for what is not a number, not finite or beyond 10¹²."""
    if isinstance(value, float):
        if -_FIFTEEN_DIGITS < value < _FIFTEEN_DIGITS and (near := round(value * _ONE)) / _ONE == value:
            return near
        value = Decimal(repr(value))
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() <= _MOST_DIGITS:
        scaled = int(value.scaleb(DECIMALS).to_integral_value(ROUND_HALF_UP))
    elif isinstance(value, int):
        scaled = int(value) * _ONE
    else:
        return None
    return scaled if -LARGEST <= scaled <= LARGEST else None


@cache
def scalar(literal: Literal) -> Scalar:
    """A literal of a rule, read with the same limits, in the form facts have."""
    return literal if isinstance(literal, str) else int(literal.scaleb(DECIMALS))


def worked_out(reference: Reference, value: int) -> int:
    """The referred number after its sum or product, which is rounded to four decimals as every number is."""
    by = int(reference.by.scaleb(DECIMALS))
    match reference.arithmetic:
        case Arithmetic.PLUS:
            return value + by
        case Arithmetic.MINUS:
            return value - by
        case Arithmetic.TIMES:
            size = (abs(value * by) + _ONE // 2) // _ONE
            return size if value * by >= 0 else -size
        case None:
            return value


def _checked_one(key: str, given: Facts) -> CheckedFacts:
    kind = given.get("type")
    doors = _doors().get(kind) if isinstance(kind, str) else None
    if doors is None or not isinstance(kind, str):
        _refuse(key, message("rules.unknown_type", type=str(kind)))
    values: dict[str, Scalar] = {}
    for name, value in given.items():
        if value is None or name == "type" or name == "key":
            continue
        door = doors.get(name)
        if door is None:
            _refuse(key, message("rules.unknown_fact", fact=name, type=kind))
        through = door(value)
        if through is None:
            _refuse(key, message("rules.bad_value", fact=name, value=repr(value)[:60]))
        values[name] = through
    return CheckedFacts(kind, key, values)


def _refuse(key: str, what: Message) -> NoReturn:
    raise InvalidInput(what, place=Place(record=key))


_FLAGS = {0: 0, 1: _ONE}
Door = Callable[[object], Scalar | None]


@cache
def _doors() -> Mapping[str, Mapping[str, Door]]:
    return {kind: {fact.name: _door(fact) for fact in facts.values()} for kind, facts in VOCABULARY.items()}


def _door(fact: Fact) -> Door:
    if fact.kind is Kind.TEXT:
        words = {str(word): str(word) for word in fact.words}
        return lambda value: words.get(value) if isinstance(value, str) else None
    if fact.kind is Kind.FLAG:
        return _flag
    if fact.kind is Kind.COUNT:
        return _count
    return ten_thousandths


def _flag(value: object) -> int | None:
    return _FLAGS.get(value) if isinstance(value, int) else _whole(value, (0, _ONE))


_COUNTS = range(0, LARGEST + 1, _ONE)


def _count(value: object) -> int | None:
    return _whole(value, _COUNTS)


def _whole(value: object, allowed: Sequence[int]) -> int | None:
    number = ten_thousandths(value)
    return number if number is not None and number in allowed else None
