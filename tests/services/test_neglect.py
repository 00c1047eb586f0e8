"""The neglect radar: what nobody looks after is found, and what somebody looks after is not."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from okr_engine.access import OPERATOR
from okr_engine.database import supersede, was_current, writing
from okr_engine.model import (
    BreakKind,
    ComparabilityBreak,
    CorrectiveAction,
    Direction,
    Goal,
    KeyResult,
    NarrativeState,
    NoDataReason,
    Role,
    RoleHolding,
    RoleKind,
    Status,
    Target,
)
from okr_engine.services.accepted_deviations import accept_deviation
from okr_engine.services.assessments import assess
from okr_engine.services.measurements import Entry, enter_value
from okr_engine.services.narratives import save_narrative
from okr_engine.services.neglect import Neglect, Neglected, neglected
from okr_engine.services.neglect_words import neglect_in_words
from okr_engine.words import Language
from tests.services.small_county import (
    FIRST_LINE_OWNER,
    INTEGRATED_OWNER,
    JANUARY,
    NOW,
    OUTSIDER,
    Q2,
    SPONSOR,
    STRATEGY_OFFICE,
    TODAY,
    VIEWER,
    SmallCounty,
)

A_DAY = timedelta(days=1)
IN_JUNE = date(2025, 6, 30)


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


@pytest.fixture
def county_on_both(engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(engine)


def radar(county: SmallCounty, *, who: str = STRATEGY_OFFICE, today: date = TODAY) -> tuple[Neglected, ...]:
    return county.see(who, neglected, Q2, today=today)


def found(county: SmallCounty, kind: Neglect, **at: Any) -> list[str]:
    """The codes of what is neglected in that way."""
    return [one.code for one in radar(county, **at) if one.kind == kind]


def the(county: SmallCounty, kind: Neglect, code: str) -> Neglected:
    return next(one for one in radar(county) if (one.kind, one.code) == (kind, code))


def said(one: Neglected) -> str:
    return neglect_in_words(one, Language.FI).replace("\N{NO-BREAK SPACE}", " ")


def change(county: SmallCounty, edit: Callable[[Session], object]) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        edit(session)


def close_actions(session: Session) -> None:
    for action in session.exec(select(CorrectiveAction)):
        action.closed_at, action.clock_at = NOW, None
        session.add(action)


def edit_key_result(code: str, **fields: Any) -> Callable[[Session], None]:
    def edit(session: Session) -> None:
        row = session.exec(select(KeyResult).where(KeyResult.code == code)).one()
        session.add(row.sqlmodel_update(fields))

    return edit


def target(code: str, value: str) -> Callable[[Session], None]:
    """Set the key result's target, or put another value in its place."""

    def set_it(session: Session) -> None:
        key_result = session.exec(select(KeyResult.id).where(KeyResult.code == code)).one()
        known = session.exec(
            select(Target).where(was_current(Target, None), Target.key_result_id == key_result)
        ).first()
        fresh = Target(
            key_result_id=key_result,
            value=Decimal(value),
            valid_from=JANUARY,
            recorded_at=NOW,
            recorded_by=OPERATOR.code,
        )
        if known is None:
            session.add(fresh)
        else:
            supersede(session, known, fresh)

    return set_it


def enter(county: SmallCounty, value: str | None, reason: NoDataReason | None = None) -> None:
    """A figure of A2.1 in the second quarter, or why there is none."""
    entry = Entry(Decimal(value) if value else None, reason)
    county.act(INTEGRATED_OWNER, enter_value, "A2.1", Q2, entry, based_on=0, rulebooks=county.rulebooks)


def test_a_red_without_an_open_action_is_found_with_its_reason_and_its_owner(county_on_both: SmallCounty) -> None:
    assert found(county_on_both, Neglect.RED_WITHOUT_ACTION) == []
    change(county_on_both, close_actions)

    one = the(county_on_both, Neglect.RED_WITHOUT_ACTION, "A1.1")

    assert "Avointa korjaavaa toimenpidettä ei ole." in said(one)
    assert "70,11 %" in said(one)
    assert (one.role, one.role_name.fi, one.since) == (RoleKind.GOAL_OWNER, "Tavoitteen omistaja, ensilinja", TODAY)


def test_a_red_is_not_neglected_while_leadership_accepts_it(county: SmallCounty) -> None:
    change(county, close_actions)
    county.act(SPONSOR, accept_deviation, "A1.1", until=TODAY, rationale="Sovittu", level=None, based_on=0)

    assert found(county, Neglect.RED_WITHOUT_ACTION) == []
    assert found(county, Neglect.RED_WITHOUT_ACTION, today=TODAY + A_DAY) == ["A1.1"]


