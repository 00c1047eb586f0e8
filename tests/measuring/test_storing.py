"""The folder of events: newest versions, whole months, one writer, and nobody's identifier in clear."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okr_engine.errors import EventsBusy, InvalidEvent, InvalidEvents, InvalidSettings, Place, SourceUnavailable
from okr_engine.measuring.events import Event, event, pseudonym
from okr_engine.measuring.set_aside import records_set_aside, set_aside
from okr_engine.measuring.sources import SetAside
from okr_engine.measuring.storing import store_events
from okr_engine.words import message
from tests.measuring.visits import KEY, NOW, at, measured, stored, visit, wait

JUNE, JULY = at("2025-06-10T10:00"), at("2025-07-10T10:00")


def rows(folder: Path, columns: str = "source_event_id, version_no, unit_id") -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        asked = f"SELECT {columns} FROM read_parquet($files) ORDER BY ALL"  # noqa: S608  the columns are the test's own
        return connection.execute(asked, {"files": f"{folder}/visit/**/*.parquet"}).fetchall()


def test_reading_again_changes_nothing_not_even_the_files(tmp_path: Path) -> None:
    events = [visit(1, "Aino", JUNE), visit(2, "Eino", JULY)]
    first = store_events(tmp_path, events, run="run-1", now=NOW)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}

    again = store_events(tmp_path, events, run="run-2", now=NOW + timedelta(days=1))

    assert (first.added, first.months) == (2, {("visit", "2025-06"): 1, ("visit", "2025-07"): 1})
    assert (again.added, again.replaced, again.unchanged, again.months) == (0, 0, 2, {})
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")} == before


def test_the_newest_version_wins_whatever_the_order(tmp_path: Path) -> None:
    stored(tmp_path, [visit(1, "Aino", JUNE, version_no=2, unit_id="U2")])

    done = store_events(tmp_path, [visit(1, "Aino", JUNE, version_no=1)], run="late", now=NOW)

    assert (done.superseded, rows(tmp_path)) == (1, [("1", 2, "U2")])


def test_a_correction_without_a_version_replaces_what_was_read_before(tmp_path: Path) -> None:
    stored(tmp_path, [visit(1, "Aino", JUNE)])

    done = store_events(tmp_path, [visit(1, "Aino", JUNE, unit_id="U2")], run="run-2", now=NOW)

    assert (done.replaced, rows(tmp_path, "unit_id, run")) == (1, [("U2", "run-2")])


def test_an_event_that_moves_to_another_month_is_in_that_one_only(tmp_path: Path) -> None:
    stored(tmp_path, [visit(1, "Aino", JUNE, version_no=1), visit(2, "Aino", JUNE)])

    stored(tmp_path, [visit(1, "Aino", JULY, version_no=2)])

    assert [row[0] for row in rows(tmp_path)] == ["1", "2"]
    assert measured("revolving_door", tmp_path, "2025-07").figure.denominator == 1
    assert measured("revolving_door", tmp_path, "2025-06").figure.denominator == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 60)), max_size=8), st.randoms())
def test_any_order_and_any_cutting_into_runs_stores_the_same(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[int, int, int]], chance: object
) -> None:
    versions = {(number, version): day for number, version, day in drawn}
    events = [visit(n, "Aino", JUNE + timedelta(days=day), version_no=v) for (n, v), day in versions.items()]
    newest = {n: max(v for m, v in versions if m == n) for n, _ in versions}
    once, in_runs = tmp_path_factory.mktemp("once"), tmp_path_factory.mktemp("runs")
    shuffled = list(events)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    store_events(once, events, run="run", now=NOW)
    for one in shuffled:
        store_events(in_runs, [one], run="run", now=NOW)

    if events:
        assert rows(once, "* EXCLUDE (loaded_at)") == rows(in_runs, "* EXCLUDE (loaded_at)")
        assert [(str(n), v) for n, v in sorted(newest.items())] == rows(once, "source_event_id, version_no")


def test_only_one_process_stores_at_a_time(tmp_path: Path) -> None:
    stored(tmp_path, [visit(1, "Aino", JUNE)])

    with closing(sqlite3.connect(tmp_path / ".lock", isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        with pytest.raises(EventsBusy):
            store_events(tmp_path, [visit(2, "Aino", JUNE)], run="run-2", now=NOW)

    stored(tmp_path, [visit(2, "Aino", JUNE)])


def test_while_one_process_reads_another_may_store(tmp_path: Path) -> None:
    def slow() -> Iterator[Event]:
        yield visit(1, "Aino", JUNE)
        stored(tmp_path, [visit(2, "Eino", JUNE)])
        yield visit(3, "Aino", JUNE)

    store_events(tmp_path, slow(), run="slow", now=NOW)

    assert sorted(rows(tmp_path, "source_event_id")) == [("1",), ("2",), ("3",)]


def test_what_a_killed_process_has_left_goes_with_the_next_storing(tmp_path: Path) -> None:
    left = tmp_path / ".staging" / "left"
    left.mkdir(parents=True)
    (left / "000.parquet").write_bytes(b"half")
    os.utime(left, (0, 0))

    stored(tmp_path, [visit(1, "Aino", JUNE)])

    assert not left.exists()


def test_what_fails_while_it_is_read_stores_nothing(tmp_path: Path) -> None:
    def failing() -> Iterator[Event]:
        yield visit(1, "Aino", JUNE)
        raise SourceUnavailable(message("events.no_folder"))

    with pytest.raises(SourceUnavailable):
        store_events(tmp_path, failing(), run="run", now=NOW)

    assert list(tmp_path.rglob("*.parquet")) == []


KILLED = """
import sys, itertools
from pathlib import Path
from datetime import timedelta
from tests.measuring.visits import NOW, at, visit
from okr_engine.measuring.sources import SetAside
from okr_engine.measuring.storing import store_events
folder = Path(sys.argv[1])
for version in itertools.count(2):
    print(version, flush=True)
    days = [timedelta(days=(n * 7 + version) % 90) for n in range(300)]
    events = [visit(n, "Aino", at("2025-06-10T10:00") + day, version_no=version) for n, day in enumerate(days)]
    store_events(folder, events, run=f"run-{version}", now=NOW)
