"""Every task platform there is: our own folders, and those that other packages bring by entry point."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Any

from connectors.plugins import Contract, loaded, own_modules, uncallable
from okr_engine.words import Message, message
from okr_engine.workflow.platforms import API_VERSION, Capabilities, PlatformSettings, TaskPlatform

GROUP = "okr_engine.task_platforms"
_PARTS = ("Settings", "probe", "upsert", "fetch", "changes", "parse_inbound")


@dataclass(frozen=True)
class Platforms:
    """The task platforms by name, and what is wrong with those that cannot be used."""

    platforms: Mapping[str, TaskPlatform[Any]]
    problems: Mapping[str, Message]


def known_platforms(others: tuple[EntryPoint, ...] | None = None) -> Platforms:
    """Our platforms and `others`, the installed entry points unless given; a broken one is a problem told."""
    return Platforms(*loaded(CONTRACT, others))


def own_platforms() -> list[str]:
    """The names of our own platforms: the folders here that hold a `tasks.py`."""
    return own_modules(CONTRACT.module)


def _lacks(platform: Any) -> list[str]:
    missing = uncallable(platform, _PARTS)
    if not isinstance(getattr(platform, "CAPABILITIES", None), Capabilities):
        missing.append("CAPABILITIES")
    return missing or ([] if _is_settings(platform.Settings) else ["Settings"])


def _is_settings(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, PlatformSettings)


CONTRACT = Contract(
    GROUP, "tasks", _lacks, lambda name: message("task_platforms.plugin_name_taken", name=name), API_VERSION
)
"""What makes a task platform a plugin."""
