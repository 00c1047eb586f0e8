"""The one place that looks at the time; everywhere else `now` is an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, aware and in UTC."""
    return datetime.now(UTC)
