"""Rulebooks for the tests: the ones that ship, and ones written for a single test."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from okr_engine.rulebook import Engine, Rulebook, engine_name, read_rulebook

needs_engine = pytest.mark.skipif(
    engine_name() is Engine.INTERPRETER, reason="the engine's extension does not load on this Python"
)
EVERY_ENGINE = [Engine.INTERPRETER, pytest.param(Engine.DURABLE_RULES, marks=needs_engine)]
SHIPPED = Path(__file__).parents[2] / "rules"


@pytest.fixture(scope="session")
def status_rules() -> Rulebook:
    return read_rulebook(SHIPPED / "status.yaml")


@pytest.fixture(scope="session")
def action_rules() -> Rulebook:
    return read_rulebook(SHIPPED / "actions.yaml")


@pytest.fixture
def rule_file(tmp_path: Path) -> Callable[[str], Path]:
    """Write a text as a rule file and say where it is."""

    def write(text: str) -> Path:
        path = tmp_path / "status.yaml"
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    return write
