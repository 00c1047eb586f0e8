"""Quarters and moments as people and programs type them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from okr_engine.errors import InvalidInput
from okr_engine.periods import Cadence, Period
from okr_engine.words import message


def typed_quarter(text: str) -> Period:
    """The quarter that somebody has typed; InvalidInput says which are allowed."""
    remedy = message("error.quarters_allowed")
    try:
        period = Period.parse(text)
    except InvalidInput as error:
        raise InvalidInput(error.what, remedy=remedy) from error
    if period.cadence != Cadence.QUARTER:
        raise InvalidInput(message("error.not_a_quarter", text=text), remedy=remedy)
    return period


def typed_moment(text: str, zone: ZoneInfo) -> datetime:
    """The moment in UTC of such as 2025-07-31T12:00, by the clocks of `zone` unless it has an offset; InvalidInput."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(message("error.not_a_moment", text=text), remedy=message("error.moments_allowed")) from error
