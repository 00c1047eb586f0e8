"""`okr measure` and `okr events check` as a person uses them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import Okr

BAD_INPUT = 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three emergency visits of one person a day apart, and two waits, one of them too long."""
    arrivals = [datetime(2025, 6, day, 7) for day in (10, 11, 12)]
    visits = pd.DataFrame(
        {
            "source_system": "ehr",
            "source_event_id": ["a", "b", "c"],
            "person_key": "p",
            "unit_id": "U1",
            "kind": "ED",
            "arrival_ts_utc": arrivals,
            "departure_ts_utc": [one + timedelta(hours=2) for one in arrivals],
            "planned": False,
            "disposition": "HOME",
        }
    )
    waits = pd.DataFrame(
        {
            "source_system": "ehr",
            "episode_id": ["1", "2"],
            "unit_id": ["U1", "U2"],
            "service_class": "ESH_ARV",
            "start_date_local": [datetime(2025, 6, 2).date()] * 2,
            "end_date_local": [datetime(2025, 6, 20).date(), None],
            "age_at_start": 40,
        }
    )
    for name, frame in (("visit", visits), ("waiting_episode", waits)):
        (tmp_path / "events" / name).mkdir(parents=True)
        frame.to_parquet(tmp_path / "events" / name / "part.parquet")
    return tmp_path / "events"


def test_a_figure_comes_with_what_it_was_computed_from(bare_okr: Okr, folder: Path) -> None:
    printed = bare_okr("measure", "revolving_door", "--events", folder, "--period", "2025-06", "--json")

    report = json.loads(printed.stdout)
    assert (report["kpi"], report["period"], report["unit"]) == ("revolving_door", "2025-06", None)
    assert (report["value"], report["numerator"], report["denominator"], report["pending"]) == (66.67, 2, 3, 0)
    assert (report["n"], report["definition_version"], report["measure_unit"]) == (3, "1", "percent")
    assert report["sql"].startswith("-- Returns to emergency care")
    assert report["parameters"]["window_hours"] == 72


def test_parameters_of_the_definition_and_the_moment_can_be_told(bare_okr: Okr, folder: Path) -> None:
    told = ["--param", "window_hours=20", "--as-of", "2025-06-12T20:00"]

    printed = bare_okr("measure", "revolving_door", "--events", folder, "--period", "2025-Q2", *told, "--json")

    report = json.loads(printed.stdout)
    assert (report["numerator"], report["denominator"], report["pending"]) == (0, 2, 1)
    assert datetime.fromisoformat(report["watermark"]) == datetime(2025, 6, 12, 17, tzinfo=UTC)


def test_access_time_says_its_basis_and_the_limits_it_rests_on(bare_okr: Okr, folder: Path) -> None:
    words = ["measure", "access_time", "--events", folder, "--period", "2025-06", "--json"]

    by_deadline, completed = (
        json.loads(bare_okr(*words, "--basis", basis).stdout) for basis in ("deadline", "completed")
    )

    assert (by_deadline["basis"], by_deadline["value"], by_deadline["coverage"]) == ("deadline", 50, 1)
    assert (completed["basis"], completed["value"]) == ("completed", 100)
    assert by_deadline["limit_confidence"] == "verified"
    assert [(one["rule"], one["section"]) for one in by_deadline["limits"]] == [("H20", "Terveydenhuoltolaki 52 §")]


def test_a_person_reads_a_sentence(bare_okr: Okr, folder: Path) -> None:
    printed = bare_okr(
        "measure", "access_time", "--period", "2025-06", "--param", "by=unit", env={"OKR_EVENTS": str(folder)}
    )

    assert "Access to services within the statutory time, June 2025: 50.00" in printed.stdout
    assert "U1: 100.00 (1 / 1)" in printed.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["happiness", "--period", "2025-06"], "revolving_door"),
        (["revolving_door", "--period", "2025-06", "--unit", "U9"], "U1"),
        (["revolving_door", "--period", "2025-06", "--param", "window_hours=0"], "1 … 744"),
        (["revolving_door", "--period", "2025-06", "--param", "window_hours"], "name=value"),
    ],
)
def test_bad_input_is_named_and_exits_with_two(bare_okr: Okr, folder: Path, words: list[str], said: str) -> None:
    printed = bare_okr("measure", *words, "--events", folder)

    assert printed.returncode == BAD_INPUT
    assert said in printed.stderr
    assert "Traceback" not in printed.stderr


def test_events_that_hold_are_counted(bare_okr: Okr, folder: Path) -> None:
    printed = bare_okr("events", "check", folder)

    assert printed.returncode == 0
    assert "visit: 3 events" in printed.stdout


def test_what_is_wrong_with_events_is_listed_and_exits_with_two(bare_okr: Okr, folder: Path) -> None:
    path = folder / "visit" / "part.parquet"
    path.write_bytes(path.read_bytes()[:-50])
    (folder / "waiting_episode" / "part.parquet").unlink()
    pd.DataFrame({"a": [1]}).to_parquet(folder / "waiting_episode" / "part.parquet")

    printed = bare_okr("events", "check", folder)

    assert printed.returncode == BAD_INPUT
    assert "visit/part.parquet: The file cannot be read as Parquet" in printed.stderr
    assert "service_class" in printed.stderr


def test_a_folder_without_events_says_what_there_should_be(bare_okr: Okr, tmp_path: Path) -> None:
    printed = bare_okr("measure", "nps", "--period", "2025-06", "--events", tmp_path / "nowhere")

    assert printed.returncode == BAD_INPUT
    assert "survey_response" in printed.stderr
