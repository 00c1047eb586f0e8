"""The chart of a key result and of an indicator in a real browser: seen, read, and taken along."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from defusedxml import ElementTree
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App

OUR_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCREENS = ["goal?code=A1&kr=A1.3", "indicator?code=knows-what-follows"]


@pytest.fixture(params=[390, 1440])
def screen(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A visitor in Finland, with a phone and at a desk."""
    context = browser.new_context(
        locale="fi-FI",
        timezone_id="Europe/Helsinki",
        viewport={"width": request.param, "height": 900},
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def opened(page: Page, app_url: str, path: str) -> App:
    page.context.add_cookies([{"name": "okr_demo_account", "value": "strategy-office", "url": app_url}])
    app = App(page, app_url).open(path)
    page.get_by_text("Kaavion tiedot taulukkona ja kuvana").click()
    expect(page.get_by_role("button", name="Lataa kaavio (SVG)")).to_be_visible()
    return app.idle()


@pytest.mark.parametrize("path", SCREENS)
def test_the_chart_is_drawn_within_the_screen_and_all_of_it_is_accessible(
    screen: Page, app_url: str, path: str
) -> None:
    opened(screen, app_url, path)

    drawn = screen.get_by_test_id("stVegaLiteChart").first.locator("canvas, svg").first
    expect(drawn).to_be_visible()
    box = drawn.bounding_box()
    assert box is not None
    assert box["height"] > 200
    assert box["x"] + box["width"] <= screen.viewport_size["width"]  # type: ignore[index]
    found = Axe().run(screen, options={"runOnly": OUR_RULES})
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []


@pytest.mark.parametrize(("kind", "begins"), [("SVG", b"<svg"), ("PNG", b"\x89PNG")])
def test_the_chart_is_taken_along_as_a_picture(app: App, app_url: str, kind: str, begins: bytes) -> None:
    opened(app.page, app_url, SCREENS[0])

    with app.page.expect_download() as download:
        app.page.get_by_role("button", name=f"Lataa kaavio ({kind})").click()

    assert re.fullmatch(rf"A1\.3_2025-Q1_2025-Q2\.{kind.lower()}", download.value.suggested_filename)
    data = Path(download.value.path()).read_bytes()
    assert data.startswith(begins)
    if kind == "SVG":
        assert "Tavoitetaso" in " ".join(ElementTree.fromstring(data).itertext())
