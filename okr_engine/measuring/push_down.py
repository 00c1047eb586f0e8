"""The same definition for engines where events may have to stay: PostgreSQL and Spark."""

from enum import StrEnum

import sqlglot

from okr_engine.measuring.deadlines import DEADLINE_COLUMNS
from okr_engine.measuring.definition import DEADLINES, Definition
from okr_engine.measuring.tables import TABLES


class Dialect(StrEnum):
    """An engine whose SQL can be written."""

    DUCKDB = "duckdb"
    POSTGRESQL = "postgres"
    SPARK = "spark"


def sql_for(definition: Definition, dialect: Dialect) -> str:
    """The definition's SQL for another engine; its parameters are named %(name)s for PostgreSQL and :name for Spark.

    It reads tables with the canonical columns and, where it needs it, a table `deadline` filled from
    `deadlines.deadlines`; what it has to be given is what `measure.built_in` and the definition's parameters say.
    """
    return sqlglot.transpile(definition.sql, read="duckdb", write=dialect.value, pretty=True)[0]


def create_table(name: str, dialect: Dialect) -> str:
    """The statement that makes one of the tables that definitions read."""
    columns = DEADLINE_COLUMNS if name == DEADLINES else [(one.name, one.holds.value) for one in TABLES[name].columns]
    statement = f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in columns)})"
    return sqlglot.transpile(statement, read="duckdb", write=dialect.value)[0]
