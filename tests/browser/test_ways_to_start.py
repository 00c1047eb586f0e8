"""`okr serve` is not the only way to start: Streamlit's own command and any ASGI server bring up the same thing."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from app_pages.components.here import DEMO_COOKIE
from tests.browser.conftest import App, served
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
WAYS = {
    "streamlit": ["streamlit", "run", str(ROOT / "streamlit_app.py"), "--server.port"],
    "uvicorn": ["uvicorn", "streamlit_app:app", "--app-dir", str(ROOT), "--port"],
}


@pytest.fixture(scope="module", params=WAYS)
def app_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The product with the demo loaded, but without OKR_DEMO, started one way and then the other."""
    folder = tmp_path_factory.mktemp("started")
    port = str(free_port())
    programs = Path(sys.executable).parent
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("OKR_")}
    environment = inherited | {"OKR_DATABASE_URL": f"sqlite:///{folder / 'okr.db'}"}
    for step in (["migrate"], ["demo", "--case", "county"]):
        subprocess.run([programs / "okr", *step], cwd=folder, env=environment, check=True)
    program, *words = WAYS[request.param]
    url = f"http://127.0.0.1:{port}"
    with served([str(programs / program), *words, port], folder, environment, url=url):
        yield url


def test_the_same_screens_appear(app: App) -> None:
    app.open()

    expect(app.page.get_by_role("heading", name="Strategian seuranta")).to_be_visible()
    expect(app.page.get_by_role("heading", level=1)).to_have_css("font-family", '"Source Serif", serif')


def test_the_same_answers_are_given_beside_the_screens(app_url: str) -> None:
    with urlopen(f"{app_url}/healthz", timeout=10) as answer:  # noqa: S310 - our own server
        assert json.load(answer)["status"] == "ok"


def test_a_demo_cookie_is_nobody_where_no_demo_is_offered(app: App) -> None:
    app.page.context.add_cookies([{"name": DEMO_COOKIE, "value": "strategy-office", "url": app.url}])

    app.open()

    expect(app.page.get_by_role("alert")).to_contain_text("OKR_OIDC_")
    expect(app.page.get_by_text("Esittely")).to_have_count(0)
    assert app.page.request.get(f"{app.url}/demo/sign-in/strategy-office", max_redirects=0).status == 404
