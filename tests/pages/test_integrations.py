"""The Integrations screen: each endpoint's state, what was given up, and settings that are told by their platform."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlmodel import delete, select

from okr_engine.access import OPERATOR
from okr_engine.database import connect, writing
from okr_engine.kept_words import kept_message
from okr_engine.model import (
    ActionEvent,
    Asking,
    AskingKind,
    Delivery,
    DeliveryState,
    Digest,
    DigestDelivery,
    Notification,
    NotificationChannel,
    Person,
    TaskEndpoint,
)
from okr_engine.words import message
from tests.pages.conftest import Visit, sections, spaced, words
from tests.workflow.steps import with_dead_letter

STEWARD = "region-data-steward@region.example"


@pytest.fixture
def endpoint(database: Path) -> None:
    engine = connect(f"sqlite:///{database}")
    with_dead_letter(engine)
    engine.dispose()


def kept(database: Path, query: str) -> list[object]:
    with create_engine(f"sqlite:///{database}").connect() as connection:
        return [row[0] for row in connection.execute(text(query))]


@pytest.mark.usefixtures("endpoint")
def test_an_endpoint_stands_with_its_state_its_host_and_what_it_did_not_take(visit: Visit) -> None:
    app = visit(STEWARD, page="integrations.py")

    assert app.title[0].value == "Liitännät"
    [row] = sections(app)[0]["rows"]
    assert [words(cell[0]) if cell else "" for cell in row["cells"]] == [
        "board",
        "Odottaa sinua",
        "board.example",
        "",
        "1",
        "1",
    ]


@pytest.mark.usefixtures("endpoint")
def test_what_was_given_up_says_why_and_what_helps_and_is_sent_again(visit: Visit, database: Path) -> None:
    app = visit(STEWARD, page="integrations.py")
    [letter] = sections(app)[1]["rows"]

    app.button(key="integrations.replay").click().run()

    assert [spaced(words(part)) for part in letter["cells"][1]] == [
        "https://board.example/hook ei ota tehtävää vastaan (422).",
        "Tarkista osoite ja vastaanottajan asetukset ja lähetä tehtävä sitten uudelleen.",
    ]
    assert [one.value for one in app.success] == ["Lähetys lähtee uudelleen hetken kuluttua."]
    assert kept(database, "SELECT state FROM delivery ORDER BY number") == ["waiting", "waiting"]


@pytest.mark.usefixtures("endpoint")
def test_deliveries_can_be_seen_of_one_state(visit: Visit) -> None:
    app = visit(STEWARD, page="integrations.py")

    app.button_group(key="integrations.filter").set_value("waiting").run()

    latest = next(one for one in sections(app) if one["caption"] == "Viimeisimmät lähetykset")
    assert [words(row["cells"][2][0]) for row in latest["rows"]] == ["Odottaa lähtöä"]


@pytest.mark.usefixtures("endpoint")
def test_a_platform_that_is_asked_in_vain_says_so_with_its_reason(visit: Visit, database: Path) -> None:
    engine = connect(f"sqlite:///{database}")
    with writing(engine, actor=OPERATOR.code) as session:
        [board] = session.exec(select(TaskEndpoint.id)).all()
        asking = Asking(endpoint_id=board, kind=AskingKind.CHANGES, due_at=datetime(2026, 1, 1, tzinfo=UTC), failures=3)
        asking.error = kept_message(message("sources.refused", address="https://board.example", status=500))
        session.add(asking)
        session.exec(delete(Delivery))
    engine.dispose()

    app = visit(STEWARD, page="integrations.py")

    assert words(sections(app)[0]["rows"][0]["cells"][1][0]) == "Ei vastaa kyselyihin"
    assert "Kysely on epäonnistunut 3 kertaa peräkkäin." in spaced(app.warning[0].value)
    assert "board.example ei ota pyyntöä vastaan" in app.warning[0].value


@pytest.mark.usefixtures("endpoint")
def test_a_kept_address_that_nobody_can_read_is_shown_to_be_corrected(visit: Visit, database: Path) -> None:
    settings = json.dumps({"address": "https://board.example:8o80/hook", "secret_variable": "OKR_SECRET_BOARD"})
    with create_engine(f"sqlite:///{database}").begin() as connection:
        connection.execute(text("UPDATE task_endpoint SET settings = :settings"), {"settings": settings})

    app = visit(STEWARD, page="integrations.py")

    form = {one.label: one.value for one in app.text_input}
    assert form["Osoite *"] == "https://board.example:8o80/hook"
    assert any("**Palvelin:** ei tiedossa" in one.value for one in app.markdown)


@pytest.mark.usefixtures("endpoint")
def test_a_paused_endpoint_goes_on_when_somebody_says_so(visit: Visit, database: Path) -> None:
    said = json.dumps({"key": "task_platforms.gone", "values": {"address": "https://board.example", "status": 410}})
    with create_engine(f"sqlite:///{database}").begin() as connection:
        paused = "UPDATE task_endpoint SET paused_at = '2026-01-01 00:00:00.000000', paused_because = :said"
        connection.execute(text(paused), {"said": said})
    app = visit(STEWARD, page="integrations.py")
    why = app.error[0].value
    latest = next(one for one in sections(app) if one["caption"] == "Viimeisimmät lähetykset")

    app.button(key="integrations.resume").click().run()

    assert "lähtee, kun lähettämistä jatketaan" in [words(part) for part in latest["rows"][0]["cells"][2]]
    assert "ei enää oteta vastaan" in why
    assert kept(database, "SELECT paused_at FROM task_endpoint") == [None]


@pytest.fixture
def channel(database: Path) -> None:
    """A mail server that has refused a letter, and then our password."""
    refused = kept_message(message("channels.letter_refused", said="550 No such user"))
    closed = kept_message(message("channels.credentials_refused", host="mail.example", said="535"))
    at = datetime(2026, 1, 1, 6, tzinfo=UTC)
    engine = connect(f"sqlite:///{database}")
    with writing(engine, actor=OPERATOR.code) as session:
        mail = NotificationChannel(code="mail", channel="smtp", paused_at=at, paused_because=closed)
        person, event = session.exec(select(Person)).first(), session.exec(select(ActionEvent)).first()
        assert person
        assert event
        digest = Digest(person_id=person.id, made_at=at)
        session.add_all([mail, digest])
        session.flush()
        session.add(Notification(event_id=event.id, person_id=person.id, due_at=at, digest_id=digest.id))
        letter = DigestDelivery(digest_id=digest.id, channel_id=mail.id, state=DeliveryState.DEAD, attempts=1)
        letter.finished_at, letter.error = at, refused
        session.add(letter)
    engine.dispose()


@pytest.mark.usefixtures("channel")
def test_a_paused_channel_and_a_message_that_was_given_up_are_seen_and_let_go_on(visit: Visit, database: Path) -> None:
    app = visit(STEWARD, page="integrations.py")
    seen = next(one for one in sections(app) if one["caption"] == "Viestikanavat")

    app.button(key="integrations.resume_channel").click().run()
    resumed = [one.value for one in app.success]
    app.button(key="integrations.replay_message").click().run()

    assert [words(row["cells"][1][0]) for row in seen["rows"]] == ["Keskeytetty", "Ei perille"]
    assert "550 No such user" in words(seen["rows"][1]["cells"][2][0])
    assert (len(resumed), len(app.success)) == (1, 1)
    assert kept(database, "SELECT paused_at FROM notification_channel") == [None]
    assert kept(database, "SELECT state FROM digest_delivery") == ["waiting"]


def test_an_endpoint_is_added_with_the_form_of_its_platform(visit: Visit, database: Path) -> None:
    app = visit(STEWARD, page="integrations.py", new="1")
    form = {one.label: one for one in app.text_input}

    form["Tunnus"].set_value("taulu")
    form["Osoite *"].set_value("https://board.example/hook")
    form["Ympäristömuuttuja, jossa allekirjoitusavain on *"].set_value("OKR_SECRET_BOARD")
    app.button(key="integrations.new.webhook.save").click().run()

    assert not app.error
    assert kept(database, "SELECT code FROM task_endpoint") == ["taulu"]


def test_a_secret_that_is_typed_instead_of_its_variables_name_is_refused(visit: Visit, database: Path) -> None:
    app = visit(STEWARD, page="integrations.py", new="1")
    form = {one.label: one for one in app.text_input}

    form["Tunnus"].set_value("taulu")
    form["Osoite *"].set_value("https://board.example/hook")
    form["Ympäristömuuttuja, jossa allekirjoitusavain on *"].set_value("whsec_abc")
    app.button(key="integrations.new.webhook.save").click().run()

    assert app.error
    assert kept(database, "SELECT code FROM task_endpoint") == []


def test_a_plugin_that_cannot_be_loaded_is_a_line_and_nothing_more(
    visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "site" / "odd_board-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-board\nVersion: 1.2\n", "utf-8")
    (info / "entry_points.txt").write_text("[okr_engine.task_platforms]\nodd = no_such_module\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))

    app = visit(STEWARD, page="integrations.py")

    [row] = sections(app)[-1]["rows"]
    assert not app.exception
    assert [words(cell[0]) for cell in row["cells"]] == ["odd", "odd-board 1.2", "Ei käytössä"]
    assert "odd" in words(row["cells"][2][1])


def test_whoever_does_not_look_after_sources_is_told_so(visit: Visit) -> None:
    app = visit("region-viewer@region.example", page="integrations.py")

    assert app.info
    assert not sections(app)
    assert [one.key for one in app.button] == ["main.sign_out"]


@pytest.mark.usefixtures("endpoint")
def test_the_page_speaks_each_language(visit: Visit) -> None:
    for language, title in (("sv", "Anslutningar"), ("en", "Integrations")):
        app = visit(STEWARD, page="integrations.py", language=language)
        assert app.title[0].value == title
        assert not [one.label for one in (*app.text_input, *app.selectbox) if "«" in one.label]
