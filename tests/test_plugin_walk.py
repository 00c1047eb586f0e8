"""docs/plugins.md is walked through: its package is built, installed, tested by its own tests, and found."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAPER = Path(__file__).parents[1] / "docs" / "plugins.md"
FILE = re.compile(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FOUND = """
import json
from connectors.platforms import CONTRACT, known_platforms
from connectors.plugins import installed
[one] = installed(CONTRACT)
settings = known_platforms().platforms["board"].Settings.model_fields
print(json.dumps([one.name, one.package, one.problem, sorted(settings)]))
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the page as a folder."""
    folder = tmp_path_factory.mktemp("okr-board")
    for name, content in FILE.findall(PAPER.read_text("utf-8")):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    return folder


@pytest.fixture(scope="module")
def site(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the built package is installed into."""
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    run("-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels), folder=package)
    [wheel] = wheels.glob("*.whl")
    run("-m", "pip", "install", "--no-deps", "--no-index", "--target", str(target), str(wheel), folder=target)
    return target


def test_the_package_of_the_page_passes_the_suite_with_its_own_tests(package: Path, site: Path) -> None:
    told = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", folder=package, site=site)

    assert re.search(r"^\d+ passed", told, re.MULTILINE)


def test_the_installed_package_is_among_the_task_platforms(package: Path, site: Path) -> None:
    name, brought_by, problem, settings = json.loads(run("-c", FOUND, folder=package.parent, site=site))

    assert (name, brought_by, problem) == ("board", "okr-board 1.0", None)
    assert {"address", "token_variable", "language"} <= set(settings)


def run(*arguments: str, folder: Path, site: Path | None = None) -> str:
    paths = os.pathsep.join(filter(None, [str(site or ""), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": paths},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
