"""Finnish working days, and the last day of a time limit that the law counts in days, weeks, months or working days."""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import holidays

_SATURDAY = 5


class LimitUnit(StrEnum):
    """What a time limit is counted in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    WORKING_DAY = "workday"
    SCHOOL_DAY = "schoolday"


def is_working_day(day: date) -> bool:
    """Whether an authority's time limit counts this day: no Saturday, Sunday, holiday, Midsummer Eve or Christmas Eve.

    The list is that of the act on computing statutory times (150/1930), section 5. New Year's Eve and Maundy Thursday
    are working days.
    """
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def last_day(start: date, limit: int, unit: LimitUnit, *, rollover: bool = False) -> date:
    """The last day on which what is due `limit` units after `start` is still in time; `start` itself is not counted.

    Months end on the day of the same number, or on the last day of a shorter month (150/1930, section 3). `rollover`
    moves an end that is no working day to the next one. ValueError for school days: they need a school's calendar.
    """
    match unit:
        case LimitUnit.DAY:
            end = start + timedelta(days=limit)
        case LimitUnit.WEEK:
            end = start + timedelta(weeks=limit)
        case LimitUnit.MONTH:
            end = _months_later(start, limit)
        case LimitUnit.WORKING_DAY:
            end = _working_days_later(start, limit)
        case LimitUnit.SCHOOL_DAY:
            raise ValueError("school days are counted by a school's own calendar")
    while rollover and not is_working_day(end):
        end += timedelta(days=1)
    return end


@lru_cache(maxsize=400)
def _holidays(year: int) -> frozenset[date]:
    # The category named WORKDAY would be the flag days.
    return frozenset(holidays.country_holidays("FI", years=year, categories=("public",)))


def _months_later(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _working_days_later(start: date, limit: int) -> date:
    end = start
    while limit:
        end += timedelta(days=1)
        limit -= is_working_day(end)
    return end
