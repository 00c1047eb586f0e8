"""What task platforms report over the API: proved by its signature, kept once, and refused without saying why."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx
import pytest
from sqlmodel import select

from okr_engine.model import ActionState, CorrectiveAction, InboxMessage
from okr_engine.workflow.signatures import signed
from tests.api.conftest import SETTINGS, Api, Program
from tests.services.small_county import NOW
from tests.workflow.receiving_server import SECRET, SECRET_BYTES
from tests.workflow.steps import ENDPOINT, with_endpoint

ACTION = "CA-2025-Q2-1"
ADDRESS = f"/inbound/{ENDPOINT}"


@pytest.fixture
def platform(api: Api, monkeypatch: pytest.MonkeyPatch) -> Program:
    """An automation that has no token, only the secret."""
    monkeypatch.setenv("OKR_SECRET_HOOK", SECRET)
    with_endpoint(api.county.engine, "https://automation.example/hook")
    return Program(api.app, None)


def event(state: str = "done", code: str = ACTION) -> bytes:
    told = {"specversion": "1.0", "type": "okr.task.reported", "subject": code, "data": {"state": state}}
    return json.dumps(told).encode()


def post(platform: Program, body: bytes, message_id: str = "m-1", *, address: str = ADDRESS, late: int = 0):
    at = NOW - timedelta(minutes=late)
    headers = signed(SECRET_BYTES, message_id=message_id, at=at, body=body)
    return platform.ask("POST", address, content=body, headers=headers)


def state_of_the_action(api: Api) -> ActionState:
    [found] = api.county.rows(select(CorrectiveAction.state).where(CorrectiveAction.code == ACTION))
    assert isinstance(found, ActionState)
    return found


def test_a_signed_report_moves_the_action_without_a_token(api: Api, platform: Program) -> None:
    answer = post(platform, event())

    assert (answer.status_code, answer.json()) == (202, {"outcome": "applied"})
    assert state_of_the_action(api) is ActionState.ACKNOWLEDGED


def test_a_report_that_is_sent_again_is_answered_alike_and_kept_once(api: Api, platform: Program) -> None:
    answers = [post(platform, event()) for _ in range(2)]

    assert [one.json() for one in answers] == [{"outcome": "applied"}] * 2
    assert len(api.county.rows(select(InboxMessage))) == 1


def test_a_report_about_no_action_of_ours_is_kept_and_said_to_be_so(api: Api, platform: Program) -> None:
    answer = post(platform, event(code="CA-X-99"))

    assert (answer.status_code, answer.json()) == (202, {"outcome": "unknown"})


def test_forged_late_and_illegible_reports_are_refused_alike_and_leave_no_trace(api: Api, platform: Program) -> None:
    forged = platform.ask("POST", ADDRESS, content=event())
    stale = post(platform, event(), late=6)
    illegible = post(platform, b"[[[[")
    odd = post(platform, event("finished"))

    for one in (forged, stale, illegible, odd):
        assert (one.status_code, one.json()) == (401, forged.json())
        assert one.headers["content-type"] == "application/problem+json"
    assert api.county.rows(select(InboxMessage)) == []


def test_bytes_that_are_no_text_are_refused(platform: Program) -> None:
    answer = post(platform, b"\xff\xfe" + event())

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:okr-engine:problem:unreadable")


def test_what_is_too_large_is_not_read_to_its_end(api: Api, platform: Program) -> None:
    piece, read = b" " * 1024, list[int]()

    def endless() -> Iterator[bytes]:
        for number in range(10_000):
            read.append(number)
            yield piece

    answer = post_pieces(api, endless())

    assert answer.status_code == 413
    assert len(read) <= SETTINGS.api_max_body_kb + 2


def post_pieces(api: Api, pieces: Iterator[bytes]) -> httpx.Response:
    async def body() -> AsyncIterator[bytes]:
        for one in pieces:
            yield one

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=api.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://county.example") as client:
            return await client.post(f"/v1{ADDRESS}", content=body())

    return asyncio.run(asked())


def test_there_is_no_other_endpoint(platform: Program) -> None:
    assert post(platform, event(), address="/inbound/elsewhere").status_code == 404


def test_an_endpoint_that_lacks_its_secret_asks_for_the_message_again_and_tells_nothing_of_itself(
    platform: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OKR_SECRET_HOOK")

    answer = post(platform, event())

    assert answer.status_code == 503
    assert "OKR_SECRET" not in answer.text


def test_a_platform_reports_only_so_often(api: Api, platform: Program) -> None:
    answers = [post(platform, event(), f"m-{number}") for number in range(SETTINGS.api_requests_per_minute + 1)]

    assert [one.status_code for one in answers[-2:]] == [202, 429]
    assert answers[-1].headers["retry-after"]
    assert api.program().get("/actions").status_code == 200
