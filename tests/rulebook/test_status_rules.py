"""What the shipped status rules say of a key result."""

from decimal import Decimal
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okr_engine.rulebook import VOCABULARY, Engine, Kind, Rulebook, Status, StatusThen, check_examples
from okr_engine.rulebook.conclusions import Conclusion
from okr_engine.statistics.evidence import tier_of
from okr_engine.words import Language
from tests.rulebook.conftest import EVERY_ENGINE

Values = dict[str, object]

BASE: Values = {
    "type": "key_result",
    "key": "A1.1",
    "kind": "key_result",
    "has_value": 1,
    "has_target": 1,
    "has_baseline": 0,
    "has_path": 0,
    "comparable": 0,
    "crosses_break": 0,
    "statutory_target": 0,
    "judgeable": 1,
}
PROMISE: Values = BASE | {"direction": "at_least", "target": Decimal(100), "met": 0, "statutory_target": 1}
PROMISE_Q2: Values = PROMISE | {
    "value": Decimal("70.11"),
    "missed_by": Decimal("29.89"),
    "missed_by_points": Decimal("29.89"),
}
DECREASE: Values = BASE | {
    "direction": "decrease",
    "has_target": 0,
    "has_baseline": 1,
    "baseline": Decimal("140.6"),
}


def status_of(rulebook: Rulebook, facts: Values) -> tuple[Status, str]:
    decided = [(one.then.status, one.rule) for one in rulebook.judge([facts]) if isinstance(one.then, StatusThen)]
    assert len(decided) == 1
    return decided[0]


def flags_of(rulebook: Rulebook, facts: Values) -> set[str]:
    return {one.then.word for one in rulebook.judge([facts]) if not isinstance(one.then, StatusThen)}


@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_every_rule_does_what_its_examples_say(status_rules: Rulebook, engine: Engine) -> None:
    assert check_examples(status_rules, engine=engine) == []


def test_a_worse_value_across_a_break_is_not_called_worsening(status_rules: Rulebook) -> None:
    facts = PROMISE_Q2 | {"crosses_break": 1}

    assert status_of(status_rules, facts) == (Status.CHALLENGES, "target_missed_and_not_compared_across_a_break")
    assert flags_of(status_rules, facts) == {"crosses_break"}


def test_the_same_fall_between_comparable_values_needs_support(status_rules: Rulebook) -> None:
    facts = PROMISE_Q2 | {"comparable": 1, "previous": Decimal("90.81"), "improved_by": Decimal("-20.70")}

    assert status_of(status_rules, facts) == (Status.NEEDS_SUPPORT, "far_from_target_and_worsening_points")


def test_a_first_value_short_of_the_promise_has_challenges(status_rules: Rulebook) -> None:
    gap = Decimal("9.19")
    facts = PROMISE | {"value": Decimal("90.81"), "missed_by": gap, "missed_by_points": gap}

    assert status_of(status_rules, facts) == (Status.CHALLENGES, "target_missed")


def test_a_reached_target_is_on_track(status_rules: Rulebook) -> None:
    facts = BASE | {"direction": "at_least", "target": 80, "value": Decimal("90.0"), "met": 1, "missed_by": 0}

    assert status_of(status_rules, facts) == (Status.ON_TRACK, "target_met")


def test_a_value_above_its_path_is_on_track_although_the_target_is_far(status_rules: Rulebook) -> None:
    facts = BASE | {
        "direction": "increase",
        "has_baseline": 1,
        "baseline": Decimal("69.5"),
        "target": 90,
        "value": Decimal("86.6"),
        "met": 0,
        "missed_by": Decimal("3.4"),
        "missed_by_points": Decimal("3.4"),
        "has_path": 1,
        "expected": Decimal("79.75"),
        "behind_by": Decimal("-6.85"),
        "path_share": Decimal("1.6683"),
        "time_share": Decimal("0.5"),
    }

    assert status_of(status_rules, facts) == (Status.ON_TRACK, "on_the_path")


def test_a_slowly_falling_figure_without_a_number_is_on_track_and_flagged(status_rules: Rulebook) -> None:
    facts = DECREASE | {
        "value": Decimal("139.2"),
        "improved_from_baseline": Decimal("1.4"),
        "comparable": 1,
        "previous": Decimal("139.4"),
        "improved_by": Decimal("0.2"),
    }

    assert status_of(status_rules, facts) == (Status.ON_TRACK, "better_than_baseline_and_holding")
    assert flags_of(status_rules, facts) == {"no_number_set"}


