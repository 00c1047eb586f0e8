"""Real exports go the whole way: read by their connector, stored, checked and counted as a slow count does."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.registry import own_source
from okr_engine.measuring.checking import check_events
from okr_engine.measuring.definition import definition
from okr_engine.periods import Period
from okr_engine.testing.sources import SourceCase
from tests.measuring.test_revolving_door import count_by_hand
from tests.measuring.visits import LIMITS, ZONE, measured, stored

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples"
TODAY = datetime(2026, 11, 26, 12, tzinfo=UTC)
SYNTHEA_COLUMNS = {
    "table": "visit",
    "columns": {
        "source_event_id": "Id",
        "person_key": "PATIENT",
        "unit_id": "ORGANIZATION",
        "kind": "ENCOUNTERCLASS",
        "arrival_ts_utc": "START",
        "departure_ts_utc": "STOP",
    },
    "codes": {
        "kind": {
            "emergency": "ED",
            "urgentcare": "ED",
            "ambulatory": "AMB",
            "outpatient": "AMB",
            "wellness": "AMB",
            "inpatient": "INP",
        }
    },
    "constants": {"disposition": "HOME"},
}


@pytest.mark.parametrize(
    ("connector", "settings"),
    [
        ("files", {"address": str(SAMPLES / "synthea_csv" / "encounters.csv"), "columns": SYNTHEA_COLUMNS}),
        ("fhir", {"folder": str(SAMPLES / "fhir_bulk_synthea_10")}),
    ],
)
def test_the_returns_in_a_real_export_are_those_of_a_slow_count(
    connector: str, settings: Mapping[str, Any], tmp_path: Path
) -> None:
    if not SAMPLES.exists():
        pytest.skip("the sample exports are not beside the repository")
    read = SourceCase(source=own_source(connector), settings={"source_system": "synthea", **settings}).read()
    events = [event for batch in read for event in batch.events]
    visits = [event for event in events if event.table == "visit"]

    folder = stored(tmp_path, events)

    told = definition("revolving_door").with_defaults({})
    years = {str(visit.values["arrival_date_local"])[:4] for visit in visits if visit.values["kind"] == "ED"}
    seen = 0
    for year in sorted(years):
        found = measured("revolving_door", folder, year, as_of=TODAY).figure
        by_hand = count_by_hand(visits, Period.parse(year), TODAY, told)
        assert (found.numerator, found.denominator, found.pending) == by_hand
        seen += by_hand[1] + sum(found.excluded.values())
    assert seen > 10
    assert check_events(folder, zone=ZONE, limits=LIMITS, now=TODAY).mistakes == []
