"""A receiver of webhooks on loopback, as an automation would be: checks each signature and knows what it has done."""

import json
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

from okr_engine.errors import ForgedMessage
from okr_engine.workflow.signatures import signed, verified
from okr_engine.workflow.tasks import TaskState

SECRET = "whsec_" + "b2tyLWVuZ2luZS1jb25mb3JtYW5jZS1zZWNyZXQ="
SECRET_BYTES = (b"okr-engine-conformance-secret",)


@dataclass
class Receiver:
    """What has come in; `refuse` says how the next request is answered, None lets it through."""

    port: int = 0
    refuse: Callable[[], tuple[int, Mapping[str, str]] | None] = lambda: None
    loses_answers: Callable[[], bool] = lambda: False
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    arrived: list[dict[str, object]] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    repeated: int = 0
    forged: int = 0
    requests: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def tasks(self) -> dict[str, tuple[str, str]]:
        """The tasks as they are after all that has come in."""
        return {task["code"]: (task["title"], task["state"]) for task in self._told()}

    def texts(self) -> dict[str, str]:
        """What is to be read under each task."""
        return {task["code"]: task["text"] for task in self._told()}

    def break_next(self, status: int, headers: Mapping[str, str]) -> None:
        self.refuse = lambda: (status, headers)

    def lose_next(self) -> None:
        losses = iter((True,))
        self.loses_answers = lambda: next(losses, False)

    def report(self, code: str, state: TaskState) -> tuple[dict[str, str], bytes]:
        """What an automation sends when somebody has moved the task."""
        body = json.dumps(
            {"specversion": "1.0", "type": "okr.task.reported", "subject": code, "data": {"state": state.value}}
        ).encode()
        return signed(SECRET_BYTES, message_id=str(uuid4()), at=self.now(), body=body), body

    def take(self, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str]] | None:
        """The answer to one request; None is no answer at all."""
        with self._lock:
            self.requests += 1
            if refused := self.refuse():
                return refused
            try:
                message_id = verified(SECRET_BYTES, headers, body, now=self.now())
            except ForgedMessage:
                self.forged += 1
                return 401, {}
            if message_id in self.ids:
                self.repeated += 1
            else:
                self.ids.add(message_id)
                self.arrived.append(json.loads(body))
            return None if self.loses_answers() else (202, {})

    def _told(self) -> list[dict[str, str]]:
        return [event["data"] for event in self.arrived]  # type: ignore[misc]


@contextmanager
def receiving(**behaviour: Callable[[], object]) -> Iterator[Receiver]:
    receiver = Receiver(**behaviour)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            self.send_response(204)
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = receiver.take(dict(self.headers), body)
            if answer is None:
                self.close_connection = True
                return
            status, headers = answer
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


def chance(share: float, seed: int) -> Callable[[], bool]:
    """True in that share of the times it is asked, the same times for the same seed."""
    drawn = random.Random(seed)
    return lambda: drawn.random() < share
