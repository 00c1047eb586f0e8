"""A query of a database is read, and nothing but read."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import create_engine, text

from connectors.registry import own_source
from okr_engine.errors import CredentialsRefused, InvalidSettings, OkrError, SchemaChanged, SourceUnavailable
from okr_engine.testing.sources import SourceCase
from tests.connectors.cases import sql_case
from tests.postgres import Cluster

SQL = own_source("sql")


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SourceCase:
    monkeypatch.setenv("OKR_SECRET_DATABASE", f"sqlite:///{tmp_path / 'register.db'}")
    return sql_case(tmp_path)


def changed(case: SourceCase, **settings: Any) -> SourceCase:
    return SourceCase(source=SQL, settings={**case.settings, **settings})


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM visits",
        "select 1; drop table visits",
        "  UPDATE visits SET unit = 1",
        "/* select */ delete from visits",
        "-- select\ndrop table visits",
        "",
    ],
)
def test_a_statement_that_is_no_question_is_refused_in_the_settings(case: SourceCase, query: str) -> None:
    with pytest.raises(ValidationError):
        changed(case, query=query).checked_settings()


@pytest.mark.parametrize("query", ["SELECT ';' AS id", "with a as (select 1) select * from a;", "/* ; */ select 1"])
def test_a_question_is_accepted(case: SourceCase, query: str) -> None:
    changed(case, query=query).checked_settings()


def test_a_question_that_writes_on_the_way_is_stopped_by_the_database(case: SourceCase, tmp_path: Path) -> None:
    writing = changed(case, query="WITH a AS (SELECT 1) INSERT INTO visits SELECT 9, '', '', '', '', '', '' FROM a")

    with pytest.raises(OkrError):
        writing.read()

    with closing(sqlite3.connect(tmp_path / "register.db")) as database:
        assert database.execute("SELECT count(*) FROM visits").fetchone() == (5,)


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("not an address", InvalidSettings),
        ("nosuchdatabase://host/name", InvalidSettings),
        ("sqlite:////no/such/folder/register.db", SourceUnavailable),
        ("postgresql+psycopg://127.0.0.1:1/none?connect_timeout=1", SourceUnavailable),
        ("", CredentialsRefused),
    ],
)
def test_an_address_that_does_not_lead_to_a_database_is_named(
    case: SourceCase, monkeypatch: pytest.MonkeyPatch, address: str, error: type[OkrError]
) -> None:
    monkeypatch.setenv("OKR_SECRET_DATABASE", address)

    with pytest.raises(error):
        case.read()


@pytest.mark.parametrize("query", ["SELECT id FROM visits", "SELECT * FROM visit", "SELECT id, id AS id FROM visits"])
def test_a_query_that_no_longer_fits_is_named(case: SourceCase, query: str) -> None:
    with pytest.raises(SchemaChanged):
        changed(case, query=query).read()


@pytest.mark.postgres
def test_postgresql_reads_without_being_able_to_write(
    postgres: Cluster, case: SourceCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres.database() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE visits (id int, ssn text, arrived timestamptz)"))
            connection.execute(text("CREATE SEQUENCE counter"))
            connection.execute(text("INSERT INTO visits VALUES (1, '010190-123A', '2026-03-29 03:30+03')"))
        engine.dispose()
        monkeypatch.setenv("OKR_SECRET_DATABASE", url)
        columns = {
            "table": "visit",
            "columns": {"source_event_id": "id", "person_key": "ssn", "arrival_ts_utc": "arrived"},
            "constants": {"unit_id": "ed", "kind": "ED"},
        }
        settings = {**case.settings, "columns": columns, "changed_column": "arrived"}
        reading = {**settings, "query": "SELECT * FROM visits WHERE arrived >= :since"}
        writing = {**settings, "query": "SELECT *, nextval('counter') FROM visits"}

        with pytest.raises(SchemaChanged, match="read-only"):
            SourceCase(source=SQL, settings=writing).read()
        found = SourceCase(source=SQL, settings=reading).read()

    assert [event.values["source_event_id"] for batch in found for event in batch.events] == ["1"]
    assert found[-1].watermark is not None
    assert found[-1].watermark.moment == found[0].events[0].values["arrival_ts_utc"]
