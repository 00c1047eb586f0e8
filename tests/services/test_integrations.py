"""Where tasks go, as whoever looks after it sees it: health, deliveries, what was given up, settings, plugins."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from connectors.platforms import Platforms, known_platforms
from okr_engine.access import OPERATOR, Actor
from okr_engine.database import writing
from okr_engine.errors import InvalidInput, InvalidSourceSettings, NotAllowed, SourceUnavailable, StaleEdit
from okr_engine.model import Delivery, DeliveryState, TaskEndpoint
from okr_engine.services.dead_letters import dead_letters, replay_all
from okr_engine.services.delivering import Persistence, deliver_due
from okr_engine.services.endpoints import add_endpoint, save_settings, try_endpoint
from okr_engine.services.installation import Installation
from okr_engine.services.integrations import EndpointHealth, EndpointView, deliveries_seen, endpoints_seen, plugins_seen
from okr_engine.settings import Settings
from okr_engine.words import Language, message
from okr_engine.workflow.platforms import PlatformSettings
from tests.services.small_county import NOW, VIEWER, SmallCounty
from tests.services.test_query_counts import counted
from tests.workflow.receiving_server import SECRET, Receiver, receiving
from tests.workflow.steps import ENDPOINT, KINDS, rows, step, with_actions, with_endpoint

ONCE = Persistence(pauses=(), chance=lambda: 0.5)
PLATFORMS = known_platforms(())


@pytest.fixture
def county(memory_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> SmallCounty:
    monkeypatch.setenv("OKR_SECRET_HOOK", SECRET)
    return SmallCounty.laid_out(memory_engine)


@pytest.fixture
def receiver(county: SmallCounty) -> Iterator[Receiver]:
    with receiving(now=lambda: NOW) as found:
        with_endpoint(county.engine, found.address)
        yield found


def place(county: SmallCounty) -> Installation:
    return Installation(Settings(inner_hosts="127.0.0.1"), county.engine, county.rulebooks, clock=lambda: NOW)


def happens(county: SmallCounty, *kinds: Any, count: int = 1) -> None:
    """So many new actions, to each of which this happens; then whatever is due is tried once."""
    actions = with_actions(county.engine, count)
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        for action in actions:
            for kind in kinds:
                step(session, action, kind)
    deliver_due(place(county), persistence=ONCE, platforms=PLATFORMS)


def act(county: SmallCounty, service: Any, *args: Any, **kwargs: Any) -> Any:
    return place(county).act(OPERATOR, service, *args, **kwargs)


def the_endpoint(county: SmallCounty) -> EndpointView:
    [found] = county.ask(endpoints_seen, OPERATOR, platforms=PLATFORMS)
    return found


def test_an_endpoint_that_takes_everything_works_and_shows_only_its_host(
    county: SmallCounty, receiver: Receiver
) -> None:
    happens(county, *KINDS)

    seen = the_endpoint(county)

    assert (seen.health, seen.hosts) == (EndpointHealth.WORKING, ("127.0.0.1",))
    assert (seen.counts.waiting, seen.counts.dead, seen.counts.last_delivered_at) == (0, 0, NOW)


def test_an_endpoint_that_refuses_us_is_paused_and_says_why_and_what_helps(
    county: SmallCounty, receiver: Receiver
) -> None:
    receiver.break_next(401, {})

    happens(county, *KINDS)

    seen = the_endpoint(county)
    assert (seen.health, seen.paused_at, seen.counts.waiting) == (EndpointHealth.PAUSED, NOW, 3)
    assert seen.paused_because is not None
    assert seen.remedy is not None


def test_a_delivery_that_is_tried_again_is_told_with_its_error(county: SmallCounty, receiver: Receiver) -> None:
    receiver.break_next(503, {})
    [action] = with_actions(county.engine, 1)
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        step(session, action, KINDS[0])

    deliver_due(place(county), persistence=Persistence(pauses=(timedelta(minutes=1),)), platforms=PLATFORMS)

    [one] = county.ask(deliveries_seen, OPERATOR, ENDPOINT, state=DeliveryState.WAITING)
    assert the_endpoint(county).health == EndpointHealth.RETRYING
    assert (one.attempts, one.error is not None) == (1, True)
    assert county.ask(deliveries_seen, OPERATOR, ENDPOINT, state=DeliveryState.DEAD) == []


def test_everything_that_was_given_up_is_sent_again_at_once_and_in_order(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKR_SECRET_HOOK", SECRET)
    county = SmallCounty.laid_out(engine)
    with receiving(now=lambda: NOW) as receiver:
        with_endpoint(county.engine, receiver.address)
        receiver.break_next(422, {})
        happens(county, *KINDS, count=2)
        letters = county.ask(dead_letters, OPERATOR)
        receiver.refuse = lambda: None

        found = act(county, replay_all, ENDPOINT)
        deliver_due(place(county), persistence=ONCE, platforms=PLATFORMS)

    steps = [(str(event["subject"]), str(event["sequence"])) for event in receiver.arrived]
    assert all(one.error and one.remedy for one in letters)
    assert (len(letters), found.sent_again, found.left) == (6, 6, 0)
    assert sorted(steps) == sorted(steps, key=lambda one: one[0])
    assert len(steps) == 6


def test_what_a_later_step_has_overtaken_is_left_alone(county: SmallCounty, receiver: Receiver) -> None:
    receiver.break_next(422, {})
    happens(county, KINDS[0])
    receiver.refuse = lambda: None
    [letter] = county.ask(dead_letters, OPERATOR)
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        step(session, session.get_one(Delivery, letter.id).action_id, KINDS[1])
    deliver_due(place(county), persistence=ONCE, platforms=PLATFORMS)

    found = act(county, replay_all, ENDPOINT)

    assert (found.sent_again, found.left) == (0, 1)


def test_settings_are_saved_over_the_version_that_was_shown(county: SmallCounty, receiver: Receiver) -> None:
    seen = the_endpoint(county)
    changed = {**seen.settings, "language": "sv"}

    saved = act(county, save_settings, ENDPOINT, changed, based_on=seen.version, platforms=PLATFORMS)

    assert saved
    assert rows(county.engine, select(TaskEndpoint.settings)) == [changed]
    with pytest.raises(StaleEdit):
        act(county, save_settings, ENDPOINT, dict(seen.settings), based_on=seen.version, platforms=PLATFORMS)


def test_every_mistake_in_the_settings_is_told_at_once(county: SmallCounty) -> None:
    wrong = {"address": "nowhere", "secret_variable": "PATH"}

    with pytest.raises(InvalidSourceSettings) as refused:
        act(county, add_endpoint, "hook", "webhook", wrong, platforms=PLATFORMS)
    with pytest.raises(InvalidSourceSettings):
        act(county, add_endpoint, "No Code!", "embedded", {}, platforms=PLATFORMS)

    assert len(refused.value.mistakes) == 2


ADDRESSES: dict[str, dict[str, Any]] = {
    "webhook": {"secret_variable": "OKR_SECRET_HOOK", "address": "https://hooks.example.fi:8o80/x"},
    "caldav": {
        "user": "okr",
        "password_variable": "OKR_SECRET_CALENDAR",
        "address": "https://tasks.example.fi:8o80/list/",
    },
    "redmine": {
        "api_key_variable": "OKR_SECRET_REDMINE",
        "project": 1,
        "code_field": 1,
        "open_status": "1",
        "in_progress_status": "2",
        "done_status": "3",
        "address": "https://redmine.example.fi:8o80",
    },
}


@pytest.mark.parametrize("platform", ADDRESSES)
def test_an_address_that_nobody_can_read_is_refused_in_words(county: SmallCounty, platform: str) -> None:
    with pytest.raises(InvalidSourceSettings) as refused:
        act(county, add_endpoint, "hook", platform, ADDRESSES[platform], platforms=PLATFORMS)

    assert [one.what.key for one in refused.value.mistakes] == ["sources.field_shape"]


@pytest.mark.parametrize("platform", ADDRESSES)
def test_an_endpoint_with_such_an_address_is_seen_and_pauses(county: SmallCounty, platform: str) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        session.add(TaskEndpoint(code=ENDPOINT, platform=platform, settings=ADDRESSES[platform]))

    happens(county, KINDS[0])

    seen = the_endpoint(county)
    assert (seen.hosts, seen.health) == ((), EndpointHealth.PAUSED)


def test_a_platform_from_elsewhere_that_stumbles_over_its_settings_is_refused_in_words(county: SmallCounty) -> None:
    class Careless(PlatformSettings):
        @property
        def hosts(self) -> frozenset[str]:
            raise KeyError("address")

    careless = Platforms({"careless": SimpleNamespace(Settings=Careless)}, {})

    with pytest.raises(InvalidInput) as refused:
        act(county, add_endpoint, "board", "careless", {}, platforms=careless)

    assert refused.value.what.key == "task_platforms.no_hosts"


def test_trying_an_endpoint_says_whether_it_answers(county: SmallCounty, receiver: Receiver) -> None:
    settings = dict(the_endpoint(county).settings)

    try_endpoint(place(county), OPERATOR, ENDPOINT, "webhook", settings, platforms=PLATFORMS)

    nobody = {**settings, "address": "http://127.0.0.1:9/hook"}
    with pytest.raises(SourceUnavailable) as silent:
        try_endpoint(place(county), OPERATOR, ENDPOINT, "webhook", nobody, platforms=PLATFORMS)
    assert silent.value.remedy == message("task_platforms.unreachable_remedy")


def test_an_endpoint_whose_platform_is_no_longer_installed_is_still_seen(county: SmallCounty) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        session.add(TaskEndpoint(code="board", platform="gone", settings={}))

    [seen] = county.ask(endpoints_seen, OPERATOR, platforms=Platforms({}, {}))

    assert (seen.platform, seen.hosts, seen.health) == ("gone", (), EndpointHealth.UNUSED)


def test_a_viewer_sees_and_changes_nothing_of_it(county: SmallCounty, receiver: Receiver) -> None:
    viewer = Actor(VIEWER, VIEWER, Language.FI)

    for service in (
        lambda: county.see(VIEWER, endpoints_seen, platforms=PLATFORMS),
        lambda: county.see(VIEWER, deliveries_seen, ENDPOINT),
        lambda: county.act(VIEWER, replay_all, ENDPOINT),
        lambda: county.act(VIEWER, save_settings, ENDPOINT, {}, based_on=1, platforms=PLATFORMS),
        lambda: try_endpoint(place(county), viewer, ENDPOINT, "embedded", {}, platforms=PLATFORMS),
        lambda: plugins_seen(viewer),
    ):
        with pytest.raises(NotAllowed):
            service()


def test_however_many_deliveries_there_are_the_database_is_asked_as_often(
    county: SmallCounty, receiver: Receiver
) -> None:
    def asked() -> int:
        with counted(county.engine) as statements:
            county.ask(endpoints_seen, OPERATOR, platforms=PLATFORMS)
            county.ask(deliveries_seen, OPERATOR, ENDPOINT)
            county.ask(dead_letters, OPERATOR)
        return len(statements)

    before = asked()
    receiver.break_next(422, {})
    happens(county, *KINDS, count=3)
    with_endpoint(county.engine, receiver.address, code="another")

    assert asked() == before
