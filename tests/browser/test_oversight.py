"""Oversight in a real browser: a deviation is accepted on a phone, and seen where leadership looks for it."""

from datetime import UTC, date, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import App
from tests.browser.test_reading import OUR_RULES, phone
from tests.browser.test_writing import press, signed_in, type_in

LEADERSHIP, OFFICE = "leadership", "strategy-office"
WHY = "Korvaava sopimus alkaa lokakuussa."
LAST_DAY = date(datetime.now(UTC).year + 1, 1, 31)
VIEWS = ["radar", "deviations", "disagreements", "goalposts"]

__all__ = ["phone"]


def violations(page: Page) -> list[tuple[str, str]]:
    """What the rules for accessibility find on the screen."""
    # Streamlit's own date field has parts narrower than the 24 pixels that WCAG 2.2 asks for.
    not_ours = {"exclude": [["[data-testid=stDateInput]"]]}
    found = Axe().run(page, context=not_ours, options={"runOnly": OUR_RULES})
    return [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]]


def test_a_deviation_accepted_on_a_phone_stands_beside_the_real_target(phone: Page, app_url: str) -> None:
    app = signed_in(App(phone, app_url), LEADERSHIP).open("goal?code=A1&kr=A1.1&period=2025-Q2")
    phone.get_by_text("Hyväksy poikkeama", exact=True).click()
    type_in(app, "Perustelu hyväksynnälle", WHY)
    type_in(app, "Hyväksyttävä taso (ei pakollinen)", "65,5")
    phone.get_by_test_id("stDateInput").get_by_role("spinbutton").first.click()
    phone.keyboard.type(f"{LAST_DAY:%d%m%Y}")
    phone.keyboard.press("Tab")
    app.idle()

    press(app, "Tallenna hyväksyntä")

    accepted = phone.locator(".st-key-goal-deviation")
    expect(accepted).to_contain_text(f"Johto on hyväksynyt poikkeaman 31.1.{LAST_DAY.year} asti")
    for said in (WHY, "65,50", "100,00"):
        expect(accepted).to_contain_text(said)
    app.idle()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(phone) == []
    app.open("oversight?view=deviations&period=2025-Q2")
    expect(phone.get_by_role("heading", name="Voimassa: 1 poikkeama")).to_be_visible()
    expect(phone.get_by_text(WHY)).to_be_visible()


@pytest.mark.parametrize("view", VIEWS)
def test_every_list_of_oversight_fits_a_phone_and_is_accessible(phone: Page, app_url: str, view: str) -> None:
    app = signed_in(App(phone, app_url), OFFICE).open(f"oversight?view={view}&period=2025-Q2")

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(app.page) == []


def test_the_list_that_is_chosen_stands_in_the_address(app: App) -> None:
    signed_in(app, OFFICE).open("oversight")

    app.page.get_by_role("radio", name="Näkemyserot").click()

    expect(app.page.get_by_text("Omistajien arviot eivät poikkea")).to_be_visible()
    app.idle()
    assert "view=disagreements" in app.page.url


def test_a_finding_of_the_radar_leads_to_its_indicator(app: App) -> None:
    signed_in(app, OFFICE).open("oversight?period=2025-Q2&kind=stale_value")

    app.page.get_by_role("link", name="Ensikontakti luvatussa ajassa").click()

    expect(app.page.get_by_role("heading", level=1, name="Ensikontakti luvatussa ajassa")).to_be_visible()
    app.idle()
