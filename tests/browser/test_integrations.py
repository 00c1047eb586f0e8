"""Integrations in a real browser: what was not taken is sent again, accessibly, and on a phone too."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from okr_engine.database import connect
from tests.browser.conftest import OKR, App, served, with_demo
from tests.browser.test_reading import LARGEST_PAGE_KB, MOST_ELEMENTS, OUR_RULES, phone
from tests.ports import free_port
from tests.workflow.steps import with_dead_letter

__all__ = ["phone"]


@pytest.fixture(scope="module")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The product with an endpoint that has refused a step."""
    folder, port = tmp_path_factory.mktemp("app"), free_port()
    environment = with_demo(folder, port)
    engine = connect(environment["OKR_DATABASE_URL"])
    with_dead_letter(engine)
    engine.dispose()
    with served([str(OKR), "serve"], folder, environment, url=f"http://127.0.0.1:{port}") as url:
        yield url


def as_steward(app: App) -> App:
    app.page.context.add_cookies([{"name": "okr_demo_account", "value": "region-data-steward", "url": app.url}])
    return app


def test_what_was_not_taken_is_seen_and_sent_again_and_a_phone_shows_it_whole(
    app: App, phone: Page, app_url: str
) -> None:
    received: list[int] = []
    app.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))

    as_steward(app).open("integrations")
    found = Axe().run(app.page, options={"runOnly": OUR_RULES})
    elements, size = app.page.get_by_test_id("stElementContainer").count(), sum(received)
    as_steward(App(phone, app_url)).open("integrations")
    width = phone.evaluate("document.documentElement.scrollWidth")
    app.page.get_by_role("button", name="Lähetä uudelleen").click()

    expect(app.page.get_by_text("Lähetys lähtee uudelleen hetken kuluttua.")).to_be_visible()
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []
    assert elements <= MOST_ELEMENTS
    assert 0 < size <= LARGEST_PAGE_KB * 1024
    assert width <= 390
