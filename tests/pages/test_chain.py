"""The responsibility chain on the Rules page: in words and tried dry for every reader, changed by those who may."""

from pathlib import Path

from sqlmodel import select
from streamlit.testing.v1 import AppTest

from okr_engine.database import connect, reading
from okr_engine.model import EscalationPolicy
from okr_engine.workflow.policy_text import shipped_text
from tests.pages.conftest import Visit, sections, words

OFFICE = "strategy-office@county.example"
OWNER = "owner-first-line@county.example"
QUICKER = shipped_text().replace("reminders: 1", "reminders: 0")


def rows(app: AppTest, number: int) -> list[list[str]]:
    """The words of every cell of one table."""
    return [[" ".join(map(words, cell)) for cell in row["cells"]] for row in sections(app)[number]["rows"]]


def changed(visit: Visit, yaml: str, *, button: str, reason: str = "") -> AppTest:
    app = visit(OFFICE, page="rules.py", view="escalation")
    app.text_area(key="rules-chain-yaml").set_value(yaml)
    app.text_input(key="rules.chain_reason").set_value(reason)
    return app.button(key=button).click().run()


def test_every_reader_sees_who_is_asked_in_turn_and_what_that_comes_to_for_a_goal(visit: Visit) -> None:
    app = visit(OWNER, page="rules.py", view="escalation")

    assert rows(app, 0)[0][1] == "Pyydetään järjestyksessä: Tavoitteen omistaja, Johdon omistaja ja Johtoryhmä."
    assert [row[1] for row in rows(app, 1)] == [
        "Saa tiedon",
        "Saa muistutuksen",
        "Pyydetään seuraavaksi",
        "Saa muistutuksen",
        "Pyydetään seuraavaksi",
        "Saa muistutuksen",
    ]
    assert not app.text_area


def test_a_draft_with_mistakes_is_refused_with_their_lines_and_nothing_is_published(
    visit: Visit, database: Path
) -> None:
    app = changed(visit, QUICKER.replace("  planned: 40", ""), button="rules.chain_publish", reason="Kokemus")

    assert rows(app, 3)[0][0] == "rivi 12"
    assert "Suunniteltu" in rows(app, 3)[0][2]
    assert published(database) == []


def test_a_sound_draft_is_published_with_its_reason_and_shown_at_once(visit: Visit, database: Path) -> None:
    app = changed(visit, QUICKER, button="rules.chain_publish", reason="Kokemus")

    assert not app.error
    assert "Vastuuketju on julkaistu (versio 1)" in app.success[0].value
    assert [row[1] for row in rows(app, 1)].count("Saa muistutuksen") == 1
    assert published(database) == [QUICKER]


def published(database: Path) -> list[str]:
    engine = connect(f"sqlite:///{database}")
    with reading(engine) as session:
        found = list(session.exec(select(EscalationPolicy.text)))
    engine.dispose()
    return found
