"""Data: a file is shown before it is taken in, a broken one takes in nothing, and what goes out can come back."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from okr_engine.access import OPERATOR, Actor
from okr_engine.database import connect, data_version, reading
from okr_engine.services.exporting import export_content
from okr_engine.words import Language
from okr_engine.workbook import write_measurements_csv, write_workbook
from tests.pages.conftest import Visit, sections, words
from tests.pages.test_my_work import DATA_STEWARD, OWNER, STRATEGY_OFFICE, VIEWER, said

ADMINISTRATOR = "administrator@county.example"
UPLOAD = "data.upload.0"


def data(visit: Visit, who: str = STRATEGY_OFFICE, **more: str) -> AppTest:
    return visit(who, page="data.py", **more)


def exported(database: Path, actor: Actor = OPERATOR) -> bytes:
    engine = connect(f"sqlite:///{database}")
    with reading(engine) as session:
        content = export_content(session, actor)
    engine.dispose()
    return write_workbook(content, Language.FI)


def edited(workbook: bytes, **changes: str | float) -> bytes:
    """The measurement 70.11 with other cells, each named by its heading."""
    book = load_workbook(BytesIO(workbook))
    sheet = book["Mittaustulokset"]
    headings = {str(cell.value).rstrip(" *"): number for number, cell in enumerate(sheet[1], start=1)}
    row = next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, headings["Arvo"]).value == 70.11)
    for heading, value in changes.items():
        sheet.cell(row, headings[heading]).value = value
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    app.file_uploader(key=UPLOAD).upload(name, content)
    return app.run()


def version_of(database: Path) -> int:
    engine = connect(f"sqlite:///{database}")
    with reading(engine) as session:
        version = data_version(session)
    engine.dispose()
    return version


def table(app: AppTest, caption: str) -> list[list[str]]:
    """The rows of one table, each cell as one text."""
    found: Any = next(one for one in sections(app) if one["caption"] == caption)
    return [[" ".join(words(part) for part in cell) for cell in row["cells"]] for row in found["rows"]]


@pytest.mark.parametrize("who", [STRATEGY_OFFICE, DATA_STEWARD, ADMINISTRATOR])
def test_whoever_may_import_finds_template_upload_and_export(visit: Visit, who: str) -> None:
    app = data(visit, who)
    assert [one.value for one in app.header] == ["Tuo tietoja", "Vie tietoja"]
    assert len(app.file_uploader) == 1


@pytest.mark.parametrize("who", [OWNER, VIEWER])
def test_whoever_may_only_read_finds_the_export(visit: Visit, who: str) -> None:
    app = data(visit, who)
    assert [one.value for one in app.header] == ["Vie tietoja"]
    assert len(app.file_uploader) == 0


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_page_is_whole_in_every_language(visit: Visit, language: str) -> None:
    app = data(visit, language=language)
    assert not app.exception
    assert "«" not in "\n".join(one.value for one in (*app.markdown, *app.caption, *app.header))


def test_a_restatement_is_shown_before_it_is_done(visit: Visit, database: Path) -> None:
    good = edited(exported(database), Arvo=91.2, Perustelu="Takaisinsoitot puuttuivat")
    app = data(visit)
    before = version_of(database)
    upload(app, "luvut.xlsx", good)
    (row,) = table(app, "Takautuvasti korjattavat luvut")
    assert "Q2/2025" in row[0]
    assert row[1:] == ["Arvo: 70,11 → 91,2", "Takaisinsoitot puuttuivat"]
    assert [one.value for one in app.metric][:3] == ["0", "0", "1"]
    assert version_of(database) == before


def test_an_import_says_what_it_did_and_makes_room_for_the_next(visit: Visit, database: Path) -> None:
    good = edited(exported(database), Arvo=91.2, Perustelu="Takaisinsoitot puuttuivat")
    app = upload(data(visit), "luvut.xlsx", good)
    app.button(key="data.do_import").click().run()
    assert "luvut.xlsx on tuotu" in said(app).replace("\\", "")
    assert "korjattu takautuvasti 1" in said(app)
    assert "Q2/2025" in said(app)
    assert app.file_uploader[0].key == "data.upload.1"


def test_importing_the_same_file_again_would_change_nothing(visit: Visit, database: Path) -> None:
    app = upload(data(visit), "luvut.xlsx", exported(database))
    assert "Tuonti ei muuttaisi mitään" in said(app)
    assert "data.do_import" not in [one.key for one in app.button]


def test_every_mistake_is_shown_with_its_place_and_what_is_allowed(visit: Visit, database: Path) -> None:
    app = data(visit)
    before = version_of(database)
    upload(app, "luvut.xlsx", edited(exported(database), Arvo="paljon", Jakso="Q7/2025"))
    rows = table(app, "Tiedoston virheet")
    assert len(rows) == 2
    for sheet, cell, what, allowed in rows:
        assert sheet == "Mittaustulokset"
        assert cell[0] in "CD"
        assert what
        assert allowed
    assert "Mitään ei tuotu" in said(app)
    assert "data.do_import" not in [one.key for one in app.button]
    assert version_of(database) == before


def test_a_changed_figure_without_a_reason_is_a_mistake(visit: Visit, database: Path) -> None:
    app = upload(data(visit), "luvut.xlsx", edited(exported(database), Arvo=91.2))
    (row,) = table(app, "Tiedoston virheet")
    assert "70,11" in row[2]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("kuva.xlsx", b"%PDF-1.7 not a workbook"),
        ("tyhja.xlsx", b""),
        ("katkennut.xlsx", b"PK\x03\x04 and then nothing"),
        ("rivit.csv", b"\xff\xfe\x00"),
    ],
)
def test_what_is_no_file_of_ours_is_refused_in_words(visit: Visit, name: str, content: bytes) -> None:
    app = upload(data(visit), name, content)
    assert not app.exception
    assert "Mitään ei tuotu" in said(app)


def test_measurements_alone_come_in_as_csv(visit: Visit, database: Path) -> None:
    engine = connect(f"sqlite:///{database}")
    with reading(engine) as session:
        csv = write_measurements_csv(export_content(session, OPERATOR), Language.FI)
    engine.dispose()
    app = upload(data(visit, ADMINISTRATOR), "luvut.csv", csv.replace(b"70,11", b"71,11"))
    assert not app.exception
    assert "rivi" in table(app, "Tiedoston virheet")[0][1]


def test_a_file_is_read_once_and_not_at_every_rerun(visit: Visit, database: Path) -> None:
    app = upload(data(visit), "luvut.xlsx", edited(exported(database), Arvo=91.2, Perustelu="Korjaus"))
    first = app.session_state["data.read"]
    app.run()
    assert app.session_state["data.read"] is first


def test_long_tables_show_the_first_rows_and_count_the_rest(visit: Visit, database: Path) -> None:
    book = load_workbook(BytesIO(exported(database)))
    sheet = book["Organisaatio"]
    headings = {str(cell.value).rstrip(" *"): number for number, cell in enumerate(sheet[1], start=1)}
    for number in range(150):
        row = sheet.max_row + 1
        sheet.cell(row, headings["Tunnus"]).value = f"county.ward-{number}"
        sheet.cell(row, headings["Nimi suomeksi"]).value = f"Osasto {number}"
        sheet.cell(row, headings["Ylempi yksikkö"]).value = "county"
    saved = BytesIO()
    book.save(saved)
    app = upload(data(visit, STRATEGY_OFFICE), "yksikot.xlsx", saved.getvalue())
    found = next(one for one in sections(app) if one["caption"] == "Lisättävät rivit")
    assert len(found["rows"]) == 100
    assert "50 riviä" in words(found["notes"][0])
