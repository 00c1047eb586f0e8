"""Records that made no event, by where they stand and why."""

from app_pages.components.here import language, t
from okr_engine.errors import Place
from okr_engine.i18n import speak
from okr_engine.measuring.sources import SetAside
from okr_engine.words import Message

_COLUMNS = ("column", "start", "moment")


def place_of(place: Place) -> str:
    """Where it stands: the file and sheet, if there are several, and the line or record."""
    where = place.line if place.line is not None else place.record
    line = t("data.line", number=str(where)) if where is not None else ""
    return ", ".join(part for part in (place.file, place.sheet, line) if part)


def why(one: SetAside) -> str:
    """The reason, with our columns by the names they have on the screens."""
    values = {
        name: t(f"event_column.{value}") if name in _COLUMNS else value for name, value in one.reason.values.items()
    }
    return speak(Message(one.reason.key, values), language())