def test_an_accepted_level_that_is_exceeded_does_not_excuse_a_red(county: SmallCounty) -> None:
    change(county, close_actions)
    county.act(SPONSOR, accept_deviation, "A1.1", until=TODAY, rationale="Sovittu", level=Decimal(80), based_on=0)

    assert found(county, Neglect.RED_WITHOUT_ACTION) == ["A1.1"]


def narrate(county: SmallCounty, state: NarrativeState, *, based_on: int = 0) -> None:
    words = {"why": "Puheluita tuli odotettua enemmän."}
    county.act(FIRST_LINE_OWNER, save_narrative, "A1", Q2, Language.FI, words, state=state, based_on=based_on)


def test_a_status_is_explained_by_a_submitted_narrative_and_not_by_a_draft(county: SmallCounty) -> None:
    narrate(county, NarrativeState.DRAFT)
    assert found(county, Neglect.STATUS_UNEXPLAINED) == ["A1.1"]

    narrate(county, NarrativeState.SUBMITTED, based_on=1)

    assert found(county, Neglect.STATUS_UNEXPLAINED) == []


def test_a_status_is_explained_by_the_owners_view_too(county: SmallCounty) -> None:
    county.act(
        FIRST_LINE_OWNER,
        assess,
        "A1.1",
        Q2,
        status=Status.CHALLENGES,
        explanation="Kattavuus muuttui",
        expires=TODAY,
        based_on=0,
    )

    assert found(county, Neglect.STATUS_UNEXPLAINED) == []


def test_a_figure_that_is_due_and_missing_says_how_late_it_is(county: SmallCounty) -> None:
    one = the(county, Neglect.STALE_VALUE, "events")

    assert said(one) == (
        "Uusin tieto on jaksolta Q1/2025. Jakson Q2/2025 tiedon piti olla valmis 30.6.2025; se on 15 päivää myöhässä."
    )
    assert (one.since, one.role, one.role_name.fi) == (IN_JUNE, RoleKind.DATA_STEWARD, "Tietovastaava")


def test_a_figure_is_not_stale_on_the_day_it_is_due(county: SmallCounty) -> None:
    assert found(county, Neglect.STALE_VALUE, today=IN_JUNE) == []
    assert found(county, Neglect.STALE_VALUE, today=IN_JUNE + A_DAY) == ["events"]


@pytest.mark.parametrize(
    ("reason", "is_stale"),
    [
        (NoDataReason.LATE, True),
        (NoDataReason.SOURCE_FAILED, True),
        (NoDataReason.NOT_COLLECTED, False),
        (NoDataReason.TOO_FEW_ANSWERS, False),
    ],
)
def test_what_is_said_to_be_missing_for_good_is_not_waited_for(
    county: SmallCounty, reason: NoDataReason, is_stale: bool
) -> None:
    enter(county, None, reason)

    assert ("events" in found(county, Neglect.STALE_VALUE)) == is_stale


def test_a_figure_that_no_key_result_asks_for_any_more_is_not_stale(county: SmallCounty) -> None:
    change(county, edit_key_result("A2.1", due=date(2025, 5, 31)))

    assert found(county, Neglect.STALE_VALUE) == []


def test_a_target_that_needs_a_pace_never_achieved_tells_both_paces(county: SmallCounty) -> None:
    change(county, target("A2.1", "120"))
    enter(county, "139.0")

    one = the(county, Neglect.PACE_NEVER_ACHIEVED, "A2.1")

    assert said(one) == (
        "Tavoitetasoon 120,0 pääsemiseksi tuloksen pitäisi parantua 9,5 jokaisella jäljellä olevalla 2 jaksolla. "
        "Paras yhden jakson parannus on tähän mennessä ollut 0,4."
    )


def test_a_pace_that_was_achieved_before_is_not_found(county: SmallCounty) -> None:
    change(county, target("A2.1", "138.2"))
    enter(county, "139.0")

    assert found(county, Neglect.PACE_NEVER_ACHIEVED) == []


def test_a_pace_is_not_read_across_a_break(county: SmallCounty) -> None:
    def part(session: Session) -> None:
        indicator = session.exec(select(KeyResult.indicator_id).where(KeyResult.code == "A2.1")).one()
        session.add(
            ComparabilityBreak(
                indicator_id=indicator,
                day=date(2025, 4, 1),
                kind=BreakKind.SYSTEM,
                recorded_at=NOW,
                recorded_by=OPERATOR.code,
            )
        )

    change(county, target("A2.1", "120"))
    enter(county, "139.0")
    change(county, part)

    assert found(county, Neglect.PACE_NEVER_ACHIEVED) == []


