"""Whatever a server does, asking it ends by itself and says what happened."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from connectors.kit.addresses import Reach
from connectors.kit.answers import ask, ask_json, ask_lines
from connectors.kit.client import Clock, Patience, open_client, retry_after
from okr_engine.errors import AddressRefused, CredentialsRefused, OkrError, SchemaChanged, SourceUnavailable
from tests.connectors.misbehaving_server import (
    Reply,
    answer,
    bomb,
    drips,
    hangs,
    misbehaving,
    promises_too_little,
    promises_too_much,
    redirects_to,
    truncated_gzip,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HASTY = Patience(connect=0.5, read=0.3, answer=0.6, waiting=5, attempts=2, first_pause=0.01, longest_pause=0.02)
LOOPBACK = Reach(hosts=frozenset(), inner=frozenset({"127.0.0.1"}))


class Hands:
    """A clock whose time passes only by sleeping."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def clock(self) -> Clock:
        return Clock(
            now=lambda: NOW + timedelta(seconds=sum(self.slept)),
            elapsed=lambda: sum(self.slept),
            sleep=self.slept.append,
            chance=lambda: 1.0,
        )


def client_for(*answers: httpx.Response, hands: Hands, patience: Patience | None = None) -> httpx.Client:
    left = list(answers)
    network = httpx.MockTransport(lambda request: left.pop(0) if len(left) > 1 else left[0])
    return open_client(Reach(frozenset({"county.example"})), patience=patience, clock=hands.clock(), network=network)


def test_a_busy_server_is_asked_again_with_growing_pauses() -> None:
    hands = Hands()
    client = client_for(httpx.Response(503), httpx.Response(502), httpx.Response(200, json=[1]), hands=hands)

    assert ask_json(client, "https://county.example/a") == [1]
    assert hands.slept == [1.0, 2.0]


def test_the_server_s_own_wish_to_wait_is_kept() -> None:
    hands = Hands()
    busy = httpx.Response(429, headers={"Retry-After": "17"})
    client = client_for(busy, httpx.Response(200, json=[]), hands=hands)

    ask_json(client, "https://county.example/a")

    assert hands.slept == [17.0]


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("Mon, 02 Mar 2026 09:05:00 GMT", timedelta(minutes=5)),
        ("Mon, 02 Mar 2026 08:00:00 GMT", timedelta(0)),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(text: str, wait: timedelta | None) -> None:
    assert retry_after(httpx.Headers({"Retry-After": text}), NOW) == wait


def test_too_busy_for_an_hour_ends_at_once_and_says_when_to_try_again() -> None:
    hands = Hands()
    client = client_for(httpx.Response(429, headers={"Retry-After": "3600"}), hands=hands)

    with pytest.raises(SourceUnavailable) as refused:
        ask(client, "https://county.example/a")

    assert refused.value.try_again == NOW + timedelta(hours=1)
    assert hands.slept == []


def test_busy_without_end_ends_within_the_bounds() -> None:
    hands = Hands()
    busy = httpx.Response(429, headers={"Retry-After": "100"})
    client = client_for(busy, hands=hands, patience=Patience(attempts=99))

    with pytest.raises(SourceUnavailable):
        ask(client, "https://county.example/a")

    assert sum(hands.slept) <= Patience().waiting


@pytest.mark.parametrize(
    ("response", "error", "key"),
    [
        (httpx.Response(401), CredentialsRefused, "sources.credentials_refused"),
        (httpx.Response(403), CredentialsRefused, "sources.credentials_refused"),
        (httpx.Response(404), SchemaChanged, "sources.address_gone"),
        (httpx.Response(400), SourceUnavailable, "sources.refused"),
        (httpx.Response(200, html="<html>Sign in</html>"), SourceUnavailable, "sources.web_page_instead"),
        (httpx.Response(200, content=b"\n<!DOCTYPE html>"), SourceUnavailable, "sources.web_page_instead"),
        (httpx.Response(200, content=b""), SourceUnavailable, "sources.not_json"),
        (httpx.Response(200, content=b"[1,"), SourceUnavailable, "sources.not_json"),
        (httpx.Response(200, content=b"[NaN]"), SourceUnavailable, "sources.not_json"),
        (httpx.Response(200, content=b"[" * 200_000), SourceUnavailable, "sources.not_json"),
        (httpx.Response(200, content="ä".encode("latin-1")), SourceUnavailable, "sources.not_json"),
        (httpx.Response(200, content=b"x" * 70_000_000), SourceUnavailable, "sources.answer_too_large"),
    ],
)
def test_an_answer_that_is_no_use_is_named(response: httpx.Response, error: type[OkrError], key: str) -> None:
    with pytest.raises(error) as refused:
        ask_json(client_for(response, hands=Hands()), "https://county.example/a")

    assert refused.value.what.key == key
    assert refused.value.remedy is not None