@pytest.mark.parametrize(
    ("value", "expected", "behind_by", "path_share", "time_share", "status", "rule"),
    [
        (50, 50, 0, 1, "0.5", Status.ON_TRACK, "on_the_path"),
        (21, 25, 4, "0.84", "0.25", Status.CHALLENGES, "behind_the_path"),
        (20, 50, 30, "0.4", "0.5", Status.NEEDS_SUPPORT, "far_behind_the_path"),
    ],
)
def test_preparatory_work_is_judged_by_its_path(
    status_rules: Rulebook,
    value: int,
    expected: int,
    behind_by: int,
    path_share: str,
    time_share: str,
    status: Status,
    rule: str,
) -> None:
    facts = BASE | {"direction": "increase", "target": 100, "met": 0, "has_path": 1, "value": value}
    facts |= {"expected": expected, "behind_by": behind_by, "missed_by": 100 - value, "missed_by_points": 100 - value}
    facts |= {"path_share": Decimal(path_share), "time_share": Decimal(time_share)}

    assert status_of(status_rules, facts) == (status, rule)


def test_a_path_that_is_kept_forgives_a_worse_value_but_says_so(status_rules: Rulebook) -> None:
    facts = BASE | {"direction": "increase", "target": 100, "met": 0, "has_path": 1, "value": 60, "expected": 50}
    facts |= {"behind_by": -10, "missed_by": 40, "missed_by_points": 40, "comparable": 1, "previous": 65}
    facts |= {"improved_by": -5, "worsened_in_a_row": 2}

    assert status_of(status_rules, facts) == (Status.ON_TRACK, "on_the_path")
    assert flags_of(status_rules, facts) == {"worsening"}


def test_the_law_comes_before_a_reached_target(status_rules: Rulebook) -> None:
    facts = BASE | {"direction": "at_least", "target": 60, "value": 70, "met": 1, "limit": 80, "below_limit_periods": 2}

    assert status_of(status_rules, facts) == (Status.NEEDS_SUPPORT, "below_statutory_limit_twice")


def test_worsening_twice_needs_support_also_without_a_number(status_rules: Rulebook) -> None:
    facts = DECREASE | {"value": 140, "improved_from_baseline": Decimal("0.6"), "comparable": 1, "previous": 139}
    facts |= {"improved_by": -1, "worsened_in_a_row": 2, "comparable_points": 3, "evidence_tier": "T2"}

    assert status_of(status_rules, facts) == (Status.NEEDS_SUPPORT, "worsened_twice")


def test_worsening_twice_takes_three_final_figures(status_rules: Rulebook) -> None:
    facts = DECREASE | {"value": 140, "improved_from_baseline": Decimal("0.6"), "comparable": 1, "previous": 139}
    facts |= {"improved_by": -1, "worsened_in_a_row": 2, "comparable_points": 2, "evidence_tier": "T2"}

    assert status_of(status_rules, facts) == (Status.CHALLENGES, "better_than_baseline_but_slipping")


@pytest.mark.parametrize(
    ("points", "tier", "flags"),
    [
        (0, "T0", {"no_number_set", "nothing_final_yet"}),
        (1, "T1", {"no_number_set", "rests_on_one_figure"}),
        (4, "T2", {"no_number_set", "direction_rests_on_few_figures"}),
        (5, "T3", {"no_number_set"}),
    ],
)
def test_how_little_a_direction_rests_on_is_said_beside_its_status(
    status_rules: Rulebook, points: int, tier: str, flags: set[str]
) -> None:
    facts = DECREASE | {"value": 139, "improved_from_baseline": Decimal("1.6"), "comparable": 0, "judgeable": 1}

    assert flags_of(status_rules, facts | {"comparable_points": points, "evidence_tier": tier}) == flags


@pytest.mark.parametrize("reason", VOCABULARY["key_result"]["no_data_reason"].words)
def test_a_missing_figure_is_no_data_whatever_else_is_known(status_rules: Rulebook, reason: str) -> None:
    facts = PROMISE | {"has_value": 0, "no_data_reason": reason, "met": 1, "below_limit_periods": 3}

    assert status_of(status_rules, facts)[0] is Status.NO_DATA


def test_what_has_neither_target_nor_direction_is_not_assessed(status_rules: Rulebook) -> None:
    facts = BASE | {"direction": "neutral", "has_target": 0, "judgeable": 0, "value": 5}

    assert status_of(status_rules, facts) == (Status.NOT_ASSESSED, "no_target_and_no_direction")


