"""Oversight: the radar first, then accepted deviations, disagreements and moved goalposts, for those who steer."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from okr_engine.access import OPERATOR
from okr_engine.clock import now
from okr_engine.database import connect, writing
from okr_engine.model import Status, TargetForm
from okr_engine.periods import Period
from okr_engine.services.accepted_deviations import accept_deviation
from okr_engine.services.assessments import assess
from okr_engine.services.importing import import_content
from okr_engine.workbook import content_of
from tests.pages.conftest import Visit, sections, spaced, words

OFFICE, LEADERSHIP, VIEWER = (f"{who}@county.example" for who in ("strategy-office", "leadership", "viewer"))
Q2 = Period.parse("2025-Q2")
NEXT_YEAR = date(now().year + 1, 1, 31)
WHY = "Mittauksen kattavuus laajeni"


def look(visit: Visit, who: str = OFFICE, **params: str) -> AppTest:
    return visit(who, page="oversight.py", **{"period": "2025-Q2", **params})


def change(database: Path, deed: Callable[[Session], object]) -> None:
    engine = connect(f"sqlite:///{database}")
    with writing(engine, actor=OPERATOR.code, now=now()) as session:
        deed(session)
    engine.dispose()


def accept(session: Session) -> None:
    accept_deviation(session, OPERATOR, "A1.1", until=NEXT_YEAR, rationale=WHY, level=Decimal(80), based_on=0)


def disagree(session: Session) -> None:
    view: dict[str, Any] = {"status": Status.ON_TRACK, "explanation": WHY, "expires": NEXT_YEAR}
    assess(session, OPERATOR, "A1.1", Q2, based_on=0, **view)


def move_target(session: Session) -> None:
    moved = TargetForm(key_result="A1.2", value=Decimal(95), valid_from=date(2025, 4, 1), reason=WHY)
    import_content(session, OPERATOR, content_of([moved], file="targets.xlsx"))


def rows(app: AppTest, caption: str) -> list[str]:
    """What each row of a table says."""
    found = next(one for one in sections(app) if caption in one["caption"])
    return [" | ".join(" ".join(words(part) for part in cell) for cell in one["cells"]) for one in found["rows"]]


def test_the_radar_counts_every_kind_and_those_with_findings_come_first(visit: Visit) -> None:
    counts = rows(look(visit), "Havainnot lajeittain")

    assert counts[0].startswith("Tieto on vanhentunut")
    assert counts[0].endswith("| 9")
    assert all(one.endswith("| 0") for one in counts[1:])


def test_a_finding_leads_to_what_it_is_about(visit: Visit) -> None:
    table = next(one for one in sections(look(visit)) if one["caption"] == "Tieto on vanhentunut")

    link = table["rows"][0]["cells"][0][0]

    assert (link["page"], link["params"]["code"]) == ("indicator", "first-contact-on-time")


def test_the_address_can_ask_for_one_kind(visit: Visit) -> None:
    captions = [one["caption"] for one in sections(look(visit, kind="red_without_action"))]

    assert captions == ["Havainnot lajeittain"]


def test_accepted_deviations_are_told_with_the_real_target_beside_them(visit: Visit, database: Path) -> None:
    change(database, accept)

    (row,) = rows(look(visit, view="deviations"), "Voimassa: 1 poikkeama")

    assert row.startswith("A1.1 ")
    assert "Ei kata tulosta" in row
    assert row.endswith("| 80,00 % | 100,00 %")


def today() -> date:
    """Today where the organisation is."""
    return now().astimezone(ZoneInfo("Europe/Helsinki")).date()


def test_a_deviation_that_ends_soon_stands_apart(visit: Visit, database: Path) -> None:
    change(
        database,
        lambda session: accept_deviation(
            session, OPERATOR, "A1.2", until=today(), rationale=WHY, level=None, based_on=0
        ),
    )

    assert rows(look(visit, view="deviations"), "Päättyy 30 päivän kuluessa")


def test_a_disagreement_shows_both_views_and_who_was_right(visit: Visit, database: Path) -> None:
    change(database, disagree)

    app = look(visit, view="disagreements")

    (row,) = rows(app, "Omistajan arvion")
    assert "Etenee" in row
    assert WHY in row
    assert "Haasteita" in row
    assert "Ei vielä tiedossa" in row
    assert rows(app, "Kumpi osui oikeaan")[0] == "Sääntöjä myönteisempi | 0 | 0 | 0 | 1"


def test_a_moved_target_shows_the_status_it_would_have_given_before(visit: Visit, database: Path) -> None:
    change(database, move_target)

    (row,) = rows(look(visit, view="goalposts"), "Arviointiperusteiden muutokset")

    assert "80,00 % → 95,00 %" in row
    assert "Vaativampi" in row
    assert WHY in row
    assert row.endswith("| Etenee → Haasteita")


def test_a_view_that_there_is_not_shows_the_radar(visit: Visit) -> None:
    assert rows(look(visit, view="horoscope"), "Havainnot lajeittain")


def test_leadership_sees_it_and_a_viewer_is_refused(visit: Visit) -> None:
    assert sections(look(visit, LEADERSHIP))
    refused = look(visit, VIEWER)

    assert "ei ole oikeutta strategian valvontaan" in spaced(refused.error[0].value)
    assert sections(refused) == []


@pytest.mark.parametrize("view", ["radar", "deviations", "disagreements", "goalposts"])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_list_is_told_in_every_language(visit: Visit, database: Path, view: str, language: str) -> None:
    for deed in (accept, disagree, move_target):
        change(database, deed)

    app = look(visit, view=view, language=language)

    assert sections(app)
    assert "«" not in str(sections(app)) + str([one.value for one in app.markdown])
