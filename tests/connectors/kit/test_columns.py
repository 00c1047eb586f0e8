"""A column map turns somebody else's row into an event, or says which column is at fault."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.kit.columns import ColumnMap, event_of_row
from okr_engine.errors import InvalidEvent
from okr_engine.measuring.events import Event

HELSINKI = ZoneInfo("Europe/Helsinki")
MAP = ColumnMap.model_validate(
    {
        "table": "visit",
        "columns": {
            "source_event_id": "Id",
            "version_no": "Versio",
            "person_key": "Hetu",
            "kind": "Laji",
            "arrival_ts_utc": "Saapui",
            "planned": "Varattu",
        },
        "constants": {"unit_id": "ed"},
        "codes": {"kind": {"1": "ED"}},
    }
)


def event_for(**row: Any) -> Event:
    whole = {"Id": "7", "Laji": "1", "Saapui": "1.6.2025 23.30", **row}
    return event_of_row(whole.get, MAP, source_system="ehr", zone=HELSINKI, person_key=lambda told: f"{len(told):064x}")


def test_a_row_is_brought_to_the_canonical_table() -> None:
    values = event_for(Hetu=" 010190-123A ", Versio="3", Varattu="Kyllä").values

    assert (values["source_system"], values["unit_id"], values["kind"]) == ("ehr", "ed", "ED")
    assert values["arrival_ts_utc"] == datetime(2025, 6, 1, 20, 30, tzinfo=UTC)
    assert values["arrival_date_local"] == date(2025, 6, 1)
    assert (values["version_no"], values["planned"]) == (3, True)
    assert values["person_key"] == f"{11:064x}"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"Id": " "}, "source_event_id"),
        ({"Laji": "9"}, "kind"),
        ({"Saapui": "soon"}, "arrival_ts_utc"),
        ({"Saapui": None}, "arrival_ts_utc"),
        ({"Varattu": "perhaps"}, "planned"),
        ({"Versio": "1,5"}, "version_no"),
        ({"Versio": "one"}, "version_no"),
    ],
)
def test_the_column_at_fault_is_named(row: dict[str, Any], column: str) -> None:
    with pytest.raises(InvalidEvent) as refused:
        event_for(**row)

    assert refused.value.field == column


def test_whole_numbers_of_spreadsheets_are_names_without_decimals() -> None:
    assert event_for(Id=7.0).values["source_event_id"] == "7"
    assert event_for(Laji=1.0).values["kind"] == "ED"


@pytest.mark.parametrize(("told", "value"), [("66,5", "66.5"), ("−1 250,25", "-1250.25"), (67, "67"), ("1.5", "1.5")])
def test_figures_are_read_with_comma_and_spaces(told: object, value: str) -> None:
    observation = ColumnMap.model_validate(
        {
            "table": "observation",
            "columns": {"value": "v"},
            "constants": {
                "indicator": "nps",
                "area_id": "county",
                "period_start": "2025-01-01",
                "period_end": "31.1.2025",
            },
        }
    )

    found = event_of_row({"v": told}.get, observation, source_system="s", zone=HELSINKI, person_key=lambda told: told)

    assert found.values["value"] == Decimal(value)
    assert found.values["period_end"] == date(2025, 1, 31)
