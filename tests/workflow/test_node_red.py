"""Tasks in a real Node-RED with our palette: let in once and only if proved, and reported back with a signature."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread

import httpx
import pytest

from connectors.platforms import known_platforms
from okr_engine.testing.platform_cases import LATER, SENT
from okr_engine.testing.task_platforms import PROMISES, PlatformCase, Promise, named
from okr_engine.workflow.cloud_events import event_body
from okr_engine.workflow.signatures import signed
from okr_engine.workflow.tasks import TaskState
from tests.ports import free_port
from tests.workflow.doors import door
from tests.workflow.node_red import PALETTE, Board, NodeRed, install_palette, installed_node_red, running_node_red
from tests.workflow.receiving_server import SECRET, SECRET_BYTES

NODE_RED = known_platforms(()).platforms["node_red"]
CODE = SENT.task.code
OTHER = "whsec_" + "YW5vdGhlciBzZWNyZXQgb2YgdGhlIHNhbWUgbGVuZ3Ro"


@dataclass
class Inbound:
    """Where reports come in, as at our own address; `status` is the answer to the next of them."""

    port: int
    statuses: list[int] = field(default_factory=list)
    reports: Queue[tuple[dict[str, str], bytes]] = field(default_factory=Queue)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1/inbound/node-red"

    def next_report(self) -> tuple[dict[str, str], bytes]:
        return self.reports.get(timeout=20)


@contextmanager
def inbound(port: int = 0) -> Iterator[Inbound]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            one.reports.put((dict(self.headers), body))
            self.send_response(one.statuses.pop(0) if one.statuses else 202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        one = Inbound(server.server_port)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield one
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def program(request: pytest.FixtureRequest) -> Path:
    assert request.config.cache is not None
    return installed_node_red(request.config.cache.mkdir("node-red-4.1"))


@pytest.fixture(scope="module")
def server(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeRed]:
    home = tmp_path_factory.mktemp("node-red")
    install_palette(home)
    with running_node_red(program, home) as found:
        yield found


@pytest.fixture(scope="module")
def reports() -> Iterator[Inbound]:
    with inbound() as found:
        yield found


@pytest.fixture
def board(server: NodeRed, reports: Inbound, monkeypatch: pytest.MonkeyPatch) -> Board:
    monkeypatch.setenv("OKR_SECRET_NODE_RED", SECRET)
    return server.board(SECRET, reports_to=reports.address)


@pytest.fixture
def case(board: Board, reports: Inbound) -> Iterator[PlatformCase]:
    def report(code: str, state: TaskState) -> tuple[dict[str, str], bytes]:
        board.work(code, state)
        return reports.next_report()

    with door(board.server) as entrance:
        yield PlatformCase(
            platform=NODE_RED,
            settings={
                "address": f"{entrance.address}/{board.path}/hook",
                "secret_variable": "OKR_SECRET_NODE_RED",
                "app_address": "https://okr.example",
            },
            tasks=board.tasks,
            texts=board.texts,
            break_next=entrance.break_next,
            lose_next=entrance.lose_next,
            report=report,
            inner=frozenset({"127.0.0.1"}),
            now=datetime.now(UTC),
        )


@pytest.mark.parametrize("promise", PROMISES, ids=named)
def test_node_red_keeps_the_promises_of_a_task_platform(promise: Promise, case: PlatformCase) -> None:
    promise(case)


def test_a_step_is_acknowledged_in_node_red_and_comes_back(case: PlatformCase, board: Board, reports: Inbound) -> None:
    case.sent(SENT)
    board.work(CODE, TaskState.IN_PROGRESS, by="Aino Example")
    headers, body = reports.next_report()
    told = NODE_RED.parse_inbound(case.checked_settings(), headers, body, now=case.now)

    assert (told.code, told.state, told.by) == (CODE, TaskState.IN_PROGRESS, "Aino Example")


def posted(board: Board, body: bytes, headers: dict[str, str]) -> int:
    return httpx.post(board.hook, content=body, headers=headers).status_code


def proved(body: bytes, *, age: timedelta = timedelta(), message_id: str = SENT.id) -> dict[str, str]:
    return signed(SECRET_BYTES, message_id=message_id, at=datetime.now(UTC) - age, body=body)


def test_what_is_not_proved_does_not_get_into_the_flow(board: Board) -> None:
    body = event_body(SENT, source="")
    headers = proved(body)

    assert posted(board, body + b" ", headers) == 401
    assert posted(board, body, headers | {"webhook-id": "another"}) == 401
    assert posted(board, body, headers | {"webhook-signature": "v1 v1, ,"}) == 401
    assert posted(board, body, {}) == 401
    assert posted(board, body, proved(body, age=timedelta(minutes=6))) == 401
    assert posted(board, body, proved(body, age=timedelta(minutes=-6))) == 401
    assert board.listed() == {}


def test_a_replayed_message_gets_into_the_flow_once(board: Board) -> None:
    body = event_body(SENT, source="")

    assert [posted(board, body, proved(body)) for _ in range(3)] == [202, 202, 202]
    assert board.arrived() == 1


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[]", b"null", b'{"specversion": "1.0", "type": "other", "data": {}}'])
def test_what_is_no_step_of_an_action_does_not_get_into_the_flow(board: Board, body: bytes) -> None:
    assert posted(board, body, proved(body)) == 400
    assert board.listed() == {}


def test_a_message_that_is_too_large_is_not_read(board: Board) -> None:
    body = b" " * (1024 * 1024 + 1)

    assert posted(board, body, proved(body)) == 413


def test_while_a_secret_is_being_changed_both_are_good(server: NodeRed, reports: Inbound) -> None:
    board = server.board(f"{OTHER} {SECRET}", reports_to=reports.address)
    body = event_body(SENT, source="")

    assert posted(board, body, proved(body)) == 202
    board.work(CODE, TaskState.DONE)
    headers, _ = reports.next_report()
    assert len(headers["webhook-signature"].split()) == 2


def test_nothing_is_lost_to_a_node_that_has_not_been_given_its_secret_yet(server: NodeRed, reports: Inbound) -> None:
    board = server.board("", reports_to=reports.address)
    body = event_body(SENT, source="")

    assert posted(board, body, proved(body)) == 503


def test_a_report_that_was_not_taken_is_sent_again_under_the_same_id_before_later_ones(
    board: Board, reports: Inbound
) -> None:
    reports.statuses[:] = [503]

    board.work(CODE, TaskState.IN_PROGRESS)
    board.work(CODE, TaskState.DONE)

    first, again, later = (reports.next_report() for _ in range(3))
    assert first[0]["webhook-id"] == again[0]["webhook-id"]
    assert [json.loads(body)["data"]["state"] for _, body in (first, again, later)] == [
        "in_progress",
        "in_progress",
        "done",
    ]


def test_a_stop_of_both_servers_loses_neither_a_report_nor_the_memory_of_what_came(
    program: Path, tmp_path: Path
) -> None:
    install_palette(tmp_path)
    ours, body = free_port(), event_body(LATER, source="")
    with running_node_red(program, tmp_path) as first:
        board = first.board(SECRET, reports_to=f"http://127.0.0.1:{ours}/api/v1/inbound/node-red")
        assert posted(board, body, proved(body)) == 202
        board.work(CODE, TaskState.DONE)

    with inbound(ours) as reports, running_node_red(program, tmp_path, port=int(first.address.rpartition(":")[2])):
        _, report = reports.next_report()
        assert posted(board, body, proved(body)) == 202
        assert board.arrived() == 1

    assert json.loads(report)["data"] == {"state": "done"}


def test_the_example_flow_uses_nothing_that_is_not_there(server: NodeRed) -> None:
    example = json.loads((PALETTE / "examples" / "board.json").read_text("utf-8"))

    server.deploy([node for node in example if node["type"] != "tab"])

    assert server.unknown_types() == []
