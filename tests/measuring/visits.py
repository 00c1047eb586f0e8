"""Events for the tests: spelled shortly, at random, and in a folder."""

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from okr_engine.measuring.deadlines import read_limits
from okr_engine.measuring.definition import Given, definition
from okr_engine.measuring.events import Event, event, local_day, pseudonym
from okr_engine.measuring.measure import Measured, Question, measure
from okr_engine.measuring.storing import store_events
from okr_engine.periods import Period

ZONE = ZoneInfo("Europe/Helsinki")
KEY = b"a key that is long enough"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LIMITS = read_limits()


def at(text: str) -> datetime:
    """A moment on the wall clock in Helsinki: 2025-06-01T10:00."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def visit(number: object, person: str | None, arrival: datetime, *, hours: float | None = 2, **told: object) -> Event:
    """An emergency visit that ended at home, unless told otherwise."""
    values: dict[str, object] = {
        "source_system": "test",
        "source_event_id": str(number),
        "person_key": person and pseudonym(person, KEY),
        "unit_id": "U1",
        "area_id": "A1",
        "kind": "ED",
        "arrival_ts_utc": arrival,
        "departure_ts_utc": None if hours is None else arrival.astimezone(UTC) + timedelta(hours=hours),
        "arrival_date_local": local_day(arrival, ZONE),
        "planned": False,
        "disposition": "HOME",
        "status": "finished",
    }
    return event("visit", **{**values, **told})


def wait(number: object, service_class: str, start: str, end: str | None = None, **told: object) -> Event:
    """A wait of a grown-up, served where it has an end."""
    values: dict[str, object] = {
        "source_system": "test",
        "episode_id": str(number),
        "unit_id": "U1",
        "service_class": service_class,
        "start_date_local": start,
        "end_date_local": end,
        "end_reason": "SERVED" if end else None,
        "age_at_start": 40,
    }
    return event("waiting_episode", **{**values, **told})


def answer(number: object, value: object, *, metric: str = "NPS", **told: object) -> Event:
    """An answer given in June 2025."""
    values: dict[str, object] = {
        "source_system": "test",
        "response_id": str(number),
        "metric": metric,
        "unit_id": "U1",
        "answered_date_local": date(2025, 6, 10),
        "raw_value": str(value),
        "value": value,
    }
    return event("survey_response", **{**values, **told})


def stored(folder: Path, events: Iterable[Event]) -> Path:
    store_events(folder, events, run="run-1", now=NOW)
    return folder


def measured(
    kpi: str,
    folder: Path,
    period: str = "2025-06",
    *,
    as_of: datetime = NOW,
    unit: str | None = None,
    whole: bool = False,
    **parameters: Given,
) -> Measured:
    question = Question(Period.parse(period), as_of, unit=unit, parameters=parameters, whole=whole)
    return measure(definition(kpi), folder, question, zone=ZONE, limits=LIMITS, memory_mb=400)


def random_visits(number: int, seed: int, *, start: date = date(2025, 1, 20), days: int = 110) -> list[Event]:
    """Visits of few people, so that they meet: chains, transfers, nested and doubled registrations, exact 72 hours.

    The days include the night on which clocks go forward.
    """
    chance = random.Random(seed)
    first = datetime(start.year, start.month, start.day, tzinfo=UTC)
    events = list[Event]()
    last: dict[str, datetime] = {}
    for place in range(number):
        person = f"person {chance.randrange(number // 6)}"
        arrival = first + timedelta(minutes=5 * chance.randrange(days * 288))
        if person in last and chance.random() < 0.35:
            arrival = last[person] + timedelta(hours=chance.choice([0, 0, 1, 24, 71, 72, 72, 73, 100]))
        hours: float | None = chance.choice([0.5, 1, 2, 3, 5, 8, 24])
        roll = chance.random()
        told: dict[str, object] = {
            "unit_id": chance.choice(["U1", "U2", "U3"]),
            "area_id": chance.choice(["A1", "A1", "A2"]),
            "kind": chance.choices(["ED", "AMB"], [9, 1])[0],
            "planned": chance.choices([True, False, None], [1, 6, 1])[0],
            "disposition": chance.choices(["HOME", "ADMITTED", "TRANSFER", "LWBS", "UNKNOWN"], [8, 1, 1, 1, 1])[0],
            "status": chance.choices(["finished", "cancelled", None], [12, 1, 1])[0],
        }
        if roll < 0.02:
            hours, told["status"] = None, "in_progress"
        elif roll < 0.03:
            hours = 24 * chance.choice([13, 14, 15, 30])
        known = None if roll > 0.98 else person
        events.append(visit(place, known, arrival, hours=hours, **told))
        last[person] = arrival + timedelta(hours=hours or 0)
    return events
