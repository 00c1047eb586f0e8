"""Writing in a real browser: what is typed survives, what is saved is seen, and two who write hear of each other."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, Page, expect

from tests.browser.conftest import OKR, App, served, with_demo
from tests.browser.test_reading import LARGEST_PAGE_KB, MOST_ELEMENTS, OUR_RULES, phone
from tests.ports import free_port

OWNER, DEPUTY, OFFICE = "owner-first-line", "deputy-first-line", "strategy-office"
SCREENS = ["my_work", "data_desk", "data", "upload"]

Visitor = Callable[[str], App]

__all__ = ["phone"]


@pytest.fixture
def visitor(browser: Browser, app_url: str) -> Iterator[Visitor]:
    """One more person of the demo, in a browser of their own."""
    contexts: list[BrowserContext] = []

    def arrives(person: str) -> App:
        contexts.append(new_context(browser))
        return signed_in(App(contexts[-1].new_page(), app_url), person)

    yield arrives
    for context in contexts:
        context.close()


def new_context(browser: Browser) -> BrowserContext:
    return browser.new_context(locale="fi-FI", timezone_id="Europe/Helsinki", viewport={"width": 1440, "height": 900})


def signed_in(app: App, person: str) -> App:
    """Somebody of the demo who has already come in."""
    app.page.context.add_cookies([{"name": "okr_demo_account", "value": person, "url": app.url}])
    return app


def field(app: App, label: str) -> Locator:
    """The one field of that label; while the script runs, the field before it may still stand beside it."""
    return app.idle().page.get_by_label(label, exact=True)


def type_in(app: App, label: str, text: str) -> None:
    field(app, label).fill(text)
    field(app, label).blur()


def turn_to_english(app: App) -> None:
    """Choose English for the narrative, and wait until its field has taken the place of the Finnish one."""
    finnish = field(app, "Tiivistelmä").input_value()
    app.page.get_by_role("radio", name="Englanti").click()
    app.page.wait_for_function(_ONLY_ANOTHER, arg=["Tiivistelmä", finnish])
    app.idle()


_ONLY_ANOTHER = """([label, before]) => {
    const found = [...document.querySelectorAll("textarea")].filter(one => one.getAttribute("aria-label") === label)
    return found.length === 1 && found[0].value !== before
}"""


def press(app: App, name: str) -> None:
    app.page.get_by_role("button", name=name, exact=True).click()


def open_form_of(app: App, key_result: str) -> None:
    app.choose("Kirjattava avaintulos tai mittari", key_result)
    expect(app.page.locator(f".st-key-my_work-value-{key_result.replace('.', '-')}")).to_be_visible()
    app.idle()


def test_a_restating_value_with_its_reason_shows_the_status_it_led_to(app: App) -> None:
    signed_in(app, OWNER).open("my_work")
    open_form_of(app, "A1.2")
    type_in(app, "Arvo", "70,5")
    type_in(app, "Perustelu muutokselle (tarvitaan, kun kirjattua muutetaan)", "Takaisinsoitot laskettiin mukaan")

    press(app, "Tallenna arvo")

    saved = app.page.get_by_test_id("stAlert").filter(has_text="Arvo on tallennettu")
    expect(saved).to_contain_text("70,50")
    expect(app.page.get_by_role("cell", name="70,50")).to_be_visible()
    app.idle()


def test_a_value_without_its_reason_stays_typed_and_says_what_is_missing(app: App) -> None:
    signed_in(app, OWNER).open("my_work")
    open_form_of(app, "A1.3")
    type_in(app, "Arvo", "12,5")

    press(app, "Tallenna arvo")

    expect(app.page.get_by_text("Kerro, miksi se korjataan takautuvasti")).to_be_visible()
    expect(field(app, "Arvo")).to_have_value("12,5")
    app.idle()


def test_a_draft_is_there_for_the_next_visit(app: App, visitor: Visitor) -> None:
    signed_in(app, OWNER).open("my_work")
    turn_to_english(app)
    type_in(app, "Tiivistelmä", "Two better, one worse.")

    press(app, "Tallenna luonnos")

    expect(app.page.get_by_text("Luonnos on tallennettu")).to_be_visible()
    again = visitor(OWNER).open("my_work")
    turn_to_english(again)
    expect(field(again, "Tiivistelmä")).to_have_value("Two better, one worse.")


def test_unsaved_text_survives_a_change_of_language_and_of_page(app: App) -> None:
    signed_in(app, OWNER).open("my_work")
    type_in(app, "Mitä tarvitsemme?", "Vielä kesken")

    app.page.get_by_role("radio", name="SV", exact=True).click()
    expect(app.page.get_by_role("heading", level=1)).to_have_text("Mitt arbete")
    expect(app.page.get_by_role("combobox", name="Mål")).to_have_value(re.compile("^A1 (?!Yhteyden)"))
    app.idle().page.get_by_role("radio", name="FI", exact=True).click()
    expect(app.page.get_by_role("heading", level=1)).to_have_text("Omat tehtäväni")
    app.idle().page.get_by_role("link", name="Tilannekuva").click()
    expect(app.page.get_by_role("heading", level=1)).to_have_text("Tilannekuva")
    app.idle().page.get_by_role("link", name="Omat tehtäväni").click()

    expect(field(app, "Mitä tarvitsemme?")).to_have_value("Vielä kesken")
    app.idle()


def test_a_save_from_a_stale_page_is_refused_with_both_texts_and_mine_can_still_stand(
    app: App, visitor: Visitor
) -> None:
    signed_in(app, OWNER).open("my_work")
    type_in(app, "Tiivistelmä", "Omistajan teksti")
    deputy = visitor(DEPUTY).open("my_work")
    type_in(deputy, "Tiivistelmä", "Sijaisen teksti")
    press(deputy, "Tallenna luonnos")
    expect(deputy.page.get_by_text("Luonnos on tallennettu")).to_be_visible()

    press(app, "Tallenna luonnos")

    expect(app.page.get_by_text("Tätä on muutettu sillä välin")).to_be_visible()
    expect(app.page.get_by_test_id("stText").get_by_text("Sijaisen teksti")).to_be_visible()
    expect(app.page.get_by_test_id("stText").get_by_text("Omistajan teksti")).to_be_visible()
    expect(field(app, "Tiivistelmä")).to_have_value("Omistajan teksti")
    press(app.idle(), "Tallenna oma teksti toisen päälle")
    expect(app.page.get_by_text("Luonnos on tallennettu")).to_be_visible()
    expect(field(visitor(DEPUTY).open("my_work"), "Tiivistelmä")).to_have_value("Omistajan teksti")


def test_an_action_is_acknowledged_and_given_on(app: App) -> None:
    signed_in(app, OWNER).open("my_work")

    press(app, "Ota vastaan")
    expect(app.page.get_by_text("Vastaanotettu")).to_be_visible()
    app.choose("Kenelle toimenpide annetaan", "Johtoryhmä (rooli)")
    press(app, "Anna tehtäväksi")

    expect(app.page.get_by_text("Sinulle ei ole annettu toimenpiteitä")).to_be_visible()
    expect(app.page.get_by_role("button", name="Ota vastaan")).to_have_count(0)
    app.idle()


def exported(app: App) -> BytesIO:
    """The workbook that the page gives out."""
    with app.page.expect_download() as download:
        press(app, "Kaikki tiedot (.xlsx)")
    return BytesIO(Path(download.value.path()).read_bytes())


def upload(app: App, name: str, workbook: BytesIO, change: Callable[[Worksheet], None]) -> None:
    book = load_workbook(workbook)
    change(book["Mittaustulokset"])
    edited = BytesIO()
    book.save(edited)
    file = FilePayload(name=name, mimeType="application/octet-stream", buffer=edited.getvalue())
    app.page.locator("input[type=file]").set_input_files(file)


def put(sheet: Worksheet, known: float, heading: str, value: object) -> None:
    """Another value in the row of a known figure."""
    headings = {str(cell.value).rstrip(" *"): number for number, cell in enumerate(sheet[1], start=1)}
    row = next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, headings["Arvo"]).value == known)
    sheet.cell(row, headings[heading]).value = value  # type: ignore[assignment]


def test_a_broken_workbook_shows_its_mistakes_and_takes_nothing_in(app: App) -> None:
    signed_in(app, OFFICE).open("data")

    upload(app, "rikki.xlsx", exported(app), partial(put, known=139.2, heading="Jakso", value="Q7/2025"))

    expect(app.page.get_by_text("Mitään ei tuotu")).to_be_visible()
    mistake = app.page.get_by_role("row").filter(has_text="Mittaustulokset")
    expect(mistake).to_contain_text("Vuodella 2025 ei ole jaksoa numero 7")
    expect(app.page.get_by_role("button", name="Tuo tiedot")).to_have_count(0)
    app.idle()


def test_a_good_workbook_is_shown_then_taken_in_and_said_to_be(app: App) -> None:
    signed_in(app, OFFICE).open("data")

    def correct(sheet: Worksheet) -> None:
        put(sheet, 139.2, "Perustelu", "Kaksoiskirjauksia poistettu")
        put(sheet, 139.2, "Arvo", 138.5)

    upload(app, "luvut.xlsx", exported(app), correct)
    change = app.page.get_by_role("row").filter(has_text="Kaksoiskirjauksia poistettu")
    expect(change).to_contain_text("139,2 → 138,5")
    press(app.idle(), "Tuo tiedot")

    expect(app.page.get_by_text("luvut.xlsx on tuotu")).to_be_visible()
    expect(app.page.get_by_text("korjattu takautuvasti 1")).to_be_visible()
    app.idle()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_for_writing_is_accessible(app: App, screen: str) -> None:
    signed_in(app, OFFICE).open(screen)

    # Streamlit's own date field has parts narrower than the 24 pixels that WCAG 2.2 asks for.
    not_ours = {"exclude": [["[data-testid=stDateInput]"]]}
    found = Axe().run(app.page, context=not_ours, options={"runOnly": OUR_RULES})

    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []


@pytest.mark.parametrize("screen", SCREENS)
def test_a_phone_shows_every_screen_for_writing_without_scrolling_sideways(
    phone: Page, app_url: str, screen: str
) -> None:
    signed_in(App(phone, app_url), OFFICE).open(screen)

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_for_writing_stays_small(app: App, screen: str) -> None:
    signed_in(app, OFFICE)
    received: list[int] = []
    app.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))

    app.open(screen)

    assert app.page.get_by_test_id("stElementContainer").count() <= MOST_ELEMENTS
    assert 0 < sum(received) <= LARGEST_PAGE_KB * 1024


def test_text_typed_before_the_server_restarts_is_still_there_and_overwrites_nobody(
    browser: Browser, tmp_path: Path
) -> None:
    port = free_port()
    environment = with_demo(tmp_path, port)
    url = f"http://127.0.0.1:{port}"

    def running() -> AbstractContextManager[str]:
        return served([str(OKR), "serve"], tmp_path, environment, url=url)

    context = new_context(browser)
    app = signed_in(App(context.new_page(), url), OWNER)
    with running():
        app.open("my_work")
        type_in(app, "Tiivistelmä", "Ennen katkosta")
    with running():
        app.idle()
        expect(field(app, "Tiivistelmä")).to_have_value("Ennen katkosta")
        press(app, "Tallenna luonnos")
        expect(app.page.get_by_text("Tätä on muutettu sillä välin")).to_be_visible()
        press(app.idle(), "Tallenna oma teksti toisen päälle")
        expect(app.page.get_by_text("Luonnos on tallennettu")).to_be_visible()
    context.close()
