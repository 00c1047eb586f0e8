"""A connector reaches the hosts it was given, and nothing behind them."""

import httpx
import pytest

from connectors.kit.addresses import Reach
from connectors.kit.answers import ask_json
from connectors.kit.client import Patience, open_client
from okr_engine.errors import AddressRefused, SourceUnavailable
from tests.connectors.misbehaving_server import answer, misbehaving

REACH = Reach(hosts=frozenset({"county.example"}), inner=frozenset({"lab.county.example"}))


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/",
        "https://county.example.evil.example/",
        "http://county.example/",
        "ftp://county.example/",
        "file:///etc/passwd",
    ],
)
def test_a_host_or_scheme_that_was_not_allowed_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        REACH.check(httpx.URL(address))


@pytest.mark.parametrize(
    "address", ["https://county.example/a", "https://COUNTY.example:8443/", "http://lab.county.example/"]
)
def test_allowed_hosts_are_reached(address: str) -> None:
    REACH.check(httpx.URL(address))


@pytest.mark.parametrize(
    "inner",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  an address to refuse
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_a_name_that_leads_inside_is_refused_even_among_good_addresses(inner: str) -> None:
    with pytest.raises(AddressRefused):
        REACH.checked("county.example", 443, resolve=lambda host, port: ["1.1.1.1", inner])


def test_an_inner_host_may_be_inside_but_never_the_cloud_s_own_address() -> None:
    assert REACH.checked("lab.county.example", 80, resolve=lambda host, port: ["10.1.2.3"]) == ["10.1.2.3"]
    with pytest.raises(AddressRefused):
        REACH.checked("lab.county.example", 80, resolve=lambda host, port: ["169.254.169.254"])


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    reach = Reach(frozenset(), frozenset({"lab.county.example"}))
    with misbehaving({"/a": answer(b"[1]")}) as server, open_client(reach, resolve=resolve) as client:
        found = ask_json(client, f"http://lab.county.example:{server.port}/a")

    assert (found, asked) == ([1], ["lab.county.example"])


def test_a_name_nobody_knows_is_said_so() -> None:
    reach = Reach(frozenset({"nobody.invalid"}))
    with open_client(reach, patience=Patience(attempts=1)) as client, pytest.raises(SourceUnavailable) as refused:
        ask_json(client, "https://nobody.invalid/")

    assert refused.value.what.key == "sources.unknown_host"


@pytest.mark.parametrize(
    "leads_to",
    ["https://elsewhere.example/", "http://county.example/", "https://169.254.169.254/", "//elsewhere.example"],
)
def test_a_redirect_beyond_the_allow_list_is_not_followed(leads_to: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": leads_to})

    with open_client(REACH, network=httpx.MockTransport(answer)) as client, pytest.raises(AddressRefused):
        ask_json(client, "https://county.example/a")

    assert asked == ["https://county.example/a"]
