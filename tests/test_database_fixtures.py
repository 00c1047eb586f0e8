"""The tests' own databases are what they promise to be."""

from sqlalchemy import Engine, inspect, text

from okr_engine.database import connect
from okr_engine.migrations import check_schema, newest_revision


def test_every_kind_of_database_is_migrated(engine: Engine) -> None:
    assert check_schema(engine) == newest_revision()


def test_the_database_in_memory_is_migrated(memory_engine: Engine) -> None:
    assert check_schema(memory_engine) == newest_revision()


def test_an_empty_database_has_no_table(empty_database_url: str) -> None:
    engine = connect(empty_database_url)
    tables = inspect(engine).get_table_names()
    engine.dispose()

    assert tables == []


def test_what_one_test_leaves_behind_another_does_not_find(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))


def test_what_one_test_left_behind_is_gone(engine: Engine) -> None:
    assert "left_behind" not in inspect(engine).get_table_names()
