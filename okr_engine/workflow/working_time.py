"""The working hours of an organisation: when time passes for whoever is asked, and when nobody is asked at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from okr_engine.working_days import is_working_day

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """From one time of the day to another, the end not included; past midnight where it ends before it begins."""

    begins: time
    ends: time

    def __contains__(self, at: time) -> bool:
        if self.begins < self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


@dataclass(frozen=True)
class WorkingTime:
    """The hours of each working day on the clocks of `zone`, without days that are closed, and the quiet hours.

    Working days are those of the authority's calendar. The working hours lie within one day.
    """

    zone: ZoneInfo
    hours: Hours
    closed: frozenset[date] = frozenset()
    quiet: Hours | None = None

    def later(self, since: datetime, hours: int) -> datetime:
        """The first moment of working time, and of no quiet hour, by which `hours` working hours have passed."""
        left = timedelta(hours=hours)
        for begins, ends in self._days(since):
            start = max(since, begins)
            if start + left < ends:
                return self._spoken_aloud(start + left)
            left -= max(ends - start, timedelta())
        raise AssertionError("days do not end")

    def holds(self, moment: datetime) -> bool:
        """Whether people work at that moment, and may be asked."""
        local = moment.astimezone(self.zone)
        works = self.is_open(local.date()) and local.time() in self.hours
        return works and not (self.quiet and local.time() in self.quiet)

    def is_open(self, day: date) -> bool:
        """Whether anybody works on that day."""
        return is_working_day(day) and day not in self.closed

    def day_of(self, moment: datetime) -> date:
        """The day that it is then where the organisation is."""
        return moment.astimezone(self.zone).date()

    def begin_of(self, day: date) -> datetime:
        """The first moment of a day where the organisation is."""
        return self._at(day, time.min)

    def _spoken_aloud(self, moment: datetime) -> datetime:
        """The moment itself, or in quiet hours the first working moment after them."""
        local = moment.astimezone(self.zone)
        if self.quiet is None or local.time() not in self.quiet:
            return moment
        past_midnight = local.time() >= self.quiet.ends
        return self.later(self._at(local.date() + (_DAY if past_midnight else timedelta()), self.quiet.ends), 0)

    def _days(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = self.day_of(since)
        while True:
            if self.is_open(day):
                yield self._at(day, self.hours.begins), self._at(day, self.hours.ends)
            day += _DAY

    def _at(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, self.zone).astimezone(UTC)
