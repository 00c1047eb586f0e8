"""Leadership accepts a deviation until a day: beside the real target, ending by itself, never changing the status."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from okr_engine.database import writing
from okr_engine.errors import InvalidInput, NotAllowed, NotFound, StaleEdit
from okr_engine.model import AcceptedDeviation, Direction, KeyResult, Target
from okr_engine.services.accepted_deviations import (
    DeviationState,
    DeviationView,
    accept_deviation,
    accepted_until,
    deviation_beside,
    deviations_on,
    deviations_seen,
    withdraw_deviation,
)
from okr_engine.services.standings import standings
from tests.services.small_county import (
    DATA_STEWARD,
    FIRST_LINE_OWNER,
    JANUARY,
    LEADERSHIP,
    NOW,
    OUTSIDER,
    Q1,
    Q2,
    SPONSOR,
    STRATEGY_OFFICE,
    TODAY,
    VIEWER,
    SmallCounty,
)

WHY = "Ostopalvelun kilpailutus viivästyi; korvaava sopimus alkaa lokakuussa."
IN_OCTOBER = date(2025, 10, 31)
A_DAY = timedelta(days=1)


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


@pytest.fixture
def county_on_both(engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(engine)


def accept(county: SmallCounty, *, who: str = SPONSOR, what: str = "A1.1", **told: Any) -> None:
    given: dict[str, Any] = {"until": IN_OCTOBER, "rationale": WHY, "level": None, "based_on": 0} | told
    county.act(who, accept_deviation, what, **given)


def view(county: SmallCounty, day: date = TODAY, **known: Any) -> DeviationView:
    (found,) = county.ask(deviations_on, day, **known).values()
    return found


def retarget(county: SmallCounty, code: str, direction: Direction, **target: Any) -> None:
    """Give the key result another direction and the one target that goes with it."""
    with writing(county.engine, actor="operator", now=NOW) as session:
        row = session.exec(select(KeyResult).where(KeyResult.code == code)).one()
        row.direction = direction
        for known in session.exec(select(Target).where(Target.key_result_id == row.id)):
            session.delete(known)
        session.flush()
        if target:
            told: dict[str, Any] = {"valid_from": JANUARY, "recorded_at": NOW, "recorded_by": "operator"} | target
            session.add(Target(key_result_id=row.id, **told))


def test_what_is_accepted_stands_beside_the_real_target_and_leaves_the_status_alone(
    county_on_both: SmallCounty,
) -> None:
    before = county_on_both.see(STRATEGY_OFFICE, standings, Q2)

    accept(county_on_both, level=Decimal("65.5"))

    found = view(county_on_both)
    assert (found.state, found.since, found.until) == (DeviationState.HOLDS, TODAY, IN_OCTOBER)
    assert (found.rationale, found.level, found.accepted_by) == (WHY, Decimal("65.5"), SPONSOR)
    assert found.target is not None
    assert found.target.value == Decimal(100)
    assert county_on_both.see(STRATEGY_OFFICE, standings, Q2) == before


def test_a_deviation_holds_on_its_last_day_and_ends_by_itself_the_day_after(county: SmallCounty) -> None:
    accept(county)

    assert view(county, IN_OCTOBER).state == DeviationState.HOLDS
    assert view(county, IN_OCTOBER + A_DAY).state == DeviationState.ENDED


def test_nothing_was_accepted_the_day_before(county: SmallCounty) -> None:
    accept(county)

    assert county.ask(deviations_on, TODAY - A_DAY) == {}


def test_a_deviation_may_be_accepted_for_today_alone(county: SmallCounty) -> None:
    accept(county, until=TODAY)

    assert view(county).covers


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"until": TODAY - A_DAY}, "error.due_in_the_past"),
        ({"until": date(2027, 7, 16)}, "error.deviation_too_long"),
        ({"rationale": " \n"}, "error.deviation_needs_rationale"),
    ],
)
def test_what_has_no_end_in_sight_or_no_rationale_is_refused(
    county: SmallCounty, told: dict[str, Any], why: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        accept(county, **told)

    assert refused.value.what.key == why
    assert county.rows(select(AcceptedDeviation)) == []


def test_two_years_to_the_day_are_allowed(county: SmallCounty) -> None:
    accept(county, until=date(2027, 7, 15))

    assert view(county).until == date(2027, 7, 15)


@pytest.mark.parametrize(
    ("direction", "target", "level", "is_allowed"),
    [
        (Direction.AT_LEAST, {"value": Decimal(80)}, "79.9", True),
        (Direction.AT_LEAST, {"value": Decimal(80)}, "80", False),
        (Direction.AT_LEAST, {"value": Decimal(80)}, "81", False),
        (Direction.INCREASE, {"value": Decimal(80)}, "60", True),
        (Direction.INCREASE, {"value": Decimal(80)}, "90", False),
        (Direction.AT_MOST, {"value": Decimal(10)}, "10.1", True),
        (Direction.AT_MOST, {"value": Decimal(10)}, "10", False),
        (Direction.DECREASE, {"value": Decimal(10)}, "9", False),
        (Direction.IMPROVE, {"value": Decimal(80)}, "70", True),
        (Direction.IMPROVE, {"value": Decimal(80)}, "85", False),
        (Direction.WITHIN, {"low": Decimal(40), "high": Decimal(60)}, "65", True),
        (Direction.WITHIN, {"low": Decimal(40), "high": Decimal(60)}, "35", True),
        (Direction.WITHIN, {"low": Decimal(40), "high": Decimal(60)}, "50", False),
        (Direction.INCREASE, {}, "60", True),
        (Direction.NEUTRAL, {}, "60", False),
    ],
)
def test_a_level_that_the_target_already_covers_is_no_deviation(
    county: SmallCounty, direction: Direction, target: dict[str, Any], level: str, is_allowed: bool
) -> None:
    retarget(county, "A1.1", direction, **target)

    if is_allowed:
        accept(county, level=Decimal(level))
    else:
        with pytest.raises(InvalidInput):
            accept(county, level=Decimal(level))

    assert bool(county.rows(select(AcceptedDeviation))) == is_allowed


@pytest.mark.parametrize(
    ("direction", "target", "level", "state"),
    [
        # The latest figure is 70.11.
        (Direction.AT_LEAST, {"value": Decimal(80)}, "70.11", DeviationState.HOLDS),
        (Direction.AT_LEAST, {"value": Decimal(80)}, "70.12", DeviationState.EXCEEDED),
        (Direction.AT_MOST, {"value": Decimal(60)}, "70.11", DeviationState.HOLDS),
        (Direction.AT_MOST, {"value": Decimal(60)}, "70.1", DeviationState.EXCEEDED),
        (Direction.WITHIN, {"low": Decimal(40), "high": Decimal(60)}, "71", DeviationState.HOLDS),
        (Direction.WITHIN, {"low": Decimal(40), "high": Decimal(60)}, "70", DeviationState.EXCEEDED),
        (Direction.WITHIN, {"low": Decimal(40), "high": Decimal(60)}, "30", DeviationState.EXCEEDED),
    ],
)
def test_an_acceptance_does_not_cover_a_figure_worse_than_its_level(
    county: SmallCounty, direction: Direction, target: dict[str, Any], level: str, state: DeviationState
) -> None:
    retarget(county, "A1.1", direction, **target)

    accept(county, level=Decimal(level))

    assert view(county).state == state
    assert view(county).covers == (state == DeviationState.HOLDS)


def test_where_nothing_is_asked_of_a_figure_there_is_nothing_to_deviate_from(county: SmallCounty) -> None:
    with pytest.raises(InvalidInput) as refused:
        accept(county, what="A1.NPS")

    assert refused.value.what.key == "error.nothing_to_deviate_from"
    assert not county.see(SPONSOR, deviation_beside, "A1.NPS", today=TODAY).may_accept


def test_without_a_level_the_acceptance_covers_whatever_is_measured(county: SmallCounty) -> None:
    accept(county)

    assert view(county).covers


def test_a_prolonged_acceptance_still_began_when_it_began(county: SmallCounty) -> None:
    accept(county)
    county.act(
        LEADERSHIP,
        accept_deviation,
        "A1.1",
        until=date(2026, 1, 31),
        rationale=WHY,
        level=None,
        based_on=1,
        now=NOW + 30 * A_DAY,
    )

    found = view(county, TODAY + 31 * A_DAY)
    assert (found.since, found.until, found.revision) == (TODAY, date(2026, 1, 31), 2)


def test_what_had_ended_is_accepted_anew_from_today(county: SmallCounty) -> None:
    accept(county, until=TODAY)
    later = NOW + 30 * A_DAY

    county.act(SPONSOR, accept_deviation, "A1.1", until=IN_OCTOBER, rationale=WHY, level=None, based_on=1, now=later)

    assert view(county, later.date()).since == later.date()


def test_accepting_the_same_again_changes_nothing(county: SmallCounty) -> None:
    accept(county)
    accept(county, rationale=f" {WHY} ")

    assert view(county).revision == 1


def test_a_withdrawn_deviation_says_who_took_it_back_when_and_why(county: SmallCounty) -> None:
    accept(county)

    county.act(LEADERSHIP, withdraw_deviation, "A1.1", reason="Sopimus alkoi jo.", based_on=1, now=NOW + A_DAY)

    found = view(county, TODAY + A_DAY)
    assert (found.state, found.reason) == (DeviationState.WITHDRAWN, "Sopimus alkoi jo.")
    assert (found.accepted_by, found.withdrawn_by, found.withdrawn_at) == (SPONSOR, LEADERSHIP, NOW + A_DAY)


def test_what_was_withdrawn_stood_before_that_as_it_was_known_then(county: SmallCounty) -> None:
    accept(county)
    county.act(LEADERSHIP, withdraw_deviation, "A1.1", reason="Sopimus alkoi jo.", based_on=1, now=NOW + A_DAY)

    assert view(county, TODAY).state == DeviationState.HOLDS
    assert view(county, TODAY + A_DAY).state == DeviationState.WITHDRAWN
    assert county.ask(deviations_on, TODAY - A_DAY) == {}


def test_an_old_quarter_counts_what_was_accepted_while_it_was_the_newest(county: SmallCounty) -> None:
    accept(county)

    assert county.ask(accepted_until, Q2, today=TODAY).values()
    assert county.ask(accepted_until, Q1, today=TODAY) == {}
    assert county.ask(accepted_until, Q2, today=TODAY.replace(year=2030)).values()


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_withdrawn_without_a_reason(county: SmallCounty, reason: str) -> None:
    accept(county)

    with pytest.raises(InvalidInput) as refused:
        county.act(SPONSOR, withdraw_deviation, "A1.1", reason=reason, based_on=1)

    assert refused.value.what.key == "error.withdrawal_needs_reason"


def test_what_has_ended_by_itself_is_not_withdrawn(county: SmallCounty) -> None:
    accept(county, until=TODAY)

    with pytest.raises(InvalidInput) as refused:
        county.act(SPONSOR, withdraw_deviation, "A1.1", reason="Myöhässä", based_on=1, now=NOW + A_DAY)

    assert refused.value.what.key == "error.no_deviation_to_withdraw"


def test_of_two_who_decide_at_once_the_second_hears_of_the_first(county_on_both: SmallCounty) -> None:
    accept(county_on_both, who=LEADERSHIP, rationale="Johtoryhmän perustelu")

    with pytest.raises(StaleEdit) as refused:
        accept(county_on_both, rationale="Johdon omistajan perustelu")

    assert (refused.value.theirs, refused.value.yours) == ("Johtoryhmän perustelu", "Johdon omistajan perustelu")
    assert refused.value.saved_by == "Leadership"


def test_a_withdrawal_over_somebody_elses_newer_decision_is_refused(county: SmallCounty) -> None:
    accept(county)
    accept(county, who=LEADERSHIP, until=date(2025, 12, 31), based_on=1)

    with pytest.raises(StaleEdit):
        county.act(SPONSOR, withdraw_deviation, "A1.1", reason="Turha", based_on=1)


@pytest.mark.parametrize("who", [FIRST_LINE_OWNER, DATA_STEWARD, VIEWER, OUTSIDER])
def test_the_owner_does_not_accept_their_own_deviation_nor_does_anybody_below_leadership(
    county: SmallCounty, who: str
) -> None:
    with pytest.raises(NotAllowed):
        accept(county, who=who)

    assert county.rows(select(AcceptedDeviation)) == []


@pytest.mark.parametrize("who", [SPONSOR, LEADERSHIP, STRATEGY_OFFICE])
def test_sponsor_leadership_and_strategy_office_may_accept(county: SmallCounty, who: str) -> None:
    accept(county, who=who)

    assert view(county).accepted_by == who


def test_an_unknown_key_result_is_not_found(county: SmallCounty) -> None:
    with pytest.raises(NotFound):
        accept(county, what="Z9.9")


def test_whoever_may_read_the_goal_sees_the_deviation_and_nobody_else_does(county: SmallCounty) -> None:
    accept(county)

    assert [one.of.code for one in county.see(VIEWER, deviations_seen, today=TODAY)] == ["A1.1"]
    assert county.see(OUTSIDER, deviations_seen, today=TODAY) == ()
    with pytest.raises(NotFound):
        county.see(OUTSIDER, deviation_beside, "A1.1", today=TODAY)


def test_only_whoever_may_accept_is_offered_the_form(county: SmallCounty) -> None:
    assert county.see(SPONSOR, deviation_beside, "A1.1", today=TODAY).may_accept
    assert not county.see(FIRST_LINE_OWNER, deviation_beside, "A1.1", today=TODAY).may_accept


def test_every_decision_stays_on_record(county: SmallCounty) -> None:
    accept(county)
    county.act(SPONSOR, withdraw_deviation, "A1.1", reason="Sopimus alkoi jo.", based_on=1)
    accept(county, based_on=2)

    kept = county.rows(select(AcceptedDeviation).order_by(col(AcceptedDeviation.revision)))
    assert [(one.revision, one.withdrawn) for one in kept] == [(1, False), (2, True), (3, False)]
