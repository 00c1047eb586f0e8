"""Reading in a real browser: signing in, following links, quarters and languages, on a desk, a phone and paper."""

import json
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.browser.conftest import App

OUR_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LARGEST_PAGE_KB = 150
MOST_ELEMENTS = 150
SCREENS = ["", "goal", "goal?code=A1", "goal?code=A1&kr=A1.3"]


def sign_in(app: App, person: str = "strategy-office") -> App:
    """Become somebody of the demo, as a visitor does: by the link of their card."""
    app.open()
    app.page.locator(f'a[href="/demo/sign-in/{person}"]').click()
    expect(app.page.get_by_role("heading", level=1)).to_have_text("Tilannekuva")
    return app.idle()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A visitor in Finland with a phone."""
    context = browser.new_context(
        locale="fi-FI", timezone_id="Europe/Helsinki", viewport={"width": 390, "height": 844}, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def on_phone(phone: Page, app_url: str) -> App:
    phone.context.add_cookies([{"name": "okr_demo_account", "value": "strategy-office", "url": app_url}])
    return App(phone, app_url)


def test_a_visitor_chooses_who_to_be_and_sees_the_overview(app: App) -> None:
    sign_in(app)

    expect(app.page.get_by_text("Strategiayksikön asiantuntija")).to_be_visible()
    expect(app.page.get_by_role("heading", name="Huomiota tarvitsevat")).to_be_visible()


def test_signing_out_leads_back_to_the_choice(app: App) -> None:
    sign_in(app)

    app.page.get_by_role("link", name="Kirjaudu ulos").click()

    expect(app.page.get_by_role("heading", level=1)).to_have_text("Strategian seuranta")


def test_a_goal_opens_within_the_app_and_back_leads_to_the_overview(app: App) -> None:
    sign_in(app)

    app.page.get_by_role("link", name=re.compile("^A1 ")).click()
    expect(app.page.get_by_role("heading", level=1)).to_contain_text("A1 ")
    app.idle()
    assert "code=A1" in app.page.url
    app.page.go_back()

    expect(app.page.get_by_role("heading", level=1)).to_have_text("Tilannekuva")


def test_a_link_opened_in_a_new_tab_shows_the_same_goal_and_quarter(app: App) -> None:
    sign_in(app)

    with app.page.context.expect_page() as opened:
        app.page.get_by_role("link", name=re.compile("^A2 ")).click(modifiers=["ControlOrMeta"])

    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("A2 ")
    assert "period=2025-Q2" in opened.value.url
    expect(app.page.get_by_role("heading", level=1)).to_have_text("Tilannekuva")


def test_a_link_can_be_followed_from_the_keyboard(app: App) -> None:
    sign_in(app)

    app.page.get_by_role("link", name=re.compile("^A2 ")).press("Enter")

    expect(app.page.get_by_role("heading", level=1)).to_contain_text("A2 ")


def test_a_key_result_is_chosen_in_the_table_and_stands_in_the_address(app: App) -> None:
    sign_in(app).open("goal?code=A1")

    app.page.get_by_role("link", name=re.compile(r"^A1\.3 ")).click()

    expect(app.page.get_by_role("heading", name=re.compile(r"^A1\.3 "))).to_be_visible()
    expect(app.page).to_have_url(re.compile(r"kr=A1\.3"))


def test_the_chosen_quarter_goes_along_from_page_to_page(app: App) -> None:
    sign_in(app)

    app.choose("Vuosineljännes", "Q1/2025")
    expect(app.page).to_have_url(re.compile("period=2025-Q1"))
    app.idle().page.get_by_role("link", name="Tavoitteet", exact=True).click()
    expect(app.page.get_by_role("heading", level=1)).to_have_text("Tavoitteet")

    expect(app.page).to_have_url(re.compile("period=2025-Q1"))
    app.idle().page.reload()
    expect(app.page.get_by_role("combobox", name="Vuosineljännes")).to_have_value("Q1/2025")


def test_a_changed_language_changes_the_page_and_what_screen_readers_hear_and_is_remembered(app: App) -> None:
    sign_in(app)

    app.page.get_by_role("radio", name="SV").click()
    expect(app.page.get_by_role("heading", level=1)).to_have_text("Lägesbild")
    expect(app.page.locator("html")).to_have_attribute("lang", "sv")
    app.idle().page.reload()

    expect(app.page.get_by_role("heading", level=1)).to_have_text("Lägesbild")


def test_a_status_in_a_table_is_colour_shape_and_word(app: App) -> None:
    sign_in(app)

    pill = app.page.get_by_role("cell", name="Haasteita", exact=True)

    expect(pill).to_be_visible()
    expect(pill.locator("svg")).to_have_count(1)


def test_a_key_results_mark_says_its_status_to_whoever_cannot_see_it(app: App) -> None:
    sign_in(app)

    mark = app.page.get_by_role("img", name=re.compile(r"^A1\.1 .*: Haasteita, joita ratkaistaan$"))

    expect(mark).to_be_visible()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_is_accessible(app: App, screen: str) -> None:
    sign_in(app).open(screen)

    found = Axe().run(app.page, options={"runOnly": OUR_RULES})

    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []


def test_the_way_in_is_accessible(app: App) -> None:
    app.open()

    assert Axe().run(app.page, options={"runOnly": OUR_RULES}).response["violations"] == []


@pytest.mark.parametrize("screen", SCREENS)
def test_a_phone_shows_every_screen_without_scrolling_sideways(phone: Page, app_url: str, screen: str) -> None:
    on_phone(phone, app_url).open(screen)

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    for table in phone.get_by_role("table").all():
        box = table.bounding_box()
        assert box is None or box["x"] + box["width"] <= 390


def test_a_phone_names_every_figure_of_a_row(phone: Page, app_url: str) -> None:
    on_phone(phone, app_url).open("goal?code=A1")

    label = phone.get_by_role("cell", name="86,6").evaluate("cell => getComputedStyle(cell, '::before').content")

    assert json.loads(label) == "Q2/2025"


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_stays_small(app: App, screen: str) -> None:
    sign_in(app)
    received: list[int] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: received.append(len(frame)))

    app.page.on("websocket", listen)
    app.open(screen)

    assert app.page.get_by_test_id("stElementContainer").count() <= MOST_ELEMENTS
    assert 0 < sum(received) <= LARGEST_PAGE_KB * 1024


def test_a_table_is_whole_on_paper(app: App) -> None:
    sign_in(app)

    app.page.emulate_media(media="print")

    expect(app.page.get_by_role("link", name=re.compile("^A1 "))).to_have_css("text-decoration-line", "none")
    expect(app.page.get_by_role("cell", name="Haasteita", exact=True)).to_be_visible()
