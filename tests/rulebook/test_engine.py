"""The engine says what the plain interpreter says, from any number of threads, and never takes the process with it."""

import ast
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings

from okr_engine.errors import EngineFailed
from okr_engine.rulebook import Engine, Facts, FlagThen, Rulebook
from okr_engine.rulebook.compiling import Compiled, compile_rules
from okr_engine.rulebook.judge import firings
from okr_engine.rulebook.rules import Arithmetic, Condition, Operator, Pattern, Reference, Rule
from okr_engine.rulebook.values import CheckedFacts, checked
from okr_engine.words import Words
from tests.rulebook.conftest import EVERY_ENGINE, needs_engine
from tests.rulebook.random_rules import Case, a_case, cases

ROOT = Path(__file__).parents[2]
without_hurry = settings(deadline=None)


def both_agree(rulebook: Rulebook, facts: Sequence[Facts]) -> bool:
    return rulebook.firings(facts, engine=Engine.DURABLE_RULES) == rulebook.firings(facts, engine=Engine.INTERPRETER)


def judging_by(*patterns: Pattern) -> Rulebook:
    rule = Rule("found", 1, patterns, FlagThen("found"), Words("a", "b", "c"), (), 1)
    return Rulebook("one rule", "1", date(2025, 1, 1), (rule,))


def key_results(count: int) -> list[Facts]:
    chance = random.Random(count)
    return [
        {
            "type": "key_result",
            "key": f"KR {number}",
            "has_value": chance.randint(0, 1),
            "has_target": chance.randint(0, 1),
            "met": chance.choice([None, 0, 1]),
            "direction": chance.choice(["increase", "decrease", "at_least", "neutral"]),
            "value": Decimal(chance.randint(0, 10_000)) / 100,
            "missed_by_points": Decimal(chance.randint(0, 3_000)) / 100,
            "comparable": chance.randint(0, 1),
            "improved_by": chance.choice([None, Decimal("-0.1"), Decimal("0.1")]),
            "worsened_in_a_row": chance.randint(0, 3),
        }
        for number in range(count)
    ]


@needs_engine
@settings(without_hurry, max_examples=200)
@given(case=cases())
def test_engine_and_interpreter_agree_on_random_rules(case: Case) -> None:
    assert both_agree(*case)


@needs_engine
@pytest.mark.slow
@pytest.mark.parametrize("thousand", range(25))
def test_engine_and_interpreter_agree_on_25_000_random_rulebooks(thousand: int) -> None:
    seeds = range(thousand * 1_000, (thousand + 1) * 1_000)

    assert [seed for seed in seeds if not both_agree(*a_case(random.Random(seed)))] == []


def test_random_rules_are_not_compared_in_vain() -> None:
    fired = [
        rulebook.firings(facts, engine=Engine.INTERPRETER)
        for rulebook, facts in map(a_case, map(random.Random, range(100)))
    ]

    assert sum(bool(found) for found in fired) > 60
    assert sum(any(len(keys) > 1 for _, keys in found) for found in fired) > 25


@needs_engine
def test_engine_and_interpreter_agree_on_the_shipped_rules(status_rules: Rulebook) -> None:
    facts = key_results(1_000)

    assert both_agree(status_rules, facts)
    assert len({conclusion.rule for conclusion in status_rules.judge(facts)}) > 8


@needs_engine
def test_facts_that_belong_together_meet_however_many_lie_between_them() -> None:
    together = judging_by(
        Pattern("k", "key_result", (Condition("comparable", Operator.EQUAL, Decimal(1)),)),
        Pattern("p", "key_result", (Condition("value", Operator.EQUAL, Reference("k", "target")),)),
    )
    facts = [{"type": "key_result", "key": f"{n}", "comparable": 1, "target": n} for n in range(600)]
    facts += [{"type": "key_result", "key": f"p{n}", "value": n, "comparable": 0} for n in range(600)]

    found = together.judge(facts)

    assert [conclusion.facts for conclusion in found] == sorted(
        ({"k": f"{n}", "p": f"p{n}"} for n in range(600)), key=lambda pair: (pair["k"], pair["p"])
    )
    assert both_agree(together, facts)


