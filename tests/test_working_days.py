"""The last day of a time limit, as a person counts it with an almanac and the act on statutory times (150/1930)."""

from datetime import date

import pytest

from okr_engine.working_days import LimitUnit, is_working_day, last_day

BY_HAND = [
    # start, limit, unit, last day, why
    ("2025-06-03", 14, "day", "2025-06-17", "two weeks later, the same weekday"),
    ("2025-06-03", 0, "day", "2025-06-03", "the same day"),
    ("2025-06-03", 3, "week", "2025-06-24", "21 days"),
    ("2025-01-15", 3, "month", "2025-04-15", "the day of the same number"),
    ("2024-11-30", 3, "month", "2025-02-28", "February has no 30th"),
    ("2023-11-30", 3, "month", "2024-02-29", "but in a leap year a 29th"),
    ("2025-08-31", 6, "month", "2026-02-28", "nor a 31st"),
    ("2025-12-31", 1, "month", "2026-01-31", "over the turn of the year"),
    ("2026-01-13", 7, "workday", "2026-01-22", "Tuesday: Wed 14, Thu, Fri, Mon 19, Tue, Wed, Thu 22"),
    ("2026-01-16", 7, "workday", "2026-01-27", "Friday: Mon 19 … Fri 23 are five, Mon 26, Tue 27"),
    ("2026-01-17", 7, "workday", "2026-01-27", "Saturday: the count begins on Monday, too"),
    ("2025-12-22", 7, "workday", "2026-01-07", "Tue 23, Mon 29, Tue 30, Wed 31, Fri 2, Mon 5, not Epiphany, Wed 7"),
    ("2025-06-17", 7, "workday", "2025-06-27", "Wed 18, Thu 19, not Midsummer Eve, Mon 23 … Fri 27"),
    ("2025-04-16", 3, "workday", "2025-04-23", "Maundy Thursday counts; Good Friday and Easter Monday do not"),
    ("2026-04-29", 2, "workday", "2026-05-04", "not May Day, a Friday"),
    ("2027-12-03", 1, "workday", "2027-12-07", "Independence Day is a Monday"),
]


@pytest.mark.parametrize(("start", "limit", "unit", "expected", "why"), BY_HAND)
def test_a_limit_ends_on_the_day_counted_by_hand(start: str, limit: int, unit: str, expected: str, why: str) -> None:
    assert last_day(date.fromisoformat(start), limit, LimitUnit(unit)) == date.fromisoformat(expected), why


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2025-12-24", False),  # Christmas Eve
        ("2025-06-20", False),  # Midsummer Eve
        ("2025-05-29", False),  # Ascension Day
        ("2026-01-06", False),  # Epiphany
        ("2026-01-03", False),  # a Saturday
        ("2025-12-31", True),  # New Year's Eve
        ("2025-04-17", True),  # Maundy Thursday
        ("2025-06-24", True),  # Midsummer Day of old, only a flag day elsewhere
        ("2025-06-04", True),  # a flag day
    ],
)
def test_working_days_are_those_of_the_act(day: str, works: bool) -> None:
    assert is_working_day(date.fromisoformat(day)) is works


def test_an_end_on_a_holiday_stays_unless_the_rollover_is_asked_for() -> None:
    start = date(2024, 12, 11)

    assert last_day(start, 14, LimitUnit.DAY) == date(2024, 12, 25)
    assert last_day(start, 14, LimitUnit.DAY, rollover=True) == date(2024, 12, 27)


def test_school_days_need_a_school_calendar() -> None:
    with pytest.raises(ValueError, match="school"):
        last_day(date(2025, 9, 1), 7, LimitUnit.SCHOOL_DAY)
