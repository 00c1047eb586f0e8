"""The Rules page: open to every reader; the draft is for those who may publish, and its harm is named in time."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from okr_engine.access import OPERATOR
from okr_engine.clock import now
from okr_engine.database import connect, reading, writing
from okr_engine.services.installation import read_rulebooks
from okr_engine.services.rule_drafts import save_draft
from okr_engine.services.rulebook_editions import editions
from okr_engine.terms import RollUpMethod
from tests.pages.conftest import Visit, sections, spaced, words
from tests.services.draft_rules import another_word, blind_to_the_law, green_without_data

OFFICE = "strategy-office@county.example"
OWNER = "owner-first-line@county.example"
SHIPPED = read_rulebooks().status


def said(app: AppTest) -> str:
    """Everything that stands on the page as text."""
    return spaced(" ".join(one.value for one in (*app.markdown, *app.error, *app.warning, *app.success, *app.info)))


def draft(visit: Visit, yaml: str | None = None) -> AppTest:
    app = visit(OFFICE, page="rules.py", view="draft")
    if yaml is not None:
        app.text_area(key="rules.draft.yaml").set_value(yaml)
    return app


def tried(visit: Visit, yaml: str) -> AppTest:
    return draft(visit, yaml).button(key="rules.try").click().run()


def buttons(app: AppTest) -> set[str]:
    return {str(one.key) for one in app.button}


def test_the_rules_in_force_stand_in_words_in_the_order_in_which_they_are_asked(visit: Visit) -> None:
    app = visit(OWNER, page="rules.py")

    [rows] = [one["rows"] for one in sections(app)]
    assert len(rows) == len(SHIPPED.rules)
    assert words(rows[0]["cells"][0][0]).startswith("Mittarin jakso ei pääty")
    assert [words(part) for part in rows[0]["cells"][1]] == ["Mitataan tällä vuosineljänneksellä: Ei"]
    assert words(rows[0]["cells"][2][0]) == "Ei arvioida"
    assert SHIPPED.version.replace("+", "") in "".join(
        one.value.replace("\\", "").replace("+", "") for one in app.caption
    )


def test_one_rule_stands_whole_with_its_examples_and_its_yaml(visit: Visit) -> None:
    app = visit(OWNER, page="rules.py", view="status", rule="below_statutory_limit_twice")

    assert "Lakisääteinen raja on" in app.header[0].value
    assert app.code[0].value.startswith("- name: below_statutory_limit_twice")
    assert "tämä sääntö ei toteudu" in said(app)


@pytest.mark.parametrize("view", ["actions", "data_quality"])
def test_the_other_books_are_there_to_read(visit: Visit, view: str) -> None:
    app = visit(OWNER, page="rules.py", view=view)

    assert "tulevat ohjelman mukana" in said(app)
    assert sections(app)[0]["rows"]


def test_whoever_may_not_publish_reads_everything_but_the_draft(visit: Visit) -> None:
    app = visit(OWNER, page="rules.py", view="draft")

    assert not app.text_area
    shown = [str(one) for one in app.button_group[-1].options]
    assert shown == [
        "Tilannesäännöt",
        "Versiot",
        "Nykyisillä säännöillä",
        "Koonti",
        "Toimenpidesäännöt",
        "Vastuuketju",
        "Tietolähdesäännöt",
    ]


def test_every_edition_says_where_it_comes_from_and_from_when_it_is_in_force(visit: Visit) -> None:
    app = visit(OWNER, page="rules.py", view="editions")

    [row] = sections(app)[0]["rows"]
    cells = [" ".join(words(part) for part in cell) for cell in row["cells"]]
    assert cells[:3] == [SHIPPED.version, "Voimassa", "1.1.2010"]
    assert cells[3].startswith("Tuli ohjelman mukana")


def test_the_quarter_under_todays_rules_is_marked_as_a_comparison(visit: Visit) -> None:
    app = visit(OWNER, page="rules.py", view="today")

    assert "eikä mitään tallenneta" in said(app)
    assert "saman tilanteen kuin on kirjattu" in said(app)


def test_a_check_tells_every_mistake_with_its_line(visit: Visit) -> None:
    broken = SHIPPED.yaml.replace("has_value", "has_worth", 1)

    app = draft(visit, broken).button(key="rules.check").click().run()

    line = next(number for number, text in enumerate(broken.splitlines(), 1) if "has_worth" in text)
    mistakes = [words(part) for one in sections(app)[0]["rows"] for cell in one["cells"] for part in cell]
    assert f"rivi {line}" in mistakes
    assert any("has_worth" in one for one in mistakes)


def test_a_sound_draft_is_said_to_be_sound(visit: Visit) -> None:
    app = draft(visit, another_word(SHIPPED)).button(key="rules.check").click().run()

    assert f"{len(SHIPPED.rules)} sääntöä" in said(app)


def test_harm_is_named_with_its_key_results_and_there_is_no_way_to_publish(visit: Visit) -> None:
    app = tried(visit, green_without_data(SHIPPED))

    assert "Puuttuva tieto ei saa näyttää miltään tilanteelta" in said(app)
    assert "Luonnosta ei voi julkaista" in said(app)
    assert "rules.publish_button" not in buttons(app)
    named = {words(row["cells"][0][0]).split()[0] for row in sections(app)[0]["rows"]}
    assert {"A2.1", "C1.1"} & named


def test_a_harmless_draft_is_published_with_its_reason(visit: Visit, database: Path) -> None:
    app = tried(visit, another_word(SHIPPED))
    app.text_input(key="rules.publish_reason").set_value("Sanamuoto on selvempi")

    app.button(key="rules.publish_button").click().run()

    assert "Säännöt on julkaistu" in said(app)
    engine = connect(f"sqlite:///{database}")
    with reading(engine) as session:
        newest = editions(session)[0]
    engine.dispose()
    assert (newest.reason, newest.shipped) == ("Sanamuoto on selvempi", False)


def test_without_a_reason_the_form_says_so_and_keeps_what_was_tried(visit: Visit) -> None:
    app = tried(visit, another_word(SHIPPED))

    app.button(key="rules.publish_button").click().run()

    assert "Kirjoita perustelu" in said(app)
    assert "rules.publish_button" in buttons(app)


def test_a_text_that_has_changed_since_must_be_tried_again(visit: Visit) -> None:
    app = tried(visit, another_word(SHIPPED))

    app.text_area(key="rules.draft.yaml").set_value(blind_to_the_law(SHIPPED)).run()

    assert "Kokeile sitä uudelleen" in said(app)
    assert "rules.publish_button" not in buttons(app)


def test_a_draft_saved_over_somebody_elses_is_refused_with_both_texts(visit: Visit, database: Path) -> None:
    app = draft(visit)
    engine = connect(f"sqlite:///{database}")
    with writing(engine, actor=OPERATOR.code, now=now()) as session:
        save_draft(session, OPERATOR, "theirs", based_on=0)
    engine.dispose()
    app.text_area(key="rules.draft.yaml").set_value("mine")

    app.button(key="rules.save").click().run()

    assert "muutettu sillä välin" in " ".join(one.proto.title for one in app.warning) + said(app)
    assert {"theirs", "mine"} <= {one.value for one in app.text}
    assert app.text_area(key="rules.draft.yaml").value == "mine"


def test_the_page_speaks_each_language(visit: Visit) -> None:
    for language, title in (("sv", "Regler"), ("en", "Rules")):
        assert visit(OFFICE, page="rules.py", language=language).title[0].value == title


def test_how_key_results_add_up_is_decided_with_a_day_and_a_reason(visit: Visit) -> None:
    page = visit(OFFICE, page="rules.py", view="adding_up")
    page.radio("rules.roll_up_method").set_value(RollUpMethod.WEIGHTED.value)
    page.text_input("rules.roll_up_reason").set_value("Johtoryhmän päätös")
    page.button("rules.roll_up_button").click().run()

    newest = next(one for one in sections(page) if one["caption"] == "Koontisäännöt")["rows"][0]
    told = [" ".join(words(part) for part in cell) for cell in newest["cells"]]
    assert "vähintään 80 % painosta" in told[1]
    assert told[3] == "Johtoryhmän päätös"


def test_without_a_reason_nothing_is_decided(visit: Visit) -> None:
    page = visit(OFFICE, page="rules.py", view="adding_up")
    page.button("rules.roll_up_button").click().run()

    assert any("tarvitsee perustelun" in one.value for one in page.error)
    assert len(next(one for one in sections(page) if one["caption"] == "Koontisäännöt")["rows"]) == 1
