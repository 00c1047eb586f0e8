"""Plugins are found by themselves, loaded when asked for, and a broken one does not take the others with it."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from connectors.platforms import CONTRACT as PLATFORMS
from connectors.platforms import known_platforms
from connectors.plugins import installed
from connectors.registry import CONTRACT as SOURCES
from connectors.registry import GROUP, known_sources, own_names

WHOLE = "API_VERSION = 1\nfrom connectors.files.source import Settings, events_of, pages, probe\n"
WHOLE_PLATFORM = (
    "API_VERSION = 1\n"
    "from connectors.embedded.tasks import CAPABILITIES, Settings, changes, fetch, parse_inbound, probe, upsert\n"
)


def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: str) -> EntryPoint:
    (tmp_path / f"{name}.py").write_text(code, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, name, raising=False)
    return EntryPoint(name, name, GROUP)


def package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: str, *, group: str, under: str = ""
) -> None:
    """An installed package with one module and one entry point, as an installer leaves it."""
    plugin(tmp_path, monkeypatch, name, code)
    info = tmp_path / f"{name}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[{group}]\n{under or name} = {name}\n", "utf-8")


def test_every_own_folder_with_a_source_is_usable() -> None:
    registry = known_sources(())

    assert sorted(registry.sources) == own_names()
    assert dict(registry.problems) == {}


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("1 / 0", "sources.plugin_broken"),
        ("import no_such_package", "sources.plugin_broken"),
        ("raise SystemError", "sources.plugin_broken"),
        ("raise SystemExit", "sources.plugin_broken"),
        (WHOLE.replace("1", "2", 1), "sources.plugin_too_new"),
        (WHOLE.replace("API_VERSION = 1", ""), "sources.plugin_incomplete"),
        (WHOLE.replace("1", "'1'", 1), "sources.plugin_incomplete"),
        ("def pages(): ...", "sources.plugin_incomplete"),
        ("Settings = probe = pages = events_of = type('S', (), {})", "sources.plugin_incomplete"),
    ],
)
def test_a_broken_plugin_is_a_problem_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, problem: str
) -> None:
    registry = known_sources((plugin(tmp_path, monkeypatch, "odd_plugin", code),))

    assert registry.problems["odd_plugin"].key == problem
    assert sorted(registry.sources) == own_names()


def test_a_whole_plugin_joins_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = known_sources((plugin(tmp_path, monkeypatch, "whole_plugin", WHOLE),))

    assert "whole_plugin" in registry.sources
    assert "whole_plugin" not in registry.problems


def test_a_plugin_cannot_take_the_name_of_ours() -> None:
    registry = known_sources((EntryPoint("files", "json", GROUP),))

    assert registry.problems["files = json"].key == "sources.plugin_name_taken"
    assert registry.sources["files"].__name__ == "connectors.files.source"  # type: ignore[attr-defined]


def test_a_plugin_is_not_imported_before_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = known_sources((plugin(tmp_path, monkeypatch, "idle_plugin", WHOLE),))

    found = registry.sources["files"]
    before = "idle_plugin" in sys.modules
    assert "idle_plugin" in registry.sources

    assert (found.__name__, before) == ("connectors.files.source", False)  # type: ignore[attr-defined]
    assert "idle_plugin" in sys.modules


def test_a_package_brings_a_task_platform_and_says_where_it_is_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path, monkeypatch, "their_board", WHOLE_PLATFORM, group=PLATFORMS.group)

    assert "their_board" in known_platforms().platforms
    assert [(one.name, one.package, one.problem) for one in installed(PLATFORMS)] == [
        ("their_board", "their_board 1.2", None)
    ]


def test_operators_say_whose_plugins_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path, monkeypatch, "their_source", WHOLE, group=SOURCES.group)
    package(tmp_path, monkeypatch, "odd_source", "1 / 0", group=SOURCES.group)
    monkeypatch.setenv("OKR_PLUGINS", "Their-Source, another")

    registry = known_sources()

    assert "their_source" in registry.sources
    assert registry.problems["odd_source"].key == "sources.plugin_not_allowed"
    assert "odd_source" not in sys.modules


def test_of_two_packages_with_one_name_the_first_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("first_board", "second_board"):
        package(tmp_path, monkeypatch, name, WHOLE_PLATFORM, group=PLATFORMS.group, under="board")

    problems = [one.problem.key if one.problem else None for one in installed(PLATFORMS)]

    assert "board" in known_platforms().platforms
    assert sorted(problems, key=str) == [None, "task_platforms.plugin_name_taken"]
