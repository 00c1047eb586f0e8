"""Due dates as a calendar (RFC 5545): one whole-day event for each open action, the same event however it changes."""

from datetime import timedelta

from icalendar import Calendar, Event

from okr_engine.i18n import say
from okr_engine.services.calendar_feeds import DueAction, DueActions
from okr_engine.words import Language


def due_calendar(found: DueActions, *, app_address: str) -> bytes:
    """The calendar as bytes, always the same for the same actions; its links begin with `app_address`."""
    calendar = Calendar()
    calendar.add("prodid", "-//okr-engine//due dates//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", say(found.language, "calendar_feeds.name"))
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", timedelta(hours=1))
    for action in found.actions:
        calendar.add_component(_event(action, found.language, app_address))
    content: bytes = calendar.to_ical()
    return content


def _event(action: DueAction, language: Language, app_address: str) -> Event:
    link = f"{app_address}/action?code={action.code}"
    event = Event()
    event.add("uid", f"{action.id}@okr-engine")
    event.add("summary", action.title, parameters={"LANGUAGE": language.value})
    event.add("description", f"{say(language, 'notices.because', because=action.because)}\n{link}")
    event.add("url", link)
    event.add("dtstart", action.due)
    event.add("dtend", action.due + timedelta(days=1))
    # Without a METHOD the stamp says when the entry was last changed, and each change counts up the sequence.
    event.add("dtstamp", action.changed_at)
    event.add("last-modified", action.changed_at)
    event.add("sequence", action.number)
    event.add("transp", "TRANSPARENT")
    return event
