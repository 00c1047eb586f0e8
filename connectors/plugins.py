"""Plugins by name: our modules and installed entry points, loaded when asked for; a broken one is a problem told."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, TypeVar

from okr_engine.settings import Settings
from okr_engine.words import Message, message

V = TypeVar("V")


@dataclass(frozen=True)
class Contract:
    """What makes a plugin of one kind: its entry-point group, our own modules, what a module lacks, and the version.

    A plugin from elsewhere says with `API_VERSION` which version of the contract it was made for.
    """

    group: str
    module: str
    lacks: Callable[[Any], list[str]]
    taken: Callable[[str], Message]
    api_version: int = 1


@dataclass(frozen=True)
class Plugin:
    """An installed entry point: its name, the package it comes from, and why it is not used, if it is not."""

    name: str
    package: str
    problem: Message | None


def own_modules(module: str) -> list[str]:
    """The folders here that hold such a module."""
    return sorted(path.parent.name for path in Path(__file__).parent.glob(f"*/{module}.py"))


def loaded(contract: Contract, others: Iterable[EntryPoint] | None) -> tuple[Mapping[str, Any], Mapping[str, Message]]:
    """Our modules and `others`, the installed entry points unless given; and what is wrong with those left out.

    Asking for one name loads no other plugin; going through either of the two loads them all.
    """
    refused: dict[str, Message] = {}
    own = own_modules(contract.module)
    entries = {name: EntryPoint(name, f"connectors.{name}.{contract.module}", contract.group) for name in own}
    for entry in entry_points(group=contract.group) if others is None else others:
        if problem := _refusal(contract, entry, entries):
            refused[entry.name if entry.name not in entries else f"{entry.name} = {entry.value}"] = problem
        else:
            entries[entry.name] = entry

    @cache
    def look(name: str) -> tuple[Any, Message | None]:
        return _load(contract, entries[name])

    return (
        _Asked(entries, lambda name: look(name)[0]),
        _Asked(refused | entries, lambda name: refused.get(name) or look(name)[1]),
    )


def installed(contract: Contract) -> list[Plugin]:
    """The plugins of that kind which other packages bring, each loaded to see whether it can be used."""
    found, problems = loaded(contract, None)
    return [
        Plugin(
            entry.name,
            _package(entry),
            problems.get(f"{entry.name} = {entry.value}") or (None if entry.name in found else problems[entry.name]),
        )
        for entry in sorted(entry_points(group=contract.group))
    ]


def uncallable(plugin: Any, parts: Iterable[str]) -> list[str]:
    """The parts that a plugin does not have, or that cannot be called."""
    return [part for part in parts if not callable(getattr(plugin, part, None))]


class _Asked(Mapping[str, V]):
    """What `look` finds under each of the names, looked for when it is asked for; where it finds None is nothing."""

    def __init__(self, names: Iterable[str], look: Callable[[str], V | None]) -> None:
        self._names, self._look = tuple(names), look

    def __getitem__(self, name: str) -> V:
        found = self._look(name) if name in self._names else None
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._names if self._look(name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _refusal(contract: Contract, entry: EntryPoint, known: Mapping[str, EntryPoint]) -> Message | None:
    """Why an entry point is not even loaded: operators have not allowed its package, or the name has another."""
    # Read here and not handed in, so that no door can forget what operators have pinned.
    if not Settings().allows_plugins_of(entry.dist.name if entry.dist else ""):
        return message("sources.plugin_not_allowed", name=entry.name, package=_package(entry))
    return contract.taken(entry.name) if entry.name in known else None


def _load(contract: Contract, entry: EntryPoint) -> tuple[Any, Message | None]:
    """The plugin, or what is wrong with it."""
    is_ours = entry.value.startswith("connectors.")
    try:
        plugin = entry.load()
        version = contract.api_version if is_ours else getattr(plugin, "API_VERSION", None)
        missing = contract.lacks(plugin)
    except (Exception, SystemExit) as error:  # a plugin may fail in any way; it must not take the others with it
        reason = f"{type(error).__name__}: {error}"
        return None, message("sources.plugin_broken", name=entry.name, reason=reason)
    if not isinstance(version, int):
        missing = [*missing, "API_VERSION"]
    elif version > contract.api_version:
        ours = contract.api_version
        return None, message("sources.plugin_too_new", name=entry.name, version=version, ours=ours)
    if missing:
        return None, message("sources.plugin_incomplete", name=entry.name, missing=", ".join(missing))
    return plugin, None


def _package(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
