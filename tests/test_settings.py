"""Settings: what contradicts itself, or opens a door by mistake, is refused with the variable's name."""

from typing import Any

import pytest
from pydantic import ValidationError

from okr_engine.settings import Settings

PROVIDER: dict[str, Any] = {
    "oidc_metadata_url": "https://login.example/.well-known/openid-configuration",
    "oidc_client_id": "okr",
    "oidc_client_secret": "kept",
    "oidc_redirect_url": "https://strategy.example/oauth2callback",
    "cookie_secret": "a secret of thirty-two characters",
}


@pytest.mark.parametrize("missing", PROVIDER)
def test_half_an_identity_provider_is_refused(missing: str) -> None:
    with pytest.raises(ValidationError, match=f"OKR_{missing.upper()}"):
        Settings(**{name: value for name, value in PROVIDER.items() if name != missing})


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"cookie_secret": "short enough to be guessed"}, "OKR_COOKIE_SECRET"),
        ({"oidc_redirect_url": "https://strategy.example/"}, "OKR_OIDC_REDIRECT_URL"),
    ],
)
def test_an_identity_provider_that_could_not_work_or_be_trusted_is_refused(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        Settings(**{**PROVIDER, **wrong})


@pytest.mark.parametrize(
    ("settings", "offered"),
    [
        ({"demo": True}, True),
        ({"demo": True, "address": "::1"}, True),
        ({"demo": False}, False),
        ({"demo": True, "address": "0.0.0.0"}, False),  # noqa: S104 - that is what is refused
        ({"demo": True, "address": "127.0.0.1.evil.example"}, False),
        ({"demo": True, **PROVIDER}, False),
    ],
)
def test_demo_accounts_are_offered_on_loopback_only_and_never_beside_a_provider(
    settings: dict[str, Any], offered: bool
) -> None:
    assert Settings(**settings).offers_demo_accounts is offered


def test_no_secret_is_shown_where_settings_are_printed() -> None:
    printed = repr(Settings(**PROVIDER))

    assert PROVIDER["cookie_secret"] not in printed
    assert PROVIDER["oidc_client_secret"] not in printed


def test_hosts_of_the_inner_network_are_named_with_commas_in_either_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKR_INNER_HOSTS", "Register.county.example, ,warehouse")

    assert Settings().inner_host_names == {"register.county.example", "warehouse"}
