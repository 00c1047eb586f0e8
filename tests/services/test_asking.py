"""Platforms that can be asked: what people do there comes back, once, whatever the server does meanwhile."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from connectors.platforms import Platforms
from okr_engine.access import OPERATOR
from okr_engine.database import writing
from okr_engine.errors import InvalidInput, NotFound
from okr_engine.model import (
    ActionEvent,
    ActionEventKind,
    ActionPlan,
    ActionState,
    Asking,
    AskingKind,
    CorrectiveAction,
    InboxMessage,
    ReportOutcome,
    RootCauseMethod,
    TaskEndpoint,
)
from okr_engine.services.action_records import take_step
from okr_engine.services.asking import ask_due, ask_now
from okr_engine.services.askings import Heard, keep_heard, take_turn
from okr_engine.services.deliveries import resume
from okr_engine.services.delivering import deliver_due
from okr_engine.services.inbox import proved, receive
from okr_engine.services.installation import Installation
from okr_engine.services.integrations import EndpointHealth, endpoints_seen
from okr_engine.settings import Settings
from okr_engine.workflow.platforms import PlatformSettings
from okr_engine.workflow.signatures import signed
from okr_engine.workflow.tasks import Changes
from tests.services.small_county import NOW, SmallCounty
from tests.workflow import asked_platform
from tests.workflow.asked_platform import ASKED, Board, running_board
from tests.workflow.receiving_server import SECRET_BYTES

ACTION = "CA-2025-Q2-1"
MINUTE = timedelta(minutes=1)
NIGHT = datetime.fromisoformat("2025-07-16T02:00:00+03:00")
PLAN = ActionPlan(
    steps="Takaisinsoitto",
    due=NOW.date() + timedelta(days=30),
    root_cause_method=RootCauseMethod.FIVE_WHYS,
    root_cause="Ruuhka",
)
Kind = ActionEventKind


@pytest.fixture(scope="module")
def server() -> Iterator[Board]:
    with running_board() as board:
        yield board


@pytest.fixture
def board(server: Board) -> Board:
    """The board as good as new."""
    server.tasks, server.log, server.requests = {}, [], []
    server.instead, server.loses_answers, server.keeps = lambda _path: None, False, {}
    return server


@pytest.fixture
def county(memory_engine: Engine, board: Board) -> SmallCounty:
    """The county, whose action is on the board and has been heard of there."""
    county = SmallCounty.laid_out(memory_engine)
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        session.add(TaskEndpoint(code="board", platform="board", settings={"address": board.address}))
    step(county, Kind.NOTIFIED)
    ask(county)
    return county


def place(county: SmallCounty, now: datetime = NOW) -> Installation:
    return Installation(Settings(inner_hosts="127.0.0.1"), county.engine, county.rulebooks, clock=lambda: now)


def ask(county: SmallCounty, now: datetime = NOW) -> int:
    """What the worker does: deliver, then ask."""
    deliver_due(place(county, now), platforms=ASKED)
    return ask_due(place(county, now), platforms=ASKED)


def step(county: SmallCounty, kind: ActionEventKind, **data: object) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == ACTION)).one()
        take_step(session, action, kind, data)


def state(county: SmallCounty) -> ActionState:
    [found] = county.rows(select(CorrectiveAction.state).where(CorrectiveAction.code == ACTION))
    assert isinstance(found, ActionState)
    return found


def told(county: SmallCounty) -> list[tuple[ActionEventKind, str | None]]:
    """What the platform has brought into the history, and who did it there."""
    query = select(ActionEvent).where(ActionEvent.actor == "platform:board").order_by(col(ActionEvent.number))
    return [(one.kind, one.data.get("by")) for one in county.rows(query)]


ACKNOWLEDGED = [(Kind.ACKNOWLEDGED, "Aino"), (Kind.WORK_WITHOUT_PLAN, "Aino")]


def test_what_somebody_does_there_comes_back_and_our_own_writing_does_not(county: SmallCounty, board: Board) -> None:
    assert told(county) == []

    board.change(ACTION, state="in_progress", by="Aino")
    for minutes in (3, 6, 9):
        ask(county, NOW + minutes * MINUTE)

    assert told(county) == ACKNOWLEDGED
    assert state(county) is ActionState.ACKNOWLEDGED


def test_what_is_done_here_and_written_there_comes_back_as_nothing(county: SmallCounty, board: Board) -> None:
    step(county, Kind.ACKNOWLEDGED)
    for minutes in (3, 6):
        ask(county, NOW + minutes * MINUTE)
    board.change(ACTION, note="A remark on it")
    ask(county, NOW + 9 * MINUTE)

    assert board.tasks[ACTION]["state"] == "in_progress"
    assert told(county) == []


def test_what_somebody_did_there_is_not_lost_behind_what_we_wrote_next(county: SmallCounty, board: Board) -> None:
    board.change(ACTION, state="done", by="Aino")
    step(county, Kind.COMMENTED, text="Tilanne?")

    ask(county, NOW + 3 * MINUTE)

    assert board.log[-1:] == [ACTION]
    assert told(county) == [(Kind.ACKNOWLEDGED, None), (Kind.DONE_WITHOUT_PLAN, None)]


@pytest.mark.parametrize(
    ("state", "said", "steps"),
    [
        ("in_progress", Kind.WORK_WITHOUT_PLAN, [Kind.STARTED]),
        ("done", Kind.DONE_WITHOUT_PLAN, [Kind.STARTED, Kind.DONE]),
    ],
)
def test_what_is_there_before_there_is_a_plan_moves_the_action_when_it_is_seen_after_it(
    county: SmallCounty, board: Board, state: str, said: ActionEventKind, steps: list[ActionEventKind]
) -> None:
    board.change(ACTION, state=state, by="Aino")
    for minutes in (3, 6, 9):
        ask(county, NOW + minutes * MINUTE)
    step(county, Kind.PLANNED, plan=PLAN.model_dump(mode="json"), needs_criterion=False)

    ask(county, NIGHT)
    ask(county, NIGHT + timedelta(days=1))

    assert [kind for kind, _by in told(county)] == [Kind.ACKNOWLEDGED, said, *steps]


def test_it_is_not_asked_again_before_its_time(county: SmallCounty, board: Board) -> None:
    assert [ask(county, NOW + minutes * MINUTE) for minutes in (1, 2, 3)] == [0, 0, 1]


def test_a_report_is_a_wake_up_and_what_is_fetched_counts(county: SmallCounty, board: Board) -> None:
    board.change(ACTION, state="done", by="Aino")

    heard = report(county, ACTION)
    ask(county)

    assert heard is ReportOutcome.WAITING
    assert told(county) == [(Kind.ACKNOWLEDGED, "Aino"), (Kind.DONE_WITHOUT_PLAN, "Aino")]
    assert county.rows(select(InboxMessage.outcome)) == [ReportOutcome.LOOKED_UP]


def report(county: SmallCounty, code: str) -> ReportOutcome:
    body = json.dumps({"code": code}).encode()
    headers = signed(SECRET_BYTES, message_id="m-1", at=NOW, body=body)
    endpoint, found, can_be_asked = proved(place(county), "board", headers, body, platforms=ASKED)
    return receive(place(county), endpoint, found, can_be_asked=can_be_asked)


def test_a_deleted_task_is_said_once_and_closes_nothing(county: SmallCounty, board: Board) -> None:
    board.delete(ACTION)
    board.instead = lambda path: None

    ask_due(place(county, NOW + 3 * MINUTE), platforms=ASKED)
    ask_due(place(county, NIGHT), platforms=ASKED)

    assert told(county) == [(Kind.TASK_GONE, None)]
    assert state(county) is ActionState.NOTIFIED


def test_at_night_a_task_that_went_unheard_is_missed(county: SmallCounty, board: Board) -> None:
    del board.tasks[ACTION]

    evening = ask(county, NIGHT - 4 * MINUTE)
    before = told(county)
    ask_due(place(county, NIGHT), platforms=ASKED)

    assert (evening, before) == (1, [])
    assert told(county) == [(Kind.TASK_GONE, None)]


def test_a_title_or_day_that_was_changed_there_is_written_over_once(county: SmallCounty, board: Board) -> None:
    ours = board.tasks[ACTION]
    board.change(ACTION, title="Something else", due="2031-01-01", by="Aino")

    for minutes in range(4):
        ask(county, NIGHT + 3 * minutes * MINUTE)

    assert told(county) == [(Kind.TASK_RESENT, "Aino")]
    assert {name: board.tasks[ACTION][name] for name in ("title", "due")} == {
        name: ours[name] for name in ("title", "due")
    }


def test_a_platform_that_keeps_its_own_title_or_day_is_not_written_to_for_ever(
    county: SmallCounty, board: Board
) -> None:
    board.keeps = {"due": "2031-01-01"}
    step(county, Kind.COMMENTED, text="Tilanne?")
    for minutes in range(1, 4):
        ask(county, NOW + 3 * minutes * MINUTE)
    normalised = told(county)

    for minutes in range(4, 10):
        board.change(ACTION, due="2031-01-01", by=None)
        ask(county, NOW + 3 * minutes * MINUTE)

    assert normalised == []
    assert told(county) == [(Kind.TASK_RESENT, None)]


def test_whoever_changes_the_day_there_to_another_one_each_time_is_written_over_each_time(
    county: SmallCounty, board: Board
) -> None:
    for minutes, due in ((3, "2031-01-01"), (9, "2032-01-01")):
        board.change(ACTION, due=due, by="Aino")
        ask(county, NOW + minutes * MINUTE)
        ask(county, NOW + (minutes + 3) * MINUTE)

    assert told(county) == [(Kind.TASK_RESENT, "Aino")] * 2


@pytest.mark.parametrize("title", ["{}  ", " {}", "\t{}"])
def test_a_title_that_only_differs_in_its_spaces_is_the_same(county: SmallCounty, board: Board, title: str) -> None:
    board.change(ACTION, title=title.format(board.tasks[ACTION]["title"]))

    ask(county, NOW + 3 * MINUTE)

    assert told(county) == []


def test_a_night_that_is_broken_off_goes_on_soon_and_not_only_the_next_night(county: SmallCounty, board: Board) -> None:
    del board.tasks[ACTION]
    orders = iter([True, True, False])

    ask_due(place(county, NIGHT), lambda: next(orders), platforms=ASKED)
    interrupted = told(county)
    ask_due(place(county, NIGHT + 10 * MINUTE), platforms=ASKED)

    assert interrupted == []
    assert told(county) == [(Kind.TASK_GONE, None)]


WEB_PAGE = (200, "text/html", b"<!doctype html><title>Sign in</title>")


@pytest.mark.parametrize(
    "instead", [(500, "text/plain", b""), (429, "text/plain", b""), WEB_PAGE, (200, "application/json", b"[")]
)
def test_a_server_in_trouble_is_asked_later_from_where_it_was_left(
    county: SmallCounty, board: Board, instead: tuple[int, str, bytes]
) -> None:
    board.change(ACTION, state="in_progress", by="Aino")
    board.instead = lambda _path: instead
    ask(county, NOW + 3 * MINUTE)
    [asking] = county.rows(select(Asking).where(Asking.kind == AskingKind.CHANGES))

    board.instead = lambda _path: None
    ask(county, NOW + 10 * MINUTE)
    ask(county, NOW + 15 * MINUTE)

    assert (asking.failures, asking.cursor, asking.held_by) == (1, "1", None)
    assert asking.error["key"]
    assert told(county) == ACKNOWLEDGED


def test_a_server_that_loses_its_answers_loses_nothing_of_ours(county: SmallCounty, board: Board) -> None:
    board.change(ACTION, state="in_progress", by="Aino")
    board.loses_answers = True
    for minutes in (3, 6, 9):
        ask(county, NOW + minutes * MINUTE)

    board.loses_answers = False
    ask(county, NOW + timedelta(hours=2))

    assert told(county) == ACKNOWLEDGED


def test_a_server_that_never_answers_is_left_alone_for_longer_and_longer(county: SmallCounty, board: Board) -> None:
    board.instead = lambda _path: (503, "text/plain", b"")
    moment, waited = NOW + 3 * MINUTE, []
    for _ in range(8):
        ask(county, moment)
        [due] = county.rows(select(Asking.due_at).where(Asking.kind == AskingKind.CHANGES))
        waited.append(due - moment)
        moment = due

    assert waited == sorted(waited)
    assert waited[0] < waited[-1] == timedelta(hours=1)


def test_a_platform_that_is_asked_in_vain_is_seen_as_one_that_does_not_answer(
    county: SmallCounty, board: Board
) -> None:
    board.instead = lambda path: (500, "text/plain", b"") if path.startswith("/changes") else None
    for minutes in (3, 10):
        ask(county, NOW + minutes * MINUTE)
    [in_vain] = county.ask(endpoints_seen, OPERATOR, platforms=ASKED)
    board.instead = lambda _path: None
    ask(county, NOW + timedelta(hours=1))
    [heard] = county.ask(endpoints_seen, OPERATOR, platforms=ASKED)

    assert (in_vain.health, in_vain.not_heard) == (EndpointHealth.NOT_HEARD, 2)
    assert in_vain.not_heard_because is not None
    assert (heard.health, heard.not_heard, heard.not_heard_because) == (EndpointHealth.WORKING, 0, None)


def test_credentials_that_are_refused_pause_the_endpoint_until_somebody_has_seen_to_it(
    county: SmallCounty, board: Board
) -> None:
    board.change(ACTION, state="in_progress", by="Aino")
    board.instead = lambda _path: (401, "text/plain", b"")
    ask(county, NOW + 3 * MINUTE)
    asked = [ask(county, NOW + 6 * MINUTE), ask(county, NOW + timedelta(hours=3))]

    board.instead = lambda _path: None
    with writing(county.engine, actor=OPERATOR.code, now=NOW + timedelta(hours=3)) as session:
        resume(session, OPERATOR, "board")
    ask(county, NOW + timedelta(hours=3))

    assert asked == [0, 0]
    assert told(county) == ACKNOWLEDGED


def test_an_endpoint_with_an_address_that_nobody_can_read_keeps_no_other_from_being_asked(
    county: SmallCounty, board: Board
) -> None:
    settings = {"address": "https://board.example:8o80"}
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        session.add(TaskEndpoint(code="a-bad-one", platform="board", settings=settings))
    board.change(ACTION, state="in_progress", by="Aino")

    ask(county, NOW + 3 * MINUTE)

    assert told(county) == ACKNOWLEDGED
    [held, because] = county.rows(
        select(Asking.held_by, TaskEndpoint.paused_because)
        .join(TaskEndpoint, col(TaskEndpoint.id) == col(Asking.endpoint_id))
        .where(TaskEndpoint.code == "a-bad-one", Asking.kind == AskingKind.CHANGES)
    )[0]
    assert held is None
    assert because["key"] == "task_platforms.no_hosts"


def test_what_nobody_has_foreseen_is_the_error_of_that_endpoint_and_of_no_other(
    county: SmallCounty, board: Board
) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        session.add(TaskEndpoint(code="a-bad-one", platform="careless", settings={}))
    board.change(ACTION, state="in_progress", by="Aino")

    careless = SimpleNamespace(
        Settings=PlatformSettings,
        CAPABILITIES=ASKED.platforms["board"].CAPABILITIES,
        changes=lambda _settings, _client, *, cursor: Changes((None,), "9"),  # type: ignore[arg-type]
    )
    both = Platforms({**ASKED.platforms, "careless": careless}, {})
    ask_due(place(county, NOW + 3 * MINUTE), platforms=both)

    assert told(county) == ACKNOWLEDGED
    kept = county.rows(select(Asking.failures, Asking.held_by, Asking.cursor).where(Asking.kind == AskingKind.CHANGES))
    assert sorted(map(tuple, kept), key=str) == [(0, None, "2"), (1, None, None)]


def test_one_task_that_cannot_be_read_keeps_the_others_from_nothing(county: SmallCounty, board: Board) -> None:
    report(county, ACTION)
    board.change(ACTION, state="in_progress", by="Aino")
    board.instead = lambda path: (500, "text/plain", b"") if path.startswith("/tasks/") else None

    ask(county, NOW + 3 * MINUTE)

    assert told(county) == ACKNOWLEDGED
    assert county.rows(select(InboxMessage.outcome)) == [ReportOutcome.WAITING]


def test_two_workers_do_not_ask_at_once_and_one_that_died_is_followed_by_another(
    county: SmallCounty, board: Board
) -> None:
    [endpoint] = county.rows(select(TaskEndpoint.id))
    later = NOW + 3 * MINUTE

    def take(holder: str, now: datetime):
        return place(county, now).act(OPERATOR, take_turn, endpoint, AskingKind.CHANGES, holder, night=NIGHT)

    turns = [take("one", later), take("two", later), take("two", later + timedelta(minutes=11))]

    assert [turn is not None for turn in turns] == [True, False, True]


def test_whoever_answers_after_another_has_taken_the_turn_changes_nothing(county: SmallCounty, board: Board) -> None:
    [endpoint] = county.rows(select(TaskEndpoint.id))
    [slow, _quick] = [
        place(county, NOW + minutes * MINUTE).act(
            OPERATOR, take_turn, endpoint, AskingKind.CHANGES, f"holder-{minutes}", night=NIGHT
        )
        for minutes in (3, 20)
    ]
    assert slow is not None
    heard = Heard("77", gone=[ACTION])

    moved = place(county).act(
        OPERATOR, keep_heard, slow, heard, asked_platform.Settings(address=board.address), night=NIGHT
    )

    assert (moved, told(county)) == (0, [])
    assert county.rows(select(Asking.cursor).where(Asking.kind == AskingKind.CHANGES)) == ["1"]


def test_an_operator_asks_without_waiting_and_is_told_what_came_of_it(county: SmallCounty, board: Board) -> None:
    board.change(ACTION, state="in_progress", by="Aino")

    [changed] = ask_now(place(county), AskingKind.CHANGES, platforms=ASKED)
    board.instead = lambda _path: (500, "text/plain", b"")
    [nothing] = ask_now(place(county), AskingKind.EVERYTHING, "board", platforms=ASKED)

    assert (changed.endpoint, changed.moved, changed.problem) == ("board", 1, None)
    assert (nothing.moved, nothing.problem is not None) == (0, True)


def test_only_what_can_be_asked_is_asked(county: SmallCounty, board: Board) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        session.add(TaskEndpoint(code="here", platform="embedded"))

    with pytest.raises(InvalidInput):
        ask_now(place(county), AskingKind.CHANGES, "here")
    with pytest.raises(NotFound):
        ask_now(place(county), AskingKind.CHANGES, "nowhere")