"""


@pytest.mark.parametrize("wait_seconds", [0.03, 0.12])
def test_a_killed_process_leaves_no_half_month_and_loses_no_event(tmp_path: Path, wait_seconds: float) -> None:
    stored(tmp_path, [visit(n, "Aino", JUNE + timedelta(days=n % 90), version_no=1) for n in range(300)])
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while process.stdout.readline().strip() != "3":
        assert process.poll() is None
    time.sleep(wait_seconds)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()

    after_the_kill = measured("revolving_door", tmp_path, "2025", window_hours=1).figure
    stored(tmp_path, [visit(n, "Aino", JUNE + timedelta(days=n % 90), version_no=10**6) for n in range(300)])

    assert after_the_kill.n + after_the_kill.excluded["too_long"] > 0
    found = rows(tmp_path, "source_event_id, version_no")
    assert len(found) == 300
    assert {version for _, version in found} == {10**6}


def test_a_broken_month_is_named_and_nothing_is_overwritten(tmp_path: Path) -> None:
    stored(tmp_path, [visit(1, "Aino", JUNE)])
    [part] = tmp_path.rglob("*.parquet")
    part.write_bytes(part.read_bytes()[:-20])

    with pytest.raises(InvalidEvents) as raised:
        stored(tmp_path, [visit(2, "Aino", JUNE)])

    assert raised.value.mistakes[0].place.file == "visit/month=2025-06/part-0.parquet"


def test_a_person_s_identifier_never_reaches_the_disk() -> None:
    with pytest.raises(InvalidEvent) as raised:
        visit(1, None, JUNE, person_key="131052-308T")

    assert raised.value.field == "person_key"
    assert "131052" not in str(dict(raised.value.what.values))


def test_the_same_person_has_the_same_key_and_another_secret_gives_another() -> None:
    assert pseudonym("131052-308T", KEY) == pseudonym(" 131052-308T ", KEY)
    assert pseudonym("131052-308T", KEY) != pseudonym("131052-308T", KEY + b"!")
    assert len(pseudonym("131052-308T", KEY)) == 64


@pytest.mark.parametrize("key", [b"", b"short"])
def test_without_a_key_identifiers_are_refused(key: bytes) -> None:
    with pytest.raises(InvalidSettings):
        pseudonym("131052-308T", key)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"kind": "EMERGENCY"}, "kind"),
        ({"unit_id": None}, "unit_id"),
        ({"unit_id": "U\x00"}, "unit_id"),
        ({"unit_id": 1.5}, "unit_id"),
        ({"arrival_ts_utc": datetime(2025, 6, 1)}, "arrival_ts_utc"),
        ({"arrival_ts_utc": "2025-06-01"}, "arrival_ts_utc"),
        ({"arrival_date_local": "1.6.2025"}, "arrival_date_local"),
        ({"arrival_date_local": date(2025, 6, 20)}, "arrival_date_local"),
        ({"arrival_date_local": date(1890, 6, 1)}, "arrival_date_local"),
        ({"departure_ts_utc": at("2025-06-10T09:00")}, "departure_ts_utc"),
        ({"planned": "yes"}, "planned"),
        ({"version_no": "1.5"}, "version_no"),
        ({"version_no": True}, "version_no"),
        ({"colour": "red"}, "colour"),
    ],
    ids=str,
)
def test_a_record_that_makes_no_event_is_refused_with_its_column(told: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidEvent) as raised:
        visit(1, "Aino", JUNE, **{"hours": None, **told})  # type: ignore[arg-type]

    assert raised.value.field == field


def test_a_wait_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidEvent) as raised:
        wait(1, "SUUN", "2025-06-02", "2025-06-01")

    assert raised.value.field == "end_date_local"


@pytest.mark.parametrize(("metric", "value"), [("NPS", 11), ("NPS", -1), ("CSAT", 6)])
def test_an_answer_off_its_scale_is_refused(metric: str, value: int) -> None:
    with pytest.raises(InvalidEvent) as raised:
        event(
            "survey_response",
            source_system="test",
            response_id="1",
            metric=metric,
            unit_id="U1",
            answered_date_local="2025-06-10",
            value=value,
            scale_min=1,
            scale_max=5,
        )

    assert raised.value.field == "value"


def test_a_moment_keeps_its_instant_over_the_autumn_hour_that_comes_twice(tmp_path: Path) -> None:
    first = datetime(2025, 10, 26, 3, 30, tzinfo=ZoneInfo("Europe/Helsinki"), fold=0)
    second = first.replace(fold=1)

    stored(tmp_path, [visit(1, "Aino", first), visit(2, "Aino", second)])

    assert rows(tmp_path, "arrival_ts_utc") == [(datetime(2025, 10, 26, 0, 30),), (datetime(2025, 10, 26, 1, 30),)]


def test_what_was_set_aside_is_kept_with_its_place_and_reason(tmp_path: Path) -> None:
    records = [
        SetAside(
            Place(file="june.csv", line=17), message("events.unknown_code", column="kind", found="XX", choices="ED")
        ),
        SetAside(Place(file="june.csv", line=18), message("events.missing_value", column="unit_id")),
    ]

    count = set_aside(tmp_path, records, source="emergency", run="2025/06 a", now=NOW)

    assert (count, records_set_aside(tmp_path, "2025/06 a")) == (2, records)
    assert records_set_aside(tmp_path, "2025/06 a", most=1) == records[:1]
    assert records_set_aside(tmp_path, "another") == []


def test_the_half_line_of_a_power_cut_does_not_hide_the_rest(tmp_path: Path) -> None:
    record = SetAside(Place(line=1), message("events.missing_value", column="unit_id"))
    set_aside(tmp_path, [record], source="emergency", run="run", now=NOW)
    with (tmp_path / "set_aside" / "run.ndjson").open("a") as file:
        file.write('{"source": "emergency", "pl')

    assert records_set_aside(tmp_path, "run") == [record]
