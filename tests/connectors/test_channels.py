"""Channels to people are found by name; a plugin that cannot be used is told and takes no other with it."""

import sys
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest
from pydantic import ValidationError

from connectors.channels import GROUP, known_channels, own_channels
from connectors.smtp import channel as smtp
from connectors.webhook import channel as webhook


def installed(monkeypatch: pytest.MonkeyPatch, name: str, **parts: object) -> EntryPoint:
    """A channel that another package brings, with those parts."""
    module = ModuleType(f"brought_{name}")
    for part, value in parts.items():
        setattr(module, part, value)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return EntryPoint(name, module.__name__, GROUP)


def test_our_channels_can_all_be_used() -> None:
    known = known_channels(())

    assert own_channels() == sorted(known.channels) == ["smtp", "webhook"]
    assert dict(known.problems) == {}


def test_a_channel_of_another_package_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {name: getattr(smtp, name) for name in ("Settings", "CAPABILITIES", "probe", "send")}
    chat = installed(monkeypatch, "chat", API_VERSION=1, **parts)

    assert "chat" in known_channels((chat,)).channels


def test_a_channel_that_lacks_something_is_a_problem_told(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = installed(monkeypatch, "chat", API_VERSION=1, Settings=smtp.Settings, probe=smtp.probe)

    known = known_channels((chat,))

    assert "chat" not in known.channels
    assert known.problems["chat"].values["missing"] == "send, CAPABILITIES"


def test_a_channel_refuses_an_address_that_nobody_can_read() -> None:
    told = {"app_address": "https://okr.example", "secret_variable": "OKR_SECRET_HOOK"}

    with pytest.raises(ValidationError, match="no address that can be read"):
        webhook.Settings.model_validate(told | {"address": "https://hooks.example.fi:8o80/x"})
