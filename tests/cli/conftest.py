"""The command line as a person uses it: the real program, a database of its own, English sentences."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Okr = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def okr(database_url: str, tmp_path: Path) -> Okr:
    """Run `okr …` on a migrated database, once on each kind; `env` adds settings."""

    def run(*words: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return _run([str(word) for word in words], {"OKR_DATABASE_URL": database_url, **(env or {})}, tmp_path)

    return run


@pytest.fixture
def bare_okr(tmp_path: Path) -> Okr:
    """Run `okr …` in an empty folder, without a database."""

    def run(*words: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return _run([str(word) for word in words], env or {}, tmp_path)

    return run


def _run(words: list[str], env: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("OKR_")}
    return subprocess.run(
        [str(Path(sys.executable).with_name("okr")), *words],
        env={**inherited, "OKR_LANGUAGE": "en", **env},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
