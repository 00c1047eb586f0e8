"""The same definition, the same numbers: DuckDB in process, and PostgreSQL where the events already live."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from okr_engine.measuring.deadlines import deadlines
from okr_engine.measuring.definition import definition, kpis
from okr_engine.measuring.events import Event, event
from okr_engine.measuring.measure import Question, built_in, figure_of
from okr_engine.measuring.push_down import Dialect, create_table, sql_for, values_for
from okr_engine.measuring.tables import TABLES
from okr_engine.periods import Period
from tests.measuring.test_access_time import random_waits
from tests.measuring.visits import LIMITS, NOW, ZONE, answer, at, measured, random_visits, stored
from tests.postgres import Cluster

CASES: list[tuple[str, dict[str, Any]]] = [
    ("revolving_door", {}),
    ("revolving_door", {"by": "unit", "site": "same_unit", "clock_start": "arrival"}),
    ("revolving_door", {"count": "persons", "include_left": True, "merge_gap_hours": 6}),
    ("access_time", {"by": "service_class"}),
    ("access_time", {"basis": "completed", "include_unverified": True}),
    ("service_events", {}),
    ("service_events", {"per": "client", "by": "segment"}),
    ("service_events", {"one_event": "registration", "include_without_contact": True}),
    ("nps", {"by": "unit"}),
    ("csat", {"method": "mean"}),
    ("ces", {}),
    ("lead_time", {"by": "unit"}),
    ("lead_time", {"statistic": "within_target"}),
    ("progress", {"indicator": "roadmap", "by": "unit"}),
]


@dataclass(frozen=True)
class Both:
    """The same events in a folder and in a PostgreSQL."""

    folder: Path
    connection: psycopg.Connection[dict[str, Any]]


@pytest.fixture(scope="module")
def both(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    events = [*random_visits(3_000, seed=3), *random_waits(2_000, seed=4), *other_events()]
    folder = stored(tmp_path_factory.mktemp("events"), events)
    with postgres.database() as url, psycopg.connect(url, row_factory=dict_row, autocommit=True) as connection:
        connection.execute("SET TIME ZONE 'Europe/Helsinki'")
        for name in TABLES:
            connection.execute(create_table(name, Dialect.POSTGRESQL).encode())
            copy(
                connection,
                name,
                [[moment_without_zone(one) for one in e.values.values()] for e in events if e.table == name],
            )
        connection.execute(create_table("deadline", Dialect.POSTGRESQL).encode())
        starts = {
            (e.values["service_class"], e.values["start_date_local"]) for e in events if e.table == "waiting_episode"
        }
        copy(connection, "deadline", deadlines(LIMITS, sorted(starts)))  # type: ignore[arg-type]
        yield Both(folder, connection)


@pytest.mark.postgres
@pytest.mark.parametrize("period", ["2025-03", "2025-Q2"])
@pytest.mark.parametrize(("kpi", "parameters"), CASES, ids=str)
def test_postgresql_gives_the_numbers_of_duckdb(both: Both, kpi: str, parameters: dict[str, Any], period: str) -> None:
    for as_of in (NOW, at("2025-04-20T12:00")):
        here = measured(kpi, both.folder, period, as_of=as_of, **parameters)

        asked = definition(kpi)
        given = {**built_in(Question(Period.parse(period), as_of), ZONE), **here.parameters}
        answered = both.connection.execute(sql_for(asked, Dialect.POSTGRESQL).encode(), given).fetchall()
        there = {str(row["grp"] or ""): figure_of(asked, row, given) for row in answered}

        assert there == (here.groups or {"": here.figure})
        assert any(one.n for one in there.values())


@pytest.mark.parametrize("kpi", kpis())
def test_every_definition_can_be_written_for_spark(kpi: str) -> None:
    written = sql_for(definition(kpi), Dialect.SPARK)

    assert ":first_day" in written or ":from_moment" in written
    assert "$" not in written


def test_moments_reach_spark_as_text_and_without_a_zone() -> None:
    written = sql_for(definition("revolving_door"), Dialect.SPARK)
    given = values_for(Dialect.SPARK, {"from_moment": datetime(2025, 3, 29, 22), "unit": "U1"})

    assert written.count(":from_moment") == written.count("CAST(:from_moment AS TIMESTAMP_NTZ)") > 0
    assert given == {"from_moment": "2025-03-29 22:00:00", "unit": "U1"}


def other_events() -> list[Event]:
    services = [
        event(
            "service_event",
            source_system="test",
            source_event_id=str(place),
            service_event_oid=f"oid {place // 2}" if place % 3 else None,
            person_key=f"{place % 40:064x}" if place % 7 else None,
            unit_id=f"U{place % 3}",
            contact_kind=("reception", "without_contact", "remote_live", None)[place % 4],
            segment=("young", "old")[place % 2],
            start_ts_utc=at(f"2025-0{3 + place % 3}-1{place % 10}T10:00"),
            start_date_local=f"2025-0{3 + place % 3}-1{place % 10}",
            status="cancelled" if place % 11 == 0 else "finished",
        )
        for place in range(400)
    ]
    scales = {"NPS": (0, 10), "CSAT": (1, 5), "CES": (1, 7)}
    answers = [
        answer(
            f"{metric} {place}",
            None if place % 13 == 0 else low + place % (high - low + 1),
            metric=metric,
            unit_id=f"U{place % 3}",
            answered_date_local=f"2025-0{3 + place % 3}-15",
            scale_min=low,
            scale_max=high,
        )
        for metric, (low, high) in scales.items()
        for place in range(200)
    ]
    observed = [
        event(
            "observation",
            source="test",
            indicator=indicator,
            area_id=f"U{unit}",
            period_start=f"2025-0{month}-01",
            period_end=f"2025-0{month}-28",
            value=10 * unit + month,
            numerator=None if unit == 2 else month,
            denominator=None if unit == 2 else 7,
        )
        for indicator in ("roadmap", "survey_invited")
        for unit in range(3)
        for month in (3, 4, 5)
    ]
    return [*services, *answers, *observed]


def moment_without_zone(value: Any) -> Any:
    return value.replace(tzinfo=None) if getattr(value, "tzinfo", None) else value


def copy(connection: psycopg.Connection[dict[str, Any]], table: str, rows: Any) -> None:
    with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copying:
        for row in rows:
            copying.write_row(row)
