"""Every source there is: our own folders, and those that other packages bring by entry point."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from okr_engine.measuring.sources import Source, SourceSettings
from okr_engine.words import Message, message

GROUP = "okr_engine.sources"
_PARTS = ("Settings", "probe", "pages", "events_of")


@dataclass(frozen=True)
class Registry:
    """The sources by name, and what is wrong with those that cannot be used."""

    sources: Mapping[str, Source[Any]]
    problems: Mapping[str, Message]


def known_sources(others: tuple[EntryPoint, ...] | None = None) -> Registry:
    """Our sources and `others`, which are the installed entry points unless given; a broken one is a problem told."""
    sources: dict[str, Source[Any]] = {}
    problems: dict[str, Message] = {}
    for name in own_names():
        _add(sources, problems, EntryPoint(name, f"connectors.{name}.source", GROUP))
    for entry in tuple(entry_points(group=GROUP)) if others is None else others:
        if entry.name in sources:
            problems[entry.name] = message("sources.plugin_name_taken", name=entry.name)
        else:
            _add(sources, problems, entry)
    return Registry(sources, problems)


def own_names() -> list[str]:
    """The names of our own sources: the folders here that hold a `source.py`."""
    return sorted(path.parent.name for path in Path(__file__).parent.glob("*/source.py"))


def own_source(name: str) -> Source[Any]:
    """Our own source of that name."""
    source: Source[Any] = import_module(f"connectors.{name}.source")
    return source


def _add(sources: dict[str, Source[Any]], problems: dict[str, Message], entry: EntryPoint) -> None:
    try:
        source = entry.load()
    except Exception as error:  # a plugin may fail in any way; it must not take the others with it
        reason = f"{type(error).__name__}: {error}"
        problems[entry.name] = message("sources.plugin_broken", name=entry.name, reason=reason)
        return
    missing = [part for part in _PARTS if not callable(getattr(source, part, None))]
    if missing or not issubclass(source.Settings, SourceSettings):
        problems[entry.name] = message(
            "sources.plugin_incomplete", name=entry.name, missing=", ".join(missing) or "Settings"
        )
    else:
        sources[entry.name] = source
