"""Databases for every test: migrated ones on SQLite and on PostgreSQL, empty ones, and a fast one in memory."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from okr_engine.database import connect
from okr_engine.migrations import migrate
from tests.needs import do_without
from tests.postgres import Cluster, programs, running_cluster

MIGRATED = "migrated"
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, made once and copied by whoever needs one."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate_at(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL for this run of the tests, with a migrated database as a template."""
    folder = programs()
    if folder is None:
        do_without("postgres", advice="apt install postgresql")
    with running_cluster(folder) as cluster, cluster.database(named=MIGRATED) as url:
        migrate_at(url)
        yield cluster


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database of the test's own, once on each kind."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        yield f"sqlite:///{shutil.copy(template, tmp_path / 'okr.db')}"
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        with cluster.database(template=MIGRATED) as url:
            yield url


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a schema, once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        with cluster.database() as url:
            yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A migrated database of the test's own, once on each kind: for what has to hold on both."""
    with connected(database_url) as engine:
        yield engine


@pytest.fixture
def memory_engine(sqlite_template: Path) -> Iterator[Engine]:
    """A migrated SQLite in memory, seen by one thread: for everything that does not depend on the kind of database."""
    with connected("sqlite://") as engine:
        with closing(sqlite3.connect(sqlite_template)) as template, engine.connect() as connection:
            memory = connection.connection.driver_connection
            assert isinstance(memory, sqlite3.Connection)
            template.backup(memory)
        yield engine


@contextmanager
def connected(url: str) -> Iterator[Engine]:
    engine = connect(url)
    try:
        yield engine
    finally:
        engine.dispose()


def migrate_at(url: str) -> None:
    with connected(url) as engine:
        migrate(engine)