def test_a_target_moved_twice_counts_easier_and_harder_apart(county: SmallCounty) -> None:
    change(county, target("A1.1", "90"))
    assert found(county, Neglect.TARGET_MOVED_TWICE) == []

    change(county, target("A1.1", "95"))

    one = the(county, Neglect.TARGET_MOVED_TWICE, "A1.1")
    assert said(one) == (
        "Tavoitetasoa on siirretty 2 kertaa: helpommaksi 1, vaativammaksi 1. Aluksi se oli 100,00 %, nyt 95,00 %."
    )
    assert one.role_name.fi == "Asiakaspalvelujen johtaja"


@pytest.mark.parametrize(
    ("fields", "is_found"),
    [
        ({"direction": Direction.NEUTRAL}, True),
        ({"direction": Direction.WITHIN}, True),
        ({"direction": Direction.DECREASE, "baseline": None}, True),
        ({"direction": Direction.IMPROVE, "baseline": None}, False),
        ({"direction": Direction.DECREASE}, False),
    ],
)
def test_a_goal_is_measurable_when_one_key_result_can_be_judged(
    county: SmallCounty, fields: dict[str, Any], is_found: bool
) -> None:
    change(county, edit_key_result("A2.1", **fields))

    assert (found(county, Neglect.GOAL_NOT_MEASURABLE) == ["A2"]) == is_found


def test_a_goal_without_key_results_is_found(county: SmallCounty) -> None:
    def add(session: Session) -> None:
        known = session.exec(select(Goal).where(Goal.code == "A1")).one()
        session.add(Goal(code="A3", name_fi="Uusi tavoite", priority_id=known.priority_id, unit_id=known.unit_id))

    change(county, add)

    one = the(county, Neglect.GOAL_NOT_MEASURABLE, "A3")
    assert said(one) == "Tavoitteella ei ole avaintuloksia jaksolla Q2/2025."
    assert not one.role_name


def test_a_goal_whose_key_results_have_ended_has_been_without_since_the_day_after(county: SmallCounty) -> None:
    change(county, edit_key_result("A2.1", due=date(2025, 3, 31)))

    assert the(county, Neglect.GOAL_NOT_MEASURABLE, "A2").since == date(2025, 4, 1)


def leave(session: Session, *, deputies: bool) -> None:
    """Let the first line's owner leave, with the deputies or without."""
    holdings = select(RoleHolding).join(Role, col(Role.id) == RoleHolding.role_id)
    for one in session.exec(holdings.where(Role.code == "first-line-owner")):
        if deputies or not one.deputy:
            one.ends = IN_JUNE
            session.add(one)


def test_an_indicator_is_nobodys_when_neither_steward_nor_owner_is_there(county_on_both: SmallCounty) -> None:
    change(county_on_both, lambda session: leave(session, deputies=True))

    one = the(county_on_both, Neglect.INDICATOR_NOBODY_OWNS, "promise")

    assert (one.since, one.role, one.role_name.fi) == (IN_JUNE, RoleKind.STRATEGY_OFFICE, "Strategiayksikkö")
    assert found(county_on_both, Neglect.INDICATOR_NOBODY_OWNS) == ["promise"]


def test_a_deputy_looks_after_the_indicator_of_who_has_left(county: SmallCounty) -> None:
    change(county, lambda session: leave(session, deputies=False))

    assert found(county, Neglect.INDICATOR_NOBODY_OWNS) == []


def test_the_radar_shows_only_what_its_reader_may_read(county: SmallCounty) -> None:
    assert radar(county, who=OUTSIDER) == ()
    assert radar(county, who=VIEWER) == radar(county)


@pytest.mark.parametrize("language", Language)
def test_every_kind_has_its_sentence_in_every_language(county: SmallCounty, language: Language) -> None:
    enter(county, "139.0")
    change(county, close_actions)
    change(county, lambda session: leave(session, deputies=True))
    change(county, target("A2.1", "120"))
    for value in ("90", "95"):
        change(county, target("A1.1", value))
    change(county, edit_key_result("A1.1", direction=Direction.NEUTRAL))

    findings = radar(county, today=date(2025, 11, 1))

    assert {one.kind for one in findings} == set(Neglect)
    assert not any("«" in neglect_in_words(one, language) or "{" in neglect_in_words(one, language) for one in findings)
