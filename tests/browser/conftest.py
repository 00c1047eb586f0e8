"""The running product in a real browser: one server for all tests, a fresh visitor for each."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.needs import do_without
from tests.ports import free_port

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
)
OKR = Path(sys.executable).with_name("okr")
START_SECONDS = 60
# Opened at a page's own address, Streamlit looks for its server there first, and the browser reports that it is not.
LOOKED_FOR = ("/_stcore/health", "/_stcore/host-config")

# A machine under load takes its time; what never comes fails all the same.
expect.set_options(timeout=30_000)


@dataclass(frozen=True)
class App:
    """What a visitor does: opens a screen, waits until it has settled."""

    page: Page
    url: str

    def open(self, path: str = "") -> Self:
        """Go to a screen and wait for its heading and for everything on it."""
        self.page.goto(f"{self.url}/{path}")
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        return self.idle()

    def idle(self) -> Self:
        """Wait until the script has run, nothing shown is from before, and no error is on the screen."""
        settled = '[data-testid="stApp"][data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]'
        expect(self.page.locator(settled)).to_be_visible()
        expect(self.page.locator('[data-stale="true"]')).to_have_count(0)
        expect(self.page.get_by_test_id("stException")).to_have_count(0)
        return self

    def choose(self, label: str, option: str) -> Self:
        """Type what is wanted and take it from the keyboard: an offer may be drawn anew under a pointer."""
        chooser = self.idle().page.get_by_role("combobox", name=label)
        chooser.click()
        chooser.fill(option)
        offer = self.page.get_by_role("option", name=option)
        expect(offer.and_(self.page.locator("[data-focused]"))).to_be_visible()
        chooser.press("Enter")
        expect(self.page.get_by_role("listbox")).to_have_count(0)
        return self.idle()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder as looking at the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the product, served for one module: what its tests write, no other module reads."""
    folder, port = tmp_path_factory.mktemp("app"), free_port()
    with served([str(OKR), "serve"], folder, with_demo(folder, port), url=f"http://127.0.0.1:{port}") as url:
        yield url


def with_demo(folder: Path, port: int) -> dict[str, str]:
    """The environment of a server on `port` whose SQLite in `folder` holds the demo."""
    environment = os.environ | {
        "OKR_ADDRESS": "127.0.0.1",
        "OKR_DATABASE_URL": f"sqlite:///{folder / 'okr.db'}",
        "OKR_DEMO": "1",
        "OKR_PORT": str(port),
        "OKR_WORKER": "0",
    }
    for step in ("migrate", "demo"):
        subprocess.run([OKR, step], cwd=folder, env=environment, check=True)
    return environment


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's own Chromium; nothing is downloaded."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        do_without("browser", advice="apt install chromium")
    # Not for the whole run: as long as Playwright is started, no test can use asyncio.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A visitor who has not been here before, in Finland, at a desk."""
    context = browser.new_context(
        locale="fi-FI",
        timezone_id="Europe/Helsinki",
        viewport={"width": 1440, "height": 900},
        color_scheme="light",
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def neighbours() -> tuple[str, ...]:
    """The addresses of other servers that the product may lead a visitor to."""
    return ()


@pytest.fixture
def app(page: Page, app_url: str, neighbours: tuple[str, ...]) -> Iterator[App]:
    """The product before a fresh visitor; an error in the browser, or a request to elsewhere, fails the test."""
    wrong: list[str] = []

    def heard(console: ConsoleMessage) -> None:
        if console.type == "error" and not console.location["url"].endswith(LOOKED_FOR):
            wrong.append(f"console: {console.text}")

    def asked(request: Request) -> None:
        if not request.url.startswith((app_url, *neighbours, "data:", "blob:")):
            wrong.append(f"request to elsewhere: {request.url}")

    page.on("console", heard)
    page.on("pageerror", lambda error: wrong.append(f"page: {error}"))
    page.on("request", asked)
    yield App(page, app_url)
    assert wrong == []


@contextmanager
def served(command: list[str], folder: Path, environment: dict[str, str], *, url: str) -> Iterator[str]:
    """Run `command` until the end of the block; enter the block when it answers at `url`."""
    log = folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
    try:
        give_up = time.monotonic() + START_SECONDS
        while not answers(url):
            if server.poll() is not None or time.monotonic() > give_up:
                pytest.fail(f"the server does not answer:\n{log.read_text('utf-8')}", pytrace=False)
            time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/_stcore/health", timeout=5):  # noqa: S310 - our own server
            return True
    except HTTPError as error:
        error.close()
        return True
    except (URLError, TimeoutError, ConnectionError):
        return False
