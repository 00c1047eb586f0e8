"""The explanation card: every fact with its origin, what nearly decided, what would change it, and its history."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import col

from okr_engine.access import OPERATOR
from okr_engine.database import table_of, writing
from okr_engine.i18n import speak
from okr_engine.model import RulebookEdition, Status, StatusDecision
from okr_engine.periods import Period
from okr_engine.rulebook import VOCABULARY
from okr_engine.services.explanation_cards import ExplanationCard, explanation_card
from okr_engine.services.explanation_words import band_in_words, what_would_change_it
from okr_engine.services.fact_origins import ORIGINS
from okr_engine.services.goal_reports import key_result_report
from okr_engine.services.measurements import Entry, enter_value
from okr_engine.words import Language
from tests.services.small_county import FIRST_LINE_OWNER, NOW, Q1, Q2, TODAY, SmallCounty

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def county(engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(engine)


def card(county: SmallCounty, code: str = "A1.1", quarter: Period = Q2, **known: Any) -> ExplanationCard:
    def made(session: Any) -> ExplanationCard | None:
        report = key_result_report(session, OPERATOR, code, quarter, today=TODAY, **known)
        return explanation_card(session, report, quarter, today=TODAY, **known)

    found = county.ask(made)
    assert found is not None
    return found


def enter(county: SmallCounty, value: str, *, based_on: int, reason: str = "late records") -> None:
    entry = Entry(value=Decimal(value), reason=reason)
    county.act(
        FIRST_LINE_OWNER, enter_value, "A1.1", Q2, entry, now=LATER, based_on=based_on, rulebooks=county.rulebooks
    )


def test_every_fact_a_rule_can_test_has_an_origin() -> None:
    assert ORIGINS.keys() == VOCABULARY["key_result"].keys()
    assert {name for one in ORIGINS.values() if isinstance(one, tuple) for name in one} <= ORIGINS.keys()


def test_every_fact_says_where_it_comes_from(county: SmallCounty) -> None:
    origins = {line.name: speak(line.origin, Language.EN) for line in card(county).facts}

    assert "Q2 2025" in origins["value"]
    assert "file:county.xlsx" in origins["value"]
    assert "Q1 2025" in origins["previous"]
    assert "1 Jan 2025" in origins["target"]
    assert origins["missed_by"] == "Computed from: Figure and Target"


def test_the_figures_that_would_get_another_status_are_told(county: SmallCounty) -> None:
    found = card(county)

    assert found.decision.status == Status.NEEDS_SUPPORT
    better = found.nearest(better=True)
    assert better is not None
    assert (better.status, better.low) == (Status.CHALLENGES, Decimal("90.00"))
    assert better.distance_from(Decimal("70.11")) == Decimal("19.89")
    assert found.nearest(better=False) is None
    assert (found.bands[-1].status, found.bands[-1].low) == (Status.ON_TRACK, Decimal("100.00"))


def test_edges_are_rounded_into_their_band_and_never_out_of_it(county: SmallCounty) -> None:
    enter(county, "70.114321", based_on=1)

    report = county.ask(key_result_report, OPERATOR, "A1.1", Q2, today=TODAY)
    found = card(county)
    told = {one.status: band_in_words(one, found, report, Language.EN) for one in found.bands}

    assert told[Status.NEEDS_SUPPORT] == "at most 89.99%"
    assert told[Status.CHALLENGES] == "from 90.00% to 99.99%"
    assert "+19.89 percentage points" in what_would_change_it(found, report, Language.EN).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_a_key_result_without_a_figure_is_told_what_figure_would_do(county: SmallCounty) -> None:
    found = card(county, "A2.1")

    assert found.decision.status == Status.NO_DATA
    assert found.nearest(better=True) is None
    assert {one.status for one in found.bands} >= {Status.ON_TRACK}


def test_the_status_is_said_to_last_since_the_first_quarter_in_a_row(county: SmallCounty) -> None:
    assert card(county).since == Q2
    assert card(county, quarter=Q1).since == Q1

    enter(county, "95", based_on=1)

    assert card(county).decision.status == card(county, quarter=Q1).decision.status == Status.CHALLENGES
    assert card(county).since == Q1


def test_a_quarter_without_a_decision_ends_the_row(county: SmallCounty) -> None:
    enter(county, "95", based_on=1)
    with writing(county.engine, actor=OPERATOR.code, now=LATER) as session:
        session.execute(delete(table_of(StatusDecision)).where(col(StatusDecision.period) == Q1))

    assert card(county).since == Q2


def test_earlier_decisions_on_the_same_quarter_stay_on_the_card(county: SmallCounty) -> None:
    before = card(county)
    enter(county, "95", based_on=1)

    found = card(county)

    assert [(one.status, one.facts["value"]) for one in found.earlier] == [(Status.NEEDS_SUPPORT, 70.11)]
    assert card(county, as_of=NOW) == before


def test_a_rule_that_nearly_gave_another_status_is_named_with_what_it_lacks(county: SmallCounty) -> None:
    enter(county, "90.5", based_on=1)

    near = {one.rule.name: one.lacking.fact for one in card(county).near if one.lacking}

    assert near["far_from_target_and_worsening_points"] == "missed_by_points"


def test_without_the_rules_that_decided_nothing_is_said_about_what_they_would_do(county: SmallCounty) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=LATER) as session:
        session.execute(delete(table_of(RulebookEdition)))

    found = card(county)

    assert (found.near, found.bands) == ((), ())
    assert found.facts
