"""Every source there is: our own folders, and those that other packages bring by entry point."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint
from typing import Any

from connectors.plugins import Contract, loaded, own_modules, uncallable
from okr_engine.measuring.sources import API_VERSION, Source, SourceSettings
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
    return Registry(*loaded(CONTRACT, others))


def own_names() -> list[str]:
    """The names of our own sources: the folders here that hold a `source.py`."""
    return own_modules(CONTRACT.module)


def own_source(name: str) -> Source[Any]:
    """Our own source of that name."""
    source: Source[Any] = import_module(f"connectors.{name}.source")
    return source


def _lacks(source: Any) -> list[str]:
    missing = uncallable(source, _PARTS)
    return missing or ([] if issubclass(source.Settings, SourceSettings) else ["Settings"])


CONTRACT = Contract(GROUP, "source", _lacks, lambda name: message("sources.plugin_name_taken", name=name), API_VERSION)
"""What makes a source a plugin."""
