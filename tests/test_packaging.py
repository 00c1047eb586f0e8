"""What people install: one wheel that works from any folder, locks that are complete, a configuration without typos."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from streamlit import config

from okr_engine import __version__
from okr_engine.packaged import app_file, rules_folder, theme_file

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
RUNTIME = PROJECT["dependencies"]
DEVELOPMENT = RUNTIME + PROJECT["optional-dependencies"]["dev"]
PIN = re.compile(r"([\w.-]+)(?:\[.*?\])?==(\S+)(?: ; .*?)? \\\n((?: {4}--hash=sha256:\w{64}(?: \\)?\n)+)")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel is installed, as `pip install` would."""
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels), folder=ROOT)
    [wheel] = wheels.glob("*.whl")
    run(
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-index",
        "--target",
        str(target),
        str(wheel),
        folder=target,
    )
    return target


def test_the_wheel_carries_rules_screens_and_theme(installed: Path) -> None:
    asked = "from okr_engine.packaged import *; print(rules_folder(), app_file(), theme_file(), sep='\\n')"

    rules, app, theme = (Path(line) for line in python(installed, asked).splitlines())

    assert rules == installed / "okr_engine" / "rules"
    assert {path.name for path in rules.glob("*.yaml")} == {path.name for path in rules_folder().glob("*.yaml")}
    assert app.read_text("utf-8") == app_file().read_text("utf-8")
    assert theme.read_text("utf-8") == theme_file().read_text("utf-8")


def test_the_wheel_carries_what_the_packages_read(installed: Path) -> None:
    def data_files(root: Path) -> set[Path]:
        found = (path for room in ("okr_engine", "connectors", "app_pages") for path in (root / room).rglob("*.*"))
        return {path.relative_to(root) for path in found if path.suffix not in (".py", ".pyc") and path.is_file()}

    from_elsewhere = {Path("okr_engine/rules", path.name) for path in rules_folder().iterdir()}

    assert data_files(installed) == data_files(ROOT) | from_elsewhere | {Path("app_pages/config.toml")}


def test_the_palette_for_node_red_has_the_version_of_the_product() -> None:
    # npm leaves an installed package as it is unless its version is another.
    package = json.loads((ROOT / "connectors" / "node_red" / "palette" / "package.json").read_text("utf-8"))

    assert package["version"] == __version__


def test_the_connectors_of_the_wheel_are_ours(installed: Path) -> None:
    asked = "import connectors, okr_engine; print(connectors.__file__, okr_engine.__file__, sep='\\n')"

    connectors, engine = (Path(line) for line in python(installed, asked).splitlines())

    assert connectors.parent.parent == engine.parent.parent == installed


def test_the_imported_connectors_are_ours() -> None:
    import connectors

    assert Path(str(connectors.__file__)).parent == ROOT / "connectors"


def test_a_checkout_uses_its_own_rules_and_screens() -> None:
    assert rules_folder() == ROOT / "rules"
    assert app_file() == ROOT / "streamlit_app.py"


@pytest.mark.parametrize(
    ("lock", "dependencies"), [("requirements.txt", RUNTIME), ("requirements-dev.txt", DEVELOPMENT)]
)
def test_a_lock_pins_every_dependency(lock: str, dependencies: list[str]) -> None:
    locked = pins(lock)

    unmet = [wanted for wanted in map(Requirement, dependencies) if not meets(wanted, locked)]

    assert unmet == []


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_holds_hashed_pins_and_nothing_else(lock: str) -> None:
    assert PIN.sub("", (ROOT / lock).read_text("utf-8")) == ""


def test_both_locks_agree() -> None:
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


def test_streamlit_knows_every_key_of_the_configuration() -> None:
    sections = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    keys = {f"{section}.{key}" for section, content in sections.items() for key in content}

    assert keys <= config.get_config_options().keys()


def test_the_theme_is_locked_to_light() -> None:
    theme = tomllib.loads(theme_file().read_text("utf-8"))["theme"]

    assert theme["base"] == "light"
    assert not {"light", "dark"} & theme.keys()


def test_the_look_is_the_same_from_any_folder(tmp_path: Path) -> None:
    streamlit = Path(sys.executable).with_name("streamlit")

    colour = tomllib.loads(theme_file().read_text("utf-8"))["theme"]["primaryColor"]

    shown = run(str(streamlit), "config", "show", folder=tmp_path, STREAMLIT_THEME_BASE=str(theme_file()))

    assert f'primaryColor = "{colour}"' in shown


def pins(lock: str) -> dict[str, str]:
    """Package → pinned version."""
    return {canonicalize_name(name): version for name, version, _ in PIN.findall((ROOT / lock).read_text("utf-8"))}


def meets(wanted: Requirement, locked: dict[str, str]) -> bool:
    version = locked.get(canonicalize_name(wanted.name))
    return version is not None and version in wanted.specifier


def python(installed: Path, code: str) -> str:
    """What `code` prints in another folder, with the installed wheel before everything else."""
    return run(sys.executable, "-c", code, folder=Path(installed.anchor), PYTHONPATH=str(installed))


def run(*command: str, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
