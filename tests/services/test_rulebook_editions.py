"""The rules in force by date: every edition that decided something is kept, and an old quarter keeps its colour."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from okr_engine.access import OPERATOR
from okr_engine.database import writing
from okr_engine.errors import InvalidInput, NotAllowed, NotFound
from okr_engine.model import KeyResult, RulebookEdition
from okr_engine.periods import Period
from okr_engine.rulebook import in_force_from, rulebook_of
from okr_engine.services.back_test_results import HarmKind
from okr_engine.services.back_tests import back_test
from okr_engine.services.evaluation import decide_newly_covered, evaluate, newly_covered
from okr_engine.services.installation import Installation, Rulebooks, read_rulebooks
from okr_engine.services.measurements import Entry, enter_value
from okr_engine.services.rule_publishing import publish
from okr_engine.services.rulebook_editions import (
    Edition,
    edition_for,
    edition_in_force,
    editions,
    is_on_offer,
    withdraw,
)
from okr_engine.services.standings import decisions_in
from okr_engine.services.todays_rules import under_rules
from okr_engine.settings import Settings
from okr_engine.terms import Status
from okr_engine.worker.ticking import decide_by_new_rules
from tests.services.draft_rules import milder
from tests.services.small_county import (
    FIRST_LINE_OWNER,
    INTEGRATED_OWNER,
    NOW,
    Q1,
    Q2,
    Q3,
    STRATEGY_OFFICE,
    TODAY,
    VIEWER,
    SmallCounty,
)

NEXT_WEEK = TODAY + timedelta(days=7)
IN_AUGUST = datetime(2025, 8, 10, 9, tzinfo=NOW.tzinfo)


@pytest.fixture
def county(engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(engine)


def other_file(county: SmallCounty) -> Rulebooks:
    """The rulebooks after the program has come with another status file."""
    return replace(county.rulebooks, status=rulebook_of(milder(county.rulebooks.status), "status.yaml"))


def publish_milder(county: SmallCounty, day: date) -> str:
    yaml = milder(county.rulebooks.status)
    tested = county.see(STRATEGY_OFFICE, back_test, yaml, county.rulebooks.status, today=TODAY)
    version: str = county.act(
        STRATEGY_OFFICE,
        publish,
        yaml,
        tested,
        county.rulebooks,
        reason="Raja oli liian tiukka",
        valid_from=day,
        today=TODAY,
        acknowledged=list(HarmKind),
    )
    return version


def evaluate_at(
    county: SmallCounty, when: datetime, *quarters: Period, rulebooks: Rulebooks | None = None, **more: Any
) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=when) as session:
        evaluate(session, OPERATOR, quarters, rulebooks or county.rulebooks, **more)


def enter(county: SmallCounty, quarter: Period, value: str, *, based_on: int, rulebooks: Rulebooks) -> None:
    entry = Entry(Decimal(value), reason="Korjattu luku" if based_on else None)
    more = {"based_on": based_on, "rulebooks": rulebooks}
    county.act(FIRST_LINE_OWNER, enter_value, "A1.1", quarter, entry, now=IN_AUGUST, **more)


def decided(county: SmallCounty, quarter: Period) -> Mapping[Any, Any]:
    return county.ask(decisions_in, quarter, None)


def versions(county: SmallCounty, quarter: Period) -> set[str]:
    return {one.rule_version for one in decided(county, quarter).values()}


def newest(county: SmallCounty) -> Edition:
    return county.ask(editions)[0]


def test_the_rules_that_decided_are_kept_with_their_text(county: SmallCounty) -> None:
    [edition] = county.ask(editions)

    assert (edition.rulebook.yaml, edition.shipped) == (county.rulebooks.status.yaml, True)
    assert edition.valid_from == county.rulebooks.status.valid_from
    assert versions(county, Q2) == {edition.version}


def test_before_anything_is_decided_the_rules_in_force_are_those_of_the_program(engine: Engine) -> None:
    empty = SmallCounty(engine, read_rulebooks())

    found = empty.ask(edition_in_force, empty.rulebooks.status, today=TODAY)

    assert (found.rulebook, found.shipped) == (empty.rulebooks.status, True)


def test_a_changed_file_of_the_program_is_adopted_from_that_day_on_and_recolours_no_old_quarter(
    county: SmallCounty,
) -> None:
    before = decided(county, Q1), decided(county, Q2)

    evaluate_at(county, IN_AUGUST, Q1, Q2, rulebooks=other_file(county), anew=True)

    assert newest(county).valid_from == IN_AUGUST.date()
    assert len(county.ask(editions)) == 2
    assert (decided(county, Q1), decided(county, Q2)) == before


def test_a_restated_old_quarter_is_decided_by_the_edition_of_its_time(county: SmallCounty) -> None:
    first = newest(county).version

    enter(county, Q2, "70.5", based_on=1, rulebooks=other_file(county))

    assert newest(county).version != first
    assert versions(county, Q2) == {first}
    assert {one.status for one in decided(county, Q2).values()} >= {Status.NEEDS_SUPPORT}


def test_a_quarter_that_ends_later_is_decided_by_the_newer_edition(county: SmallCounty) -> None:
    enter(county, Q3, "65", based_on=0, rulebooks=other_file(county))

    assert versions(county, Q3) == {newest(county).version}


def test_a_published_edition_decides_from_its_day_on_and_not_before(county: SmallCounty) -> None:
    evaluate_at(county, NOW, Q3)
    first = newest(county).version

    version = publish_milder(county, NEXT_WEEK)

    assert (newest(county).version, newest(county).valid_from) == (version, NEXT_WEEK)
    evaluate_at(county, NOW, Q2, Q3)
    assert versions(county, Q2) == versions(county, Q3) == {first}
    with writing(county.engine, actor=OPERATOR.code, now=IN_AUGUST) as session:
        done = decide_newly_covered(session, OPERATOR, county.rulebooks)
    assert done.quarters == (Q3,)
    assert versions(county, Q2) == {first}
    assert versions(county, Q3) == {version}


def test_the_worker_decides_by_an_edition_once_its_day_has_come(county: SmallCounty) -> None:
    evaluate_at(county, NOW, Q3)
    version = publish_milder(county, NEXT_WEEK)
    place = Installation(Settings(), county.engine, county.rulebooks, clock=lambda: NOW)

    assert decide_by_new_rules(place, lambda: True) == 0
    assert decide_by_new_rules(replace(place, clock=lambda: IN_AUGUST), lambda: True) > 0

    assert versions(county, Q3) == {version}
    assert decide_by_new_rules(replace(place, clock=lambda: IN_AUGUST), lambda: True) == 0


def test_a_key_result_that_has_left_a_quarter_does_not_have_it_decided_for_ever(county: SmallCounty) -> None:
    evaluate_at(county, NOW, Q3)
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        session.exec(select(KeyResult).where(col(KeyResult.code) == "A2.1")).one().due = Q2.end
    publish_milder(county, NEXT_WEEK)
    place = Installation(Settings(), county.engine, county.rulebooks, clock=lambda: IN_AUGUST)
    assert decide_by_new_rules(place, lambda: True) > 0

    assert county.ask(newly_covered, today=IN_AUGUST.date()) == set()


def test_an_edition_in_force_at_once_decides_the_quarter_under_way_again(county: SmallCounty) -> None:
    evaluate_at(county, NOW, Q3)
    old = versions(county, Q2)

    version = publish_milder(county, TODAY)

    assert versions(county, Q3) == {version}
    assert versions(county, Q2) == old


def test_after_a_publication_a_changed_file_is_only_on_offer(county: SmallCounty) -> None:
    version = publish_milder(county, TODAY)
    changed = county.rulebooks.status.yaml.replace('version: "2025.2"', 'version: "2026.1"')
    later = replace(county.rulebooks, status=rulebook_of(changed, "status.yaml"))

    evaluate_at(county, IN_AUGUST, Q3, rulebooks=later)

    assert versions(county, Q3) == {version}
    assert is_on_offer(county.ask(editions), later.status)
    assert not is_on_offer(county.ask(editions), county.rulebooks.status)


def test_the_programs_rules_are_not_on_offer_where_they_are_published_with_another_day(county: SmallCounty) -> None:
    publish_milder(county, TODAY)
    changed = county.rulebooks.status.yaml.replace('version: "2025.2"', 'version: "2026.1"')
    offered = rulebook_of(changed, "status.yaml")
    tested = county.see(STRATEGY_OFFICE, back_test, changed, county.rulebooks.status, today=TODAY)
    told: dict[str, Any] = {
        "reason": "Ohjelman mukana",
        "valid_from": NEXT_WEEK,
        "today": TODAY,
        "acknowledged": list(HarmKind),
    }
    county.act(STRATEGY_OFFICE, publish, changed, tested, county.rulebooks, **told)

    assert not is_on_offer(county.ask(editions), offered)


def test_withdrawn_rules_of_the_program_do_not_come_back(county: SmallCounty) -> None:
    coming = replace(
        county.rulebooks, status=rulebook_of(in_force_from(milder(county.rulebooks.status), NEXT_WEEK), "status.yaml")
    )
    evaluate_at(county, NOW, Q3, rulebooks=coming)
    county.act(STRATEGY_OFFICE, withdraw, coming.status.version, reason="Ei vielä", today=TODAY)

    evaluate_at(county, NOW, Q3, rulebooks=coming)

    assert [one.version for one in county.ask(editions)] == [county.rulebooks.status.version]


def without_editions(county: SmallCounty) -> None:
    """As a database was before editions were kept."""
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        session.exec(select(RulebookEdition)).one().superseded_at = NOW
        session.exec(select(RulebookEdition)).one().rule_version = "earlier"


def test_the_first_rules_on_record_do_not_reach_back_to_what_others_decided(county: SmallCounty) -> None:
    without_editions(county)

    evaluate_at(county, NOW, Q3, rulebooks=other_file(county))

    assert newest(county).valid_from == TODAY


def test_the_first_rules_on_record_keep_their_day_where_they_decided_themselves(county: SmallCounty) -> None:
    without_editions(county)

    evaluate_at(county, NOW, Q3)

    assert newest(county).valid_from == county.rulebooks.status.valid_from


def test_the_edition_of_a_quarter_is_the_one_in_force_on_its_last_day(county: SmallCounty) -> None:
    publish_milder(county, Q3.end)
    new, old = county.ask(editions)

    assert edition_for([new, old], Q3, today=date(2025, 12, 1)) is new
    assert edition_for([new, old], Q3, today=Q3.end - timedelta(days=1)) is old
    assert edition_for([new, old], Q2, today=date(2025, 12, 1)) is old
    assert edition_for([new], Q2, today=date(2025, 12, 1)) is None


def test_an_edition_that_is_not_yet_in_force_can_be_withdrawn(county: SmallCounty) -> None:
    version = publish_milder(county, NEXT_WEEK)

    county.act(STRATEGY_OFFICE, withdraw, version, reason="Julkaistiin liian aikaisin", today=TODAY)

    assert [one.version for one in county.ask(editions)] == [county.rulebooks.status.version]
    assert publish_milder(county, NEXT_WEEK) == version


def test_an_edition_in_force_stays(county: SmallCounty) -> None:
    version = publish_milder(county, TODAY)

    with pytest.raises(InvalidInput) as refused:
        county.act(STRATEGY_OFFICE, withdraw, version, reason="Ei sittenkään", today=TODAY)

    assert refused.value.what.key == "rulebook.already_in_force"
    assert newest(county).version == version


def test_withdrawing_needs_the_role_a_reason_and_an_edition(county: SmallCounty) -> None:
    version = publish_milder(county, NEXT_WEEK)

    with pytest.raises(NotAllowed):
        county.act(VIEWER, withdraw, version, reason="Ei käy", today=TODAY)
    with pytest.raises(InvalidInput):
        county.act(STRATEGY_OFFICE, withdraw, version, reason=" ", today=TODAY)
    with pytest.raises(NotFound):
        county.act(STRATEGY_OFFICE, withdraw, "2099.1", reason="Ei käy", today=TODAY)
    assert newest(county).version == version


def test_under_todays_rules_an_old_quarter_is_shown_otherwise_and_stays_as_it_was(county: SmallCounty) -> None:
    publish_milder(county, TODAY)
    before = decided(county, Q2)

    found = county.see(STRATEGY_OFFICE, under_rules, Q2, newest(county).rulebook)

    first = found[0]
    assert (first.subject.code, first.recorded, first.now) == ("A1.1", Status.NEEDS_SUPPORT, Status.CHALLENGES)
    assert [one.subject.code for one in found if one.differs] == ["A1.1"]
    assert decided(county, Q2) == before


def test_whoever_may_not_read_a_goal_does_not_see_it_under_todays_rules_either(county: SmallCounty) -> None:
    found = county.see(INTEGRATED_OWNER, under_rules, Q2, newest(county).rulebook)

    assert {one.subject.goal for one in found} == {"A2"}
