"""Random rulebooks and facts that are likely to meet: few facts, few values, some absences, up to four patterns.

Now and then a pattern has as many tests as the language allows, and a rulebook more rules than the engine can hold.
"""

from datetime import date
from decimal import Decimal
from random import Random

from hypothesis import strategies as st

from okr_engine.rulebook import Facts, FlagThen, Rule, Rulebook
from okr_engine.rulebook.conditions import MOST_JOINS, MOST_TESTS
from okr_engine.rulebook.rules import Arithmetic, Condition, Operator, Pattern, Reference
from okr_engine.words import Words

NUMBERS = ("value", "target", "missed_by")
DIRECTIONS = ("increase", "decrease", "within")
TYPES = ("key_result", "key_result", "status")
LITERALS = tuple(Decimal(text) for text in ("-1", "-0.3", "0", "0.3", "1", "1", "2", "90", "1000000000000"))
FACTORS = tuple(Decimal(text) for text in ("-2", "0", "0.3333", "0.5", "1", "3", "1000000"))
VALUES = (
    *(None, -1, 0, 1, Decimal("1.0"), 1, 2.0, 2, Decimal(2), 0.30000000000000004, 90.0),
    *(Decimal("-0.3"), Decimal("0.00005"), Decimal("-0.00005"), 10**12, -(10**12)),
)
Case = tuple[Rulebook, list[Facts]]


def cases() -> st.SearchStrategy[Case]:
    """A rulebook and facts for it, made from a seed: chance alone makes them denser than shrinkable choices would."""
    return st.integers(0, 2**64).map(lambda seed: a_case(Random(seed)))


def a_case(chance: Random) -> Case:
    rules = tuple(
        Rule(f"rule_{n}", chance.randint(0, 3), patterns(chance), FlagThen(f"flag_{n}"), Words("a", "b", "c"), (), 1)
        for n in range(chance.randint(1, 10) if chance.random() < 0.98 else 80)
    )
    return Rulebook("random", "1", date(2025, 1, 1), rules), facts(chance)


def facts(chance: Random) -> list[Facts]:
    return [
        {
            "type": chance.choice(TYPES),
            "key": f"fact {place}",
            "direction": chance.choice([None, *DIRECTIONS]),
            **{name: chance.choice(VALUES) for name in NUMBERS if chance.random() < 0.9},
        }
        for place in range(chance.choice([0, 2, 8, 12, 16, 16]))
    ]


def patterns(chance: Random) -> tuple[Pattern, ...]:
    found: list[Pattern] = []
    for alias in "kpqr"[: chance.choice([1, 1, 2, 2, 3, 4])]:
        earlier = [pattern.alias for pattern in found]
        conditions = [condition(chance, [*earlier, alias]) for _ in range(chance.choice([0, 0, 1, 1, 2, 3]))]
        if earlier:
            conditions.insert(chance.randint(0, len(conditions)), tie(chance, earlier))
        if chance.random() < 0.05:
            conditions = as_long_as_allowed(conditions, alias)
        found.append(Pattern(alias, chance.choice(TYPES), tuple(conditions)))
    return tuple(found)


def as_long_as_allowed(conditions: list[Condition], alias: str) -> list[Condition]:
    """The same tests over and over: the longest a pattern can be, and still as likely to hold."""
    longer = (conditions * MOST_TESTS)[:MOST_TESTS]
    joined = [at for at, one in enumerate(longer) if isinstance(one.value, Reference) and one.value.alias != alias]
    return [one for at, one in enumerate(longer) if at not in joined[MOST_JOINS:]]


def condition(chance: Random, aliases: list[str]) -> Condition:
    number, operator = chance.choice(NUMBERS), chance.choice([one for one in Operator if one is not Operator.IN])
    match chance.randint(0, 6):
        case 0:
            return Condition(number, Operator.IN, tuple(chance.choices(LITERALS, k=3)))
        case 1:
            return Condition("direction", Operator.IN, tuple(chance.choices(DIRECTIONS, k=2)))
        case 2:
            equality = chance.choice([Operator.EQUAL, Operator.NOT_EQUAL])
            return Condition("direction", equality, chance.choice(DIRECTIONS))
        case 3 | 4:
            return Condition(number, operator, reference(chance, aliases))
        case _:
            return Condition(number, operator, chance.choice(LITERALS))


def reference(chance: Random, aliases: list[str]) -> Reference:
    alias, fact = chance.choice(aliases), chance.choice(NUMBERS)
    if chance.random() < 0.5:
        return Reference(alias, fact)
    return Reference(alias, fact, chance.choice(list(Arithmetic)), chance.choice(FACTORS))


def tie(chance: Random, earlier: list[str]) -> Condition:
    """The equality without which patterns may not be joined."""
    if chance.random() < 0.5:
        return Condition("direction", Operator.EQUAL, Reference(chance.choice(earlier), "direction"))
    return Condition(chance.choice(NUMBERS), Operator.EQUAL, reference(chance, earlier))
