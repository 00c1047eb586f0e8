"""What sources bring can be stored, checked and measured."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pyarrow import parquet

from connectors.registry import own_source
from okr_engine.measuring.checking import check_events
from okr_engine.measuring.deadlines import read_limits
from okr_engine.measuring.definition import definition
from okr_engine.measuring.measure import Figure, Question, measure
from okr_engine.measuring.storing import store_events
from okr_engine.periods import Period
from okr_engine.testing.sources import SourceCase
from tests.connectors.cases import fhir_search_case, files_case

HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = datetime(2026, 2, 1, 6, 0, tzinfo=UTC)
HALF_YEAR = Period.parse("2025-H1")


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("events")
    case = SourceCase(source=own_source("demo"), settings={"source_system": "demo", "size": 0.02}, now=NOW)
    store_events(folder, (event for batch in case.read() for event in batch.events), run="1", now=NOW)
    return folder


def figure(kpi: str, folder: Path, period: Period = HALF_YEAR, **parameters: str | bool) -> Figure:
    question = Question(period, NOW, parameters=parameters)
    return measure(definition(kpi), folder, question, zone=HELSINKI, limits=read_limits()).figure


@pytest.mark.parametrize(
    ("kpi", "lowest", "highest"),
    [("revolving_door", "4.3", "5.3"), ("nps", "84.0", "87.0"), ("csat", "80", "100"), ("access_time", "70", "93")],
)
def test_the_demo_county_has_the_figures_of_the_county(demo_folder: Path, kpi: str, lowest: str, highest: str) -> None:
    found = figure(kpi, demo_folder)

    assert found.value is not None
    assert Decimal(lowest) <= found.value <= Decimal(highest)
    assert found.n >= 100


def test_the_demo_county_has_its_share_of_service_events(demo_folder: Path) -> None:
    found = figure("service_events", demo_folder)

    assert abs(found.n - 2_570_000 * Decimal("0.02")) < 200


def test_events_of_every_kind_of_source_hold_what_the_check_asks(demo_folder: Path) -> None:
    checked = check_events(demo_folder, zone=HELSINKI, limits=read_limits(), now=NOW)

    assert checked.mistakes == []
    assert set(checked.rows) >= {"visit", "service_event", "waiting_episode", "survey_response"}


def test_reading_and_storing_again_changes_nothing(tmp_path: Path) -> None:
    for name, make in (("fhir", fhir_search_case), ("files", files_case)):
        source_folder = tmp_path / name
        source_folder.mkdir()
        case = make(source_folder)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("OKR_SECRET_TEST", "not-a-real-token")
            events = [event for batch in case.read() for event in batch.events]

        first = store_events(tmp_path / "events", events, run="1", now=NOW)
        again = store_events(tmp_path / "events", reversed(events), run="2", now=NOW)

        assert (first.added, first.unchanged) == (len(events), 0)
        assert (again.added, again.replaced, again.unchanged) == (0, 0, len(events))


def test_no_identifier_of_a_person_reaches_the_disk(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    case = files_case(tmp_path / "in")
    store_events(tmp_path / "out", (e for batch in case.read() for e in batch.events), run="1", now=NOW)

    stored = repr([parquet.read_table(path).to_pylist() for path in (tmp_path / "out").rglob("*.parquet")])

    assert "person_key" in stored
    assert [identifier for identifier in case.identifiers if identifier in stored] == []