# Facts as they can come: any combination at all, and those that fit together.


def any_value(kind: Kind, words: tuple[str, ...]) -> st.SearchStrategy[object]:
    match kind:
        case Kind.TEXT:
            return st.sampled_from(words)
        case Kind.FLAG:
            return st.sampled_from([0, 1])
        case Kind.COUNT:
            return st.integers(0, 4)
        case _:
            return st.decimals(-150, 150, places=2)


any_facts = st.fixed_dictionaries(
    {"type": st.just("key_result"), "key": st.just("x"), "has_value": st.sampled_from([0, 1])},
    optional={
        name: any_value(fact.kind, fact.words) for name, fact in VOCABULARY["key_result"].items() if name != "has_value"
    },
)
figure = st.decimals(0, 120, places=1)


@st.composite
def fitting_facts(draw: st.DrawFn) -> Values:
    """Facts worked out from a value, a target, a baseline, a path and a previous value, as they hang together."""
    direction = draw(st.sampled_from(VOCABULARY["key_result"]["direction"].words))
    value, previous, baseline = draw(figure), draw(st.none() | figure), draw(st.none() | figure)
    target = draw(st.none() | figure) if direction not in ("neutral", "improve") else None
    expected = draw(st.none() | figure) if target is not None and direction in ("increase", "decrease") else None
    crosses = previous is not None and draw(st.booleans())
    better = -1 if direction in ("decrease", "at_most") else 1
    facts: Values = BASE | {"direction": direction, "value": value, "has_target": int(target is not None)}
    facts |= {"has_baseline": int(baseline is not None), "baseline": baseline, "crosses_break": int(crosses)}
    if target is not None:
        missed = max(Decimal(0), (target - value) * better)
        by_points = draw(st.booleans()) or not target
        facts |= {"met": int(not missed), "missed_by": missed}
        facts |= {"missed_by_points": missed} if by_points else {"missed_by_percent": 100 * missed / target}
        if direction == "within":
            facts |= {"target_low": target, "target_high": target + 10}
        else:
            facts["target"] = target
    if expected is not None:
        facts |= {"has_path": 1, "expected": expected, "behind_by": (expected - value) * better}
        facts |= {"path_share": draw(st.decimals(-1, 2, places=2)), "time_share": draw(st.decimals(0, 1, places=2))}
    if previous is not None and not crosses:
        facts |= {"comparable": 1, "previous": previous, "improved_by": (value - previous) * better}
    if baseline is not None and not crosses:
        facts["improved_from_baseline"] = (value - baseline) * better
    if draw(st.booleans()):
        facts |= {"limit": 80, "below_limit_periods": draw(st.integers(0, 3))}
    facts["worsened_in_a_row"] = draw(st.integers(0, 3)) if previous is not None and not crosses else 0
    final = draw(st.integers(0, 30))
    facts |= {"comparable_points": final, "evidence_tier": tier_of(final).value}
    against = target is not None or (direction != "neutral" and (baseline, previous) != (None, None))
    return facts | {"judgeable": int(against)}


@settings(deadline=None)
@given(facts=any_facts)
def test_every_combination_of_facts_gets_exactly_one_status(status_rules: Rulebook, facts: Values) -> None:
    status, _ = status_of(status_rules, facts)

    if facts.get("measured_now") == 0:
        assert status is Status.NOT_ASSESSED
    else:
        assert facts["has_value"] == 1 or status is Status.NO_DATA


@settings(deadline=None)
@given(facts=any_facts)
def test_nothing_is_on_track_without_a_value(status_rules: Rulebook, facts: Values) -> None:
    without = {name: value for name, value in facts.items() if name != "has_value"}

    assert status_of(status_rules, without)[0] is not Status.ON_TRACK


@settings(deadline=None)
@given(facts=fitting_facts())
def test_facts_that_fit_together_are_always_judged_by_a_rule_that_knows_them(
    status_rules: Rulebook, facts: Values
) -> None:
    assert status_of(status_rules, facts)[1] != "could_not_be_judged"


@settings(deadline=None)
@given(facts=fitting_facts())
def test_a_reason_only_speaks_of_facts_that_exist(status_rules: Rulebook, facts: Values) -> None:
    for conclusion in status_rules.judge([facts]):
        assert {name for name in spoken_of(conclusion) if facts.get(name) is None} == set(), conclusion.rule


def spoken_of(conclusion: Conclusion) -> set[str]:
    texts = (conclusion.because.spoken(language)[0] for language in Language)
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
