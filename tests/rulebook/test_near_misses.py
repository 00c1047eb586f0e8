"""The rules that nearly decided, beside the one that did."""

from okr_engine.packaged import rules_folder
from okr_engine.rulebook import read_rulebook
from okr_engine.rulebook.near_misses import near_misses
from okr_engine.rulebook.values import Facts

RULES = read_rulebook(rules_folder() / "status.yaml").rules
FACTS: Facts = {
    "type": "key_result",
    "key": "A1.1",
    "direction": "at_least",
    "has_value": 1,
    "has_target": 1,
    "has_path": 0,
    "value": 72,
    "target": 80,
    "met": 0,
    "missed_by": 8,
    "missed_by_points": 8,
    "comparable": 1,
    "previous": 75,
    "improved_by": -3,
    "worsened_in_a_row": 1,
    "below_limit_periods": 0,
    "comparable_points": 4,
    "judgeable": 1,
}


def names(facts: Facts) -> dict[str, str | None]:
    """The near rules, each with the fact whose comparison it lacks."""
    found = near_misses(RULES, facts, decided_by="target_missed_and_not_improving")
    return {one.rule.name: one.lacking.fact if one.lacking else None for one in found}


def test_a_rule_that_lacks_one_comparison_is_near() -> None:
    assert names(FACTS)["far_from_target_and_worsening_points"] == "missed_by_points"
    assert names(FACTS)["worsened_twice"] == "worsened_in_a_row"


def test_a_rule_that_lacks_two_is_not_near() -> None:
    assert "far_from_target_and_worsening_points" not in names({**FACTS, "improved_by": 1})


def test_to_lack_a_word_or_a_yes_is_not_to_be_near() -> None:
    assert not names(FACTS).keys() & {"target_met", "target_level_missing", "no_figure"}


def test_a_rule_that_holds_but_was_outranked_comes_first_and_lacks_nothing() -> None:
    found = names({**FACTS, "worsened_in_a_row": 2, "missed_by_points": 12})

    assert list(found.items())[:2] == [("far_from_target_and_worsening_points", None), ("worsened_twice", None)]


def test_the_rule_that_decided_and_the_last_word_are_left_out() -> None:
    found = names(FACTS)

    assert "target_missed_and_not_improving" not in found
    assert all(rule.patterns[0].tests for rule in RULES if rule.name in found)
