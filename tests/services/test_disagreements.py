"""The register of disagreements: how owner and rules saw it, for how long, and who was right later."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from okr_engine.model import Status
from okr_engine.periods import Period
from okr_engine.services.assessments import assess
from okr_engine.services.disagreements import Disagreement, Ending, Leaning, Outcome, counted, disagreements
from okr_engine.services.evaluation import evaluate
from okr_engine.services.measurements import Entry, enter_value
from okr_engine.services.standings import decisions_in
from tests.services.small_county import (
    FIRST_LINE_OWNER,
    NOW,
    OUTSIDER,
    Q1,
    Q2,
    Q3,
    STRATEGY_OFFICE,
    VIEWER,
    SmallCounty,
)

WHY = "Mittauksen kattavuus muuttui; palvelu ei ole heikentynyt."
Q4 = Period.parse("2025-Q4")
IN_AUGUST = date(2025, 8, 31)
A_DAY = timedelta(days=1)


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


@pytest.fixture
def county_on_both(engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(engine)


def give(county: SmallCounty, status: Status, *, based_on: int = 0, now: datetime = NOW, **view: Any) -> None:
    given: dict[str, Any] = {"explanation": WHY, "expires": IN_AUGUST} | view
    county.act(FIRST_LINE_OWNER, assess, "A1.1", Q2, status=status, based_on=based_on, now=now, **given)


def enter(county: SmallCounty, quarter: Period, value: str, *, based_on: int = 0, now: datetime = NOW) -> Status:
    """Enter a figure of A1.1; the status that it led to."""
    entry = Entry(Decimal(value), None, reason="Tarkistettu luku" if based_on else None)
    county.act(
        FIRST_LINE_OWNER, enter_value, "A1.1", quarter, entry, based_on=based_on, rulebooks=county.rulebooks, now=now
    )
    return derived(county, quarter)


def derived(county: SmallCounty, quarter: Period) -> Status:
    found = county.ask(decisions_in, quarter, None).values()
    return next(one.status for one in found if "below_limit_periods" in one.facts and one.facts.get("target") == 100)


def register(
    county: SmallCounty, *, now: datetime = NOW, until: Period = Q2, who: str = VIEWER
) -> tuple[Disagreement, ...]:
    return county.see(who, disagreements, until=until, now=now)


def test_both_views_stand_in_the_register_with_the_owners_reason(county_on_both: SmallCounty) -> None:
    rules = derived(county_on_both, Q2)
    give(county_on_both, Status.ON_TRACK)

    (one,) = register(county_on_both, now=NOW + 3 * A_DAY)

    assert (one.of.code, one.quarter, one.own, one.derived) == ("A1.1", Q2, Status.ON_TRACK, rules)
    assert (one.explanation, one.given_by) == (WHY, FIRST_LINE_OWNER)
    assert (one.since, one.days, one.ending) == (NOW, 3, Ending.OPEN)
    assert (one.leaning, one.outcome) == (Leaning.OPTIMISTIC, Outcome.NOT_KNOWN)


def test_a_view_that_agrees_is_no_disagreement(county: SmallCounty) -> None:
    give(county, derived(county, Q2))

    assert register(county) == ()


def test_a_disagreement_ends_when_the_view_expires(county: SmallCounty) -> None:
    give(county, Status.ON_TRACK)

    (on_the_last_day,) = register(county, now=datetime.combine(IN_AUGUST, NOW.timetz()))
    (long_after,) = register(county, now=NOW + 365 * A_DAY)

    assert on_the_last_day.ending == Ending.OPEN
    assert (long_after.ending, long_after.until.date()) == (Ending.EXPIRED, IN_AUGUST + A_DAY)


def test_a_disagreement_ends_when_the_owner_comes_to_agree(county: SmallCounty) -> None:
    give(county, Status.ON_TRACK)
    give(county, derived(county, Q2), based_on=1, now=NOW + 5 * A_DAY)

    (one,) = register(county, now=NOW + 20 * A_DAY)

    assert (one.ending, one.days) == (Ending.VIEW_CHANGED, 5)


def test_a_disagreement_ends_when_the_figures_bear_the_owner_out(county: SmallCounty) -> None:
    give(county, Status.ON_TRACK)
    assert enter(county, Q2, "100", based_on=1, now=NOW + 4 * A_DAY) == Status.ON_TRACK

    (one,) = register(county, now=NOW + 20 * A_DAY)

    assert (one.ending, one.days) == (Ending.STATUS_CHANGED, 4)


def test_a_view_explained_anew_goes_on_with_the_same_disagreement(county: SmallCounty) -> None:
    give(county, Status.ON_TRACK)
    give(county, Status.ON_TRACK, based_on=1, explanation="Tarkennettu perustelu", now=NOW + 5 * A_DAY)

    (one,) = register(county, now=NOW + 20 * A_DAY)

    assert (one.since, one.days, one.explanation) == (NOW, 20, "Tarkennettu perustelu")


def test_a_disagreement_begins_when_the_status_parts_from_the_view(county: SmallCounty) -> None:
    give(county, derived(county, Q2))
    changed = NOW + 4 * A_DAY
    enter(county, Q2, "100", based_on=1, now=changed)

    (one,) = register(county, now=NOW + 20 * A_DAY)

    assert (one.since, one.leaning) == (changed, Leaning.PESSIMISTIC)


@pytest.mark.parametrize(
    ("own", "next_figure", "outcome"),
    [
        (Status.ON_TRACK, "100", Outcome.OWNER),
        (Status.CHALLENGES, "100", Outcome.NEITHER),
        (Status.ON_TRACK, "60", Outcome.RULES),
    ],
)
def test_the_next_judged_quarter_tells_who_was_right(
    county: SmallCounty, own: Status, next_figure: str, outcome: Outcome
) -> None:
    assert derived(county, Q2) == Status.NEEDS_SUPPORT
    give(county, own)
    later = enter(county, Q3, next_figure, now=NOW + 90 * A_DAY)

    (one,) = register(county, now=NOW + 100 * A_DAY)

    assert (one.later_quarter, one.later, one.outcome) == (Q3, later, outcome)


def test_a_quarter_without_a_figure_does_not_tell_who_was_right(county: SmallCounty) -> None:
    give(county, Status.ON_TRACK)
    enter(county, Q4, "100", now=NOW + 180 * A_DAY)
    county.act(STRATEGY_OFFICE, evaluate, [Q3], county.rulebooks, now=NOW + 180 * A_DAY)

    (one,) = register(county, now=NOW + 200 * A_DAY)

    assert (one.later_quarter, one.outcome) == (Q4, Outcome.OWNER)


def test_disagreements_are_counted_by_where_they_lean_and_by_who_was_right(county: SmallCounty) -> None:
    give(county, Status.ON_TRACK)
    enter(county, Q3, "100", now=NOW + 90 * A_DAY)

    assert counted(register(county)) == {(Leaning.OPTIMISTIC, Outcome.OWNER): 1}


def test_the_register_goes_up_to_the_quarter_that_is_looked_at(county: SmallCounty) -> None:
    give(county, Status.ON_TRACK)

    assert register(county, until=Q1) == ()


def test_nobody_reads_of_disagreements_on_goals_they_may_not_read(county: SmallCounty) -> None:
    give(county, Status.ON_TRACK)

    assert register(county, who=OUTSIDER) == ()
