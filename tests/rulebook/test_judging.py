"""What a rulebook promises to those who ask it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from okr_engine.errors import InvalidInput
from okr_engine.rulebook import Rulebook
from okr_engine.rulebook.rules import Arithmetic, Reference
from okr_engine.rulebook.values import checked, ten_thousandths, worked_out

RED = {
    "type": "key_result",
    "has_value": 1,
    "worsened_in_a_row": 2,
    "comparable_points": 3,
    "direction": "increase",
    "has_target": 0,
}


def test_conclusions_come_by_priority_then_by_rule_then_by_key(status_rules: Rulebook) -> None:
    facts = [RED | {"key": "b"}, {"type": "key_result", "key": "c", "has_value": 0}, RED | {"key": "a"}]
    backwards = replace(status_rules, rules=status_rules.rules[::-1])

    judged = [(conclusion.rule, conclusion.subject) for conclusion in backwards.judge(facts)]

    assert judged == [
        ("no_figure", "c"),
        ("worsened_twice", "a"),
        ("worsened_twice", "b"),
        ("no_number_set", "a"),
        ("no_number_set", "b"),
    ]


def test_the_order_of_the_facts_does_not_matter(status_rules: Rulebook) -> None:
    facts = [RED | {"key": f"KR {number}"} for number in range(20)]

    assert status_rules.judge(facts) == status_rules.judge(facts[::-1])


def test_an_absent_fact_and_one_that_is_none_are_the_same(status_rules: Rulebook) -> None:
    facts = RED | {"key": "a"}

    assert status_rules.judge([facts]) == status_rules.judge([facts | {"met": None, "value": None}])


def test_numbers_are_rounded_half_away_from_zero_to_four_decimals() -> None:
    (one,) = checked([{"type": "key_result", "key": "a", "value": Decimal("0.00005"), "target": Decimal("-0.00005")}])

    assert one.values == {"value": 1, "target": -1}


@pytest.mark.parametrize(("value", "product"), [(1, 1), (-1, -1), (3, 2), (2, 1), (0, 0)])
def test_a_product_is_rounded_like_every_number(value: int, product: int) -> None:
    half = Reference("k", "target", Arithmetic.TIMES, Decimal("0.5"))

    assert worked_out(half, value) == product


def test_a_float_is_the_number_it_is_written_as() -> None:
    (one,) = checked([{"type": "key_result", "key": "a", "value": 70.11, "target": 90.0, "limit": 90}])

    assert one.values == {"value": 701_100, "target": 900_000, "limit": 900_000}


@settings(deadline=None)
@given(
    value=st.floats() | st.decimals(-(10**12), 10**12, places=5).map(float) | st.integers(-(10**16), 10**16).map(float)
)
@example(0.00005)
@example(-0.0)
@example(99_999_999_999.99995)
def test_every_float_is_the_decimal_it_is_written_as(value: float) -> None:
    assert ten_thousandths(value) == ten_thousandths(Decimal(repr(value)))


@pytest.mark.parametrize(
    ("facts", "mistake"),
    [
        ({"type": "key_result", "key": "a", "vale": 1}, "unknown_fact"),
        ({"type": "weather", "key": "a"}, "unknown_type"),
        ({"key": "a"}, "unknown_type"),
        ({"type": "key_result"}, "fact_without_key"),
        ({"type": "key_result", "key": "a", "value": float("nan")}, "bad_value"),
        ({"type": "key_result", "key": "a", "value": Decimal("1000000000000.1")}, "bad_value"),
        ({"type": "key_result", "key": "a", "value": "90"}, "bad_value"),
        ({"type": "key_result", "key": "a", "met": 2}, "bad_value"),
        ({"type": "key_result", "key": "a", "worsened_in_a_row": Decimal("1.5")}, "bad_value"),
        ({"type": "key_result", "key": "a", "worsened_in_a_row": -1}, "bad_value"),
        ({"type": "key_result", "key": "a", "direction": "sideways"}, "bad_value"),
    ],
)
def test_facts_outside_the_vocabulary_are_refused(
    status_rules: Rulebook, facts: dict[str, object], mistake: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        status_rules.judge([facts])

    assert refused.value.what.key == f"rules.{mistake}"


def test_two_facts_may_not_share_a_key(status_rules: Rulebook) -> None:
    with pytest.raises(InvalidInput) as refused:
        status_rules.judge([RED | {"key": "a"}, RED | {"key": "a"}])

    assert refused.value.what.key == "rules.duplicate_fact_key"
