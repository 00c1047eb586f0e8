"""Folders that anyone brings: what is forgiven, what is named, and how it is said."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from okr_engine.errors import InvalidEvents, InvalidInput, NotFound
from okr_engine.measuring.checking import check_events
from okr_engine.measuring.definition import definition, kpis
from okr_engine.measuring.tables import TABLES
from okr_engine.model.indicators import MeasureUnit
from tests.measuring.visits import LIMITS, NOW, ZONE, at, measured, stored, visit

Frame = Callable[..., Path]


def frame(**told: object) -> pd.DataFrame:
    """Three visits of one person as somebody else would write them: two returns."""
    arrivals = [datetime(2025, 6, 10, 7), datetime(2025, 6, 11, 7), datetime(2025, 6, 12, 7)]
    values: dict[str, object] = {
        "source_system": "theirs",
        "source_event_id": ["a", "b", "c"],
        "person_key": "p1",
        "unit_id": "U1",
        "kind": "ED",
        "arrival_ts_utc": arrivals,
        "departure_ts_utc": [one + timedelta(hours=2) for one in arrivals],
        "arrival_date_local": [one.date() for one in arrivals],
        "planned": False,
        "disposition": "HOME",
    }
    return pd.DataFrame({**values, **told})


def written(folder: Path, what: pd.DataFrame, name: str = "visit/anything.parquet") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    what.to_parquet(path)
    return folder


def said(folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(InvalidEvents) as raised:
        measured("revolving_door", folder)
    return [(str(one.place), one.what.key) for one in raised.value.mistakes]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"arrival_date_local": [datetime(2025, 6, day) for day in (10, 11, 12)]},
        {"planned": [0, 0, 0]},
        {"planned": [None, None, None]},
        {"status": "finished", "version_no": 1.0, "loaded_at": [None, None, None], "colour": "red"},
        {
            "arrival_ts_utc": pd.to_datetime(
                ["2025-06-10T10:00+03:00", "2025-06-11T10:00+03:00", "2025-06-12T10:00+03:00"]
            )
        },
        {"arrival_ts_utc": ["2025-06-10T07:00:00", "2025-06-11T07:00:00Z", "2025-06-12T10:00:00+03:00"]},
    ],
    ids=lambda told: ", ".join(told),
)
def test_columns_are_taken_in_whatever_type_holds_the_same_thing(tmp_path: Path, told: dict[str, object]) -> None:
    figure = measured("revolving_door", written(tmp_path, frame(**told))).figure

    assert (figure.numerator, figure.denominator) == (2, 3)


def test_a_missing_local_day_is_that_of_the_moment(tmp_path: Path) -> None:
    folder = written(tmp_path, frame().drop(columns="arrival_date_local"))

    assert measured("revolving_door", folder).events_until == date(2025, 6, 12)


def test_events_reach_as_far_as_those_of_the_unit_and_no_mistaken_day_in_the_future(tmp_path: Path) -> None:
    stored(
        tmp_path,
        [
            visit(1, "Aino", at("2025-06-10T10:00"), unit_id="north"),
            visit(2, "Eino", at("2025-06-20T10:00"), unit_id="south"),
            visit(3, "Eino", at("2098-06-20T10:00"), unit_id="south"),
        ],
    )

    reach = {unit: measured("revolving_door", tmp_path, unit=unit).events_until for unit in (None, "north", "south")}

    assert reach == {None: date(2025, 6, 20), "north": date(2025, 6, 10), "south": date(2025, 6, 20)}


def test_an_event_that_stands_in_two_files_counts_once_in_its_newest_version(tmp_path: Path) -> None:
    written(tmp_path, frame(version_no=2, disposition=["HOME", "HOME", "ADMITTED"]), "visit/a.parquet")
    written(tmp_path, frame(version_no=1), "visit/deeper/down/b.parquet")

    figure = measured("revolving_door", tmp_path).figure

    assert (figure.numerator, figure.denominator) == (2, 2)


def test_files_beside_the_store_are_read_too_and_nothing_is_counted_twice(tmp_path: Path) -> None:
    stored(tmp_path, [visit(1, "Aino", at("2025-06-10T10:00"))])
    before = measured("revolving_door", tmp_path).figure.denominator
    copied = tmp_path / "visit" / "copy.parquet"
    copied.write_bytes((tmp_path / "visit" / "month=2025-06" / "part-0.parquet").read_bytes())

    assert measured("revolving_door", tmp_path).figure.denominator == before == 1


def test_departures_before_arrivals_are_left_out_and_counted(tmp_path: Path) -> None:
    moments = [datetime(2025, 6, 10, 6), datetime(2025, 6, 11, 9), datetime(2025, 6, 12, 9)]
    figure = measured("revolving_door", written(tmp_path, frame(departure_ts_utc=moments))).figure

    assert (figure.denominator, figure.excluded["ends_before_start"]) == (2, 1)


def test_a_missing_column_is_named_with_those_there_should_be(tmp_path: Path) -> None:
    assert said(written(tmp_path, frame().drop(columns=["kind", "unit_id"]))) == [
        ("visit : unit_id", "events.missing_column"),
        ("visit : kind", "events.missing_column"),
    ]


def test_a_column_of_another_type_is_named(tmp_path: Path) -> None:
    assert said(written(tmp_path, frame(arrival_ts_utc=[1, 2, 3]))) == [
        ("visit : arrival_ts_utc", "events.column_of_another_type")
    ]


def test_a_value_that_does_not_fit_its_column_is_shown(tmp_path: Path) -> None:
    folder = written(tmp_path, frame(arrival_ts_utc=["10.6.2025", "11.6.2025", "12.6.2025"]))

    with pytest.raises(InvalidEvents) as raised:
        measured("revolving_door", folder)

    assert "10.6.2025" in str(raised.value.mistakes[0].what.values["said"])


def test_a_truncated_file_is_named(tmp_path: Path) -> None:
    written(tmp_path, frame())
    path = tmp_path / "visit" / "anything.parquet"
    path.write_bytes(path.read_bytes()[:-100])

    assert said(tmp_path) == [("visit/anything.parquet", "events.unreadable_file")]


def test_an_empty_and_a_missing_folder_are_told_apart(tmp_path: Path) -> None:
    assert said(tmp_path)[0][1] == "events.empty_folder"
    assert said(tmp_path / "nowhere")[0][1] == "events.no_folder"


def test_a_table_without_rows_gives_no_figure_and_says_so(tmp_path: Path) -> None:
    found = measured("nps", written(tmp_path, frame()))

    assert found.figure.value is None
    assert [note.key for note in found.notes] == ["measuring.nothing_counted"]


def test_events_that_stop_before_the_period_does_are_remarked_upon(tmp_path: Path) -> None:
    found = measured("revolving_door", written(tmp_path, frame()))

    assert [note.key for note in found.notes] == ["measuring.events_end_early"]


def test_a_unit_without_events_is_named_with_those_that_have_some(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as raised:
        measured("revolving_door", written(tmp_path, frame()), unit="U9")

    assert raised.value.remedy is not None
    assert raised.value.remedy.values == {"allowed": "U1"}


def test_a_kpi_and_a_version_that_do_not_exist_are_named() -> None:
    with pytest.raises(NotFound):
        definition("happiness")
    with pytest.raises(NotFound):
        definition("nps", "99")


@pytest.mark.parametrize(
    ("kpi", "name", "told"),
    [
        ("revolving_door", "window_hours", 0),
        ("revolving_door", "window_hours", "seventy"),
        ("revolving_door", "window_hours", "72.5"),
        ("revolving_door", "clock_start", "triage"),
        ("revolving_door", "include_left", "perhaps"),
        ("revolving_door", "colour", "red"),
        ("access_time", "basis", "both"),
        ("progress", "indicator", ""),
    ],
)
def test_a_parameter_that_does_not_exist_or_is_out_of_range_is_named(kpi: str, name: str, told: str | int) -> None:
    with pytest.raises(InvalidInput) as raised:
        definition(kpi).with_defaults({name: told})

    assert raised.value.what.values["name"] == name


@pytest.mark.parametrize("kpi", kpis())
def test_a_definition_is_complete(kpi: str) -> None:
    one = definition(kpi)
    built_in = {"first_day", "last_day", "from_moment", "to_moment", "as_of", "as_of_day", "unit", "whole"}

    assert one.names_in_sql - built_in == one.parameters.keys() - {"rollover"}
    assert {form.unit for form in [one.value, *(f for forms in one.value_if.values() for f in forms.values())]} <= set(
        MeasureUnit
    )
    assert all(value.fi and value.sv and value.en for value in (one.names, one.what, one.cannot_say))
    assert all(
        str(parameter.default) in parameter.choices for parameter in one.parameters.values() if parameter.choices
    )


def test_the_check_finds_what_is_wrong_and_what_is_notable(tmp_path: Path) -> None:
    written(
        tmp_path,
        frame(
            person_key=["131052-308T", None, "p1"],
            kind=["ED", "XX", "ED"],
            departure_ts_utc=[datetime(2025, 6, 10, 6), datetime(2025, 6, 11, 9), datetime(2025, 6, 12, 9)],
            arrival_ts_utc=[datetime(2025, 6, 10, 7), datetime(2025, 6, 11, 7), datetime(2098, 6, 12, 7)],
        ),
    )

    checked = check_events(tmp_path, zone=ZONE, limits=LIMITS, now=NOW)

    assert checked.rows == {"visit": 3}
    assert {(one.place.record, one.what.key, one.what.values["count"]) for one in checked.mistakes} == {
        ("theirs a", "events.person_in_clear", 1),
        ("theirs b", "events.found_unknown_code", 1),
        ("theirs a", "events.found_ends_before_start", 2),
        ("theirs c", "events.found_in_the_future", 1),
        ("theirs c", "events.found_day_of_another_moment", 1),
    }
    assert "events.found_without_person" in {one.what.key for one in checked.notes}
    assert "131052" not in str(checked)


def test_the_check_reports_every_table_although_one_cannot_be_read(tmp_path: Path) -> None:
    written(tmp_path, frame())
    written(tmp_path, pd.DataFrame({"a": [1]}), "waiting_episode/x.parquet")

    checked = check_events(tmp_path, zone=ZONE, limits=LIMITS, now=NOW)

    assert checked.rows == {"visit": 3}
    assert {one.what.key for one in checked.mistakes} == {"events.missing_column"}


def test_a_visit_over_a_change_of_clocks_is_remarked_upon(tmp_path: Path) -> None:
    stored(tmp_path, [visit(1, "Aino", at("2025-03-30T01:00"), hours=4)])

    [note] = check_events(tmp_path, zone=ZONE, limits=LIMITS, now=NOW).notes

    assert note.what.key == "events.found_clock_change"


def test_every_canonical_table_has_what_the_store_needs() -> None:
    for table in TABLES.values():
        assert {*table.identity, table.period_column} <= set(table.required)
        assert {"version_no", "loaded_at", "run", table.unit_column} <= set(table.names)
