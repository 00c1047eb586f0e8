"""Which strategies and quarters somebody is offered."""

import pytest
from sqlalchemy import Engine

from okr_engine.services.strategies import strategies_decided
from tests.services.small_county import INTEGRATED_OWNER, OUTSIDER, Q1, Q2, STRATEGY_OFFICE, SmallCounty


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


def test_the_quarters_of_a_strategy_are_those_decided_the_newest_first(county: SmallCounty) -> None:
    (strategy,) = county.see(STRATEGY_OFFICE, strategies_decided)

    assert (strategy.code, strategy.quarters) == ("COUNTY", (Q2, Q1))


def test_only_the_goals_within_reach_are_known(county: SmallCounty) -> None:
    (everything,) = county.see(STRATEGY_OFFICE, strategies_decided)
    (their_own,) = county.see(INTEGRATED_OWNER, strategies_decided)

    assert everything.goals == {"A1", "A2"}
    assert their_own.goals == {"A2"}


def test_whoever_may_read_nothing_is_offered_nothing(county: SmallCounty) -> None:
    assert county.see(OUTSIDER, strategies_decided) == []
