"""Rules in a real browser: a harmful draft is stopped by its back-test and the harm named; a harmless one is not."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from okr_engine.rulebook import Rulebook
from okr_engine.services.installation import read_rulebooks
from tests.browser.conftest import App
from tests.browser.test_reading import LARGEST_PAGE_KB, MOST_ELEMENTS, OUR_RULES, phone
from tests.browser.test_writing import OFFICE, OWNER, field, press, signed_in, type_in
from tests.services.draft_rules import another_word, green_without_data

SHIPPED = read_rulebooks().status
TEXT = "Sääntöjen teksti (YAML)"
TRIED = "Kokeilun tulos"
SCREENS = [
    "rules",
    "rules?view=status&rule=below_statutory_limit_twice",
    "rules?view=editions",
    "rules?view=today",
    "rules?view=draft",
]

__all__ = ["phone"]


def try_draft(app: App, draft: Callable[[Rulebook], str]) -> None:
    """Write another text into the editor and try it on the past."""
    type_in(app, TEXT, draft(SHIPPED))
    press(app, "Kokeile menneisyydellä")
    expect(app.page.get_by_role("heading", name=TRIED)).to_be_visible()
    app.idle()


def test_a_draft_that_calls_missing_data_on_track_is_stopped_with_the_harm_by_name_and_a_harmless_one_is_published(
    app: App,
) -> None:
    signed_in(app, OFFICE).open("rules?view=draft")

    try_draft(app, green_without_data)

    page = app.page
    expect(page.get_by_text("Puuttuva tieto ei saa näyttää miltään tilanteelta")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=re.compile(r"^[AC]\d\..*Ei tietoa.*Etenee")).first).to_be_visible()
    expect(page.get_by_text("Luonnosta ei voi julkaista")).to_be_visible()
    expect(page.get_by_role("button", name="Julkaise säännöt")).to_have_count(0)

    try_draft(app, another_word)

    expect(page.get_by_text("Luonnosta ei voi julkaista")).to_have_count(0)
    type_in(app, "Miksi säännöt muutetaan", "Sanamuoto on nyt selvempi")
    press(app, "Julkaise säännöt")
    expect(page.get_by_text("Säännöt on julkaistu")).to_be_visible()
    app.open("rules?view=editions")
    expect(page.get_by_role("row").filter(has_text="Sanamuoto on nyt selvempi")).to_contain_text("Voimassa")
    app.idle()


def test_a_saved_draft_is_there_for_the_next_visit(app: App) -> None:
    signed_in(app, OFFICE).open("rules?view=draft")
    type_in(app, TEXT, "# kesken\n" + another_word(SHIPPED))

    press(app, "Tallenna luonnos")

    expect(app.page.get_by_text("Luonnos on tallennettu")).to_be_visible()
    app.open("rules?view=draft")
    expect(field(app, TEXT)).to_have_value(re.compile("^# kesken"))


def test_every_mistake_of_a_draft_is_told_with_its_line(app: App) -> None:
    signed_in(app, OFFICE).open("rules?view=draft")
    type_in(app, TEXT, SHIPPED.yaml.replace("has_value", "has_worth", 1))

    press(app, "Tarkista")

    expect(app.page.get_by_role("row").filter(has_text="has_worth").first).to_contain_text(re.compile(r"rivi \d+"))
    app.idle()


def test_a_rule_opens_in_words_with_its_yaml_beside_it(app: App) -> None:
    signed_in(app, OWNER).open("rules")

    app.page.get_by_role("link", name=re.compile("^Lakisääteinen raja on .* Viimeisin")).click()

    expect(app.page.get_by_role("heading", level=2)).to_contain_text("Lakisääteinen raja on")
    expect(app.page.get_by_text("below_statutory_limit_twice").first).to_be_visible()
    expect(app.page).to_have_url(re.compile("rule=below_statutory_limit_twice"))
    app.idle()


def test_an_owner_reads_the_rules_and_is_offered_no_draft(app: App) -> None:
    signed_in(app, OWNER).open("rules?view=draft")

    expect(app.page.get_by_role("radio", name="Tilannesäännöt")).to_be_visible()
    expect(app.page.get_by_role("radio", name="Luonnos")).to_have_count(0)
    expect(app.page.get_by_label(TEXT)).to_have_count(0)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_rules_are_accessible(app: App, screen: str) -> None:
    signed_in(app, OFFICE).open(screen)

    found = Axe().run(app.page, options={"runOnly": OUR_RULES})

    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []


def test_what_came_of_a_trial_is_accessible_and_fits_a_phone(phone: Page, app_url: str) -> None:
    app = signed_in(App(phone, app_url), OFFICE).open("rules?view=draft")
    try_draft(app, green_without_data)

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    found = Axe().run(phone, options={"runOnly": OUR_RULES})
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []


@pytest.mark.parametrize("screen", SCREENS)
def test_a_phone_shows_the_rules_without_scrolling_sideways(phone: Page, app_url: str, screen: str) -> None:
    signed_in(App(phone, app_url), OFFICE).open(screen)

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("screen", SCREENS)
def test_the_rules_stay_small(app: App, screen: str) -> None:
    signed_in(app, OFFICE)
    received: list[int] = []
    app.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))

    app.open(screen)

    assert app.page.get_by_test_id("stElementContainer").count() <= MOST_ELEMENTS
    assert 0 < sum(received) <= LARGEST_PAGE_KB * 1024
