"""The same definition for engines where events may have to stay: PostgreSQL and Spark."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import sqlglot
from sqlglot import exp

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
    `deadlines.deadlines`; what it has to be given is what `measure.built_in` and the definition's parameters say, by
    way of `values_for`.
    """
    statement = sqlglot.parse_one(definition.sql, read="duckdb")
    if dialect is Dialect.SPARK:
        statement = statement.transform(_as_moment)
    return statement.sql(dialect=dialect.value, pretty=True)


def values_for(dialect: Dialect, given: Mapping[str, object]) -> Mapping[str, object]:
    """The values as the engine takes them: to Spark a moment is text, for its own moments move with time zones."""
    if dialect is not Dialect.SPARK:
        return given
    return {name: one.isoformat(" ") if isinstance(one, datetime) else one for name, one in given.items()}


def create_table(name: str, dialect: Dialect) -> str:
    """The statement that makes one of the tables that definitions read."""
    columns = DEADLINE_COLUMNS if name == DEADLINES else [(one.name, one.holds.value) for one in TABLES[name].columns]
    statement = f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in columns)})"
    return sqlglot.transpile(statement, read="duckdb", write=dialect.value)[0]


def _as_moment(node: exp.Expression) -> exp.Expression:
    is_moment = isinstance(node, exp.Parameter | exp.Placeholder) and node.name in _MOMENTS
    return exp.cast(node, "timestamp", dialect="duckdb") if is_moment else node


_MOMENTS = ("as_of", "from_moment", "to_moment")
