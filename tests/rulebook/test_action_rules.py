"""When the shipped rules call for a corrective action."""

from decimal import Decimal

import pytest

from okr_engine.rulebook import ActionThen, Engine, Rulebook, check_examples
from tests.rulebook.conftest import EVERY_ENGINE

PROMISE = {"type": "status", "key": "A1.1", "has_value": 1, "statutory_target": 1, "target": 100, "has_target": 1}
PROMISE_Q2 = PROMISE | {"value": Decimal("70.11"), "missed_by_points": Decimal("29.89")}


def actions(rulebook: Rulebook, facts: dict[str, object]) -> list[str]:
    return [conclusion.then.word for conclusion in rulebook.judge([facts])]


@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_every_rule_does_what_its_examples_say(action_rules: Rulebook, engine: Engine) -> None:
    assert check_examples(action_rules, engine=engine) == []


def test_a_promise_far_from_the_law_calls_for_exactly_one_action(action_rules: Rulebook) -> None:
    (conclusion,) = action_rules.judge([PROMISE_Q2 | {"status": "challenges"}])

    assert conclusion.then == ActionThen("recover_promise", 30)
    assert conclusion.subject == "A1.1"


def test_the_same_red_does_not_call_for_two_actions(action_rules: Rulebook) -> None:
    assert actions(action_rules, PROMISE_Q2 | {"status": "needs_support"}) == ["restore_progress"]


def test_a_promise_missed_by_less_than_ten_points_calls_for_none(action_rules: Rulebook) -> None:
    facts = PROMISE | {"value": Decimal("90.81"), "missed_by_points": Decimal("9.19"), "status": "challenges"}

    assert actions(action_rules, facts) == []


@pytest.mark.parametrize("reason", ["late", "source_failed"])
def test_a_figure_that_has_not_arrived_calls_for_no_action(action_rules: Rulebook, reason: str) -> None:
    facts = PROMISE | {"has_value": 0, "no_data_reason": reason, "status": "no_data"}

    assert actions(action_rules, facts) == []
