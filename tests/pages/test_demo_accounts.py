"""Demo accounts need no password: they are offered to this machine under its own name, and to nobody else."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from app_pages.components.here import DEMO_COOKIE
from app_pages.serving import middleware, routes
from tests.pages.conftest import PROVIDER, forget

HERE, LAN = "127.0.0.1", "192.168.1.20"
OWN_NAMES = ["localhost", "localhost:8501", "LocalHost:8501", "127.0.0.1:8501", "[::1]:8501"]
OTHER_NAMES = ["evil.example", "localhost.evil.example", "evil.example:8501", "me@localhost", "192.168.1.20:8501", ""]


@dataclass(frozen=True)
class Visitor:
    """Somebody at an address, before what lies around the screens."""

    app: Starlette
    address: str

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a page; a redirection is not followed."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(self.address, 50_000))
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{HERE}:8501") as client:
                return await client.get(path, headers={name.replace("_", "-"): said for name, said in headers.items()})

        return asyncio.run(ask())

    def reaches_the_screens(self, host: str) -> bool:
        """Whether the connection that the screens live on is accepted."""
        heard: list[str] = []

        async def tell() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def hear(said: Any) -> None:
            heard.append(said["type"])

        scope = {
            "type": "websocket",
            "path": "/_stcore/stream",
            "client": (self.address, 50_000),
            "headers": [(b"host", host.encode())],
            "query_string": b"",
        }
        asyncio.run(self.app(scope, tell, hear))
        return "websocket.accept" in heard


Serve = Callable[..., Visitor]


async def screens(socket: WebSocket) -> None:
    await socket.accept()


@pytest.fixture
def serve(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Serve under these settings; the answer is a visitor."""
    monkeypatch.setenv("OKR_DATABASE_URL", f"sqlite:///{database}")

    def start(*, address: str = HERE, **settings: str) -> Visitor:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        forget()
        around = [*routes(), WebSocketRoute("/_stcore/stream", screens)]
        return Visitor(Starlette(routes=around, middleware=middleware()), address)

    yield start
    forget()


def test_a_demo_account_is_chosen_by_its_link(serve: Serve) -> None:
    answer = serve(OKR_DEMO="1").get("/demo/sign-in/strategy-office")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.cookies[DEMO_COOKIE] == "strategy-office"
    assert {"httponly", "samesite=lax"} <= set(answer.headers["set-cookie"].lower().split("; "))


@pytest.mark.parametrize(
    "person",
    ["nobody", "%E2%82%AC", "%00", "a;b", "/evil.example", "%2F%2Fevil.example", "https:%2F%2Fevil.example", ""],
)
def test_a_link_to_nobody_signs_nobody_in_and_leads_nowhere(serve: Serve, person: str) -> None:
    answer = serve(OKR_DEMO="1").get(f"/demo/sign-in/{person}")

    assert answer.status_code == 404
    assert not {"location", "set-cookie"} & set(answer.headers)


@pytest.mark.parametrize("settings", [{}, {"OKR_DEMO": "1", **PROVIDER}, {"OKR_DEMO": "1", "OKR_ADDRESS": LAN}])
def test_nobody_can_be_chosen_where_no_demo_is_offered(serve: Serve, settings: dict[str, str]) -> None:
    answer = serve(**settings).get("/demo/sign-in/strategy-office")

    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


def test_signing_out_forgets_the_account_and_leads_to_the_start(serve: Serve) -> None:
    answer = serve(OKR_DEMO="1").get("/demo/sign-out?next=https://evil.example")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert f'{DEMO_COOKIE}=""' in answer.headers["set-cookie"]


@pytest.mark.parametrize("name", OWN_NAMES)
def test_this_machine_is_served_under_its_own_names(serve: Serve, name: str) -> None:
    visitor = serve(OKR_DEMO="1")

    assert visitor.get("/healthz", host=name).status_code == 200
    assert visitor.reaches_the_screens(name)


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_a_page_that_gives_its_own_name_this_machines_address_gets_nothing(serve: Serve, name: str) -> None:
    visitor = serve(OKR_DEMO="1")

    assert visitor.get("/healthz", host=name).status_code == 403
    assert not visitor.reaches_the_screens(name)


@pytest.mark.parametrize("address", [LAN, "2001:db8::1", "no address"])
def test_another_machine_gets_nothing_even_if_it_uses_the_right_name(serve: Serve, address: str) -> None:
    visitor = serve(address=address, OKR_DEMO="1")

    assert visitor.get("/demo/sign-in/strategy-office", host="localhost").status_code == 403
    assert not visitor.reaches_the_screens("localhost")


def test_whoever_is_turned_away_is_told_why_in_their_language(serve: Serve) -> None:
    answer = serve(OKR_DEMO="1").get("/", host="evil.example", accept_language="sv-FI,sv;q=0.9")

    assert answer.text == "Demokontona fungerar bara på den här datorn: öppna sidan på http://localhost."


def test_with_an_identity_provider_any_machine_and_any_name_is_served(serve: Serve) -> None:
    visitor = serve(address=LAN, OKR_DEMO="1", **PROVIDER)

    assert visitor.get("/healthz", host="strategy.county.example").status_code == 200
    assert visitor.reaches_the_screens("strategy.county.example")
