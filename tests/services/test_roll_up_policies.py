"""How key results add up is decided, dated, and never changes how an earlier quarter stands."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from okr_engine.errors import InvalidInput, NotAllowed
from okr_engine.model import Status
from okr_engine.services.roll_up_policies import decide_policy, holding_on, policies
from okr_engine.services.standings import StrategyStanding, standings
from okr_engine.statistics.roll_up import Policy
from okr_engine.terms import RollUpMethod
from tests.services.small_county import NOW, Q2, Q3, SPONSOR, STRATEGY_OFFICE, TODAY, SmallCounty

SHARE = Decimal("0.5")


@pytest.fixture
def county(engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(engine)


def decide(county: SmallCounty, who: str = STRATEGY_OFFICE, **given: Any) -> None:
    decided: dict[str, Any] = {
        "today": TODAY,
        "valid_from": TODAY,
        "reason": "Decided by the board",
        "on_track_from": SHARE,
        **given,
    }
    county.act(who, decide_policy, RollUpMethod.WEIGHTED, **decided)


def strategy(county: SmallCounty) -> StrategyStanding:
    (found,) = county.see(STRATEGY_OFFICE, standings, Q2)
    assert isinstance(found, StrategyStanding)
    return found


def test_until_somebody_decides_otherwise_the_worst_counts(county: SmallCounty) -> None:
    assert holding_on(county.ask(policies), Q2.end) == Policy(RollUpMethod.WORST_OF)
    assert strategy(county).standing.status == Status.NEEDS_SUPPORT
    assert strategy(county).priorities[0].standing.status == Status.NEEDS_SUPPORT


def test_goals_priorities_and_the_strategy_say_how_much_of_them_is_measured(county: SmallCounty) -> None:
    found = strategy(county)

    assert [(one.standing.measured, one.standing.of) for one in found.goals] == [(1, 1), (0, 1)]
    assert (found.priorities[0].standing.measured, found.priorities[0].standing.of) == (1, 2)
    assert (found.standing.measured, found.standing.of) == (1, 2)


def test_a_policy_holds_for_quarters_that_end_on_its_day_or_later(county: SmallCounty) -> None:
    decide(county)

    assert holding_on(county.ask(policies), Q3.end) == Policy(RollUpMethod.WEIGHTED, SHARE)
    assert holding_on(county.ask(policies), Q2.end) == Policy(RollUpMethod.WORST_OF)
    assert holding_on(county.ask(policies, NOW - timedelta(days=1)), Q3.end) == Policy(RollUpMethod.WORST_OF)


def test_who_decided_it_and_why_stays_on_record(county: SmallCounty) -> None:
    decide(county)

    newest, original = county.ask(policies)
    assert (newest.valid_from, newest.reason, newest.decided_by) == (TODAY, "Decided by the board", STRATEGY_OFFICE)
    assert (original.policy.method, original.valid_from) == (RollUpMethod.WORST_OF, None)


def test_the_policy_of_a_day_can_be_decided_again(county: SmallCounty) -> None:
    decide(county)
    decide(county, on_track_from=Decimal("0.9"))

    assert holding_on(county.ask(policies), Q3.end).on_track_from == Decimal("0.9")
    assert len(county.ask(policies)) == 2


def test_after_midnight_where_the_organisation_is_the_old_year_is_over(county: SmallCounty) -> None:
    new_year = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)

    with pytest.raises(InvalidInput):
        decide(county, now=new_year, today=date(2027, 1, 1), valid_from=date(2026, 12, 31))


@pytest.mark.parametrize(
    "given",
    [
        {"valid_from": date(2025, 7, 14)},
        {"reason": "  "},
        {"on_track_from": Decimal(0)},
        {"on_track_from": Decimal("1.1")},
        {"on_track_from": Decimal("NaN")},
    ],
)
def test_a_policy_of_the_past_without_a_reason_or_for_no_share_is_refused(
    county: SmallCounty, given: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        decide(county, **given)

    assert len(county.ask(policies)) == 1


def test_only_those_who_may_publish_rules_decide_how_things_add_up(county: SmallCounty) -> None:
    with pytest.raises(NotAllowed):
        decide(county, SPONSOR)
