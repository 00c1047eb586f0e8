"""A door on loopback before a real server: lets requests through, refuses them, or loses the answer."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

_OF_THE_CONNECTION = {
    "connection",
    "content-encoding",
    "content-length",
    "transfer-encoding",
    "date",
    "server",
    "keep-alive",
}


@dataclass
class Door:
    """Where the door is; `refuse` answers every request, `losing` lets the next one do what it asks for in vain."""

    port: int = 0
    refuse: tuple[int, Mapping[str, str]] | None = None
    losing: bool = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def break_next(self, status: int, headers: Mapping[str, str]) -> None:
        self.refuse = (status, headers)

    def lose_next(self) -> None:
        self.losing = True


@contextmanager
def door(behind: str) -> Iterator[Door]:
    """A door before the server at the address `behind`."""
    one = Door()

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if one.refuse:
                self.send(one.refuse[0], one.refuse[1], b"")
                return
            response = inside.request(self.command, behind + self.path, content=body, headers=dict(self.headers))
            if one.losing:
                one.losing, self.close_connection = False, True
                return
            self.send(response.status_code, response.headers, response.content)

        def send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in _OF_THE_CONNECTION:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    for method in ("GET", "PUT", "POST", "PATCH", "OPTIONS", "PROPFIND", "REPORT"):
        setattr(Handler, f"do_{method}", Handler.answer)
    with (
        httpx.Client(timeout=20, trust_env=False) as inside,
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server,
    ):
        one.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield one
        finally:
            server.shutdown()
            thread.join()
