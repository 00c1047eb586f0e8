"""`okr pull`: what it says, what it exits with, and that a power cut at any moment costs nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from okr_engine.database import connect, writing
from okr_engine.model import Source
from tests.cli.conftest import Okr

SOURCE = "region-registers"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> dict[str, str]:
    return {
        "OKR_DATABASE_URL": database_url,
        "OKR_EVENTS": str(tmp_path / "events"),
        "OKR_PERSON_KEY": "a-key-of-sixteen-characters",
    }


@pytest.fixture
def region(okr: Okr, database_url: str) -> Engine:
    """The region of the demo with a county a tenth as large."""
    assert okr("demo", "--case", "region").returncode == 0
    engine = connect(database_url)
    change(engine, settings={"source_system": "demo", "size": 0.002, "first_month": "2025-07-01"})
    return engine


def test_a_pull_says_what_came_of_it_and_a_second_one_that_nothing_is_new(
    okr: Okr, region: Engine, settings: dict[str, str]
) -> None:
    [first], [second] = (json.loads(okr("pull", "--json", env=settings).stdout) for _ in range(2))

    assert (first["state"], second["state"]) == ("done", "done")
    assert first["values_written"] > 20
    assert (second["values_written"], second["values_restated"]) == (0, 0)
    region.dispose()


def test_a_pull_that_fails_exits_with_1_and_says_why_and_what_to_do(
    okr: Okr, region: Engine, settings: dict[str, str]
) -> None:
    done = okr("pull", SOURCE, env={**settings, "OKR_PERSON_KEY": ""})

    assert done.returncode == 1
    assert "OKR_PERSON_KEY" in done.stderr
    region.dispose()


def test_a_source_there_is_not_is_an_input_to_correct(okr: Okr) -> None:
    assert okr("pull", "nowhere").returncode == 2


@pytest.mark.parametrize("seconds", [1.8, 3.2])
def test_a_pull_killed_on_the_way_is_healed_by_the_next_one(
    okr: Okr, region: Engine, settings: dict[str, str], tmp_path: Path, seconds: float
) -> None:
    command = [str(Path(sys.executable).with_name("okr")), "pull", SOURCE]
    pulling = subprocess.Popen(
        command, env={**os.environ, **settings}, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(seconds)
    pulling.send_signal(signal.SIGKILL)
    pulling.wait(10)
    let_the_claim_lapse(region)

    reports = [json.loads(okr("pull", SOURCE, "--json", env=settings).stdout)[0] for _ in range(2)]

    assert [one["state"] for one in reports] == ["done", "done"]
    assert (reports[1]["events_added"], reports[1]["values_written"]) == (0, 0)
    assert okr("events", "check", env=settings).returncode == 0
    assert figures(region) > 20
    region.dispose()


def change(engine: Engine, **values: Any) -> None:
    with writing(engine, actor="test") as session:
        source = session.exec(select(Source).where(Source.code == SOURCE)).one()
        for name, value in values.items():
            setattr(source, name, value)
        session.add(source)


def let_the_claim_lapse(engine: Engine) -> None:
    with engine.begin() as connection:
        past = datetime(2020, 1, 1, tzinfo=UTC)
        connection.execute(text("UPDATE schedule SET held_until = :past WHERE held_by IS NOT NULL"), {"past": past})


def figures(engine: Engine) -> int:
    query = text("SELECT count(*) FROM measurement WHERE superseded_at IS NULL AND lineage IS NOT NULL")
    with engine.connect() as connection:
        found: int = connection.execute(query).scalar_one()
        return found
