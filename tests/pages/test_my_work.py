"""My work: what waits for each, what is saved, and that nothing typed is lost to somebody else's save."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from okr_engine.clock import now
from okr_engine.database import connect, writing
from okr_engine.i18n import say
from okr_engine.model import ActionEventKind, CorrectiveAction
from okr_engine.services.action_records import take_step
from okr_engine.services.history_words import kept_words
from okr_engine.services.people import PLATFORM
from okr_engine.words import Language
from tests.pages.conftest import Visit, sections, words

OWNER = "owner-first-line@county.example"
DEPUTY = "deputy-first-line@county.example"
SPONSOR = "sponsor-client-services@county.example"
STRATEGY_OFFICE = "strategy-office@county.example"
DATA_STEWARD = "data-steward@county.example"
VIEWER = "viewer@county.example"

VALUE = "my_work.value.A1.1.2025-Q2"
WORDS = "my_work.narrative.A1.2025-Q2.fi"
VIEW = "my_work.view.A1.1.2025-Q2"
ACTION = "action.CA-2025-Q2-1"


def my_work(visit: Visit, who: str, **more: str) -> AppTest:
    return visit(who, page="my_work.py", period="2025-Q2", **more)


def said(app: AppTest) -> str:
    """Everything the notices on the screen say."""
    return "\n".join(one.value for kind in (app.success, app.warning, app.error, app.info) for one in kind)


def shown(app: AppTest) -> str:
    """Every text on the screen, tables included."""
    texts = [one.value for kind in (app.markdown, app.caption, app.text, app.subheader, app.header) for one in kind]
    cells = [words(part) for table in sections(app) for row in table["rows"] for cell in row["cells"] for part in cell]
    return "\n".join([*texts, *cells, said(app)])


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def headings(app: AppTest) -> list[str]:
    return [one.value for one in app.header]


def test_the_most_urgent_stands_first(visit: Visit) -> None:
    assert headings(my_work(visit, OWNER)) == [
        "Korjaavat toimenpiteet",
        "Kirjattavat arvot",
        "Kuvaus etenemisestä",
        "Omistajan arvio",
    ]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("who", [OWNER, SPONSOR, STRATEGY_OFFICE, DATA_STEWARD, VIEWER])
def test_everybody_sees_the_page_whole_in_every_language(visit: Visit, who: str, language: str) -> None:
    app = my_work(visit, who, language=language)
    assert not app.exception
    assert "«" not in shown(app)


def test_the_page_stays_small(visit: Visit) -> None:
    assert len(list(my_work(visit, STRATEGY_OFFICE).main)) < 150


def test_whoever_only_reads_is_told_so_and_where_to_look(visit: Visit) -> None:
    app = my_work(visit, VIEWER)
    assert "Ei avoimia toimenpiteitä" in said(app)
    assert "Tilannekuvasta näet" in said(app)
    assert len(app.text_area) == 0


def test_a_sponsor_has_the_action_of_the_chain_but_nothing_to_write(visit: Visit) -> None:
    app = my_work(visit, SPONSOR)
    assert "joiden vastuuketjuun kuulut" in shown(app)
    assert len(app.text_area) == 0


def test_an_owner_enters_the_goals_figures_and_not_those_of_the_whole_county(visit: Visit) -> None:
    assert app_options(my_work(visit, OWNER), "my_work.value_for.2025-Q2") == ["A1.1", "A1.2", "A1.3"]


def test_a_data_steward_enters_the_indicators_they_look_after(visit: Visit) -> None:
    offered = app_options(my_work(visit, DATA_STEWARD), "my_work.value_for.2025-Q2")
    assert "A1.NPS" in offered


def test_the_strategy_office_chooses_a_goal_and_then_its_figures(visit: Visit) -> None:
    app = my_work(visit, STRATEGY_OFFICE)
    app.selectbox(key="my_work.values_of.2025-Q2").select("A2").run()
    assert "A2.1" in app_options(app, "my_work.value_for.2025-Q2")


def test_a_quarter_without_figures_can_be_written_in_and_says_what_is_missing(visit: Visit) -> None:
    app = my_work(visit, OWNER)
    choose_quarter(app, "Q3/2025")
    assert "3 arvoa puuttuu" in shown(app)
    app.text_input(key="my_work.value.A1.1.2025-Q3.value").input("95,5")
    press(app, "my_work.value.A1.1.2025-Q3.save")
    assert not app.exception
    assert "2 arvoa puuttuu" in shown(app)


def test_a_restating_value_with_a_reason_says_what_it_did_to_the_status(visit: Visit) -> None:
    app = my_work(visit, OWNER)
    app.text_input(key=f"{VALUE}.value").input("100 %")
    app.text_input(key=f"{VALUE}.reason").input("Takaisinsoitot puuttuivat")
    press(app, f"{VALUE}.save")
    assert "Arvo on tallennettu" in said(app)
    assert "Etenee suunnitellusti" in said(app)
    assert app.text_input(key=f"{VALUE}.value").value == "100"
    assert app.text_input(key=f"{VALUE}.reason").value == ""


@pytest.mark.parametrize(
    ("typed", "reason", "told"),
    [
        ("91,2", "", "miksi se korjataan"),
        ("paljon", "Korjaus", "ei ole luku"),
        ("100,5", "Korjaus", "100"),
        ("", "Korjaus", "luku tai syy"),
    ],
    ids=["no reason", "no number", "out of bounds", "nothing"],
)
def test_a_refused_value_stays_as_it_was_typed(visit: Visit, typed: str, reason: str, told: str) -> None:
    app = my_work(visit, OWNER)
    app.text_input(key=f"{VALUE}.value").input(typed)
    app.text_input(key=f"{VALUE}.reason").input(reason)
    press(app, f"{VALUE}.save")
    assert told in "\n".join(one.value for one in app.error).lower()
    assert app.text_input(key=f"{VALUE}.value").value == typed
    assert "70,11" in shown(app)


def test_saving_a_value_as_it_was_changes_nothing_and_says_so(visit: Visit) -> None:
    app = press(my_work(visit, OWNER), f"{VALUE}.save")
    assert "Mikään ei muuttunut" in said(app)


def test_a_missing_value_is_recorded_with_its_reason(visit: Visit) -> None:
    app = my_work(visit, OWNER)
    app.segmented_control(key=f"{VALUE}.kind").set_value("no_value").run()
    app.selectbox(key=f"{VALUE}.no_data_reason").select("source_failed")
    app.text_input(key=f"{VALUE}.reason").input("Lähde ei vastannut")
    press(app, f"{VALUE}.save")
    assert not app.exception
    assert "Tieto puuttuu" in said(app)


def test_a_draft_is_kept_with_its_version_and_writer(visit: Visit) -> None:
    app = my_work(visit, OWNER)
    app.text_area(key=f"{WORDS}.summary").input("Uusi tiivistelmä")
    press(app, f"{WORDS}.save_draft")
    assert "Luonnos on tallennettu" in said(app)
    assert "Versio 2 · Luonnos" in shown(app)
    assert my_work(visit, DEPUTY).text_area(key=f"{WORDS}.summary").value == "Uusi tiivistelmä"


def test_a_submitted_text_says_so(visit: Visit) -> None:
    app = my_work(visit, OWNER)
    app.text_area(key=f"{WORDS}.summary").input("Uusi tiivistelmä")
    press(app, f"{WORDS}.submit")
    assert "Versio 2 · Toimitettu" in shown(app)


def test_nothing_is_not_submitted(visit: Visit) -> None:
    app = my_work(visit, OWNER)
    choose_quarter(app, "Q3/2025")
    press(app, "my_work.narrative.A1.2025-Q3.fi.submit")
    assert "eikä sitä voi toimittaa" in said(app)


def test_the_words_of_the_quarter_before_stand_beside_for_reference(visit: Visit) -> None:
    before = my_work(visit, OWNER).text_area(key=f"{WORDS}.why").value
    app = my_work(visit, OWNER)
    choose_quarter(app, "Q3/2025")
    assert before
    assert before in [one.value for one in app.text]


def test_another_language_has_words_of_its_own(visit: Visit) -> None:
    app = my_work(visit, OWNER)
    app.segmented_control(key="my_work.narrative_language").set_value("sv").run()
    swedish = app.text_area(key="my_work.narrative.A1.2025-Q2.sv.summary").value
    assert swedish
    assert swedish != my_work(visit, OWNER).text_area(key=f"{WORDS}.summary").value


def test_a_form_in_which_nothing_is_typed_follows_what_others_save(visit: Visit) -> None:
    app = my_work(visit, OWNER)
    write(my_work(visit, DEPUTY), "Sijaisen teksti")
    assert app.run().text_area(key=f"{WORDS}.summary").value == "Sijaisen teksti"


def test_a_save_over_somebody_elses_is_refused_with_both_texts_however_often_the_page_ran_again(visit: Visit) -> None:
    app = my_work(visit, OWNER)
    app.text_area(key=f"{WORDS}.summary").input("Omistajan teksti").run()
    write(my_work(visit, DEPUTY), "Sijaisen teksti")
    app.run()
    press(app.run(), f"{WORDS}.save_draft")
    assert "Tavoitteen omistajan sijainen, ensilinja ehti tallentaa ennen sinua" in said(app).replace("\\", "")
    texts = [one.value for one in app.text]
    assert texts.index("Sijaisen teksti") < texts.index("Omistajan teksti")
    assert app.text_area(key=f"{WORDS}.summary").value == "Omistajan teksti"
    assert my_work(visit, DEPUTY).text_area(key=f"{WORDS}.summary").value == "Sijaisen teksti"


def test_the_refused_text_can_be_saved_over_theirs(visit: Visit) -> None:
    app = refused(visit)
    press(app, f"{WORDS}.save_mine")
    assert "Luonnos on tallennettu" in said(app)
    assert my_work(visit, DEPUTY).text_area(key=f"{WORDS}.summary").value == "Omistajan teksti"


def test_their_text_can_be_taken_instead(visit: Visit) -> None:
    app = refused(visit)
    press(app, f"{WORDS}.take_theirs")
    assert app.text_area(key=f"{WORDS}.summary").value == "Sijaisen teksti"
    assert len(app.warning) == 0


def test_saving_mine_over_theirs_is_refused_again_when_a_third_text_came_in_between(visit: Visit) -> None:
    app = refused(visit)
    write(my_work(visit, STRATEGY_OFFICE), "Kolmas teksti")
    press(app, f"{WORDS}.save_mine")
    assert "Kolmas teksti" in [one.value for one in app.text]
    assert app.text_area(key=f"{WORDS}.summary").value == "Omistajan teksti"


def test_what_was_submitted_stays_submitted_when_it_is_saved_over_theirs(visit: Visit) -> None:
    app = my_work(visit, OWNER)
    app.text_area(key=f"{WORDS}.summary").input("Omistajan teksti")
    write(my_work(visit, DEPUTY), "Sijaisen teksti")
    press(press(app, f"{WORDS}.submit"), f"{WORDS}.save_mine")
    assert "Toimitettu" in shown(my_work(visit, DEPUTY))


def test_a_stale_value_is_refused_with_both_figures(visit: Visit) -> None:
    app = my_work(visit, OWNER)
    app.text_input(key=f"{VALUE}.value").input("88").run()
    other = my_work(visit, DEPUTY)
    other.text_input(key=f"{VALUE}.value").input("91,2")
    other.text_input(key=f"{VALUE}.reason").input("Korjaus")
    press(other, f"{VALUE}.save")
    app.text_input(key=f"{VALUE}.reason").input("Oma korjaus")
    press(app, f"{VALUE}.save")
    assert [one.value for one in app.text if one.value in ("91,2", "88")] == ["91,2", "88"]
    press(app, f"{VALUE}.save_mine")
    assert "88,00" in shown(app)


def test_the_owners_view_stands_beside_the_derived_status(visit: Visit) -> None:
    app = my_work(visit, OWNER)
    app.segmented_control(key=f"{VIEW}.status").set_value("on_track")
    app.text_area(key=f"{VIEW}.explanation").input("Kattavuus muuttui")
    press(app, f"{VIEW}.save")
    assert "Arvio on tallennettu" in said(app)
    assert "Haasteita, joita ratkaistaan" in shown(app)
    assert app.text_area(key=f"{VIEW}.explanation").value == "Kattavuus muuttui"


def test_a_view_without_a_reason_is_refused(visit: Visit) -> None:
    app = my_work(visit, OWNER)
    app.segmented_control(key=f"{VIEW}.status").set_value("on_track")
    press(app, f"{VIEW}.save")
    assert "perustelu" in said(app)


def test_an_action_is_acknowledged_and_the_button_goes(visit: Visit) -> None:
    app = press(my_work(visit, OWNER), f"{ACTION}.next")
    assert "Toimenpide on päivitetty" in said(app)
    assert "Vastaanotettu" in shown(app)
    assert f"{ACTION}.next" not in [one.key for one in app.button]


def test_an_action_is_given_to_a_role_with_a_day(visit: Visit) -> None:
    app = my_work(visit, OWNER)
    give(app, "Johtoryhmä", in_days(14))
    assert "Toimenpide on päivitetty" in said(app)
    assert "joiden vastuuketjuun kuulut" in shown(app)


def test_an_action_is_not_given_to_nobody(visit: Visit) -> None:
    app = press(my_work(visit, OWNER), f"{ACTION}.assign.save")
    assert len(app.error) == 1


def test_what_a_platform_has_told_stands_in_the_history_with_whoever_did_it_there(visit: Visit, database: Path) -> None:
    engine = connect(f"sqlite:///{database}")
    with writing(engine, actor=f"{PLATFORM}tehtavat", now=now()) as session:
        action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == "CA-2025-Q2-1")).one()
        take_step(session, action, ActionEventKind.WORK_WITHOUT_PLAN, {"endpoint": "tehtavat", "by": "Aino Virtanen"})
        take_step(session, action, ActionEventKind.TASK_GONE, {"endpoint": "tehtavat"})
    engine.dispose()

    told = shown(my_work(visit, OWNER))

    for text in ("Järjestelmän tehtavat mukaan työ on aloitettu", "Aino Virtanen järjestelmässä tehtavat"):
        assert text in told
    assert "järjestelmä tehtavat" in told


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_the_history_says_in_the_readers_language_why_and_what(visit: Visit, database: Path, language: str) -> None:
    engine = connect(f"sqlite:///{database}")
    with writing(engine, actor=STRATEGY_OFFICE, now=now()) as session:
        action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == "CA-2025-Q2-1")).one()
        take_step(session, action, ActionEventKind.COMMENTED, {"text": "Odotetaan tilastoa"})
        take_step(session, action, ActionEventKind.COMMENTED, kept_words("text", "effect.relapsed", code=action.code))
    engine.dispose()

    history = shown(my_work(visit, OWNER, language=language))

    assert "Odotetaan tilastoa" in history
    assert say(Language(language), "effect.relapsed", code="CA-2025-Q2-1") in history


def test_an_action_somebody_else_has_taken_meanwhile_says_who(visit: Visit) -> None:
    app = my_work(visit, OWNER)
    app.date_input(key=f"{ACTION}.assign.due").set_value(in_days(3)).run()
    press(my_work(visit, DEPUTY), f"{ACTION}.next")
    give(app, "Johtoryhmä", in_days(14))
    assert "ehti tallentaa ennen sinua" in said(app)
    press(app, f"{ACTION}.assign.save_mine")
    assert "Toimenpide on päivitetty" in said(app)


def refused(visit: Visit) -> AppTest:
    """The owner's page after a save that came too late."""
    app = my_work(visit, OWNER)
    app.text_area(key=f"{WORDS}.summary").input("Omistajan teksti").run()
    write(my_work(visit, DEPUTY), "Sijaisen teksti")
    return press(app, f"{WORDS}.save_draft")


def in_days(count: int) -> date:
    return now().date() + timedelta(days=count)


def write(app: AppTest, text: str) -> None:
    app.text_area(key=f"{WORDS}.summary").input(text)
    press(app, f"{WORDS}.save_draft")


def give(app: AppTest, to: str, due: date) -> None:
    desk = app.selectbox(key=f"{ACTION}.assign.to")
    desk.select_index(next(index for index, name in enumerate(desk.options) if name.startswith(to)))
    app.date_input(key=f"{ACTION}.assign.due").set_value(due)
    press(app, f"{ACTION}.assign.save")


def choose_quarter(app: AppTest, name: str) -> None:
    chooser = next(one for one in app.selectbox if one.label == "Jakso, jota kirjaat")
    chooser.select_index(chooser.options.index(name)).run()


def app_options(app: AppTest, key: str) -> list[Any]:
    """The codes that are offered."""
    return [option.split()[0] for option in app.selectbox(key=key).options]
