"""An accepted deviation beside the explanation: what is said of it to whom, and how it is decided."""

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from okr_engine.access import OPERATOR
from okr_engine.clock import now
from okr_engine.database import connect, writing
from okr_engine.services.accepted_deviations import accept_deviation
from tests.pages.conftest import Visit, spaced

OFFICE = "strategy-office@county.example"
OWNER = "owner-first-line@county.example"
WHY = "Korvaava sopimus alkaa lokakuussa."
NEXT_YEAR = date(now().year + 1, 1, 31)


def goal(visit: Visit, who: str, **params: str) -> AppTest:
    return visit(who, page="goal.py", **{"code": "A1", "kr": "A1.2", **params})


def accepted(database: Path) -> None:
    engine = connect(f"sqlite:///{database}")
    with writing(engine, actor=OPERATOR.code, now=now()) as session:
        accept_deviation(session, OPERATOR, "A1.2", until=NEXT_YEAR, rationale=WHY, level=None, based_on=0)
    engine.dispose()


def said(app: AppTest) -> str:
    return spaced("\n".join(one.value.replace("\\", "") for one in app.markdown))


def save(app: AppTest, label: str) -> None:
    next(one for one in app.button if one.label == label).click().run()


def test_leadership_accepts_a_deviation_and_sees_it_beside_the_real_target(visit: Visit) -> None:
    app = goal(visit, OFFICE)
    app.text_area(key="goal.accept.A1.2.rationale").set_value(WHY)
    app.date_input(key="goal.accept.A1.2.until").set_value(NEXT_YEAR)
    app.text_input(key="goal.accept.A1.2.level").set_value("70,5 %")

    save(app, "Tallenna hyväksyntä")

    assert f"Johto on hyväksynyt poikkeaman 31.1.{NEXT_YEAR.year} asti" in said(app)
    assert WHY in said(app)
    assert "Varsinainen tavoitetaso:** 80,00 %" in said(app)
    assert "Hyväksytty taso:** 70,50 %" in said(app)


def test_a_level_that_needs_no_acceptance_is_refused_and_stays_typed(visit: Visit) -> None:
    app = goal(visit, OFFICE)
    app.text_area(key="goal.accept.A1.2.rationale").set_value(WHY)
    app.date_input(key="goal.accept.A1.2.until").set_value(NEXT_YEAR)
    app.text_input(key="goal.accept.A1.2.level").set_value("85")

    save(app, "Tallenna hyväksyntä")

    assert "täyttää jo tavoitetason" in app.error[0].value
    assert app.text_input(key="goal.accept.A1.2.level").value == "85"


def test_leadership_takes_an_acceptance_back_with_a_reason(visit: Visit, database: Path) -> None:
    accepted(database)
    app = goal(visit, OFFICE)
    app.text_input(key="goal.withdraw.A1.2.reason").set_value("Sopimus alkoi jo")

    save(app, "Peru heti")

    assert "perui hyväksynnän" in said(app)
    assert "Syy: Sopimus alkoi jo." in said(app)


def test_the_owner_reads_what_is_accepted_and_gets_no_form(visit: Visit, database: Path) -> None:
    accepted(database)

    app = goal(visit, OWNER)

    assert WHY in said(app)
    assert "Tallenna hyväksyntä" not in [one.label for one in app.button]


def test_where_nothing_is_accepted_the_owner_sees_no_empty_section(visit: Visit) -> None:
    assert "Hyväksytty poikkeama" not in [one.value for one in goal(visit, OWNER).subheader]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_an_acceptance_is_told_in_every_language(visit: Visit, database: Path, language: str) -> None:
    accepted(database)

    app = visit(OFFICE, page="goal.py", language=language, code="A1", kr="A1.2")

    assert "«" not in said(app)
    assert WHY in said(app)
