"""A Radicale on loopback, and what a person does to a task list with an app of their own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
from icalendar import Calendar, Todo

from connectors.caldav.webdav import contents, told
from okr_engine.workflow.tasks import TaskState
from tests.ports import free_port
from tests.waiting import wait_for

PASSWORD = "salasana: ä"
STATUSES = {TaskState.OPEN: "NEEDS-ACTION", TaskState.IN_PROGRESS: "IN-PROCESS", TaskState.DONE: "COMPLETED"}
STATES = {status: state.value for state, status in STATUSES.items()}

_CONFIGURATION = """
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/store
[logging]
level = error
"""
_NEW_LIST = """<D:mkcol xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>
<C:supported-calendar-component-set><C:comp name="{kind}"/></C:supported-calendar-component-set>
</D:prop></D:set></D:mkcol>"""


@dataclass(frozen=True)
class TaskList:
    """A task list, as a person sees it who does not use our adapter."""

    address: str
    person: httpx.Client

    def todos(self) -> dict[str, Todo]:
        """The to-dos by the code of their action."""
        listed = self.person.request("PROPFIND", self.address, headers={"Depth": "1"})
        hrefs = [one.href for one in told(listed.content).entries if one.name.endswith(".ics")]
        entries = told(self.person.request("REPORT", self.address, content=contents(hrefs)).content).entries
        found = [_todo(one.content) for one in entries if one.content]
        return {str(todo["UID"]).partition("@")[0]: todo for todo in found}

    def tasks(self) -> dict[str, tuple[str, str]]:
        return {code: (str(one["SUMMARY"]), STATES[str(one["STATUS"])]) for code, one in self.todos().items()}

    def texts(self) -> dict[str, str]:
        return {code: str(one["DESCRIPTION"]) for code, one in self.todos().items()}

    def work(self, code: str, state: TaskState) -> None:
        self.edit(code, STATUS=STATUSES[state])

    def edit(self, code: str, **properties: object) -> None:
        """Give the to-do these properties; None takes one away."""
        there = self.person.get(self.object_of(code)).raise_for_status()
        calendar = Calendar.from_ical(there.text)
        [todo] = calendar.walk("VTODO")
        for name, value in properties.items():
            todo.pop(name.replace("_", "-"), None)
            if value is not None:
                todo.add(name.replace("_", "-"), value)
        self.put(code, calendar.to_ical(), etag=there.headers["ETag"])

    def put(self, code: str, content: bytes, *, etag: str) -> None:
        headers = {"If-Match": etag, "Content-Type": "text/calendar"}
        self.person.put(self.object_of(code), content=content, headers=headers).raise_for_status()

    def delete(self, code: str) -> None:
        self.person.delete(self.object_of(code)).raise_for_status()

    def object_of(self, code: str) -> str:
        return f"{self.address}okr-{code}.ics"


@dataclass(frozen=True)
class CalendarServer:
    """A running calendar server with one account."""

    address: str
    person: httpx.Client

    def new_list(self, kind: str = "VTODO") -> TaskList:
        """An empty list of the account's."""
        made = TaskList(f"{self.address}/okr/{uuid4().hex}/", self.person)
        self.person.request("MKCOL", made.address, content=_NEW_LIST.format(kind=kind)).raise_for_status()
        return made


@contextmanager
def running_radicale(folder: Path, *, port: int | None = None) -> Iterator[CalendarServer]:
    """A calendar server that keeps its lists in the folder; started again from there, it has them still."""
    port = port or free_port()
    (folder / "users").write_text(f"okr:{PASSWORD}\n", "utf-8")
    (folder / "config").write_text(_CONFIGURATION.format(port=port, folder=folder), "utf-8")
    command = [sys.executable, "-m", "radicale", "--config", str(folder / "config")]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as server,
        httpx.Client(auth=("okr", PASSWORD), timeout=20) as person,
    ):
        try:
            wait_for(f"http://127.0.0.1:{port}/.web/", server, said=folder / "log")
            yield CalendarServer(f"http://127.0.0.1:{port}", person)
        finally:
            server.terminate()


def _todo(content: bytes) -> Todo:
    [todo] = Calendar.from_ical(content.decode()).walk("VTODO")
    assert isinstance(todo, Todo)
    return todo
