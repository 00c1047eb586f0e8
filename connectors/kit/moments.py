"""Moments and days as other systems write them, read strictly."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"
    r"(?:[ T]+(?:klo )?(?P<hour>\d{1,2})[.:](?P<minute>\d{2})(?:[.:](?P<second>\d{2}))?)?"
)
_BEYOND_MICROSECONDS = re.compile(r"(\.\d{6})\d+")


def moment_of(value: object, zone: ZoneInfo) -> datetime:
    """A moment in UTC from ISO 8601, Finnish wall-clock text or a datetime; ValueError where it is none.

    Without an offset it is the wall clock of `zone`: the doubled hour of autumn means its first pass, and an hour
    that spring leaves out is no moment.
    """
    read = value if isinstance(value, datetime) else _read(str(value).strip())
    if read.tzinfo is not None:
        return read.astimezone(UTC)
    moment = read.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != read:
        raise ValueError("the clocks leave this hour out")
    return moment


def day_of(value: object, zone: ZoneInfo) -> date:
    """A local day from ISO 8601 or Finnish text, a date, or a moment; ValueError where it is none."""
    if isinstance(value, datetime):
        return value.astimezone(zone).date() if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    read = _read(str(value).strip())
    return read.astimezone(zone).date() if read.tzinfo else read.date()


def moment_from_unix(seconds: object) -> datetime:
    """A moment in UTC from seconds since 1970; ValueError where it is none."""
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise ValueError("not a whole number of seconds")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("not a moment") from error


def _read(text: str) -> datetime:
    if "." not in text:
        return datetime.fromisoformat(text)
    if found := _DAY_FIRST.fullmatch(text):
        parts = {name: int(number) for name, number in found.groupdict(default="0").items()}
        return datetime(**parts)  # type: ignore[arg-type]  # noqa: DTZ001  the zone is the caller's
    return datetime.fromisoformat(_BEYOND_MICROSECONDS.sub(r"\1", text))
