"""What a source may reach: its own hosts, and inside the house only those that the installation names."""

import pytest

from connectors.http_json.source import Settings
from okr_engine.errors import AddressRefused
from okr_engine.services.connections import client_for

COLUMNS = {
    "table": "survey_response",
    "columns": {"response_id": "/id", "answered_ts_utc": "/at", "metric": "/metric", "unit_id": "/unit"},
}


def register(address: str) -> Settings:
    return Settings.model_validate({"source_system": "register", "address": address, "columns": COLUMNS})


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [("https://elsewhere.example/", "host_not_allowed"), ("http://register.example/", "not_encrypted")],
)
def test_a_source_reaches_its_own_host_and_only_with_tls(asked: str, refusal: str) -> None:
    with (
        client_for(register("https://register.example/api"), {"warehouse"}) as client,
        pytest.raises(AddressRefused) as refused,
    ):
        client.get(asked)

    assert refused.value.what.key == f"sources.{refusal}"


def test_an_address_inside_the_house_is_refused_unless_the_installation_names_it() -> None:
    with client_for(register("https://127.0.0.1:9/api"), ()) as client, pytest.raises(AddressRefused) as refused:
        client.get("https://127.0.0.1:9/api")

    assert refused.value.what.key == "sources.inner_address"


def test_a_named_inner_host_is_not_reached_by_a_source_of_another_host() -> None:
    with client_for(register("https://register.example"), {"127.0.0.1"}) as client, pytest.raises(AddressRefused) as e:
        client.get("http://127.0.0.1:9/api")

    assert e.value.what.key == "sources.host_not_allowed"
