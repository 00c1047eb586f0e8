"""Sources in a real browser: read without a hand on it, down to an action, and a timetable that is kept."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OKR, App, served, with_demo
from tests.browser.test_reading import LARGEST_PAGE_KB, MOST_ELEMENTS, OUR_RULES, phone
from tests.ports import free_port

PULLED_MS = 120_000
SCREENS = ["sources", "indicator?code=region.nps&unit=region", "indicator?code=region.access-time&unit=region"]

__all__ = ["phone"]


@pytest.fixture(scope="module")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The product with its worker: the demo's region is due from the beginning."""
    folder, port = tmp_path_factory.mktemp("app"), free_port()
    environment = with_demo(folder, port) | {"OKR_WORKER": "1", "OKR_PERSON_KEY": "a-key-of-sixteen-characters"}
    with served([str(OKR), "serve"], folder, environment, url=f"http://127.0.0.1:{port}") as url:
        yield url


def as_steward(app: App) -> App:
    app.page.context.add_cookies([{"name": "okr_demo_account", "value": "region-data-steward", "url": app.url}])
    return app


def until_read(page: Page) -> None:
    expect(page.get_by_text("Viimeisin lukukerta onnistui.")).to_be_visible(timeout=PULLED_MS)


def test_a_due_source_is_read_and_its_figures_lead_down_to_the_files(app: App) -> None:
    as_steward(app).open("sources")
    until_read(app.page)

    app.open("indicator?code=region.access-time&unit=region")

    expect(app.page.get_by_role("heading", name="Mistä luku tulee")).to_be_visible()
    expect(app.page.get_by_role("cell", name="region-registers-1").first).to_be_visible()


def test_a_red_of_computed_figures_is_an_action_on_its_owners_desk(app: App) -> None:
    as_steward(app).open("sources")
    until_read(app.page)
    app.page.context.add_cookies([{"name": "okr_demo_account", "value": "region-owner-first-line", "url": app.url}])

    app.open("my_work")

    expect(app.page.get_by_text("R1.1").first).to_be_visible()


def test_a_changed_timetable_is_kept(app: App) -> None:
    as_steward(app).open("sources?source=region-registers")
    until_read(app.page)
    app.idle()
    clock = app.page.get_by_label("Kellonaika")

    clock.fill("04:30")
    clock.press("Tab")
    expect(clock).to_have_value("04:30")
    app.page.get_by_role("button", name="Tallenna").click()
    expect(app.page.get_by_text("Tietolähde on tallennettu.")).to_be_visible()
    app.open("sources?source=region-registers")

    expect(app.page.get_by_label("Kellonaika")).to_have_value("04:30")
    expect(app.page.get_by_text("klo 4.30").first).to_be_visible()


@pytest.mark.parametrize("screen", SCREENS)
def test_what_is_computed_is_told_accessibly_in_a_small_page(app: App, screen: str) -> None:
    as_steward(app).open("sources")
    until_read(app.page)
    received: list[int] = []
    app.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))

    app.open(screen)

    # Streamlit's own date field has parts narrower than the 24 pixels that WCAG 2.2 asks for.
    not_ours = {"exclude": [["[data-testid=stDateInput]"]]}
    found = Axe().run(app.page, context=not_ours, options={"runOnly": OUR_RULES})
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []
    assert app.page.get_by_test_id("stElementContainer").count() <= MOST_ELEMENTS
    assert 0 < sum(received) <= LARGEST_PAGE_KB * 1024


@pytest.mark.parametrize("screen", SCREENS)
def test_a_phone_shows_what_is_computed_without_scrolling_sideways(
    phone: Page, app: App, app_url: str, screen: str
) -> None:
    as_steward(app).open("sources")
    until_read(app.page)

    as_steward(App(phone, app_url)).open(screen)

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
