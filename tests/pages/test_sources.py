"""The sources' screen: health at a glance, reading now, and a timetable that is kept."""

import re
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.pages.conftest import Visit, sections, words

STEWARD = "region-data-steward@region.example"


def test_each_source_stands_with_its_state_and_its_next_reading(visit: Visit) -> None:
    app = visit(STEWARD, page="sources.py")

    assert app.title[0].value == "Tietolähteet"
    [row] = sections(app)[0]["rows"]
    assert words(row["cells"][0][0]) == "Mallialueen rekisterit"
    assert words(row["cells"][1][0]) == "Ei vielä luettu"
    assert re.search(r"klo \d", words(row["cells"][3][0]))


def test_whoever_does_not_look_after_sources_is_told_so(visit: Visit) -> None:
    app = visit("region-viewer@region.example", page="sources.py")

    assert app.info
    assert not sections(app)
    assert [one.key for one in app.button] == ["main.sign_out"]


def test_a_source_can_be_asked_to_be_read_at_once(visit: Visit, database: Path) -> None:
    with create_engine(f"sqlite:///{database}").begin() as connection:
        connection.execute(text("UPDATE schedule SET next_due = '2099-01-01 00:00:00.000000'"))
    app = visit(STEWARD, page="sources.py")

    app.button(key="sources.read_now").click().run()

    assert any("Lukeminen alkaa" in one.value for one in app.info)
    with create_engine(f"sqlite:///{database}").connect() as connection:
        due, asked_by = connection.execute(text("SELECT next_due, asked_by FROM schedule")).one()
    assert str(due) < "2099"
    assert asked_by == "region-data-steward"


def test_a_connector_that_asks_for_much_draws_a_form_in_finnish(visit: Visit) -> None:
    app = visit(STEWARD, page="sources.py", new="1")

    assert len(app.text_input) > 3
    labels = [one.label for one in (*app.text_input, *app.selectbox, *app.checkbox, *app.text_area, *app.number_input)]
    assert not [label for label in labels if "«" in label]


def test_the_page_speaks_each_language(visit: Visit) -> None:
    for language, title in (("sv", "Datakällor"), ("en", "Sources")):
        assert visit(STEWARD, page="sources.py", language=language).title[0].value == title
