"""Encounters of FHIR become visits and service events."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from connectors.fhir.source import Settings
from connectors.registry import own_source
from okr_engine.errors import SchemaChanged
from okr_engine.measuring.events import Event
from okr_engine.measuring.sources import Batch, Watermark, batches
from okr_engine.testing.sources import SourceCase
from tests.connectors.cases import fhir_export_case, fhir_folder_case, served

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples"


@pytest.fixture
def events(tmp_path: Path) -> dict[tuple[str, object], Event]:
    found = [event for batch in fhir_folder_case(tmp_path).read() for event in batch.events]
    return {(event.table, event.values["source_event_id"]): event for event in found}


def test_an_emergency_visit_keeps_its_moments_its_day_and_where_it_led(
    events: dict[tuple[str, object], Event],
) -> None:
    visit = events["visit", "e1"].values

    assert (visit["kind"], visit["disposition"], visit["planned"]) == ("ED", "HOME", False)
    assert visit["arrival_ts_utc"] == datetime(2026, 10, 18, 19, 10, tzinfo=UTC)
    assert visit["departure_ts_utc"] == datetime(2026, 10, 18, 23, 40, tzinfo=UTC)
    assert visit["arrival_date_local"] == date(2026, 10, 18)
    assert (visit["unit_id"], visit["version_no"]) == ("ed-central", 3)


def test_one_person_has_one_key_however_the_reference_is_written(events: dict[tuple[str, object], Event]) -> None:
    keys = {name: events["visit", name].values["person_key"] for name in ("e1", "e2", "e3", "e5")}

    assert keys["e2"] == keys["e3"] != keys["e1"]
    assert keys["e5"] is None


def test_a_finnish_service_event_is_told_once_with_its_oid_and_its_parts_are_only_visits(
    events: dict[tuple[str, object], Event],
) -> None:
    assert events["service_event", "e3"].values["service_event_oid"] == "1.2.246.10.1.14011.2026.1"
    assert ("service_event", "e4") not in events
    assert events["visit", "e4"].values["parent_event_id"] == "e3"
    assert events["visit", "e4"].values["unit_id"] == "ward-4-a"


def test_a_search_goes_on_from_the_watermark_with_an_overlap() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, json={"resourceType": "Bundle"})

    case = SourceCase(
        source=own_source("fhir"),
        settings={"source_system": "ehr", "address": "https://ehr.example/r4", "overlap_hours": 24},
        client=served(answer),
    )

    found = case.read(since=Watermark(moment=datetime(2026, 10, 20, 6, tzinfo=UTC)))

    assert asked[0].params["_lastUpdated"] == "ge2026-10-19T06:00:00Z"
    assert found[-1].watermark == Watermark(moment=datetime(2026, 10, 20, 6, tzinfo=UTC))


def test_an_export_that_is_not_ready_in_time_is_fetched_by_the_next_reading(tmp_path: Path) -> None:
    case = fhir_export_case(tmp_path)
    hasty = Settings.model_validate({**case.settings, "polling_minutes": 0})
    now = case.now

    def read(since: Watermark | None) -> list[Batch]:
        with case.client() as client:
            return list(batches(case.source, hasty, client, since=since, now=now, person_key=lambda _: "0" * 64))

    [waiting] = read(None)
    *fetched, last = read(waiting.watermark)

    assert (waiting.events, waiting.watermark) == ((), Watermark(cursor='{"status": "https://ehr.example/status/7"}'))
    assert sum(len(batch.events) for batch in fetched) > 0
    assert last.watermark == Watermark(moment=datetime(2026, 10, 24, 1, tzinfo=UTC))


def test_an_answer_that_is_no_bundle_is_named() -> None:
    case = SourceCase(
        source=own_source("fhir"),
        settings={"source_system": "ehr", "address": "https://ehr.example/r4"},
        client=served(lambda request: httpx.Response(200, json={"resourceType": "OperationOutcome"})),
    )

    with pytest.raises(SchemaChanged):
        case.read()


def test_a_bulk_export_of_a_thousand_encounters_loads() -> None:
    folder = SAMPLES / "fhir_bulk_synthea_10"
    if not folder.exists():
        pytest.skip("the sample export is not beside the repository")
    case = SourceCase(source=own_source("fhir"), settings={"source_system": "synthea", "folder": str(folder)})

    found = case.read()

    visits = [event for batch in found for event in batch.events if event.table == "visit"]
    aside = Counter(each.reason.key for batch in found for each in batch.set_aside)
    assert len(visits) + aside.total() == 1215
    assert aside.keys() <= {"events.out_of_calendar"}
    assert sum(visit.values["kind"] == "ED" for visit in visits) >= 13
