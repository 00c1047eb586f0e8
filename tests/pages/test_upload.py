"""Upload on the screen: a file is given its meaning, seen before it is stored, and recognised the next time."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Visit, sections, words
from tests.pages.test_my_work import DATA_STEWARD, OWNER, VIEWER, press, said, shown

HETU = "131052-308T"
VISITS = (
    "Tapahtuma;Hetu;Yksikkö;Saapui;Lähti;Laji\n"
    f"1;{HETU};Malmi;2.6.2025 8.30;2.6.2025 9.15;Päivystys\n"
    f"2;{HETU};Malmi;3.6.2025 8.30;3.6.2025 7.15;Päivystys\n"
    f"3;{HETU};Jorvi;4.6.2025 8.30;;X9\n"
)


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKR_EVENTS", str(tmp_path / "events"))
    monkeypatch.setenv("OKR_PERSON_KEY", "a key of sixteen or more")


def upload(
    visit: Visit, content: str = VISITS, *, name: str = "kaynnit.csv", who: str = DATA_STEWARD, **more: str
) -> AppTest:
    app = visit(who, page="upload.py", **more)
    app.file_uploader(key="upload.file.0").upload(name, content.encode())
    return app.run()


def field(app: AppTest, label: str) -> str:
    """The key of the choice with that label."""
    return next(str(one.key) for one in app.selectbox if one.label == label)


def rows(app: AppTest, caption: str) -> list[str]:
    """The rows of one table, each as one text."""
    found = next(one for one in sections(app) if one["caption"] == caption)
    return [" ".join(words(part) for cell in row["cells"] for part in cell) for row in found["rows"]]


def test_the_data_page_leads_here(visit: Visit) -> None:
    app = visit(DATA_STEWARD, page="data.py")
    assert "Tuo tapahtumia tiedostosta ja laske mittarit niistä" in [one.proto.label for one in app.get("page_link")]


@pytest.mark.parametrize("who", [OWNER, VIEWER])
def test_whoever_may_not_import_is_told_who_may(visit: Visit, who: str) -> None:
    app = visit(who, page="upload.py")
    assert "tuontioikeus" in said(app)
    assert len(app.file_uploader) == 0


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_page_is_whole_in_every_language(visit: Visit, language: str) -> None:
    app = upload(visit, language=language)
    assert not app.exception
    assert "«" not in shown(app) + " ".join(one.label for one in app.selectbox)


def test_the_columns_are_proposed_by_their_names(visit: Visit) -> None:
    app = upload(visit)
    assert app.selectbox(key=field(app, "Saapumishetki *")).value == ":Saapui"
    assert app.selectbox(key=field(app, "Käynnin laji *")).value == ":Laji"


def test_what_is_missing_is_asked_for_before_anything_is_shown(visit: Visit) -> None:
    app = upload(visit)
    app.selectbox(key=field(app, "Palveluyksikkö *")).select("").run()
    assert "Kerro vielä, mistä saadaan: Palveluyksikkö." in said(app)
    assert "Esikatselu" not in [one.value for one in app.header]


def test_a_value_can_be_the_same_for_all_rows(visit: Visit) -> None:
    app = upload(visit)
    app.selectbox(key=field(app, "Palveluyksikkö *")).select("=").run()
    next(one for one in app.text_input if one.label == "Arvo kaikille riveille").input("Peijas").run()
    assert all("Peijas" in row for row in rows(app, "Ensimmäiset tapahtumat"))


def test_the_preview_shows_events_and_what_is_set_aside_with_place_and_reason(visit: Visit) -> None:
    app = upload(visit)
    assert {one.label: one.value for one in app.metric} == {
        "Tutkittuja tietueita": "3",
        "Tapahtumia": "1",
        "Jää syrjään": "2",
    }
    assert (
        rows(app, "Syrjään jäävät tietueet")[0]
        == "rivi 3 Sarakkeen Lähtöhetki arvo on ennen sarakkeen Saapumishetki arvoa."
    )


def test_nobodys_identifier_is_on_the_screen(visit: Visit) -> None:
    assert HETU not in shown(upload(visit))


def test_a_code_given_its_word_is_no_longer_set_aside(visit: Visit) -> None:
    app = upload(visit)
    app.selectbox(key=field(app, "X9")).select("AMB").run()
    assert {one.label: one.value for one in app.metric}["Tapahtumia"] == "2"
    assert "Avohoitokäynti" in " ".join(rows(app, "Ensimmäiset tapahtumat"))


def test_what_was_brought_in_is_said_and_the_mapping_is_remembered(visit: Visit) -> None:
    app = upload(visit)
    app.selectbox(key=field(app, "X9")).select("AMB").run()
    press(app, "upload.bring_in")
    assert not app.exception
    assert (
        "Luettuja tietueita 3: uusia tapahtumia 2, korvattuja 0, ennestään tunnettuja 0, syrjään jääneitä 1."
        in said(app)
    )

    again = upload(visit)

    assert "Sarakkeet on kohdistettu niin kuin Tietovastaava teki edellisellä kerralla" in said(again)
    assert again.selectbox(key=field(again, "X9")).value == "AMB"


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        ("", "a.csv", "tyhjä"),
        ("x", "a.pdf", "tyyppiä, jota ei lueta"),
        ("PK no workbook", "a.xlsx", "a.xlsx"),
        (f"1;{HETU};Malmi\n2;{HETU};Malmi\n", "a.csv", "henkilöiden tunnisteita"),
    ],
    ids=["empty", "another kind", "damaged", "no headings"],
)
def test_a_file_that_cannot_be_used_is_a_sentence(visit: Visit, content: str, name: str, told: str) -> None:
    app = upload(visit, content, name=name)
    assert not app.exception
    assert told in "\n".join(one.value for one in app.error).replace("\\", "")
    assert "Mitään ei tallennettu." in shown(app)


def test_without_the_key_for_persons_the_screen_says_what_to_do(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OKR_PERSON_KEY")
    app = upload(visit)
    assert "OKR_PERSON_KEY" in "\n".join(one.value for one in app.error).replace("\\", "")
