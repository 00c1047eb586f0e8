"""The small county, laid out once and copied for each test that asks for it."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from okr_engine.database import connect
from okr_engine.services.installation import Rulebooks
from tests.services.small_county import SmallCounty


@pytest.fixture(scope="session")
def small_county_once(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rulebooks]:
    """A SQLite file with the small county, made once, and the rules it was decided by."""
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("county") / "county.db"))
    engine = connect(f"sqlite:///{path}")
    county = SmallCounty.laid_out(engine)
    engine.dispose()
    return path, county.rulebooks


@pytest.fixture
def small_county(small_county_once: tuple[Path, Rulebooks]) -> Iterator[SmallCounty]:
    """The small county in memory, for the test to change."""
    path, rulebooks = small_county_once
    engine = connect("sqlite://")
    with closing(sqlite3.connect(path)) as template, engine.connect() as connection:
        memory = connection.connection.driver_connection
        assert isinstance(memory, sqlite3.Connection)
        template.backup(memory)
    yield SmallCounty(engine, rulebooks)
    engine.dispose()
