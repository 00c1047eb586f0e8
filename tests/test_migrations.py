"""The schema: models and migrations agree, and a database of another version is refused with a remedy."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from okr_engine.database import connect
from okr_engine.errors import DatabaseIsNewer, DatabaseNotReady, DatabaseUnavailable
from okr_engine.migrations import check_schema, migrate, newest_revision
from okr_engine.model import Goal


def test_models_and_migrations_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Goal.metadata) == []


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    assert migrate(engine) == newest_revision()
    assert check_schema(engine) == newest_revision()


def test_a_database_without_a_schema_is_not_ready(empty_database_url: str) -> None:
    engine = connect(empty_database_url)

    with pytest.raises(DatabaseNotReady):
        check_schema(engine)
    engine.dispose()


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_was(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for attempt in (check_schema, migrate):
        with pytest.raises(DatabaseIsNewer) as caught:
            attempt(engine)
        assert caught.value.remedy is not None

    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"


def test_a_database_that_cannot_be_opened_names_its_address_without_the_password() -> None:
    engine = connect("postgresql://okr:secret@127.0.0.1:1/okr")

    with pytest.raises(DatabaseUnavailable) as caught:
        migrate(engine)

    assert "127.0.0.1:1" in str(caught.value.what.values["database"])
    assert "secret" not in str(caught.value)
