"""What happens in a county in a month: visits, waits, service events and answers, the same for the same seed.

Shares are drawn evenly rather than freely, so that a small county has the same figures as a large one: about 4.8 % of
those sent home come back within 72 hours, nine waits in ten end in time, and the index of recommendation is about 85.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from okr_engine.periods import Period

Row = dict[str, Any]

AREA = "county"
EMERGENCY = ("county.emergency", "county.emergency.north")
FIRST_LINE = "county.first-line"
INTEGRATED = "county.integrated-services"

# A county of 160,000 people, per month.
_PEOPLE = 160_000
_EMERGENCY_VISITS = 6_500
_APPOINTMENTS = 9_000
_SERVICE_EVENTS = 428_300
_ANSWERS = 3_000
_FEWEST_ANSWERS = 150

_RETURNS_IN_72_HOURS = 0.048
_RETURNS_LATER = 0.02
_GOLDEN = 0.618_033_988_749_895
_CHECK_LETTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"


@dataclass(frozen=True)
class Wait:
    """How a service class waits: its share, its ages, the share in time, and the days that are surely so or late."""

    service_class: str
    start_event: str
    unit: str
    per_month: int
    ages: tuple[int, int]
    in_time: float
    longest_in_time: int
    shortest_late: int


WAITS = (
    Wait("PTH_SAIR", "assessment_done", FIRST_LINE, 900, (0, 22), 0.88, 13, 15),
    Wait("PTH_SAIR", "assessment_done", FIRST_LINE, 2600, (23, 95), 0.91, 85, 94),
    Wait("SUUN", "assessment_done", FIRST_LINE, 1500, (23, 95), 0.90, 175, 186),
    Wait("ESH_HOITO", "need_ascertained", EMERGENCY[0], 1100, (0, 95), 0.92, 175, 186),
    Wait("SHL_TOIMEENPANO", "case_opened", INTEGRATED, 500, (18, 95), 0.86, 85, 94),
    Wait("SHL_ARV_75", "contact_for_services", INTEGRATED, 300, (76, 98), 0.84, 8, 20),
    Wait("LASU_ALOITUS", "case_opened", INTEGRATED, 220, (0, 17), 0.80, 8, 20),
)


@dataclass
class Evenly:
    """Numbers between 0 and 1 that fill the space evenly: of a hundred, 88 are below 0.88, give or take one."""

    at: float

    def share(self) -> float:
        """The next number."""
        self.at = (self.at + _GOLDEN) % 1
        return self.at


@dataclass(frozen=True)
class County:
    """A county of `size` (1 is 160,000 people) whose chance begins at `seed`."""

    seed: int
    size: float
    zone: ZoneInfo

    def month(self, month: Period) -> Iterator[tuple[str, Row]]:
        """Everything that begins in a month, as rows of their tables, clean or not, in a fixed order."""
        yield from (("visit", row) for row in self._visits(month))
        yield from (("waiting_episode", row) for row in self._waits(month))
        yield from (("service_event", row) for row in self._service_events(month))
        yield from (("survey_response", row) for row in self._answers(month))

    def _visits(self, month: Period) -> Iterator[Row]:
        chance, evenly = self._chance(month, "visit")
        count = self._number(_EMERGENCY_VISITS)
        # A stride that visits everybody once before anybody twice: nobody comes back by accident.
        order = self._number(_PEOPLE)
        first = _months_since_2000(month) * count
        for number in range(count):
            person = (first + number) * 7919 % order
            yield from self._emergency_chain(month, f"{month}-E{number}", person, chance, evenly)
        for number in range(self._number(_APPOINTMENTS)):
            arrival = self._moment(month, chance, opens=8, closes=16)
            yield {
                "source_event_id": f"{month}-A{number}",
                "person_key": identity_code(chance.randrange(order)),
                "area_id": AREA,
                "unit_id": FIRST_LINE,
                "kind": "REMOTE" if chance.random() < 0.25 else "AMB",
                "arrival_ts_utc": arrival,
                "departure_ts_utc": arrival + timedelta(minutes=chance.randrange(10, 60)),
                "planned": True,
                "status": "no_show" if chance.random() < 0.03 else "finished",
            }
        yield from _unusable_visits(month)

    def _emergency_chain(self, month: Period, name: str, person: int, chance: Random, evenly: Evenly) -> Iterator[Row]:
        """A visit to the emergency department, and those that follow from it."""
        arrival = self._moment(month, chance)
        for step in range(5):
            disposition = _disposition(chance.random())
            departure = arrival + timedelta(minutes=chance.randrange(40, 600))
            visit = {
                "source_event_id": f"{name}.{step}",
                "version_no": 1,
                "person_key": identity_code(person) if chance.random() > 0.004 else None,
                "area_id": AREA,
                "unit_id": chance.choice(EMERGENCY),
                "kind": "ED",
                "arrival_ts_utc": arrival,
                "departure_ts_utc": departure,
                "planned": False,
                "disposition": disposition,
                "triage": chance.choice("ABCDE"),
                "status": "finished",
            }
            yield visit
            if chance.random() < 0.01:
                yield dict(visit)
            if disposition == "TRANSFER":
                yield {
                    **visit,
                    "source_event_id": f"{name}.{step}.transfer",
                    "unit_id": EMERGENCY[0],
                    "arrival_ts_utc": departure,
                    "departure_ts_utc": departure + timedelta(hours=2),
                    "disposition": "ADMITTED",
                }
            if disposition != "HOME":
                return
            share = evenly.share()
            if share < _RETURNS_IN_72_HOURS:
                arrival = departure + timedelta(minutes=chance.randrange(60, 72 * 60))
            elif share < _RETURNS_IN_72_HOURS + _RETURNS_LATER:
                arrival = departure + timedelta(minutes=chance.randrange(73 * 60, 240 * 60))
            else:
                if share > 0.98:
                    yield {
                        **visit,
                        "source_event_id": f"{name}.{step}.control",
                        "arrival_ts_utc": departure + timedelta(hours=40),
                        "departure_ts_utc": departure + timedelta(hours=41),
                        "planned": True,
                    }
                return

    def _waits(self, month: Period) -> Iterator[Row]:
        for kind, wait in enumerate(WAITS):
            chance, evenly = self._chance(month, f"waiting_episode {kind}")
            for number in range(self._number(wait.per_month)):
                start = _day(month, chance)
                in_time = evenly.share() < wait.in_time
                days = (
                    chance.randint(0, wait.longest_in_time)
                    if in_time
                    else chance.randint(wait.shortest_late, wait.shortest_late * 2)
                )
                yield {
                    "episode_id": f"{month}-W{kind}.{number}",
                    "version_no": 1,
                    "person_key": identity_code(chance.randrange(self._number(_PEOPLE))),
                    "area_id": AREA,
                    "unit_id": wait.unit,
                    "service_class": wait.service_class,
                    "start_event": wait.start_event,
                    "start_date_local": start,
                    "end_date_local": start + timedelta(days=days),
                    "end_reason": "PATIENT_CANCELLED" if in_time and chance.random() < 0.03 else "SERVED",
                    "age_at_start": chance.randint(*wait.ages),
                    "medical_timing": False,
                }

    def _service_events(self, month: Period) -> Iterator[Row]:
        chance, _ = self._chance(month, "service_event")
        counted = self._number(_SERVICE_EVENTS)
        for number in range(counted + counted // 20):
            kind, status = _CONTACTS[number % len(_CONTACTS)], "finished"
            if number >= counted:
                kind, status = [
                    ("without_contact", "finished"),
                    ("between_professionals", "finished"),
                    ("reception", "cancelled"),
                ][number % 3]
            many = chance.random() < 0.35
            people = self._number(_PEOPLE)
            start = self._moment(month, chance, opens=7, closes=20)
            yield {
                "source_event_id": f"{month}-S{number}",
                "person_key": identity_code(chance.randrange(max(people // 57, 1) if many else people)),
                "area_id": AREA,
                "unit_id": INTEGRATED if many else FIRST_LINE,
                "contact_kind": kind,
                "profession": chance.choice(("nurse", "physician", "social_worker", "therapist")),
                "segment": "many_services" if many else "others",
                "start_ts_utc": start,
                "status": status,
            }

    def _answers(self, month: Period) -> Iterator[Row]:
        chance, evenly = self._chance(month, "survey_response")
        for number in range(max(self._number(_ANSWERS), _FEWEST_ANSWERS)):
            answered = self._moment(month, chance, opens=8, closes=21)
            language = "sv" if chance.random() < 0.05 else "fi"
            for metric, scale, value in _scores(evenly.share(), chance):
                yield {
                    "response_id": f"{month}-R{number}",
                    "chain_id": f"{month}-R{number}",
                    "survey_id": "after-visit",
                    "metric": metric,
                    "area_id": AREA,
                    "unit_id": FIRST_LINE if number % 3 else INTEGRATED,
                    "answered_ts_utc": answered,
                    "raw_value": value if value is not None else "en osaa sanoa",
                    "value": value,
                    "scale_min": scale[0],
                    "scale_max": scale[1],
                    "language": language,
                }

    def _number(self, of_whole_county: int) -> int:
        return max(round(of_whole_county * self.size), 1)

    def _chance(self, month: Period, what: str) -> tuple[Random, Evenly]:
        chance = Random(f"{self.seed} {month} {what}")
        return chance, Evenly(chance.random())

    def _moment(self, month: Period, chance: Random, *, opens: int = 0, closes: int = 24) -> datetime:
        start = datetime.combine(_day(month, chance), datetime.min.time(), self.zone)
        # Through UTC, so that an hour the clocks leave out becomes the one after it.
        wall = start + timedelta(minutes=chance.randrange(opens * 60, closes * 60))
        return datetime.fromtimestamp(wall.timestamp(), self.zone)


def identity_code(person: int) -> str:
    """A personal identity code as the Finnish ones look, from the range that is never given to anybody (900–999)."""
    born = date(1930, 1, 1) + timedelta(days=person // 100 % 25_000)
    number = 900 + person % 100
    check = _CHECK_LETTERS[int(f"{born:%d%m%y}{number}") % 31]
    return f"{born:%d%m%y}-{number}{check}"


def _unusable_visits(month: Period) -> Iterator[Row]:
    """What every register holds: an end before its start, a date there is not, a visit nowhere."""
    visit: Mapping[str, object] = {
        "person_key": identity_code(1),
        "unit_id": EMERGENCY[0],
        "kind": "ED",
        "arrival_ts_utc": f"{month.start:15.%m.%Y} 12.00",
        "departure_ts_utc": f"{month.start:15.%m.%Y} 13.00",
    }
    yield {**visit, "source_event_id": f"{month}-X1", "departure_ts_utc": f"{month.start:15.%m.%Y} 9.00"}
    yield {**visit, "source_event_id": f"{month}-X2", "arrival_ts_utc": f"{month.start:32.%m.%Y} 12.00"}
    yield {**visit, "source_event_id": f"{month}-X3", "unit_id": ""}


def _disposition(chance: float) -> str:
    for word, most in (("HOME", 0.78), ("ADMITTED", 0.94), ("TRANSFER", 0.975), ("LWBS", 0.998)):
        if chance < most:
            return word
    return "DIED"


_CONTACTS = (*["reception"] * 9, *["remote_live"] * 5, *["home"] * 3, *["remote_message"] * 2, "inpatient_stay")


def _scores(share: float, chance: Random) -> Iterator[tuple[str, tuple[int, int], int | None]]:
    """One person's answers: recommendation 0–10, satisfaction 1–5, ease 1–7, the last now and then unknown."""
    if share < 0.03:
        recommends = chance.randint(0, 6)
    else:
        recommends = chance.randint(7, 8) if share < 0.115 else chance.randint(9, 10)
    pleased = recommends >= 9
    yield "NPS", (0, 10), recommends
    yield "CSAT", (1, 5), chance.choice((4, 5, 5)) if pleased else chance.choice((1, 2, 3, 4))
    yield "CES", (1, 7), None if share > 0.96 else chance.choice((5, 6, 7, 7)) if pleased else chance.randint(2, 5)


def _day(month: Period, chance: Random) -> date:
    return month.start + timedelta(days=chance.randrange((month.end - month.start).days + 1))


def _months_since_2000(month: Period) -> int:
    return (month.start.year - 2000) * 12 + month.start.month
