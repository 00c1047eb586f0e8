"""Actions in a real browser: taken up on a phone, and found again on the board."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App
from tests.browser.test_oversight import violations
from tests.browser.test_reading import phone
from tests.browser.test_writing import OWNER, press, signed_in

CODE = "CA-2025-Q2-1"

__all__ = ["phone"]


def test_an_action_is_taken_up_on_a_phone_and_moves_on_the_board(phone: Page, app_url: str) -> None:
    app = signed_in(App(phone, app_url), OWNER).open(f"action?code={CODE}")

    press(app, "Ota vastaan")

    expect(phone.get_by_role("button", name="Tallenna suunnitelma")).to_be_visible()
    app.idle()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(phone) == []
    app.open("actions")
    phone.get_by_role("radio", name="Taulu", exact=True).click()
    expect(app.idle().page.get_by_text("Odottaa suunnitelmaa 1").first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(phone) == []


@pytest.mark.parametrize("path", ["actions", f"action?code={CODE}"])
def test_both_pages_are_accessible_at_a_desk(app: App, path: str) -> None:
    signed_in(app, OWNER).open(path)

    assert violations(app.page) == []
