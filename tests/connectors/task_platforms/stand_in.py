"""A server on loopback for stand-ins of task platforms: JSON in, JSON out, with answers that are refused or lost."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Request:
    """What is asked: the path's parts, the query's values, the headers in small letters, and the JSON or the form."""

    method: str
    parts: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Reply:
    """What is answered; no body is no content."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class StandIn(Protocol):
    """A platform that keeps tasks: what it answers, which tasks it has, and what a person does there."""

    def answer(self, request: Request) -> Reply: ...
    def tasks(self) -> Mapping[str, tuple[str, str]]: ...


@dataclass
class Served:
    """A stand-in that is being served: its address, what was asked of it, and how its next answers go wrong."""

    address: str = ""
    asked: list[Request] = field(default_factory=list)
    refuse: Reply | None = None
    loses: bool = False
    before_write: Callable[[], None] | None = None
    after_write: Callable[[], None] | None = None

    def break_next(self, status: int, headers: Mapping[str, str]) -> None:
        self.refuse = Reply(status, headers=headers)

    def lose_next(self) -> None:
        """Lose the answer to what is next written."""
        self.loses = True


@contextmanager
def served(platform: StandIn) -> Iterator[Served]:
    state = Served()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body leave in one piece: in two, the second waits for the first to be acknowledged.
        wbufsize = -1

        def handle_any(self) -> None:
            with lock:
                request = self.request_read()
                state.asked.append(request)
                writes = request.method != "GET"
                if writes and state.before_write:
                    meanwhile, state.before_write = state.before_write, None
                    meanwhile()
                reply = state.refuse or platform.answer(request)
                content = b"" if reply.body is None else json.dumps(reply.body).encode()
                if writes and state.after_write:
                    afterwards, state.after_write = state.after_write, None
                    afterwards()
                if writes and state.loses:
                    state.loses = False
                    self.close_connection = True
                    return
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815

        def request_read(self) -> Request:
            url = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_form = "form" in self.headers.get("Content-Type", "")
            body = {name: values[0] for name, values in parse_qs(raw.decode()).items()} if is_form else None
            return Request(
                self.command,
                tuple(unquote(part) for part in url.path.strip("/").split("/")),
                {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()},
                {name.lower(): value for name, value in self.headers.items()},
                body if is_form else json.loads(raw) if raw else None,
            )

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


def now() -> datetime:
    return datetime.now(UTC)
