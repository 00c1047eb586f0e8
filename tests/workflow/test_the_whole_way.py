"""A red from its task on two real platforms to the effect that closes it; each server stops, and nothing is lost."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import col, select

from okr_engine.access import OPERATOR, SCHEDULE
from okr_engine.api.application import application
from okr_engine.database import writing
from okr_engine.errors import InvalidInput
from okr_engine.model import ActionEvent, ActionEventKind, ActionState, AskingKind, CorrectiveAction, TaskEndpoint
from okr_engine.services.action_records import standing_of, take_step
from okr_engine.services.action_steps import plan, start
from okr_engine.services.asking import ask_now
from okr_engine.services.delivering import Persistence, deliver_due
from okr_engine.services.effect_verdicts import confirm_effect
from okr_engine.services.installation import Installation
from okr_engine.services.people import actor_with_code
from okr_engine.settings import Settings
from okr_engine.statistics.effects import Verdict
from okr_engine.workflow.lifecycle import replayed
from okr_engine.workflow.tasks import TaskState
from tests.ports import free_port
from tests.services.checked_county import AFTER_IT, BETTER, checked_county, tell
from tests.services.checked_county import plan as planned
from tests.services.small_county import FIRST_LINE_OWNER, SPONSOR, SmallCounty
from tests.workflow.node_red import install_palette, installed_node_red, running_node_red
from tests.workflow.radicale_server import PASSWORD, running_radicale
from tests.workflow.receiving_server import SECRET

CODE = "CA-2025-Q2-1"
AT_ONCE = Persistence(pauses=(timedelta(0),) * 8)
LONGEST_SECONDS = 30


@pytest.fixture
def county(engine: Engine) -> SmallCounty:
    return checked_county(SmallCounty.laid_out(engine))


def now() -> datetime:
    return datetime.now(UTC)


def place_of(county: SmallCounty) -> Installation:
    return Installation(Settings(inner_hosts="127.0.0.1"), county.engine, county.rulebooks, clock=now)


def do(county: SmallCounty, who: str, verb: Callable[..., Any], **given: Any) -> None:
    """Let somebody take a step with the action as it is now."""
    place = place_of(county)
    actor = place.ask(actor_with_code, who, today=place.today())
    place.act(actor, verb, CODE, version=the_action(county).version, **given)


def the_action(county: SmallCounty) -> CorrectiveAction:
    found: CorrectiveAction = county.rows(select(CorrectiveAction).where(CorrectiveAction.code == CODE))[0]
    return found


def history(county: SmallCounty) -> list[ActionEvent]:
    events = select(ActionEvent).where(ActionEvent.action_id == the_action(county).id)
    found: list[ActionEvent] = county.rows(events.order_by(col(ActionEvent.number)))
    return found


def connect(county: SmallCounty, code: str, platform: str, **settings: str) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=now()) as session:
        session.add(TaskEndpoint(code=code, platform=platform, settings=settings))


def deliver(county: SmallCounty) -> None:
    deliver_due(place_of(county), persistence=AT_ONCE)


def delivered(county: SmallCounty, tasks: Callable[[], Mapping[str, tuple[str, str]]]) -> str | None:
    """How far the task is there, once what is due has been sent."""
    deliver(county)
    found = tasks().get(CODE)
    return found[1] if found else None


def soon(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    end = time.monotonic() + LONGEST_SECONDS
    while not holds():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)


@contextmanager
def served(app: FastAPI, port: int) -> Iterator[None]:
    """The API on loopback, under the address that it has in the product."""
    outer = FastAPI(telemetry={"tracing": False, "metrics": False})
    outer.mount("/api", app)
    server = uvicorn.Server(uvicorn.Config(outer, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = Thread(target=server.run)
    thread.start()
    soon(lambda: server.started)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def test_a_red_is_worked_on_in_two_platforms_and_closes_only_after_its_effect(
    county: SmallCounty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    assert request.config.cache is not None
    program = installed_node_red(request.config.cache.mkdir("node-red-4.1"))
    for name, value in (("OKR_SECRET_NODE_RED", SECRET), ("OKR_SECRET_CALENDAR", PASSWORD)):
        monkeypatch.setenv(name, value)
    home, store, ours, flows, lists = tmp_path / "home", tmp_path / "store", free_port(), free_port(), free_port()
    for folder in (home, store):
        folder.mkdir()
    install_palette(home)
    app = application(lambda: place_of(county), Settings())

    # Both are connected; the calendar server stops before the first step is told.
    with running_node_red(program, home, port=flows) as node_red:
        board = node_red.board(SECRET, reports_to=f"http://127.0.0.1:{ours}/api/v1/inbound/node-red")
        with running_radicale(store, port=lists) as calendar:
            todos = calendar.new_list()
        connect(county, "node-red", "node_red", address=board.hook, secret_variable="OKR_SECRET_NODE_RED")
        account = {"user": "okr", "password_variable": "OKR_SECRET_CALENDAR"}
        connect(county, "calendar", "caldav", address=todos.address, **account)
        with writing(county.engine, actor=SCHEDULE.code, now=now()) as session:
            action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == CODE)).one()
            take_step(session, action, ActionEventKind.NOTIFIED, {"asked": [FIRST_LINE_OWNER]})
        deliver(county)
        assert board.tasks()[CODE][1] == "open"

        # Acknowledged in Node-RED while nobody listens here: the report waits there.
        board.work(CODE, TaskState.IN_PROGRESS, by="Aino")
        with served(app, ours):
            soon(lambda: the_action(county).state == ActionState.ACKNOWLEDGED)

    do(county, FIRST_LINE_OWNER, plan, plan=planned().model_copy(update={"due": now().date() + timedelta(days=30)}))
    do(county, FIRST_LINE_OWNER, start)

    # The calendar server is back, Node-RED is not: the one hears what it missed, the other later.
    with running_radicale(store, port=lists) as calendar:
        todos = type(todos)(todos.address, calendar.person)
        soon(lambda: delivered(county, todos.tasks) == "in_progress")
        todos.work(CODE, TaskState.DONE)
        ask_now(place_of(county), AskingKind.CHANGES, "calendar")

        assert the_action(county).state == ActionState.DONE
        assert the_action(county).closed_at is None
        with pytest.raises(InvalidInput):
            do(county, SPONSOR, confirm_effect, verdict=Verdict.EFFECTIVE, note="")
        assert the_action(county).closed_at is None

        tell(county, dict(zip(AFTER_IT, BETTER, strict=False)))
        do(county, SPONSOR, confirm_effect, verdict=Verdict.EFFECTIVE, note="")

        assert the_action(county).state == ActionState.VERIFIED
        with running_node_red(program, home, port=flows):
            soon(lambda: delivered(county, board.tasks) == "done")
    kinds = [one.kind.value for one in history(county)]
    whole_way = ["raised", "notified", "acknowledged", "work_without_plan", "planned", "started", "done", "verified"]
    assert kinds == whole_way
    assert standing_of(the_action(county)) == replayed(history(county))