@needs_engine
def test_more_rules_than_the_engine_can_hold_at_once_still_all_fire() -> None:
    one = judging_by(Pattern("k", "key_result", ()))
    rules = tuple(replace(one.rules[0], name=f"rule_{n}", then=FlagThen(f"flag_{n}")) for n in range(300))
    many = replace(one, rules=rules)

    assert len(many.judge([{"type": "key_result", "key": "x"}])) == 300


@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_products_are_exact_decimals(engine: Engine) -> None:
    share = Reference("k", "target", Arithmetic.TIMES, Decimal("0.7"))
    at_most = judging_by(Pattern("k", "key_result", (Condition("value", Operator.AT_MOST, share),)))

    # In binary fractions 90 × 0.7 is 62.99999999999999, and 63 would not be at most that.
    assert len(at_most.judge([{"type": "key_result", "key": "x", "value": 63, "target": 90}], engine=engine)) == 1


@needs_engine
def test_a_batch_that_the_engine_cuts_short_decides_nothing(status_rules: Rulebook) -> None:
    cut_short = CutShort(**vars(compile_rules(status_rules.rules)))

    with pytest.raises(EngineFailed) as failed:
        firings(status_rules.rules, cut_short, checked(key_results(2)), engine=Engine.DURABLE_RULES)

    assert failed.value.what.key == "rules.engine_lost_facts"


class CutShort(Compiled):
    """Writes a number as the engine cannot read it, whereupon it forgets the rest of the batch without a word."""

    def encoded(self, facts: Sequence[CheckedFacts]) -> str:
        return super().encoded(facts).replace('"id":"1",', '"id":"1","limit":1e-05,')


NASTY = r"""
    from decimal import Decimal
    from pathlib import Path

    from okr_engine.errors import InvalidInput
    from okr_engine.rulebook import Engine, read_rulebook

    rulebook = read_rulebook(Path("rules/status.yaml"))
    values = [
        0, -0.0, 1e-05, 1e-300, 1e16, 1e300, float("inf"), float("-inf"), float("nan"), 10**30, -(2**63), 2**63 - 1,
        10**12, -(10**12), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1E+999999"),
        Decimal("1E-999999"), Decimal("0.00005"), True, "", "90", "\x00", "x" * 70000, b"90", [], {}, [1], {"a": 1},
        object(), 1j,
    ]
    for value in values:
        for name in ("value", "has_value", "worsened_in_a_row", "direction", "type", "key", "id", "_one", "$s", ""):
            facts = {"type": "key_result", "key": "x", "has_value": 1, name: value}
            try:
                judged = rulebook.judge([facts])
                assert judged == rulebook.judge([facts], engine=Engine.INTERPRETER), (name, value)
            except InvalidInput:
                pass
    assert rulebook.judge([]) == []
    print("alive")
"""


def test_nasty_values_neither_crash_nor_mislead_the_engine() -> None:
    child = subprocess.run([sys.executable, "-c", dedent(NASTY)], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert (child.returncode, child.stdout) == (0, "alive\n"), child.stderr


def test_only_the_judge_knows_the_engine() -> None:
    knowing = {
        path.name
        for folder in ("okr_engine", "connectors", "app_pages")
        for path in (ROOT / folder).rglob("*.py")
        for name in imported(path)
        if name.startswith("durable")
    }

    assert knowing == {"judge.py"}


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def test_where_the_extension_does_not_load_the_interpreter_judges() -> None:
    program = """
        import sys

        sys.modules["durable_rules_engine"] = None
        from pathlib import Path

        from okr_engine.rulebook import check_examples, engine_name, read_rulebook

        print(engine_name(), len(check_examples(read_rulebook(Path("rules/status.yaml")))))
    """

    child = subprocess.run(
        [sys.executable, "-c", dedent(program)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    assert child.stdout == "interpreter 0\n", child.stderr
