"""Steps of actions on their way to a task platform: kept with the step, sent in order, tried again, given up."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, func
from sqlmodel import col, select

from connectors.platforms import Platforms, known_platforms
from okr_engine.access import OPERATOR
from okr_engine.database import writing
from okr_engine.errors import InvalidInput, NotAllowed, TaskChanged
from okr_engine.model import Delivery, DeliveryState, OutboxMessage, TaskEndpoint
from okr_engine.services.action_steps import acknowledge
from okr_engine.services.dead_letters import dead_letters, replay
from okr_engine.services.deliveries import claim, delivered, resume
from okr_engine.services.delivering import Persistence, deliver_due
from okr_engine.services.endpoints import add_endpoint
from okr_engine.services.installation import Installation
from okr_engine.settings import Settings
from okr_engine.words import message
from okr_engine.workflow.platforms import Capabilities, PlatformSettings
from okr_engine.workflow.tasks import TaskRef, TaskSeen, TaskState
from tests.services.small_county import FIRST_LINE_OWNER, NOW, VIEWER, SmallCounty
from tests.workflow.receiving_server import SECRET, Receiver, receiving
from tests.workflow.steps import ENDPOINT, KINDS, rows, step, with_actions, with_endpoint

ONE_PAUSE = Persistence(pauses=(timedelta(minutes=1),), chance=lambda: 0.5)
LATER = timedelta(minutes=2)


@pytest.fixture
def county(memory_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> SmallCounty:
    monkeypatch.setenv("OKR_SECRET_HOOK", SECRET)
    return SmallCounty.laid_out(memory_engine)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(now=lambda: NOW) as found:
        yield found


@pytest.fixture
def action(county: SmallCounty, receiver: Receiver) -> UUID:
    """An action of which an endpoint is to be told."""
    with_endpoint(county.engine, receiver.address)
    return with_actions(county.engine, 1)[0]


def happen(county: SmallCounty, action: UUID, *kinds: object, now: datetime = NOW) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=now) as session:
        for kind in kinds:
            step(session, action, kind)  # type: ignore[arg-type]


def deliver(county: SmallCounty, receiver: Receiver | None = None, *, now: datetime = NOW) -> int:
    place = Installation(Settings(inner_hosts="127.0.0.1"), county.engine, county.rulebooks, clock=lambda: now)
    if receiver is not None:
        receiver.now = lambda: now
    return deliver_due(place, persistence=ONE_PAUSE, platforms=known_platforms(()))


def states(county: SmallCounty) -> list[DeliveryState]:
    return list(rows(county.engine, select(Delivery.state).order_by(col(Delivery.number))))  # type: ignore[arg-type]


def act(county: SmallCounty, service, *args, now: datetime = NOW, **kwargs):
    with writing(county.engine, actor=OPERATOR.code, now=now) as session:
        return service(session, OPERATOR, *args, **kwargs)


def test_nothing_is_put_on_its_way_where_no_platform_is_configured(county: SmallCounty) -> None:
    [action] = with_actions(county.engine, 1)

    happen(county, action, *KINDS)

    assert rows(county.engine, select(func.count()).select_from(OutboxMessage)) == [0]


def test_what_people_do_to_an_action_arrives_as_a_task_in_finnish(county: SmallCounty, receiver: Receiver) -> None:
    with_endpoint(county.engine, receiver.address)

    county.act(FIRST_LINE_OWNER, acknowledge, "CA-2025-Q2-1", version=1)
    deliver(county)

    [event] = receiver.arrived
    assert event["type"] == "okr.corrective_action.acknowledged"
    assert event["data"] == {
        "code": "CA-2025-Q2-1",
        "title": "CA-2025-Q2-1 Yhteys luvatussa ajassa: etenemisen palauttaminen",
        "text": "Avaintulos ei etene ja tarvitsee tukea: mittaustulos on 70,11\xa0%.",
        "assignee": "Tavoitteen omistaja, ensilinja",
        "accountable": "Tavoitteen omistaja, ensilinja",
        "due": event["data"]["due"],  # type: ignore[index]
        "link": "https://okr.example/action?code=CA-2025-Q2-1",
        "state": "in_progress",
    }


def test_a_step_that_is_rolled_back_leaves_nothing_to_send(county: SmallCounty, action: UUID) -> None:
    with pytest.raises(ZeroDivisionError), writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        step(session, action, KINDS[0])
        raise ZeroDivisionError

    assert states(county) == []


def test_only_the_first_of_an_actions_steps_can_be_taken(county: SmallCounty, action: UUID) -> None:
    happen(county, action, *KINDS)
    [endpoint] = rows(county.engine, select(TaskEndpoint.id))

    first = act(county, claim, endpoint, holder="one")
    second = act(county, claim, endpoint, holder="two")

    assert first is not None
    assert first.message.number == 1
    assert second is None


def test_a_delivery_whose_lease_has_run_out_is_anybodys_and_no_longer_its_holders(
    county: SmallCounty, action: UUID
) -> None:
    happen(county, action, KINDS[0])
    [endpoint] = rows(county.engine, select(TaskEndpoint.id))
    slow = act(county, claim, endpoint, holder="slow", lease=timedelta(minutes=1))

    quick = act(county, claim, endpoint, holder="quick", now=NOW + LATER)

    assert quick is not None
    assert act(county, delivered, slow, TaskRef("r"), now=NOW + LATER) is False
    assert act(county, delivered, quick, TaskRef("r"), now=NOW + LATER) is True


def test_a_platform_that_is_busy_gets_it_again_and_the_order_stays(
    county: SmallCounty, receiver: Receiver, action: UUID
) -> None:
    happen(county, action, *KINDS)
    receiver.break_next(503, {})
    deliver(county, receiver)
    tried = receiver.requests

    receiver.refuse = lambda: None
    deliver(county, receiver, now=NOW + timedelta(seconds=30))
    early = receiver.requests
    deliver(county, receiver, now=NOW + LATER)

    assert (tried, early) == (1, 1)
    assert [event["sequence"] for event in receiver.arrived] == ["1", "2", "3"]


def test_it_is_not_tried_before_the_moment_the_platform_names(
    county: SmallCounty, receiver: Receiver, action: UUID
) -> None:
    happen(county, action, KINDS[0])
    receiver.break_next(429, {"Retry-After": "3600"})
    deliver(county, receiver)

    deliver(county, receiver, now=NOW + timedelta(minutes=30))

    assert receiver.requests == 1


def test_every_attempt_has_the_same_id_and_a_fresh_signature(
    county: SmallCounty, receiver: Receiver, action: UUID
) -> None:
    happen(county, action, KINDS[0])
    receiver.loses_answers = lambda: True
    deliver(county, receiver)

    receiver.loses_answers = lambda: False
    deliver(county, receiver, now=NOW + timedelta(minutes=30))

    assert (len(receiver.arrived), receiver.repeated, receiver.forged) == (1, 1, 0)
    assert states(county) == [DeliveryState.DELIVERED]


def test_what_is_never_taken_is_given_up_and_a_person_sends_it_again(
    county: SmallCounty, receiver: Receiver, action: UUID
) -> None:
    happen(county, action, KINDS[0])
    receiver.break_next(503, {})
    deliver(county, receiver)
    deliver(county, receiver, now=NOW + LATER)
    [letter] = county.ask(dead_letters, OPERATOR)

    receiver.refuse = lambda: None
    act(county, replay, letter.id, now=NOW + LATER)
    deliver(county, receiver, now=NOW + LATER)

    assert (letter.endpoint, letter.number, letter.attempts) == (ENDPOINT, 1, 2)
    assert states(county) == [DeliveryState.DELIVERED]


def test_a_refused_task_does_not_hold_up_what_follows_and_is_not_sent_over_it(
    county: SmallCounty, receiver: Receiver, action: UUID
) -> None:
    happen(county, action, KINDS[0])
    receiver.break_next(422, {})
    deliver(county, receiver)
    receiver.refuse = lambda: None
    happen(county, action, KINDS[1])
    deliver(county, receiver)
    [letter] = county.ask(dead_letters, OPERATOR)

    with pytest.raises(InvalidInput):
        act(county, replay, letter.id)

    assert states(county) == [DeliveryState.DEAD, DeliveryState.DELIVERED]


class Shelf:
    """A platform that refuses to write over a newer revision; people `touch` the task there, between our writes."""

    CAPABILITIES = Capabilities(reaches_out=False, can_be_asked=True, reports_back=False)
    Settings = PlatformSettings

    def __init__(self, touched: int) -> None:
        self.revision, self.touched = 1, touched
        self.written: list[int] = []

    def upsert(self, settings, client, sent, *, known, now):
        if self.touched:
            self.revision, self.touched = self.revision + 1, self.touched - 1
        if known is not None and known.revision != str(self.revision):
            raise TaskChanged(message("sources.unexpected", reason="changed"))
        self.revision += 1
        self.written.append(sent.number)
        return TaskRef(sent.task.code, str(self.revision))

    def fetch(self, settings, client, ref):
        return TaskSeen(TaskRef(ref.ref, str(self.revision)), TaskState.OPEN)


def put_on(shelf: Shelf, county: SmallCounty, *, touched: int) -> int:
    """Two steps of one action delivered to the shelf, where people touch the task after the first of them."""
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        session.add(TaskEndpoint(code="shelf", platform="shelf", settings={}))
    [action] = with_actions(county.engine, 1)
    place = Installation(Settings(), county.engine, county.rulebooks, clock=lambda: NOW)
    platforms = Platforms({"shelf": shelf}, {})  # type: ignore[dict-item]
    happen(county, action, KINDS[0])
    deliver_due(place, persistence=ONE_PAUSE, platforms=platforms)
    shelf.touched = touched
    happen(county, action, KINDS[1])
    return deliver_due(place, persistence=ONE_PAUSE, platforms=platforms)


def test_a_task_that_people_have_changed_is_looked_at_and_written_once_more(county: SmallCounty) -> None:
    shelf = Shelf(touched=0)

    put_on(shelf, county, touched=1)

    assert shelf.written == [1, 2]
    assert states(county) == [DeliveryState.DELIVERED, DeliveryState.DELIVERED]


def test_a_task_that_changes_under_our_hands_is_left_alone_until_later(county: SmallCounty) -> None:
    shelf = Shelf(touched=0)

    put_on(shelf, county, touched=9)

    assert (shelf.written, shelf.touched) == ([1], 7)
    assert states(county) == [DeliveryState.DELIVERED, DeliveryState.WAITING]
    assert rows(county.engine, select(Delivery.due_at).where(Delivery.number == 2)) == [NOW + timedelta(minutes=1)]


@pytest.mark.parametrize("status", [401, 410])
def test_an_endpoint_that_refuses_us_pauses_without_using_up_attempts(
    county: SmallCounty, receiver: Receiver, action: UUID, status: int
) -> None:
    happen(county, action, KINDS[0])
    receiver.break_next(status, {})
    deliver(county, receiver)
    deliver(county, receiver, now=NOW + LATER)
    asked = receiver.requests

    receiver.refuse = lambda: None
    act(county, resume, ENDPOINT, now=NOW + LATER)
    deliver(county, receiver, now=NOW + LATER)

    assert asked == 1
    assert rows(county.engine, select(Delivery.attempts)) == [1]
    assert states(county) == [DeliveryState.DELIVERED]


def test_an_address_inside_the_house_is_not_reached_unless_it_is_allowed(
    county: SmallCounty, receiver: Receiver, action: UUID
) -> None:
    happen(county, action, KINDS[0])
    place = Installation(Settings(), county.engine, county.rulebooks, clock=lambda: NOW)

    deliver_due(place)

    assert receiver.requests == 0
    assert rows(county.engine, select(TaskEndpoint.paused_at)) == [NOW]


def test_a_viewer_neither_sees_dead_letters_nor_sends_them_again(county: SmallCounty, action: UUID) -> None:
    with pytest.raises(NotAllowed):
        county.see(VIEWER, dead_letters)
    with pytest.raises(NotAllowed):
        county.act(VIEWER, replay, action)


def test_a_new_endpoint_hears_of_what_is_already_open(county: SmallCounty, receiver: Receiver) -> None:
    settings = {"address": receiver.address, "secret_variable": "OKR_SECRET_HOOK", "app_address": "https://okr.example"}
    county.act(FIRST_LINE_OWNER, acknowledge, "CA-2025-Q2-1", version=1)

    for code in ("first", "second"):
        with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
            add_endpoint(session, OPERATOR, code, "webhook", settings, platforms=known_platforms(()))
        deliver(county)

    told = [(event["type"], event["sequence"]) for event in receiver.arrived]
    assert told == [("okr.corrective_action.acknowledged", "2")]
    assert states(county) == [DeliveryState.DELIVERED] * 2
