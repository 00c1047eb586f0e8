"""The explanation card on paper: complete, in each language, and with the texts of people as they are."""

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from okr_engine.access import OPERATOR
from okr_engine.reports.explanation_card import Reader, explanation_page
from okr_engine.services.accepted_deviations import accept_deviation
from okr_engine.services.assessments import assess
from okr_engine.services.explanation_cards import explanation_card
from okr_engine.services.goal_reports import key_result_report
from okr_engine.terms import Status
from okr_engine.words import Language
from tests.services.small_county import FIRST_LINE_OWNER, NOW, Q2, SPONSOR, TODAY, SmallCounty

HEADINGS = {
    Language.FI: ("Tilanne eri mittaustuloksilla", "Tiedot, joihin tilanne perustuu"),
    Language.SV: ("Läget vid olika mätresultat", "Uppgifter som läget bygger på"),
    Language.EN: ("The status at other figures", "The facts behind the status"),
}


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


def page(county: SmallCounty, language: Language = Language.FI, code: str = "A1.1") -> str:
    def printed(session: Session) -> str:
        report = key_result_report(session, OPERATOR, code, Q2, today=TODAY)
        card = explanation_card(session, report, Q2, today=TODAY)
        assert card is not None
        return explanation_page(report, card, Reader(language, "Europe/Helsinki"), now=NOW)

    return county.ask(printed).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("language", Language)
def test_the_page_says_status_reason_and_what_would_change_it_in_each_language(
    county: SmallCounty, language: Language
) -> None:
    said = page(county, language)

    assert f'<html lang="{language}">' in said
    assert all(f"<h2>{heading}</h2>" in said for heading in HEADINGS[language])
    assert "«" not in re.sub("«(Haasteita|Etenee)[^»]*»", "", said)
    assert re.search(r"70[,.]11\s?%", said)


def test_every_figure_says_where_it_came_from(county: SmallCounty) -> None:
    assert "Mittaustulos Q2/2025: file:county.xlsx, kirjannut ylläpito 15.7.2025 klo 12.00" in page(county)


def test_what_people_wrote_is_text_and_never_markup(county: SmallCounty) -> None:
    given: dict[str, Any] = {
        "status": Status.CHALLENGES,
        "explanation": "<script>alert(1)</script> & more",
        "expires": date(2025, 12, 1),
    }
    county.act(FIRST_LINE_OWNER, assess, "A1.1", Q2, **given, based_on=0)

    said = page(county)

    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in said
    assert "<script" not in said


def test_an_accepted_deviation_is_printed_with_who_accepted_it_until_when_and_why(county: SmallCounty) -> None:
    given: dict[str, Any] = {
        "until": date(2025, 12, 31),
        "rationale": "Sopimus alkaa vasta tammikuussa.",
        "level": None,
    }
    county.act(SPONSOR, accept_deviation, "A1.1", **given, based_on=0)

    said = page(county)

    assert "31.12.2025" in said
    assert "hyväksynyt Sponsor 15.7.2025 klo 12.00" in said
    assert "Sopimus alkaa vasta tammikuussa." in said


def test_the_page_fetches_nothing(county: SmallCounty) -> None:
    without_names = page(county).replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "")

    assert not re.search(r'(src|href)="(?!#)|url\("?(?!"?#)|@import|https?:', without_names)


def test_the_figures_are_drawn_and_said_in_words(county: SmallCounty) -> None:
    said = page(county)

    assert said.count("<svg") == 1
    assert re.search(r'role="img" aria-label="[^"]*Q2/2025 70,11 %', said)


def test_a_missing_figure_is_printed_with_its_reason(county: SmallCounty) -> None:
    said = page(county, code="A2.1")

    assert "Tieto puuttuu" in said
    assert "Muutos nykyisestä" not in said
