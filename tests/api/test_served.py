"""The API of a running server: `okr serve` brings it up beside the screens."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.browser.conftest import OKR, served, with_demo
from tests.ports import free_port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a server with the demo, and the secret of a token of the first line's owner."""
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    environment, url = with_demo(folder, port), f"http://127.0.0.1:{port}"
    words = ["tokens", "create", "owner-first-line", "--purpose", "test", "--scope", "write"]
    made = subprocess.run([OKR, *words], cwd=folder, env=environment, capture_output=True, text=True, check=True)
    with served([str(OKR), "serve"], folder, environment, url=url):
        yield url, made.stdout.splitlines()[-1]


def test_a_running_server_answers_programs_and_people(server: tuple[str, str]) -> None:
    url, secret = server
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {secret}"}, timeout=30) as program:
        goals = program.get("/api/v1/goals", params={"period": "2025-Q2"})
        told = program.get("/api/v1/key-results/A1.1", params={"period": "2025-Q2"})
        described = program.get("/api/v1/openapi.json")
        screen = program.get("/")

    assert "A1" in [one["code"] for one in goals.json()["items"]]
    assert told.json()["rule"]
    assert described.json()["openapi"].startswith("3.1")
    assert "text/html" in screen.headers["content-type"]


def test_a_running_server_takes_a_figure_once(server: tuple[str, str], tmp_path: Path) -> None:
    url, secret = server
    headers = {"Authorization": f"Bearer {secret}", "If-Match": '"1"', "Idempotency-Key": tmp_path.name}
    body = {"key_result": "A1.1", "period": "2025-Q2", "value": "71.4", "reason": "Kaksi toimipistettä puuttui"}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as program:
        first, again = (program.put("/api/v1/measurements", json=body) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200), first.text
    assert (first.json()["is_repeated"], again.json()["is_repeated"]) == (False, True)
    assert again.json()["figure"]["revision"] == 2


def test_whoever_has_no_token_is_told_so_by_a_running_server(server: tuple[str, str]) -> None:
    answer = httpx.get(f"{server[0]}/api/v1/actions", headers={"Accept-Language": "fi"}, timeout=30)

    assert answer.status_code == 401
    assert answer.json()["title"] == "Tunniste ei kelpaa"
