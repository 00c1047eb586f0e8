"""A person's calendar reads the due dates: what is on the desk, in the person's language, for whoever knows it."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from icalendar import Calendar
from icalendar.cal import Event
from sqlmodel import select

from okr_engine.access import OPERATOR
from okr_engine.database import writing
from okr_engine.errors import NotAllowed
from okr_engine.model import ActionEventKind, CalendarFeed, CorrectiveAction, Person
from okr_engine.services.action_records import take_step
from okr_engine.services.action_steps import assign
from okr_engine.services.calendar_feeds import create_feed, feeds, revoke_feed
from okr_engine.words import Language
from tests.pages.beside_the_screens import Browser, served_county
from tests.services.small_county import FIRST_LINE_OWNER, NOW, SPONSOR, STRATEGY_OFFICE, VIEWER, SmallCounty

ACTION = "CA-2025-Q2-1"


@pytest.fixture
def county(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCounty]:
    path = Path(shutil.copy(sqlite_template, tmp_path / "okr.db"))
    with served_county(path, monkeypatch) as county:
        yield county


@pytest.fixture
def address(county: SmallCounty) -> str:
    """The address of the calendar of the action's owner."""
    _, secret = county.act(FIRST_LINE_OWNER, create_feed, FIRST_LINE_OWNER)
    return f"/calendar/{secret}.ics"


def read(address: str) -> httpx.Response:
    answer = Browser().get(address)
    assert answer.status_code == 200
    return answer


def events(address: str) -> list[Event]:
    return [one for one in Calendar.from_ical(read(address).content).walk() if isinstance(one, Event)]


def test_an_open_action_is_a_whole_day_on_which_it_is_due(county: SmallCounty, address: str) -> None:
    [event] = events(address)

    assert event.decoded("dtstart") == date(2025, 8, 14)
    assert event.decoded("dtend") == date(2025, 8, 15)
    assert str(event["summary"]) == "CA-2025-Q2-1 Yhteys luvatussa ajassa: etenemisen palauttaminen"
    assert str(event["url"]) == "https://okr.example/action?code=CA-2025-Q2-1"
    assert "tarvitsee tukea" in str(event["description"])
    assert event.decoded("dtstamp") == NOW


def test_a_change_is_the_same_event_counted_up(county: SmallCounty, address: str) -> None:
    [before] = events(address)
    later = NOW + timedelta(days=1)
    due = date(2025, 9, 1)
    county.act(FIRST_LINE_OWNER, assign, ACTION, version=1, role=None, person=FIRST_LINE_OWNER, due=due, now=later)

    [after] = events(address)

    assert after["uid"] == before["uid"]
    assert after.decoded("sequence") > before.decoded("sequence")
    assert (after.decoded("dtstart"), after.decoded("dtstamp")) == (due, later)


def test_what_is_on_another_desk_or_closed_is_not_shown(county: SmallCounty, address: str) -> None:
    _, secret = county.act(SPONSOR, create_feed, SPONSOR)
    others = events(f"/calendar/{secret}.ics")
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == ACTION)).one()
        take_step(session, action, ActionEventKind.DISMISSED, {"reason": "Ei vaikuta"})

    assert (others, events(address)) == ([], [])


def test_the_calendar_speaks_its_persons_language(county: SmallCounty, address: str) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        session.exec(select(Person).where(Person.code == FIRST_LINE_OWNER)).one().language = Language.SV

    calendar = Calendar.from_ical(read(address).content)

    assert str(calendar["x-wr-calname"]) == "Åtgärdernas tidsfrister"


def test_long_lines_and_signs_arrive_unharmed(county: SmallCounty, address: str) -> None:
    because = "Pitkä; perustelu, jossa \\ on merkkejä\nja rivejä " * 5
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == ACTION)).one()
        action.because = {"fi": because, "sv": because, "en": because}

    content = read(address).content

    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    [event] = Calendar.from_ical(content).walk("VEVENT")
    assert because in str(event["description"])


def test_a_calendar_that_has_not_changed_is_not_sent_again(county: SmallCounty, address: str) -> None:
    first = read(address)

    again = Browser().get(address, If_None_Match=first.headers["ETag"])
    county.act(STRATEGY_OFFICE, assign, ACTION, version=1, role="sponsor", person=None, due=date(2025, 9, 1))
    changed = Browser().get(address, If_None_Match=first.headers["ETag"])

    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["Last-Modified"] == "Tue, 15 Jul 2025 09:00:00 GMT"
    assert changed.status_code == 200


def test_a_revoked_address_leads_nowhere_like_one_that_never_was(county: SmallCounty, address: str) -> None:
    [feed] = county.see(FIRST_LINE_OWNER, feeds)
    county.act(FIRST_LINE_OWNER, revoke_feed, feed.code)

    assert Browser().get(address).status_code == 404
    assert Browser().get("/calendar/guessed.ics").status_code == 404


def test_the_secret_is_kept_nowhere(county: SmallCounty, address: str) -> None:
    [kept] = county.rows(select(CalendarFeed))

    assert kept.secret_hash not in address
    assert address.removeprefix("/calendar/").removesuffix(".ics") not in str(kept)


def test_nobody_makes_ends_or_sees_the_calendar_of_another(county: SmallCounty, address: str) -> None:
    [feed] = county.see(FIRST_LINE_OWNER, feeds)

    assert county.see(VIEWER, feeds) == []
    with pytest.raises(NotAllowed):
        county.act(VIEWER, create_feed, FIRST_LINE_OWNER)
    with pytest.raises(NotAllowed):
        county.act(VIEWER, revoke_feed, feed.code)
