"""Working time: hours pass only while people work, whatever the clocks, holidays and quiet hours do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.workflow.working_time import Hours, WorkingTime

HELSINKI = ZoneInfo("Europe/Helsinki")
OFFICE = WorkingTime(HELSINKI, Hours(time(8), time(16)))
ZONES = st.sampled_from(["Europe/Helsinki", "UTC", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Kiritimati"])
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0))


@st.composite
def calendars(draw: st.DrawFn) -> WorkingTime:
    begins, ends = sorted(draw(st.lists(TIMES, min_size=2, max_size=2, unique=True)))
    closed = draw(st.frozensets(st.dates(date(2020, 1, 1), date(2035, 1, 1)), max_size=5))
    quiet = draw(st.none() | st.builds(Hours, TIMES, TIMES))
    if quiet is not None and not any(at in Hours(begins, ends) and at not in quiet for at in (begins, quiet.ends)):
        quiet = None
    return WorkingTime(ZoneInfo(draw(ZONES)), Hours(begins, ends), closed, quiet)


def later(since: str, hours: int, calendar: WorkingTime = OFFICE) -> str:
    found = calendar.later(datetime.fromisoformat(since).replace(tzinfo=HELSINKI), hours)
    return found.astimezone(HELSINKI).isoformat(timespec="minutes")[:16]


@pytest.mark.parametrize(
    ("since", "hours", "fires"),
    [
        ("2026-09-01T09:00", 0, "2026-09-01T09:00"),
        ("2026-09-01T09:00", 4, "2026-09-01T13:00"),
        ("2026-09-01T09:00", 16, "2026-09-03T09:00"),
        ("2026-09-01T08:00", 8, "2026-09-02T08:00"),
        ("2026-09-01T22:00", 0, "2026-09-02T08:00"),
        ("2026-09-04T15:00", 2, "2026-09-07T09:00"),
        ("2026-12-23T15:00", 2, "2026-12-28T09:00"),
        ("2026-06-18T08:00", 8, "2026-06-22T08:00"),
    ],
    ids=["at once", "same day", "two days", "closing", "evening", "weekend", "Christmas", "Midsummer Eve"],
)
def test_hours_pass_on_working_days_only(since: str, hours: int, fires: str) -> None:
    assert later(since, hours) == fires


def test_a_day_keeps_its_hours_when_the_clocks_change() -> None:
    round_the_clock = WorkingTime(HELSINKI, Hours(time(0), time(23, 59)))
    assert later("2026-03-27T09:00", 8) == "2026-03-30T09:00"
    assert later("2026-10-23T09:00", 8) == "2026-10-26T09:00"
    assert later("2026-03-27T23:00", 1, round_the_clock) == "2026-03-30T00:01"


def test_a_day_that_the_organisation_has_closed_does_not_count() -> None:
    closed = WorkingTime(HELSINKI, OFFICE.hours, closed=frozenset({date(2026, 9, 2)}))
    assert later("2026-09-01T09:00", 8, closed) == "2026-09-03T09:00"


def test_nobody_is_asked_in_quiet_hours() -> None:
    no_mornings = WorkingTime(HELSINKI, OFFICE.hours, quiet=Hours(time(15), time(10)))
    assert later("2026-09-01T08:00", 0, no_mornings) == "2026-09-01T10:00"
    assert later("2026-09-01T11:00", 4, no_mornings) == "2026-09-02T10:00"


@given(calendars(), MOMENTS, st.integers(0, 300))
def test_a_clock_never_fires_before_it_was_set_nor_while_nobody_works(
    calendar: WorkingTime, since: datetime, hours: int
) -> None:
    found = calendar.later(since, hours)
    assert found >= since + timedelta(hours=hours)
    assert calendar.holds(found)


@given(calendars(), MOMENTS, MOMENTS, st.integers(0, 300), st.integers(0, 300))
def test_whoever_is_asked_later_or_has_longer_is_never_due_earlier(
    calendar: WorkingTime, one: datetime, other: datetime, hours: int, more: int
) -> None:
    first, second = sorted((one, other))
    assert calendar.later(first, hours) <= calendar.later(second, hours)
    assert calendar.later(first, hours) <= calendar.later(first, hours + more)
