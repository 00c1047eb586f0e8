"""Moments and days are read as other systems write them, and never guessed."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from connectors.kit.moments import day_of, moment_from_unix, moment_of

HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize(
    ("told", "utc"),
    [
        ("2025-06-01T08:05:00+03:00", "2025-06-01T05:05:00"),
        ("2025-06-01T05:05:00Z", "2025-06-01T05:05:00"),
        ("2025-06-01T05:05:00.1234567Z", "2025-06-01T05:05:00.123456"),
        ("2025-06-01 08:05", "2025-06-01T05:05:00"),
        ("1.6.2025 8.05", "2025-06-01T05:05:00"),
        ("01.06.2025 klo 08:05:30", "2025-06-01T05:05:30"),
        ("1.12.2025 8:05", "2025-12-01T06:05:00"),
        ("2025-06-01", "2025-05-31T21:00:00"),
        (datetime(2025, 6, 1, 8, 5), "2025-06-01T05:05:00"),
        (datetime(2025, 6, 1, 8, 5, tzinfo=timezone(timedelta(hours=-4))), "2025-06-01T12:05:00"),
    ],
)
def test_a_moment_is_brought_to_utc(told: object, utc: str) -> None:
    assert moment_of(told, HELSINKI) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_the_doubled_hour_of_autumn_means_its_first_pass() -> None:
    assert moment_of("26.10.2025 3:30", HELSINKI) == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert moment_of("2025-10-26T03:30+02:00", HELSINKI) == datetime(2025, 10, 26, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "told", ["30.3.2025 3:30", "31.6.2025 8:00", "1.13.2025", "6/1/2025", "yesterday", "", "25:61", None, 45_000]
)
def test_what_is_no_moment_is_refused(told: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  whichever words the standard library finds
        moment_of(told, HELSINKI)


def test_a_day_is_the_local_one() -> None:
    assert day_of("2025-06-01T22:30:00Z", HELSINKI) == date(2025, 6, 2)
    assert day_of("1.6.2025", HELSINKI) == date(2025, 6, 1)
    assert day_of(date(2025, 6, 1), HELSINKI) == date(2025, 6, 1)
    assert day_of(datetime(2025, 6, 1, 23, 0), HELSINKI) == date(2025, 6, 1)


@pytest.mark.parametrize("told", ["1791015300", 1.5, True, None, 10**18])
def test_seconds_since_1970_are_whole_and_within_the_calendar(told: object) -> None:
    assert moment_from_unix(1_791_015_300) == datetime(2026, 10, 3, 8, 15, tzinfo=UTC)
    with pytest.raises(ValueError, match="not a"):
        moment_from_unix(told)
