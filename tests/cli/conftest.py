"""The command line as a person uses it: the real program, a database of its own, English sentences."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

Okr = Callable[..., subprocess.CompletedProcess[str]]


class WarmOkr:
    """`okr …` in a process of its own each time, forked from one that has loaded the program."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.warm_start"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, words: list[str], env: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
        """What it printed and how it ended, run in `folder` with English sentences unless `env` says otherwise."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("OKR_")}
        out, err = (folder / f".{name}-{uuid4()}" for name in ("out", "err"))
        order = {
            "words": words,
            "env": {**inherited, "OKR_LANGUAGE": "en", **env},
            "folder": str(folder),
            "out": str(out),
            "err": str(err),
        }
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        print(json.dumps(order), file=self._server.stdin, flush=True)
        code = int(self._server.stdout.readline())
        told = [file.read_text("utf-8") for file in (out, err)]
        for file in (out, err):
            file.unlink()
        return subprocess.CompletedProcess(words, code, *told)

    def close(self) -> None:
        """End it."""
        with self._server:
            assert self._server.stdin is not None
            self._server.stdin.close()


@pytest.fixture(scope="session")
def warm_okr() -> Iterator[WarmOkr]:
    """The program, loaded once for all tests of a run."""
    warm = WarmOkr()
    yield warm
    warm.close()


@pytest.fixture
def okr(warm_okr: WarmOkr, database_url: str, tmp_path: Path) -> Okr:
    """Run `okr …` on a migrated database, once on each kind; `env` adds settings."""

    def run(*words: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return warm_okr.run([str(word) for word in words], {"OKR_DATABASE_URL": database_url, **(env or {})}, tmp_path)

    return run


@pytest.fixture
def bare_okr(warm_okr: WarmOkr, tmp_path: Path) -> Okr:
    """Run `okr …` in an empty folder, without a database."""

    def run(*words: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return warm_okr.run([str(word) for word in words], env or {}, tmp_path)

    return run
