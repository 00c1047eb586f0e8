"""The same definition, the same numbers: DuckDB in process, and Spark where the events already live."""

import gc
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from okr_engine.measuring.deadlines import deadlines
from okr_engine.measuring.definition import definition
from okr_engine.measuring.measure import Question, built_in, figure_of
from okr_engine.measuring.push_down import Dialect, create_table, sql_for, values_for
from okr_engine.measuring.tables import TABLES
from okr_engine.periods import Period
from tests.measuring.test_access_time import random_waits
from tests.measuring.test_push_down import CASES, other_events
from tests.measuring.visits import LIMITS, NOW, ZONE, at, measured, random_visits, stored
from tests.needs import do_without

# Spark's client leaves the sockets open over which it fetched rows.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@dataclass(frozen=True)
class Both:
    """The same events in a folder and in a Spark."""

    folder: Path
    session: Any


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    session = started(tmp_path_factory.mktemp("spark"))
    events = [*random_visits(3_000, seed=3), *random_waits(2_000, seed=4), *other_events()]
    folder = stored(tmp_path_factory.mktemp("events"), events)
    for name, table in TABLES.items():
        session.sql(create_table(name, Dialect.SPARK))
        session.read.parquet(str(folder / name)).select(*table.names).write.insertInto(name)
    session.sql(create_table("deadline", Dialect.SPARK))
    starts = {
        (str(e.values["service_class"]), e.values["start_date_local"]) for e in events if e.table == "waiting_episode"
    }
    limits = deadlines(LIMITS, sorted((name, day) for name, day in starts if isinstance(day, date)))
    session.createDataFrame(limits, session.table("deadline").schema).write.insertInto("deadline")
    yield Both(folder, session)
    gateway = session.sparkContext._gateway
    session.stop()
    gateway.shutdown()
    gc.collect()


def started(home: Path) -> Any:
    """A Spark of the tests' own, in a time zone that is not UTC."""
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        do_without("spark", advice="install Java 17 or newer")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        do_without("spark", advice="pip install -e '.[spark]'")
    builder = SparkSession.builder.master("local[2]").appName("tests")
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.sql.session.timeZone": "Europe/Helsinki",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(home / "warehouse"),
        "spark.ui.enabled": "false",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


@pytest.mark.parametrize("period", ["2025-03", "2025-Q2"])
@pytest.mark.parametrize(("kpi", "parameters"), CASES, ids=str)
def test_spark_gives_the_numbers_of_duckdb(both: Both, kpi: str, parameters: dict[str, Any], period: str) -> None:
    for as_of in (NOW, at("2025-04-20T12:00")):
        here = measured(kpi, both.folder, period, as_of=as_of, **parameters)

        asked = definition(kpi)
        given = {**built_in(Question(Period.parse(period), as_of), ZONE), **here.parameters}
        answered = both.session.sql(sql_for(asked, Dialect.SPARK), args=values_for(Dialect.SPARK, given)).collect()
        there = {str(row["grp"] or ""): figure_of(asked, row.asDict(), given) for row in answered}

        assert there == (here.groups or {"": here.figure})
        assert any(one.n for one in there.values())