def test_figures_stay_exact() -> None:
    client = client_for(httpx.Response(200, content=b'{"value": 0.1}'), hands=Hands())

    assert str(ask_json(client, "https://county.example/a")["value"]) == "0.1"


def test_what_a_query_holds_is_not_repeated_in_the_error() -> None:
    with pytest.raises(SourceUnavailable) as refused:
        ask(client_for(httpx.Response(400), hands=Hands()), "https://county.example/a?person=010190-123A")

    assert "010190" not in f"{refused.value.what} {refused.value}"


FAULTS: dict[str, tuple[Reply, str]] = {
    "hangs": (hangs, "sources.no_answer"),
    "drips": (drips, "sources.too_slow"),
    "promises more than it sends": (promises_too_much(b"[]"), "sources.broke_off"),
    "promises less than it sends": (promises_too_little(b"[1, 2, 3]"), "sources.not_json"),
    "breaks off compressed": (truncated_gzip(b"[" + b"1, " * 9000 + b"1]"), "sources.not_json"),
    "is no HTTP": (b"220 ftp ready\r\n", "sources.no_answer"),
    "answers nothing": (lambda connection: None, "sources.no_answer"),
    "answers a page": (answer(b"<html></html>", kind="text/html"), "sources.web_page_instead"),
    "is an endless redirect": (redirects_to("/x"), "sources.broke_off"),
}


@pytest.mark.parametrize(("reply", "key"), FAULTS.values(), ids=FAULTS.keys())
def test_a_server_that_misbehaves_is_left_with_a_reason(reply: Reply, key: str) -> None:
    with (
        misbehaving({"/x": reply}) as server,
        open_client(LOOPBACK, patience=HASTY) as client,
        pytest.raises(SourceUnavailable) as refused,
    ):
        ask_json(client, f"{server.address}/x")

    assert refused.value.what.key == key


def test_an_answer_that_grows_without_bound_when_unpacked_is_left() -> None:
    with (
        misbehaving({"/x": bomb(megabytes=140)}) as server,
        open_client(LOOPBACK) as client,
        pytest.raises(SourceUnavailable) as refused,
    ):
        ask_json(client, f"{server.address}/x")

    assert refused.value.what.key == "sources.answer_too_large"


def test_a_body_that_broke_off_once_is_asked_for_again() -> None:
    with misbehaving({"/x": promises_too_much(b"[]")}) as server, open_client(LOOPBACK, patience=HASTY) as client:
        with pytest.raises(SourceUnavailable):
            ask_json(client, f"{server.address}/x")

        assert server.asked == ["/x"] * 3


def test_a_redirect_to_an_inner_address_is_not_followed() -> None:
    replies: dict[str, Reply] = {}
    with misbehaving(replies) as server, open_client(LOOPBACK, patience=HASTY) as client:
        replies |= {"/x": redirects_to(f"http://localhost:{server.port}/secret"), "/secret": answer(b"[]")}

        with pytest.raises(AddressRefused):
            ask_json(client, f"{server.address}/x")

        assert server.asked == ["/x"]


def test_lines_of_a_large_file_arrive_one_by_one_until_it_breaks_off() -> None:
    reply = promises_too_much(b'{"a": 1}\r\n{"a": 2}\n')
    with misbehaving({"/x": reply}) as server, open_client(LOOPBACK, patience=HASTY) as client:
        lines = ask_lines(client, f"{server.address}/x")

        assert [next(lines), next(lines)] == [b'{"a": 1}', b'{"a": 2}']
        with pytest.raises(SourceUnavailable):
            next(lines)
