"""The same definition, the same numbers once more: Spark, where the events of a whole nation live."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from okr_engine.measuring.deadlines import DEADLINE_COLUMNS
from okr_engine.measuring.definition import definition
from okr_engine.measuring.folders import parquet_files
from okr_engine.measuring.measure import Question, built_in, figure_of
from okr_engine.measuring.push_down import Dialect, sql_for
from okr_engine.measuring.tables import TABLES
from okr_engine.periods import Period
from tests.measuring.test_push_down import CASES, deadlines_of, everything
from tests.measuring.visits import NOW, ZONE, at, measured, stored
from tests.needs import do_without

# Its own client leaves sockets to the garbage collection.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.timeout(300),
]


@dataclass(frozen=True)
class Both:
    """The same events in a folder, and as views of a Spark session."""

    folder: Path
    session: Any


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        do_without("spark", advice="pip install 'okr-engine[spark]'")
    if shutil.which("java") is None:
        do_without("spark", advice="apt install default-jre-headless")
    events = everything()
    folder = stored(tmp_path_factory.mktemp("events"), events)
    with tempfile.TemporaryDirectory() as scratch:
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.warehouse.dir", scratch)
            .getOrCreate()
        )
        for name in TABLES:
            session.read.parquet(*map(str, parquet_files(folder, name))).createOrReplaceTempView(name)
        columns = ", ".join(f"{name} {'STRING' if kind == 'VARCHAR' else kind}" for name, kind in DEADLINE_COLUMNS)
        session.createDataFrame(deadlines_of(events), columns).createOrReplaceTempView("deadline")
        yield Both(folder, session)
        session.stop()


@pytest.mark.parametrize("period", ["2025-03", "2025-Q2"])
@pytest.mark.parametrize(("kpi", "parameters"), CASES, ids=str)
def test_spark_gives_the_numbers_of_duckdb(both: Both, kpi: str, parameters: dict[str, Any], period: str) -> None:
    for as_of in (NOW, at("2025-04-20T12:00")):
        here = measured(kpi, both.folder, period, as_of=as_of, **parameters)

        asked = definition(kpi)
        given = {**built_in(Question(Period.parse(period), as_of), ZONE), **here.parameters}
        wanted = {name: given[name] for name in asked.names_in_sql}
        answered = both.session.sql(sql_for(asked, Dialect.SPARK), args=wanted).collect()
        there = {str(row["grp"] or ""): figure_of(asked, row.asDict(), given) for row in answered}

        assert there == (here.groups or {"": here.figure})
        assert any(one.n for one in there.values())
