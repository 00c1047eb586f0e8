"""Every channel to people: our own folders, and those that other packages bring by entry point."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Any

from connectors.plugins import Contract, loaded, own_modules, uncallable
from okr_engine.words import Message, message
from okr_engine.workflow.channels import Channel, ChannelCapabilities, ChannelSettings

GROUP = "okr_engine.channels"
_PARTS = ("Settings", "probe", "send")


@dataclass(frozen=True)
class Channels:
    """The channels by name, and what is wrong with those that cannot be used."""

    channels: Mapping[str, Channel[Any]]
    problems: Mapping[str, Message]


def known_channels(others: tuple[EntryPoint, ...] | None = None) -> Channels:
    """Our channels and `others`, the installed entry points unless given; a broken one is a problem told."""
    return Channels(*loaded(CONTRACT, others))


def own_channels() -> list[str]:
    """The names of our own channels: the folders here that hold a `channel.py`."""
    return own_modules(CONTRACT.module)


def _lacks(channel: Any) -> list[str]:
    missing = uncallable(channel, _PARTS)
    if not isinstance(getattr(channel, "CAPABILITIES", None), ChannelCapabilities):
        missing.append("CAPABILITIES")
    return missing or ([] if _is_settings(channel.Settings) else ["Settings"])


def _is_settings(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, ChannelSettings)


CONTRACT = Contract(GROUP, "channel", _lacks, lambda name: message("channels.plugin_name_taken", name=name))
"""What makes a channel a plugin."""
