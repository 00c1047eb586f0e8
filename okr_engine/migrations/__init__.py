"""The schema's history, and bringing a database up to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DatabaseError

from okr_engine.errors import DatabaseIsNewer, DatabaseNotReady, DatabaseUnavailable
from okr_engine.words import message

_MIGRATION_LOCK = 0x6F6B73


def migrate(engine: Engine) -> str:
    """Bring the database's schema up to this version of the program; returns the revision it now has."""
    try:
        with _changing_tables(engine) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            _refuse_newer(connection)
            command.upgrade(_config(connection), "head")
    except DatabaseError as error:
        raise DatabaseUnavailable(engine.url.render_as_string(), error) from error
    return newest_revision()


def check_schema(engine: Engine) -> str:
    """The database's revision, if this program can work with it; DatabaseNotReady or DatabaseIsNewer if not."""
    try:
        with engine.connect() as connection:
            _refuse_newer(connection)
            revision = _revision(connection)
    except DatabaseError as error:
        raise DatabaseUnavailable(engine.url.render_as_string(), error) from error
    if revision != newest_revision():
        raise DatabaseNotReady(message("error.database_not_ready"), remedy=message("error.database_not_ready_remedy"))
    return newest_revision()


def has_no_tables(engine: Engine) -> bool:
    """Whether the database is new, so that a schema can be made in it without touching anything."""
    try:
        return not inspect(engine).get_table_names()
    except DatabaseError as error:
        raise DatabaseUnavailable(engine.url.render_as_string(), error) from error


def newest_revision() -> str:
    """The revision that this version of the program works with."""
    return str(_scripts().get_current_head())


@contextmanager
def _changing_tables(engine: Engine) -> Iterator[Connection]:
    """A connection on which SQLite lets a table be replaced by its copy while others refer to it."""
    with engine.execution_options(okr_writing=True).connect() as connection:
        if engine.dialect.name != "sqlite":
            yield connection
            return
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            yield connection
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


def _refuse_newer(connection: Connection) -> None:
    revision = _revision(connection)
    if revision is None:
        return
    try:
        _scripts().get_revision(revision)
    except CommandError as error:
        raise DatabaseIsNewer(
            message("error.database_is_newer", revision=revision),
            remedy=message("error.database_is_newer_remedy"),
        ) from error


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
