"""The demo county behaves as the county's own figures do, the same every time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.demo.county import County, identity_code
from connectors.demo.source import Settings
from connectors.registry import own_source
from okr_engine.measuring.events import Event
from okr_engine.measuring.sources import Watermark, batches
from okr_engine.periods import Period
from okr_engine.testing.sources import SourceCase

MIDSUMMER = datetime(2025, 7, 10, tzinfo=UTC)


def half_year(**settings: object) -> list[Event]:
    case = SourceCase(
        source=own_source("demo"), settings={"source_system": "demo", "size": 0.01, **settings}, now=MIDSUMMER
    )
    return [event for batch in case.read() for event in batch.events]


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return half_year()


def of(table: str, events: list[Event]) -> list[dict[str, object]]:
    return [dict(event.values) for event in events if event.table == table]


def test_about_one_in_twenty_comes_back_within_72_hours(events: list[Event]) -> None:
    visits = {visit["source_event_id"]: visit for visit in of("visit", events) if visit["kind"] == "ED"}
    index = [visit for visit in visits.values() if visit["disposition"] == "HOME" and not visit["planned"]]

    returned = [
        visit
        for visit in index
        if any(
            other["person_key"] == visit["person_key"] is not None
            and not other["planned"]
            and timedelta(0) < other["arrival_ts_utc"] - visit["departure_ts_utc"] <= timedelta(hours=72)  # type: ignore[operator]
            for other in visits.values()
        )
    ]

    assert 0.035 < len(returned) / len(index) < 0.06


def test_nine_in_ten_recommend_and_few_do_not(events: list[Event]) -> None:
    scores = [answer["value"] for answer in of("survey_response", events) if answer["metric"] == "NPS"]

    promoters = sum(score >= 9 for score in scores)  # type: ignore[operator]
    detractors = sum(score <= 6 for score in scores)  # type: ignore[operator]

    assert 83 < 100 * (promoters - detractors) / len(scores) < 88


def test_service_events_follow_the_size(events: list[Event]) -> None:
    counted = [
        event
        for event in of("service_event", events)
        if event["status"] == "finished"
        and event["contact_kind"] not in ("without_contact", "between_professionals")
        and event["start_date_local"].month <= 6  # type: ignore[attr-defined]
    ]

    assert 25_600 < len(counted) < 25_800


def test_most_waits_that_ended_were_in_time_and_some_go_on(events: list[Event]) -> None:
    waits = of("waiting_episode", events)
    children = [wait for wait in waits if wait["service_class"] == "LASU_ALOITUS" and wait["end_date_local"]]
    quick = [wait for wait in children if wait["end_date_local"] - wait["start_date_local"] <= timedelta(days=9)]  # type: ignore[operator]

    assert 0.70 < len(quick) / len(children) < 0.92
    assert any(wait["end_date_local"] is None for wait in waits)


def test_the_same_seed_tells_the_same_and_another_something_else(events: list[Event]) -> None:
    again, other = (half_year(first_month="2025-06-01", seed=seed) for seed in (1, 2))

    assert {repr(event) for event in again} <= {repr(event) for event in events}
    assert {repr(event) for event in other}.isdisjoint(repr(event) for event in of_visits(again))


def of_visits(events: list[Event]) -> list[Event]:
    return [event for event in events if event.table == "visit"]


def test_an_open_wait_is_told_again_as_a_newer_version_when_it_ends() -> None:
    source, settings = own_source("demo"), Settings(source_system="demo", size=0.001)
    versions: set[tuple[object, object]] = set()
    since: Watermark | None = None
    for now in (MIDSUMMER, MIDSUMMER + timedelta(days=300)):
        with SourceCase(source=source, settings={}).client() as client:
            for batch in batches(source, settings, client, since=since, now=now, person_key=lambda _: "0" * 64):
                since = batch.watermark or since
                waits = [event.values for event in batch.events if event.table == "waiting_episode"]
                versions |= {(wait["episode_id"], wait["version_no"]) for wait in waits}

    told_open = {episode for episode, version in versions if version == 1}
    told_ended = {episode for episode, version in versions if version == 2}

    assert len(told_open & told_ended) > 5


def test_nobody_in_the_county_exists() -> None:
    codes = [identity_code(person) for person in range(10_000)]

    assert all(900 <= int(code[7:10]) <= 999 for code in codes)
    assert len(set(codes)) == len(codes)


def test_no_visit_begins_in_an_hour_that_spring_leaves_out() -> None:
    helsinki = ZoneInfo("Europe/Helsinki")
    visits = [row for table, row in County(1, 0.02, helsinki).month(Period.parse("2025-03")) if table == "visit"]

    arrivals = [row["arrival_ts_utc"] for row in visits if isinstance(row["arrival_ts_utc"], datetime)]

    assert all(moment.astimezone(UTC).astimezone(helsinki) == moment for moment in arrivals)
    assert all((moment.month, moment.day, moment.hour) != (3, 30, 3) for moment in arrivals)
