"""The data desk on the screen: what is missing gets its reason, what is suspicious its explanation, and figures end."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import col, select
from streamlit.testing.v1 import AppTest

from okr_engine.access import OPERATOR
from okr_engine.clock import now
from okr_engine.database import connect, writing
from okr_engine.model import Indicator, KeyResult, Measurement
from okr_engine.periods import Period
from tests.pages.conftest import Visit, sections, spaced, words
from tests.pages.test_my_work import DATA_STEWARD, OWNER, STRATEGY_OFFICE, VIEWER, press, said, shown

Q2 = Period.parse("2025-Q2")


@pytest.fixture
def odd(database: Path) -> None:
    """The demo with a longer past of A1.2 and a provisional figure in the second quarter that does not fit it."""
    engine = connect(f"sqlite:///{database}")
    with writing(engine, actor=OPERATOR.code, now=now()) as session:
        key_result = session.exec(select(KeyResult).where(KeyResult.code == "A1.2")).one()
        indicator = session.get_one(Indicator, key_result.indicator_id)
        for known in session.exec(select(Measurement).where(col(Measurement.indicator_id) == indicator.id)):
            session.delete(known)
        session.flush()
        for back, value in enumerate(("40", "90", "91", "89", "90", "92", "88")):
            period = Q2.shifted(-back)
            session.add(
                Measurement(
                    indicator_id=indicator.id,
                    unit_id=key_result.unit_id,
                    period=period,
                    period_start=period.start,
                    value=Decimal(value),
                    provisional=not back,
                    recorded_at=now(),
                    recorded_by=OPERATOR.code,
                    source="run:demo-3",
                )
            )
    engine.dispose()


def data_desk(visit: Visit, who: str = DATA_STEWARD, **more: str) -> AppTest:
    return visit(who, page="data_desk.py", period="2025-Q2", **more)


def key_with(app: AppTest, beginning: str, end: str) -> str:
    """The key of the one widget of the open form."""
    keys = [str(one.key) for kind in (app.text_area, app.text_input, app.button) for one in kind]
    return next(key for key in keys if key.startswith(beginning) and key.endswith(end))


def explain(app: AppTest, text: str) -> AppTest:
    app.text_area(key=key_with(app, "data_desk.answer.", ".explanation")).input(text)
    return press(app, key_with(app, "data_desk.answer.", ".save"))


def settle(app: AppTest, reason: str = "") -> AppTest:
    app.text_input(key=key_with(app, "data_desk.settle.", ".reason")).input(reason)
    return press(app, key_with(app, "data_desk.settle.", ".save"))


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("who", [OWNER, STRATEGY_OFFICE, DATA_STEWARD, VIEWER])
def test_everybody_sees_the_page_whole_in_every_language(visit: Visit, who: str, language: str) -> None:
    app = data_desk(visit, who, language=language)
    assert not app.exception
    assert "«" not in shown(app)


def test_whoever_only_reads_is_told_where_to_look(visit: Visit) -> None:
    app = data_desk(visit, VIEWER)
    assert "Tilannekuvasta näet" in said(app)
    assert [one.value for one in app.header] == []


def test_the_counts_stand_at_the_top(visit: Visit) -> None:
    app = data_desk(visit)
    counts = {one.label: one.value for one in app.metric}
    total = int(next(one.value for one in app.markdown if "kuuluu" in one.value).split("kuuluu ")[1].split()[0])
    assert sum(int(counts[label]) for label in list(counts)[:4]) == total


@pytest.mark.usefixtures("odd")
def test_the_page_stays_small(visit: Visit) -> None:
    assert len(list(data_desk(visit, STRATEGY_OFFICE).main)) < 150


def test_a_missing_figure_gets_its_reason(visit: Visit) -> None:
    app = data_desk(visit)
    chooser = next(one for one in app.selectbox if one.label.startswith("Jakso, jonka"))
    chooser.select_index(chooser.options.index("Q3/2025")).run()
    before = {one.label: one.value for one in app.metric}
    app.selectbox(key=next(str(one.key) for one in app.selectbox if str(one.key).endswith(".no_data_reason"))).select(
        "source_failed"
    )
    press(app, next(str(one.key) for one in app.button if str(one.key).startswith("data_desk.value.")))
    after = {one.label: one.value for one in app.metric}
    assert not app.exception
    assert "Arvo on tallennettu" in said(app)
    assert int(after["Puuttuu ilman syytä"]) == int(before["Puuttuu ilman syytä"]) - 1
    assert int(after["Puuttuu, syy kirjattu"]) == int(before["Puuttuu, syy kirjattu"]) + 1


@pytest.mark.usefixtures("odd")
def test_a_suspicious_figure_says_by_how_much_in_its_own_unit(visit: Visit) -> None:
    app = data_desk(visit)
    assert "Luku 40,00 % on" in spaced(shown(app))
    assert "pienempi kuin pienin odotettu" in shown(app)


@pytest.mark.usefixtures("odd")
def test_an_explanation_is_shown_with_who_gave_it(visit: Visit) -> None:
    app = explain(data_desk(visit), "Uusi toimipiste tuli mukaan")
    explained = next(one for one in sections(app) if one["caption"] == "Selitetyt havainnot")
    cells = " ".join(words(part) for cell in explained["rows"][0]["cells"] for part in cell)
    assert "Uusi toimipiste tuli mukaan" in cells
    assert "Tietovastaava" in cells


@pytest.mark.usefixtures("odd")
def test_an_explanation_over_somebody_elses_is_refused_with_both_texts(visit: Visit) -> None:
    app = data_desk(visit)
    app.text_area(key=key_with(app, "data_desk.answer.", ".explanation")).input("Oma selitys").run()
    explain(data_desk(visit, STRATEGY_OFFICE), "Toisen selitys")
    press(app, key_with(app, "data_desk.answer.", ".save"))
    texts = [one.value for one in app.text]
    assert texts == ["Toisen selitys", "Oma selitys"]


@pytest.mark.usefixtures("odd")
def test_a_figure_becomes_final_once_it_is_explained(visit: Visit) -> None:
    app = settle(data_desk(visit))
    assert "ei voi vahvistaa lopulliseksi" in said(app)

    settle(explain(app, "Uusi toimipiste tuli mukaan"))

    assert "Luku on nyt lopullinen" in said(app)
    assert {one.label: one.value for one in app.metric}["Ennakkotietoja"] == "0"


def test_a_figure_that_somebody_else_has_changed_since_it_was_shown_is_not_settled(visit: Visit) -> None:
    app = data_desk(visit)
    settle(data_desk(visit, STRATEGY_OFFICE), "Jälkitietoja tulossa")

    settle(app, "Oma syy")

    assert "Strategiayksikön asiantuntija ehti muuttaa lukua ennen sinua" in said(app)
    assert "Ennakkotieto" in shown(app)


def test_a_final_figure_is_opened_again_with_a_reason(visit: Visit) -> None:
    app = settle(data_desk(visit))
    assert "Perustelu puuttuu" in said(app)

    settle(app, "Jälkitietoja tulossa")

    assert "Luku on taas ennakkotieto" in said(app)
