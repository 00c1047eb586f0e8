"""The schema: models and migrations agree, and a database of another version is refused with a remedy."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Boolean, Connection, DateTime, Engine, Insert, String, Uuid, column, insert, table, text
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel, col, select

from okr_engine.database import connect, reading, table_of
from okr_engine.errors import DatabaseIsNewer, DatabaseNotReady, DatabaseUnavailable
from okr_engine.migrations import _changing_tables, _config, check_schema, migrate, newest_revision
from okr_engine.model import (
    ActionStep,
    CorrectiveAction,
    Goal,
    InboxMessage,
    Indicator,
    KeyResult,
    OrgUnit,
    Priority,
    Role,
    Strategy,
    TaskEndpoint,
)
from okr_engine.periods import Period


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


def test_what_an_earlier_version_has_stored_is_kept(empty_database_url: str) -> None:
    engine = connect(empty_database_url)
    with engine.execution_options(okr_writing=True).begin() as connection:
        command.upgrade(_config(connection), "0001")
    unit, role, strategy, priority, goal, indicator, result, action = (uuid4() for _ in range(8))
    with engine.begin() as connection:
        for noun, values in (
            (OrgUnit, {"id": unit, "code": "county"}),
            (Role, {"id": role, "code": "owner", "kind": "goal_owner", "unit_id": unit}),
            (Strategy, {"id": strategy, "code": "S", "unit_id": unit, "starts": DAY, "ends": DAY}),
            (Priority, {"id": priority, "code": "P", "strategy_id": strategy, "position": 1}),
            (Goal, {"id": goal, "code": "G", "priority_id": priority, "unit_id": unit, "position": 1}),
            (Indicator, {"id": indicator, "code": "i", **OF_AN_INDICATOR}),
            (KeyResult, {"id": result, "goal_id": goal, "indicator_id": indicator, "unit_id": unit, **OF_A_RESULT}),
            (CorrectiveAction, {"id": action, "key_result_id": result, **OF_AN_ACTION}),
        ):
            connection.execute(as_it_was(noun, {"version": 1, **values}))
        step = {"id": uuid4(), "action_id": action, "level": 0, "kind": "goal_owner", "role_id": role}
        connection.execute(as_it_was(ActionStep, step))
    with _changing_tables(engine) as connection, connection.begin():
        command.upgrade(_config(connection), "0007")
        hear_of(connection, action)

    migrate(engine)

    with reading(engine) as session:
        heard = session.exec(select(InboxMessage).order_by(col(InboxMessage.message_id))).all()
        kept = session.exec(select(CorrectiveAction, ActionStep).join(ActionStep)).all()
    assert [(one.code, one.source_id, step.role_id) for one, step in kept] == [("CA-2025-Q2-1", None, role)]
    assert [(one.round, one.since, one.clock_at) for one, _step in kept] == [(1, RAISED_AT, RAISED_AT)]
    assert [(one.code, one.outcome.value) for one in heard] == [
        ("CA-2025-Q2-1", "echo"),
        ("CA-2025-Q2-1", "nothing_new"),
    ]
    engine.dispose()


def hear_of(connection: Connection, action: UUID) -> None:
    """An echo and a report of the action, as they were kept before what was done about them was."""
    endpoint = uuid4()
    words = {"id": endpoint, "version": 1, "code": "automation", "platform": "webhook", "settings": {}}
    connection.execute(as_it_was(TaskEndpoint, words))
    inbox = table("inbox_message", *(column(name, kind) for name, kind in OF_A_REPORT.items()))
    for message_id, is_echo in (("m-1", True), ("m-2", False)):
        ids = {"id": uuid4(), "endpoint_id": endpoint, "action_id": action}
        told = {"message_id": message_id, "state": "done", "received_at": RAISED_AT, "is_echo": is_echo}
        connection.execute(insert(inbox).values(**ids, **told))


def as_it_was(noun: type[SQLModel], values: dict[str, Any]) -> Insert:
    """A row of an earlier version: only the columns that it had then."""
    columns = (column(name, table_of(noun).c[name].type) for name in values)
    return insert(table(str(noun.__tablename__), *columns)).values(**values)


DAY = date(2025, 1, 1)
OF_AN_INDICATOR = {
    "kind": "outcome",
    "unit": "percent",
    "decimals": 1,
    "better": "higher",
    "cadence": "quarter",
    "lag_days": 0,
    "definition_version": 1,
    "public": False,
}
OF_A_RESULT = {
    "code": "G.1",
    "kind": "key_result",
    "direction": "at_least",
    "starts": DAY,
    "due": DAY,
    "weight": Decimal(1),
    "position": 1,
}
OF_A_REPORT: dict[str, TypeEngine[Any]] = {
    "id": Uuid(),
    "endpoint_id": Uuid(),
    "action_id": Uuid(),
    "message_id": String(),
    "state": String(),
    "received_at": DateTime(timezone=True),
    "is_echo": Boolean(),
}
RAISED_AT = datetime(2025, 7, 1, tzinfo=UTC)
OF_AN_ACTION = {
    "code": "CA-2025-Q2-1",
    "period": Period.parse("2025-Q2"),
    "action": "a",
    "rule": "r",
    "rule_version": "1",
    "facts": {},
    "because": {},
    "state": "raised",
    "level": 0,
    "due": DAY,
    "raised_at": RAISED_AT,
}
