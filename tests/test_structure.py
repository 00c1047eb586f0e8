"""The code keeps the shape it promises: imports run down, and every module is a subject."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for room in ("okr_engine", "connectors", "app_pages") for path in (ROOT / room).rglob("*.py"))
NO_SUBJECT = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "base", "core"}


def test_imports_keep_the_contracts() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_of_the_engine_has_its_place_in_the_layers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    [layers] = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    placed = set(re.findall(r"okr_engine\.(\w+)", " ".join(layers)))

    rooms = {path.relative_to(ROOT / "okr_engine").parts[0].removesuffix(".py") for path in MODULES if in_engine(path)}

    assert rooms - {"__init__", "__main__"} <= placed


def test_every_folder_of_modules_is_a_package() -> None:
    # A folder without `__init__.py` is invisible to the import contracts.
    folders = {path.parent for path in MODULES} - {ROOT / "okr_engine" / "migrations" / "versions"}

    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_opens_with_one_line_that_says_what_lives_there(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))

    assert docstring, "no docstring"
    assert docstring.splitlines()[0].strip()


def test_a_module_is_named_for_its_subject() -> None:
    assert [path for path in MODULES if path.stem in NO_SUBJECT] == []


def in_engine(path: Path) -> bool:
    return ROOT / "okr_engine" in path.parents
