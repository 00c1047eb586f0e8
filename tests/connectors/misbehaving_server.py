"""A server on loopback that answers each path with exactly the bytes it was told to, however wrong they are."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

Reply = bytes | Callable[[socket.socket], None]


@dataclass
class Misbehaving:
    """The server's address, and the paths it was asked for, in order."""

    address: str
    port: int
    asked: list[str] = field(default_factory=list)


@contextmanager
def misbehaving(replies: Mapping[str, Reply]) -> Iterator[Misbehaving]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = Misbehaving(f"http://127.0.0.1:{port}", port)
        threading.Thread(target=_serve, args=(listener, server, replies), daemon=True).start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def answer(body: bytes, *, status: str = "200 OK", kind: str = "application/json", **headers: str) -> bytes:
    """A well-formed reply; headers are named with underscores."""
    given = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def promises_too_much(body: bytes) -> bytes:
    return answer(body, Content_Length=str(len(body) + 1000))


def promises_too_little(body: bytes) -> bytes:
    return answer(body, Content_Length=str(len(body) // 2))


def truncated_gzip(body: bytes) -> bytes:
    whole = gzip.compress(body)
    return answer(whole[: len(whole) // 2], Content_Encoding="gzip")


def bomb(megabytes: int) -> bytes:
    return answer(gzip.compress(b" " * megabytes * 1024 * 1024), Content_Encoding="gzip")


def redirects_to(address: str) -> bytes:
    return answer(b"", status="302 Found", Location=address)


def hangs(connection: socket.socket) -> None:
    time.sleep(1.5)


def drips(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n[")
    for _ in range(40):
        time.sleep(0.05)
        connection.sendall(b" ")


def _serve(listener: socket.socket, server: Misbehaving, replies: Mapping[str, Reply]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_reply, args=(connection, server, replies), daemon=True).start()


def _reply(connection: socket.socket, server: Misbehaving, replies: Mapping[str, Reply]) -> None:
    with connection:
        try:
            request = connection.recv(65536).decode("latin-1")
            path = request.split(" ")[1].partition("?")[0]
            server.asked.append(path)
            reply = replies.get(path, answer(b"{}", status="404 Not Found"))
            if callable(reply):
                reply(connection)
            else:
                connection.sendall(reply)
        except (OSError, IndexError):
            return
