"""When a source is due, and who reads it just now: claimed by comparing and setting a row."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, update
from sqlalchemy.engine import CursorResult
from sqlmodel import Session, col, select

from okr_engine.database import columns_of
from okr_engine.model import Rhythm, Schedule, Source, Timetable
from okr_engine.working_days import is_working_day

LEASE = timedelta(minutes=5)
"""So long a reader holds a source without saying that it is still there."""

FIRST_RETRY = timedelta(minutes=15)
"""So long after a reading that went wrong a source is read again, at the soonest."""

_LONGEST_RETRY = timedelta(hours=6)
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def next_due(timetable: Timetable, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment after `after` at which the timetable wants the source read, on the wall clock of `zone`."""
    hour, minute = map(int, timetable.at.split(":"))
    if timetable.rhythm == Rhythm.HOUR:
        return _next_hour(timetable, after, minute, zone)
    day = after.astimezone(zone).date()
    while True:
        moment = datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
        if moment > after and _is_due_on(timetable, day):
            return moment
        day += _DAY


def due_again(
    timetable: Timetable, *, failures: int, try_again: datetime | None, now: datetime, zone: ZoneInfo
) -> datetime:
    """When to read again after a failure that time may heal: soon, then ever later, and not before `try_again`."""
    pause: timedelta = min(FIRST_RETRY * 2 ** min(failures - 1, 10), _LONGEST_RETRY)
    return min(next_due(timetable, now, zone), max(now + pause, try_again or now))


def schedule_of(session: Session, source_id: UUID) -> Schedule:
    """Where the source stands; a new source stands at its beginning and is due at once."""
    known = session.exec(select(Schedule).where(Schedule.source_id == source_id)).first()
    if known is None:
        known = Schedule(source_id=source_id)
        session.add(known)
        session.flush()
    return known


def due_sources(session: Session, now: datetime) -> Sequence[str]:
    """The codes of the sources that are due and that nobody reads, the longest due first; none that is paused."""
    return session.scalars(
        columns_of(Source.code)
        .join(Schedule, col(Schedule.source_id) == col(Source.id))
        .where(col(Source.paused).is_(False), col(Schedule.next_due) <= now, _is_free(now))
        .order_by(col(Schedule.next_due), col(Source.code))
    ).all()


def sources_to_pull(session: Session) -> Sequence[str]:
    """The codes of all sources that are not paused."""
    return session.scalars(
        columns_of(Source.code).where(col(Source.paused).is_(False)).order_by(col(Source.code))
    ).all()


def claim(session: Session, source_id: UUID, holder: str, now: datetime) -> bool:
    """Take the source for `holder`; False when somebody else holds it."""
    return _set(session, source_id, _is_free(now), held_by=holder, held_until=now + LEASE)


def renew(session: Session, source_id: UUID, holder: str, now: datetime) -> bool:
    """Hold on to the source; False when it has been taken by somebody else meanwhile."""
    return _set(session, source_id, col(Schedule.held_by) == holder, held_until=now + LEASE)


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(col(Schedule.held_by).is_(None), col(Schedule.held_until) <= now)


def _set(session: Session, source_id: UUID, condition: ColumnElement[bool], **values: object) -> bool:
    statement = update(Schedule).where(col(Schedule.source_id) == source_id, condition).values(**values)
    done = session.execute(statement)
    assert isinstance(done, CursorResult)
    return done.rowcount == 1


def _next_hour(timetable: Timetable, after: datetime, minute: int, zone: ZoneInfo) -> datetime:
    moment = after.astimezone(UTC).replace(minute=minute, second=0, microsecond=0)
    while moment <= after or (timetable.working_days_only and not is_working_day(moment.astimezone(zone).date())):
        moment += _HOUR
    return moment


def _is_due_on(timetable: Timetable, day: date) -> bool:
    """Whether the timetable names the day, or an earlier one that was moved to it as the next working day."""
    if not timetable.working_days_only:
        return _names(timetable, day)
    if not is_working_day(day):
        return False
    while not _names(timetable, day):
        day -= _DAY
        if is_working_day(day):
            return False
    return True


def _names(timetable: Timetable, day: date) -> bool:
    match timetable.rhythm:
        case Rhythm.WEEK:
            return day.isoweekday() == (timetable.day - 1) % 7 + 1
        case Rhythm.MONTH:
            return day.day == timetable.day
        case _:
            return True
