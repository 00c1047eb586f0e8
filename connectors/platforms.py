"""Every task platform there is: our own folders, and those that other packages bring by entry point."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from okr_engine.words import Message, message
from okr_engine.workflow.platforms import Capabilities, PlatformSettings, TaskPlatform

GROUP = "okr_engine.task_platforms"
_PARTS = ("Settings", "probe", "upsert", "fetch", "changes", "parse_inbound")


@dataclass(frozen=True)
class Platforms:
    """The task platforms by name, and what is wrong with those that cannot be used."""

    platforms: Mapping[str, TaskPlatform[Any]]
    problems: Mapping[str, Message]


def known_platforms(others: tuple[EntryPoint, ...] | None = None) -> Platforms:
    """Our platforms and `others`, the installed entry points unless given; a broken one is a problem told."""
    platforms: dict[str, TaskPlatform[Any]] = {}
    problems: dict[str, Message] = {}
    own = [EntryPoint(name, f"connectors.{name}.tasks", GROUP) for name in own_platforms()]
    for entry in (*own, *(entry_points(group=GROUP) if others is None else others)):
        if entry.name in platforms:
            problems[entry.name] = message("task_platforms.plugin_name_taken", name=entry.name)
        else:
            _add(platforms, problems, entry)
    return Platforms(platforms, problems)


def own_platforms() -> list[str]:
    """The names of our own platforms: the folders here that hold a `tasks.py`."""
    return sorted(path.parent.name for path in Path(__file__).parent.glob("*/tasks.py"))


def _add(platforms: dict[str, TaskPlatform[Any]], problems: dict[str, Message], entry: EntryPoint) -> None:
    try:
        platform = entry.load()
    except Exception as error:  # a plugin may fail in any way; it must not take the others with it
        reason = f"{type(error).__name__}: {error}"
        problems[entry.name] = message("sources.plugin_broken", name=entry.name, reason=reason)
        return
    missing = [part for part in _PARTS if not callable(getattr(platform, part, None))]
    if not isinstance(getattr(platform, "CAPABILITIES", None), Capabilities):
        missing.append("CAPABILITIES")
    if not missing and not _is_settings(platform.Settings):
        missing.append("Settings")
    if missing:
        problems[entry.name] = message("sources.plugin_incomplete", name=entry.name, missing=", ".join(missing))
    else:
        platforms[entry.name] = platform


def _is_settings(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, PlatformSettings)
