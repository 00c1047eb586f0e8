"""Plugins by name: modules of our own folders and installed entry points; a broken one is a problem told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from okr_engine.words import Message, message


@dataclass(frozen=True)
class Contract:
    """What makes a plugin: its entry-point group, our own modules of that kind, and what a module of it lacks."""

    group: str
    module: str
    lacks: Callable[[Any], list[str]]
    taken: Callable[[str], Message]


def own_modules(module: str) -> list[str]:
    """The folders here that hold such a module."""
    return sorted(path.parent.name for path in Path(__file__).parent.glob(f"*/{module}.py"))


def loaded(contract: Contract, others: Iterable[EntryPoint] | None) -> tuple[dict[str, Any], dict[str, Message]]:
    """Our modules and `others`, the installed entry points unless given; and what is wrong with those left out."""
    found: dict[str, Any] = {}
    problems: dict[str, Message] = {}
    own = [
        EntryPoint(name, f"connectors.{name}.{contract.module}", contract.group)
        for name in own_modules(contract.module)
    ]
    for entry in (*own, *(entry_points(group=contract.group) if others is None else others)):
        if entry.name in found:
            problems[entry.name] = contract.taken(entry.name)
            continue
        try:
            plugin = entry.load()
        except Exception as error:  # a plugin may fail in any way; it must not take the others with it
            reason = f"{type(error).__name__}: {error}"
            problems[entry.name] = message("sources.plugin_broken", name=entry.name, reason=reason)
            continue
        if missing := contract.lacks(plugin):
            problems[entry.name] = message("sources.plugin_incomplete", name=entry.name, missing=", ".join(missing))
        else:
            found[entry.name] = plugin
    return found, problems


def uncallable(plugin: Any, parts: Iterable[str]) -> list[str]:
    """The parts that a plugin does not have, or that cannot be called."""
    return [part for part in parts if not callable(getattr(plugin, part, None))]
