"""What wants attention: open actions first, then what needs support and nobody has taken up."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from okr_engine.services.action_views import action_views
from okr_engine.services.attention import wanting_attention
from okr_engine.services.standings import KeyResultStanding, StrategyStanding, accepted_among, standings
from okr_engine.terms import Status
from tests.services.small_county import Q1, Q2, STRATEGY_OFFICE, TODAY, SmallCounty


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


def strategy(county: SmallCounty) -> StrategyStanding:
    found: StrategyStanding = county.see(STRATEGY_OFFICE, standings, Q2)[0]
    return found


def needing_support(shown: StrategyStanding, code: str) -> StrategyStanding:
    """The same strategy with one key result in need of support."""

    def of(one: KeyResultStanding) -> KeyResultStanding:
        assert one.decision
        decided = replace(one.decision, status=Status.NEEDS_SUPPORT)
        return replace(one, decision=decided) if one.code == code else one

    goals = [
        replace(goal, key_results=tuple(of(one) for one in goal.key_results)) for goal in shown.priorities[0].goals
    ]
    return replace(shown, priorities=(replace(shown.priorities[0], goals=tuple(goals)),))


def test_an_open_action_wants_attention_with_its_reason_desk_and_day(county: SmallCounty) -> None:
    views = county.see(STRATEGY_OFFICE, action_views, today=TODAY)

    (matter,) = wanting_attention(strategy(county), views, Q2, today=TODAY)

    assert (matter.goal_code, matter.key_result_code, matter.due) == ("A1", "A1.1", views[0].due)
    assert matter.because == views[0].because
    assert matter.desk.fi == "Tavoitteen omistaja, ensilinja"
    assert not matter.overdue


def test_an_action_is_overdue_from_the_day_after_it_was_due(county: SmallCounty) -> None:
    views = county.see(STRATEGY_OFFICE, action_views, today=TODAY)
    due = views[0].due

    on_the_day = wanting_attention(strategy(county), views, Q2, today=due)
    the_day_after = wanting_attention(strategy(county), views, Q2, today=due + timedelta(days=1))

    assert [one.overdue for one in on_the_day + the_day_after] == [False, True]


def test_what_needs_support_without_an_action_wants_attention_of_its_owner(county: SmallCounty) -> None:
    views = county.see(STRATEGY_OFFICE, action_views, today=TODAY)

    matters = wanting_attention(needing_support(strategy(county), "A2.1"), views, Q2, today=TODAY)

    assert [(one.key_result_code, one.due) for one in matters] == [("A1.1", views[0].due), ("A2.1", None)]
    assert matters[1].desk.fi == "Tavoitteen omistaja, yhteiset"


def test_what_needs_support_and_has_an_action_is_told_once(county: SmallCounty) -> None:
    views = county.see(STRATEGY_OFFICE, action_views, today=TODAY)

    matters = wanting_attention(needing_support(strategy(county), "A1.1"), views, Q2, today=TODAY)

    assert [one.key_result_code for one in matters] == ["A1.1"]


def test_an_action_of_another_strategy_is_left_out(county: SmallCounty) -> None:
    views = county.see(STRATEGY_OFFICE, action_views, today=TODAY)
    elsewhere = replace(strategy(county), priorities=())

    assert wanting_attention(elsewhere, views, Q2, today=TODAY) == []


def test_nothing_wants_attention_before_anything_is_wrong(county: SmallCounty) -> None:
    first_quarter = county.see(STRATEGY_OFFICE, standings, Q1)[0]

    assert wanting_attention(first_quarter, [], Q1, today=TODAY) == []


def test_an_accepted_deviation_still_wants_attention_and_says_until_when(county: SmallCounty) -> None:
    shown = needing_support(strategy(county), "A2.1")
    key_result = shown.goals[1].key_results[0].id
    until = TODAY + timedelta(days=90)

    (waiting,) = wanting_attention(shown, [], Q2, today=TODAY, accepted={key_result: until})[-1:]

    assert (waiting.key_result_code, waiting.accepted_until) == ("A2.1", until)


def test_what_is_accepted_is_counted_only_while_it_is_not_on_track(county: SmallCounty) -> None:
    key_results = strategy(county).goals[0].key_results
    ids = {one.id for one in key_results}

    assert accepted_among(key_results, ids) == 1
    assert accepted_among(key_results, set()) == 0
    assert (
        accepted_among(strategy(county).goals[1].key_results, {one.id for one in strategy(county).goals[1].key_results})
        == 0
    )
