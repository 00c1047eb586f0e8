"""Tasks in a calendar: against a real Radicale, with a person who works on them in an app of their own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import httpx
import pytest

from connectors.caldav import tasks as caldav
from connectors.caldav.todos import new_calendar, rewritten, told_in
from okr_engine.errors import CredentialsRefused, ForgedMessage, PlatformGone, TaskChanged, TaskRefused
from okr_engine.testing.platform_cases import LATER, SENT
from okr_engine.testing.task_platforms import PROMISES, PlatformCase, Promise, named
from okr_engine.words import Language
from okr_engine.workflow.tasks import TaskRef, TaskState
from tests.workflow.doors import Door, door
from tests.workflow.radicale_server import PASSWORD, CalendarServer, TaskList, running_radicale

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
CODE = SENT.task.code


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CalendarServer]:
    with running_radicale(tmp_path_factory.mktemp("radicale")) as found:
        yield found


@pytest.fixture
def entrance(server: CalendarServer) -> Iterator[Door]:
    with door(server.address) as found:
        yield found


@pytest.fixture
def tasks(server: CalendarServer, monkeypatch: pytest.MonkeyPatch) -> TaskList:
    monkeypatch.setenv("OKR_SECRET_CALENDAR", PASSWORD)
    return server.new_list()


@pytest.fixture
def case(tasks: TaskList, entrance: Door) -> PlatformCase:
    address = entrance.address + httpx.URL(tasks.address).path
    return PlatformCase(
        platform=caldav,
        settings={"address": address, "user": "okr", "password_variable": "OKR_SECRET_CALENDAR"},
        tasks=tasks.tasks,
        texts=tasks.texts,
        break_next=entrance.break_next,
        lose_next=entrance.lose_next,
        work=tasks.work,
        delete=tasks.delete,
        inner=frozenset({"127.0.0.1"}),
        now=NOW,
    )


@pytest.mark.parametrize("promise", PROMISES, ids=named)
def test_a_task_list_keeps_the_promises_of_a_task_platform(promise: Promise, case: PlatformCase) -> None:
    promise(case)


def test_a_task_tells_its_day_its_people_and_where_the_action_is(case: PlatformCase, tasks: TaskList) -> None:
    case.sent(SENT)

    todo = tasks.todos()[CODE]
    assert date(2026, 12, 1) == todo.DUE
    assert str(todo["DESCRIPTION"]) == SENT.task.text + "\n\nToteuttaja: Ensilinja"
    assert str(todo["URL"]) == SENT.task.link
    assert str(todo["UID"]) == f"{CODE}@okr-engine"


def test_what_people_add_in_their_app_stays(case: PlatformCase, tasks: TaskList) -> None:
    ref = case.sent(SENT)
    tasks.edit(CODE, PRIORITY=1, PERCENT_COMPLETE=40, COMMENT="Soitettu; odotetaan", X_APPLE_SORT_ORDER="7")
    seen = case.seen(ref)
    assert seen is not None

    case.sent(replace(LATER, task=replace(LATER.task, due=date(2027, 1, 15))), known=seen.ref)

    todo = tasks.todos()[CODE]
    assert date(2027, 1, 15) == todo.DUE
    assert [todo["PRIORITY"], todo["PERCENT-COMPLETE"], str(todo["COMMENT"]), str(todo["X-APPLE-SORT-ORDER"])] == [
        1,
        40,
        "Soitettu; odotetaan",
        "7",
    ]


def test_what_a_person_did_since_our_last_step_is_looked_at_before_the_next(
    case: PlatformCase, tasks: TaskList
) -> None:
    ref = case.sent(SENT)
    tasks.work(CODE, TaskState.DONE)

    with pytest.raises(TaskChanged):
        case.sent(LATER, known=ref)


def test_a_title_and_a_day_that_somebody_has_given_it_there_are_told(case: PlatformCase, tasks: TaskList) -> None:
    ref = case.sent(SENT)
    assert [(one.title, one.due) for one in case.changed(None).seen] == [(SENT.task.title, SENT.task.due)]

    tasks.edit(CODE, SUMMARY="Oma otsikko", DUE=datetime(2027, 2, 1, 9, 0))

    seen = case.seen(ref)
    assert seen is not None
    assert (seen.title, seen.due) == ("Oma otsikko", date(2027, 2, 1))


def test_a_task_deleted_there_is_told_as_gone(case: PlatformCase, tasks: TaskList) -> None:
    ref = case.sent(SENT)
    cursor = case.changed(None).cursor

    tasks.delete(CODE)

    assert case.changed(cursor).gone == (ref.ref,)


def test_a_place_in_the_history_that_the_server_has_forgotten_starts_over(case: PlatformCase) -> None:
    ref = case.sent(SENT)

    changes = case.changed("http://radicale.org/ns/sync/" + "0" * 64)

    assert [one.ref for one in changes.seen] == [ref]
    assert case.changed(changes.cursor).seen == ()


def test_other_tasks_in_the_list_are_nobodys_business(
    case: PlatformCase, tasks: TaskList, server: CalendarServer
) -> None:
    own = new_calendar(replace(SENT, task=replace(SENT.task, code="own")), language=Language.FI, now=NOW)
    server.person.put(f"{tasks.address}shopping.ics", content=own).raise_for_status()
    cursor = case.changed(None).cursor
    server.person.delete(f"{tasks.address}shopping.ics").raise_for_status()

    assert case.changed(None).seen == ()
    assert case.changed(cursor).gone == ()


def test_more_tasks_than_are_asked_for_at_once_are_all_told(
    case: PlatformCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caldav, "_AT_ONCE", 2)
    codes = [f"CA-2026-Q4-{number}" for number in range(5)]
    for code in codes:
        case.sent(replace(SENT, task=replace(SENT.task, code=code)))

    assert {one.ref.ref for one in case.changed(None).seen} == {f"okr-{code}.ics" for code in codes}


@pytest.mark.parametrize("path", ["okr/nothing-here/", "okr/"])
def test_an_address_without_a_task_list_is_told_before_anything_is_sent(
    case: PlatformCase, entrance: Door, path: str
) -> None:
    there = replace(case, settings={**case.settings, "address": f"{entrance.address}/{path}"})

    with there.client() as client, pytest.raises(PlatformGone):
        caldav.probe(caldav.Settings.model_validate(there.settings), client)


def test_a_calendar_that_takes_no_tasks_is_no_task_list(
    case: PlatformCase, server: CalendarServer, entrance: Door
) -> None:
    appointments = httpx.URL(server.new_list("VEVENT").address).path
    there = replace(case, settings={**case.settings, "address": entrance.address + appointments})

    with there.client() as client, pytest.raises(PlatformGone):
        caldav.probe(caldav.Settings.model_validate(there.settings), client)


def test_a_list_that_has_been_removed_pauses_the_endpoint(case: PlatformCase, tasks: TaskList) -> None:
    tasks.person.delete(tasks.address).raise_for_status()

    with pytest.raises(PlatformGone):
        case.sent(SENT)


def test_a_wrong_password_is_for_somebody_to_renew(case: PlatformCase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKR_SECRET_CALENDAR", "wrong")

    for act in (lambda: case.sent(SENT), lambda: case.changed(None)):
        with pytest.raises(CredentialsRefused):
            act()


@pytest.mark.parametrize(
    ("properties", "state"),
    [
        ("", TaskState.OPEN),
        ("STATUS:NEEDS-ACTION", TaskState.OPEN),
        ("STATUS:In-Process", TaskState.IN_PROGRESS),
        ("STATUS:COMPLETED", TaskState.DONE),
        ("STATUS:CANCELLED\r\nPERCENT-COMPLETE:100", TaskState.OPEN),
        ("STATUS:NEEDS-ACTION\r\nPERCENT-COMPLETE:10", TaskState.IN_PROGRESS),
        ("PERCENT-COMPLETE:100", TaskState.DONE),
        ("COMPLETED:20261101T120000Z", TaskState.DONE),
    ],
)
def test_how_far_a_task_is_reads_as_apps_write_it(properties: str, state: TaskState) -> None:
    assert told_in(_calendar(properties)).state == state


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"\xff\xfe", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"])
def test_what_is_no_task_is_refused(content: bytes) -> None:
    for read in (content, _calendar("DTSTART:soon"), _calendar("PERCENT-COMPLETE:almost")):
        with pytest.raises(ValueError):  # noqa: PT011  the promise is nothing more than that
            told_in(read)


@pytest.mark.parametrize("start", ["DTSTART:20260101T080000Z", "DTSTART;VALUE=DATE:20270301"])
def test_a_task_that_somebody_lets_begin_after_its_last_day_stays_valid(start: str) -> None:
    there = _calendar(f"{start}\r\nDURATION:PT1H")

    written = rewritten(there, SENT, language=Language.EN, now=NOW).decode()

    assert "DTSTART" not in written
    assert "DURATION" not in written
    assert "DUE;VALUE=DATE:20261201" in written


def test_characters_that_end_lines_elsewhere_do_not_break_a_task() -> None:
    odd = replace(SENT, task=replace(SENT.task, title="yksi\x0bkaksi\u2028kolme\r\nSTATUS:COMPLETED\x00"))

    content = new_calendar(odd, language=Language.SV, now=NOW)

    assert told_in(content).state == TaskState.OPEN
    assert len(content.decode().splitlines()) == content.count(b"\r\n")


def test_somebody_who_writes_between_our_reading_and_our_writing_is_not_overwritten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def server(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, content=_calendar("STATUS:NEEDS-ACTION"), headers={"ETag": '"1"'})
        assert request.headers["If-Match"] == '"1"'
        return httpx.Response(412)

    monkeypatch.setenv("OKR_SECRET_CALENDAR", PASSWORD)
    with httpx.Client(transport=httpx.MockTransport(server)) as client, pytest.raises(TaskChanged):
        caldav.upsert(_settings(), client, LATER, known=TaskRef("okr-CA.ics", '"1"'), now=NOW)


@pytest.mark.parametrize(("status", "revision"), [("NEEDS-ACTION", '"2"'), ("COMPLETED", None)])
def test_a_server_that_does_not_say_what_it_made_of_our_writing_is_asked_and_a_person_not_taken_for_us(
    monkeypatch: pytest.MonkeyPatch, status: str, revision: str | None
) -> None:
    def server(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            return httpx.Response(201)
        return httpx.Response(200, content=_calendar(f"STATUS:{status}"), headers={"ETag": '"2"'})

    monkeypatch.setenv("OKR_SECRET_CALENDAR", PASSWORD)
    with httpx.Client(transport=httpx.MockTransport(server)) as client:
        ref = caldav.upsert(_settings(), client, SENT, known=None, now=NOW)

    assert ref.revision == revision


def test_a_page_in_the_place_of_a_task_is_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    page = httpx.MockTransport(lambda request: httpx.Response(200, html="<html>Kirjaudu</html>"))

    monkeypatch.setenv("OKR_SECRET_CALENDAR", PASSWORD)
    with httpx.Client(transport=page) as client:
        with pytest.raises(TaskRefused):
            caldav.fetch(_settings(), client, TaskRef("okr-CA.ics"))
        with pytest.raises(TaskRefused):
            caldav.upsert(_settings(), client, SENT, known=TaskRef("okr-CA.ics"), now=NOW)
        with pytest.raises(TaskRefused):
            caldav.changes(_settings(), client, cursor=None)
        with pytest.raises(PlatformGone):
            caldav.probe(_settings(), client)


@pytest.mark.parametrize("twice", ["PERCENT-COMPLETE:10", "SUMMARY:Oma", "STATUS:NEEDS-ACTION", "DUE:20261201T120000Z"])
def test_a_task_that_says_the_same_twice_is_passed_over_and_the_others_are_told(
    monkeypatch: pytest.MonkeyPatch, twice: str
) -> None:
    def told(name: str, content: bytes) -> str:
        data = f"<C:calendar-data>{content.decode()}</C:calendar-data>"
        return f"<D:response><D:href>/okr/tasks/{name}</D:href><D:getetag>1</D:getetag>{data}</D:response>"

    both = told("okr-A.ics", _calendar(f"{twice}\r\n{twice}")), told("okr-B.ics", _calendar("STATUS:COMPLETED"))
    names = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
    body = f"<D:multistatus {names}>{''.join(both)}<D:sync-token>t-2</D:sync-token></D:multistatus>"
    monkeypatch.setenv("OKR_SECRET_CALENDAR", PASSWORD)
    server = httpx.MockTransport(lambda _request: httpx.Response(207, text=body))

    with httpx.Client(transport=server) as client:
        found = caldav.changes(_settings(), client, cursor="t-1")

    assert [one.ref.ref for one in found.seen] == ["okr-B.ics"]
    assert found.cursor == "t-2"


def test_a_task_that_says_the_same_twice_is_for_a_person_and_not_written_over(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = _calendar("PERCENT-COMPLETE:10\r\nPERCENT-COMPLETE:20")
    server = httpx.MockTransport(lambda _request: httpx.Response(200, content=twice))

    monkeypatch.setenv("OKR_SECRET_CALENDAR", PASSWORD)
    with httpx.Client(transport=server) as client:
        with pytest.raises(TaskRefused):
            caldav.fetch(_settings(), client, TaskRef("okr-CA.ics"))
        with pytest.raises(TaskRefused):
            caldav.upsert(_settings(), client, SENT, known=TaskRef("okr-CA.ics"), now=NOW)


def test_a_calendar_has_nothing_to_report_of_itself() -> None:
    with pytest.raises(ForgedMessage):
        caldav.parse_inbound(_settings(), {}, b"{}", now=NOW)


def _settings() -> caldav.Settings:
    return caldav.Settings(
        address="https://calendar.example/okr/tasks/", user="okr", password_variable="OKR_SECRET_CALENDAR"
    )


def _calendar(properties: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//an//app//", "BEGIN:VTODO", f"UID:{CODE}@okr-engine"]
    return "\r\n".join([*lines, "DTSTAMP:20261101T120000Z", properties, "END:VTODO", "END:VCALENDAR", ""]).encode()
