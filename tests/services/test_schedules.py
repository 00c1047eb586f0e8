"""When a source is due: on the wall clock, on working days where it is asked, and once after a long silence."""

from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from okr_engine.database import reading, writing
from okr_engine.model import Rhythm, Schedule, Timetable
from okr_engine.services.schedules import claim, due_again, due_sources, next_due, renew, schedule_of
from tests.services.pulled_county import OCTOBER, PulledCounty, pulled_county, scripted, wait

HELSINKI = ZoneInfo("Europe/Helsinki")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


@pytest.mark.parametrize(
    ("timetable", "after", "due"),
    [
        (Timetable(rhythm=Rhythm.DAY, at="06:00"), "2025-06-05T05:59", "2025-06-05T06:00"),
        (Timetable(rhythm=Rhythm.DAY, at="06:00"), "2025-06-05T06:00", "2025-06-06T06:00"),
        (Timetable(rhythm=Rhythm.HOUR, at="00:15"), "2025-06-05T06:20", "2025-06-05T07:15"),
        (Timetable(rhythm=Rhythm.WEEK, day=1, at="06:00"), "2025-06-05T06:00", "2025-06-09T06:00"),
        (Timetable(rhythm=Rhythm.MONTH, day=1, at="06:00"), "2025-06-05T06:00", "2025-07-01T06:00"),
        # The 20th of June 2025 is Midsummer Eve, a Friday; the Monday after it is the next working day.
        (Timetable(at="06:00", working_days_only=True), "2025-06-19T07:00", "2025-06-23T06:00"),
        (
            Timetable(rhythm=Rhythm.MONTH, day=20, at="06:00", working_days_only=True),
            "2025-06-01T00:00",
            "2025-06-23T06:00",
        ),
        (Timetable(rhythm=Rhythm.HOUR, working_days_only=True), "2025-06-19T23:30", "2025-06-23T00:00"),
        # The clocks leave out 3.00 to 4.00 on the 30th of March 2025, and have it twice on the 26th of October.
        (Timetable(at="06:00"), "2025-03-29T07:00", "2025-03-30T06:00"),
        (Timetable(at="06:00"), "2025-10-25T07:00", "2025-10-26T06:00"),
    ],
)
def test_a_source_is_due_when_its_timetable_says(timetable: Timetable, after: str, due: str) -> None:
    assert next_due(timetable, local(after), HELSINKI) == local(due)


def test_an_hour_that_the_clocks_leave_out_is_not_a_day_left_out() -> None:
    due = next_due(Timetable(at="03:30"), local("2025-03-29T12:00"), HELSINKI)

    assert due.astimezone(HELSINKI).date().isoformat() == "2025-03-30"


@pytest.mark.parametrize(("failures", "minutes"), [(1, 15), (2, 30), (3, 60), (10, 360)])
def test_retries_come_ever_later_up_to_six_hours(failures: int, minutes: int) -> None:
    now = local("2025-06-05T07:00")

    due = due_again(Timetable(at="06:00"), failures=failures, try_again=None, now=now, zone=HELSINKI)

    assert due - now == timedelta(minutes=minutes)


def test_a_retry_never_comes_later_than_the_next_regular_time() -> None:
    now = local("2025-06-05T05:00")

    due = due_again(Timetable(at="06:00"), failures=9, try_again=None, now=now, zone=HELSINKI)

    assert due == local("2025-06-05T06:00")


@pytest.fixture
def county(engine: Engine, tmp_path: Path) -> PulledCounty:
    return pulled_county(engine, tmp_path)


def test_after_a_long_silence_a_source_is_read_once_and_then_at_its_time(county: PulledCounty) -> None:
    county.pull(**scripted([wait(1, 10)]))
    county.watch.now += timedelta(days=40)
    assert due(county) == ["registers"]

    county.pull(**scripted())

    assert due(county) == []
    [schedule] = county.rows(select(Schedule))
    assert timedelta(0) < schedule.next_due - county.watch.now <= timedelta(days=1)


def test_a_paused_or_claimed_source_is_not_due(county: PulledCounty) -> None:
    county.pull(**scripted())
    county.watch.now += timedelta(days=2)
    county.change(Schedule, held_by="somebody", held_until=county.watch.now + timedelta(minutes=1))

    assert due(county) == []


def test_of_many_who_claim_at_once_one_gets_it(county: PulledCounty) -> None:
    engine = county.installation.engine
    with writing(engine, actor="test", now=OCTOBER) as session:
        source = schedule_of(session, county.source_id).source_id
    got: list[str] = []
    together = Barrier(6)

    def try_it(name: str) -> None:
        together.wait()
        with writing(engine, actor="test", now=OCTOBER) as session:
            if claim(session, source, name, OCTOBER):
                got.append(name)

    threads = [Thread(target=try_it, args=[str(number)]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == 1


def test_a_claim_is_renewed_by_its_holder_only(county: PulledCounty) -> None:
    with writing(county.installation.engine, actor="test", now=OCTOBER) as session:
        schedule_of(session, county.source_id)
        claim(session, county.source_id, "one", OCTOBER)

        assert renew(session, county.source_id, "one", OCTOBER)
        assert not renew(session, county.source_id, "another", OCTOBER)


def due(county: PulledCounty) -> list[str]:
    with reading(county.installation.engine) as session:
        return list(due_sources(session, county.watch.now))
