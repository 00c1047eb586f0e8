"""Sources are found by themselves, and a broken one does not take the others with it."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from connectors.registry import GROUP, known_sources, own_names


def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: str) -> EntryPoint:
    (tmp_path / f"{name}.py").write_text(code, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, name, raising=False)
    return EntryPoint(name, name, GROUP)


def test_every_own_folder_with_a_source_is_usable() -> None:
    registry = known_sources(())

    assert sorted(registry.sources) == own_names()
    assert registry.problems == {}


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("1 / 0", "sources.plugin_broken"),
        ("import no_such_package", "sources.plugin_broken"),
        ("raise SystemError", "sources.plugin_broken"),
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
    code = "from connectors.files.source import Settings, events_of, pages, probe"

    assert "whole_plugin" in known_sources((plugin(tmp_path, monkeypatch, "whole_plugin", code),)).sources


def test_a_plugin_cannot_take_the_name_of_ours() -> None:
    registry = known_sources((EntryPoint("files", "json", GROUP),))

    assert registry.problems["files"].key == "sources.plugin_name_taken"
    assert registry.sources["files"].__name__ == "connectors.files.source"  # type: ignore[attr-defined]
