"""A task platform that can be asked, with a server of its own on loopback where people move tasks about."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import httpx
from pydantic import Field

from connectors.kit.answers import ask
from connectors.platforms import Platforms
from okr_engine.workflow.platforms import Capabilities, PlatformSettings
from okr_engine.workflow.signatures import verified
from okr_engine.workflow.tasks import Changes, TaskMessage, TaskRef, TaskReport, TaskSeen, TaskState
from tests.workflow.receiving_server import SECRET_BYTES

Answer = tuple[int, str, bytes]


@dataclass
class Board:
    """The server's tasks by code, what was ever done to them, and how the next requests are answered instead.

    What it `keeps` is its own, whatever is written.
    """

    port: int = 0
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    instead: Callable[[str], Answer | None] = lambda _path: None
    loses_answers: bool = False
    keeps: Mapping[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def change(self, code: str, **values: Any) -> None:
        """Somebody there changes a task."""
        self.log.append(code)
        self.tasks[code] = {**self.tasks.get(code, {"state": "open"}), **values, "revision": str(len(self.log))}

    def delete(self, code: str) -> None:
        del self.tasks[code]
        self.log.append(code)

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        self.requests.append(f"{method} {path}")
        if (other := self.instead(path)) is not None:
            return other
        what, _, code = path.strip("/").partition("/")
        if what == "changes":
            changed = set(self.log[int(code) :])
            seen = {one: self.tasks[one] for one in changed if one in self.tasks}
            return _json(200, {"seen": seen, "gone": sorted(changed - seen.keys()), "cursor": str(len(self.log))})
        if method == "PUT":
            told, known = json.loads(body) | self.keeps, self.tasks.get(code, {}).get("state", "open")
            self.change(code, **told | {"state": max(known, told["state"], key=list(TaskState).index), "by": None})
        return _json(200, self.tasks[code]) if code in self.tasks else _json(404, {})


class Settings(PlatformSettings):
    address: str = Field(title="sources.address")

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset({httpx.URL(self.address).host})


def upsert(
    settings: Settings, client: httpx.Client, sent: TaskMessage, *, known: TaskRef | None, now: datetime
) -> TaskRef:
    task = {"title": sent.task.title, "due": sent.task.due.isoformat(), "state": sent.task.state}
    kept = ask(client, f"{settings.address}/tasks/{sent.task.code}", method="PUT", body=task).json()
    return TaskRef(sent.task.code, kept["revision"])


def fetch(settings: Settings, client: httpx.Client, ref: TaskRef) -> TaskSeen | None:
    answer = ask(client, f"{settings.address}/tasks/{ref.ref}", accept=(200, 404))
    return _seen(ref.ref, answer.json()) if answer.status == 200 else None


def changes(settings: Settings, client: httpx.Client, *, cursor: str | None) -> Changes:
    told = ask(client, f"{settings.address}/changes/{cursor or 0}").json()
    return Changes(tuple(_seen(*one) for one in told["seen"].items()), told["cursor"], tuple(told["gone"]))


def parse_inbound(settings: Settings, headers: Mapping[str, str], body: bytes, *, now: datetime) -> TaskReport:
    message_id = verified(SECRET_BYTES, headers, body, now=now)
    return TaskReport(message_id, json.loads(body)["code"], TaskState.OPEN)


ASKED = Platforms(
    {
        "board": SimpleNamespace(
            Settings=Settings,
            CAPABILITIES=Capabilities(reaches_out=True, can_be_asked=True, reports_back=True),
            upsert=upsert,
            fetch=fetch,
            changes=changes,
            parse_inbound=parse_inbound,
        )
    },
    {},
)


@contextmanager
def running_board() -> Iterator[Board]:
    board = Board()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_PUT(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, kind, content = board.answer(self.command, self.path, body)
            if board.loses_answers:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        board.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield board
        finally:
            server.shutdown()
            thread.join()


def _json(status: int, content: object) -> Answer:
    return status, "application/json", json.dumps(content).encode()


def _seen(code: str, task: Mapping[str, Any]) -> TaskSeen:
    return TaskSeen(
        TaskRef(code, task["revision"]),
        TaskState(task["state"]),
        by=task.get("by"),
        title=task["title"],
        due=date.fromisoformat(task["due"]),
    )
