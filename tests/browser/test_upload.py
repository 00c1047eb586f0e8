"""A file of events in a real browser: brought in once by hand, recognised the second time."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import OKR, App, served, with_demo
from tests.browser.test_reading import OUR_RULES
from tests.browser.test_writing import press, signed_in
from tests.ports import free_port

STEWARD = "data-steward"
HETU = "131052-308T"
VISITS = (
    "Tapahtuma;Hetu;Yksikkö;Saapui;Lähti;Laji\n"
    f"1;{HETU};Malmi;2.6.2025 8.30;2.6.2025 9.15;Päivystys\n"
    f"2;{HETU};Malmi;3.6.2025 8.30;3.6.2025 7.15;Päivystys\n"
    f"3;{HETU};Jorvi;4.6.2025 8.30;;X9\n"
)


@pytest.fixture(scope="module")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The product with a key for persons' identifiers."""
    folder, port = tmp_path_factory.mktemp("app"), free_port()
    environment = with_demo(folder, port) | {"OKR_PERSON_KEY": "a key of sixteen or more"}
    with served([str(OKR), "serve"], folder, environment, url=f"http://127.0.0.1:{port}") as url:
        yield url


def upload(app: App, name: str = "kaynnit.csv", content: str = VISITS) -> App:
    signed_in(app, STEWARD).open("upload")
    file = FilePayload(name=name, mimeType="text/csv", buffer=content.encode())
    app.page.locator("input[type=file]").set_input_files(file)
    expect(app.page.get_by_role("table", name="Ensimmäiset tapahtumat")).to_be_visible()
    return app.idle()


def test_a_file_is_mapped_seen_brought_in_and_recognised_the_next_time(app: App) -> None:
    upload(app)
    aside = app.page.get_by_role("table", name="Syrjään jäävät tietueet")
    expect(aside.get_by_role("row").filter(has_text="rivi 4")).to_contain_text("X9")
    app.choose("X9", "Avohoitokäynti")
    expect(aside.get_by_role("row").filter(has_text="rivi 4")).to_have_count(0)
    expect(app.page.get_by_role("table", name="Ensimmäiset tapahtumat")).to_contain_text("Jorvi")

    press(app, "Tuo tapahtumat")

    expect(app.page.get_by_text("kaynnit.csv on tuotu")).to_be_visible()
    expect(app.page.get_by_text("uusia tapahtumia 2")).to_be_visible()
    upload(app.idle())
    expect(app.page.get_by_text("Sarakkeet on kohdistettu niin kuin Tietovastaava")).to_be_visible()
    expect(app.page.get_by_test_id("stMetric").filter(has_text="Jää syrjään")).to_contain_text("1")


def test_nobodys_identifier_reaches_the_browser(app: App) -> None:
    received: list[str | bytes] = []
    app.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(frame)))

    upload(app)

    assert received
    assert not any(HETU.encode() in (one.encode() if isinstance(one, str) else one) for one in received)


def test_a_file_with_its_preview_is_accessible(app: App) -> None:
    upload(app)

    # The list of chosen files is Streamlit's own.
    not_ours = {"exclude": [["[data-testid=stFileUploader]"]]}
    found = Axe().run(app.page, context=not_ours, options={"runOnly": OUR_RULES})

    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []


def test_a_damaged_file_is_a_sentence(app: App) -> None:
    signed_in(app, STEWARD).open("upload")
    file = FilePayload(name="rikki.xlsx", mimeType="application/octet-stream", buffer=b"PK no workbook")
    app.page.locator("input[type=file]").set_input_files(file)

    expect(app.page.get_by_text("Mitään ei tallennettu.")).to_be_visible()
    expect(app.page.get_by_test_id("stAlert")).to_contain_text("rikki.xlsx")
    app.idle()
