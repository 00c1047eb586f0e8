"""Sentences as JSON keeps them: each value with its kind, so that it is later said as it would have been then."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from okr_engine.errors import Mistake, OkrError, Place
from okr_engine.periods import Period
from okr_engine.words import Message, Words


def kept_message(said: Message) -> dict[str, Any]:
    """The sentence as JSON."""
    return {"key": said.key, "values": {name: _kept(value) for name, value in said.values.items()}}


def told_message(kept: Mapping[str, Any]) -> Message:
    """The sentence that was kept."""
    return Message(str(kept["key"]), {name: _told(value) for name, value in (kept.get("values") or {}).items()})


def kept_error(error: OkrError) -> dict[str, Any]:
    """What the error says and its remedy as JSON; read as a sentence it is what the error says."""
    return kept_message(error.what) | ({"remedy": kept_message(error.remedy)} if error.remedy else {})


def told_remedy(kept: Mapping[str, Any]) -> Message | None:
    """The remedy that was kept with an error, if it had one."""
    return told_message(kept["remedy"]) if kept.get("remedy") else None


def kept_mistake(found: Mistake) -> dict[str, Any]:
    """The mistake as JSON."""
    allowed = kept_message(found.allowed) if found.allowed else None
    return {"place": asdict(found.place), "what": kept_message(found.what), "allowed": allowed}


def told_mistake(kept: Mapping[str, Any]) -> Mistake:
    """The mistake that was kept."""
    allowed = told_message(kept["allowed"]) if kept["allowed"] else None
    return Mistake(Place(**kept["place"]), told_message(kept["what"]), allowed)


def _kept(value: object) -> object:
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)
        case Message():
            return {"message": kept_message(value)}
        case Words():
            return {"words": asdict(value)}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case Decimal():
            return {"number": str(value)}
        case Period():
            return {"period": value.code}
        case _:
            return str(value)


def _told(value: object) -> object:
    match value:
        case {"message": dict() as message}:
            return told_message(message)
        case {"words": dict() as words}:
            return Words(**words)
        case {"moment": str() as moment}:
            return datetime.fromisoformat(moment)
        case {"day": str() as day}:
            return date.fromisoformat(day)
        case {"number": str() as number}:
            return Decimal(number)
        case {"period": str() as period}:
            return Period.parse(period)
        case _:
            return value
