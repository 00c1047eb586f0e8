"""The promises of a task platform, each a function that a test calls with a case and a real server.

A third party's whole test file:

    @pytest.mark.parametrize("promise", PROMISES, ids=named)
    def test_our_platform_keeps_its_promises(promise: Promise) -> None:
        with our_server() as server:
            promise(PlatformCase(platform=our.tasks, settings={…}, tasks=server.tasks, inner=frozenset({"127.0.0.1"})))
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import httpx
from pydantic import ValidationError

from connectors.kit.addresses import Reach
from connectors.kit.client import Patience, open_client
from okr_engine.errors import ForgedMessage, OkrError, SourceUnavailable
from okr_engine.testing.sources import named
from okr_engine.workflow.platforms import PlatformSettings, TaskPlatform
from okr_engine.workflow.tasks import Task, TaskMessage, TaskState

__all__ = ["PROMISES", "PlatformCase", "Promise", "named"]

_SECRET_WORDS = ("password", "secret", "token", "api_key")
_SENT = TaskMessage(
    id="3a6f0d6e-6f0b-4e55-a4d4-0c7a3e0c5a01",
    kind="raised",
    number=1,
    at=datetime(2026, 11, 1, 12, 0, tzinfo=UTC),
    task=Task(
        code="CA-2026-Q3-1",
        title="Yhteyden saaminen <b>&amp; 𝔘nicode</b>",
        text="Luvattu aika ei toteutunut: 70,11 %.",
        assignee="Ensilinja",
        accountable=None,
        due=date(2026, 12, 1),
        link="https://okr.example/my-work?action=CA-2026-Q3-1",
        state=TaskState.OPEN,
    ),
)
_LATER = replace(
    _SENT,
    id="3a6f0d6e-6f0b-4e55-a4d4-0c7a3e0c5a02",
    kind="acknowledged",
    number=2,
    task=replace(_SENT.task, state=TaskState.IN_PROGRESS),
)


@dataclass(frozen=True)
class PlatformCase:
    """A platform with a server to speak with, and a way to see which tasks it then has: title and state by code.

    `break_next` lets the server answer the next request with that status; it is needed by platforms that reach out.
    """

    platform: TaskPlatform[Any]
    settings: Mapping[str, Any]
    tasks: Callable[[], Mapping[str, tuple[str, str]]] = dict
    break_next: Callable[[int, Mapping[str, str]], None] | None = None
    inner: frozenset[str] = frozenset()
    now: datetime = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)

    def client(self) -> httpx.Client:
        """A client that reaches the platform's hosts, and asks once."""
        hosts = self.checked_settings().hosts
        reach = Reach(hosts=hosts - self.inner, inner=hosts & self.inner)
        return open_client(reach, patience=Patience(connect=2, read=2, answer=4, waiting=0, attempts=1))

    def checked_settings(self) -> PlatformSettings:
        """The settings as their model reads them."""
        return self.platform.Settings.model_validate(self.settings)


Promise = Callable[[PlatformCase], None]


def the_connection_can_be_tried(case: PlatformCase) -> None:
    """Trying the connection is quiet where it works, and leaves no task behind."""
    with case.client() as client:
        case.platform.probe(case.checked_settings(), client)

    assert not case.tasks()


def a_task_arrives_whole(case: PlatformCase) -> None:
    """What is sent is there afterwards, every character of it, under the action's code."""
    with case.client() as client:
        ref = case.platform.upsert(case.checked_settings(), client, _SENT, known=None, now=case.now)

    assert ref.ref
    if case.platform.CAPABILITIES.reaches_out:
        assert case.tasks() == {_SENT.task.code: (_SENT.task.title, "open")}


def sending_again_leaves_one_task(case: PlatformCase) -> None:
    """The same message twice, as after an answer that was lost, leaves one task under one reference."""
    settings = case.checked_settings()
    with case.client() as client:
        once, again = (case.platform.upsert(settings, client, _SENT, known=None, now=case.now) for _ in range(2))

    assert once.ref == again.ref
    assert len(case.tasks()) == case.platform.CAPABILITIES.reaches_out


def a_later_message_moves_the_task(case: PlatformCase) -> None:
    """A later step changes the task that is there."""
    settings = case.checked_settings()
    with case.client() as client:
        first = case.platform.upsert(settings, client, _SENT, known=None, now=case.now)
        later = case.platform.upsert(settings, client, _LATER, known=first, now=case.now)

    assert later.ref == first.ref
    if case.platform.CAPABILITIES.reaches_out:
        assert case.tasks() == {_SENT.task.code: (_SENT.task.title, "in_progress")}


def every_refusal_names_its_remedy(case: PlatformCase) -> None:
    """An answer that is no success is an error of ours; one that time may heal says so, with the moment it names."""
    if case.break_next is None:
        assert not case.platform.CAPABILITIES.reaches_out, "a platform that reaches out needs a server that refuses"
        return
    for status in (301, 400, 401, 404, 410, 422):
        error = _refused(case, status)
        assert not isinstance(error, SourceUnavailable), f"{status} is tried again and again"
    for status in (429, 500, 503):
        assert isinstance(_refused(case, status), SourceUnavailable), f"{status} is given up at once"
    waiting = _refused(case, 429, {"Retry-After": "120"})
    assert isinstance(waiting, SourceUnavailable)
    assert waiting.try_again is not None
    assert case.tasks() == {}


def what_cannot_be_asked_answers_nothing(case: PlatformCase) -> None:
    """A platform either tells its tasks, or says in its capabilities that it cannot."""
    settings = case.checked_settings()
    with case.client() as client:
        ref = case.platform.upsert(settings, client, _SENT, known=None, now=case.now)
        seen = case.platform.fetch(settings, client, ref)
        changed = case.platform.changes(settings, client, cursor=None)

    assert (seen is not None) == case.platform.CAPABILITIES.can_be_asked
    assert bool(changed.seen) == case.platform.CAPABILITIES.can_be_asked


def what_is_not_proved_is_refused(case: PlatformCase) -> None:
    """Whatever comes in unsigned, however it looks, is a forged message and never another error."""
    settings = case.checked_settings()
    odd = {"Webhook-Id": "é" * 200, "Webhook-Timestamp": "9" * 400, "Webhook-Signature": "v1,é v1, ,"}
    for headers in ({}, odd, {"webhook-id": "a", "webhook-timestamp": "0", "webhook-signature": "v1,"}):
        for body in (b"", b"\xff\xfe", b"{}", json.dumps([[]] * 1000).encode()):
            with suppress(ForgedMessage):
                case.platform.parse_inbound(settings, headers, body, now=case.now)
                raise AssertionError(f"accepted {headers} {body[:20]!r}")


def settings_are_checked(case: PlatformCase) -> None:
    """Settings are refused when they hold what is not known; a field has a title, and a secret is only referred to."""
    model = case.platform.Settings
    assert model.model_validate(json.loads(case.checked_settings().model_dump_json())) == case.checked_settings()
    with suppress(ValidationError):
        model.model_validate({**case.settings, "no_such_setting": 1})
        raise AssertionError("accepted a setting that there is not")
    assert [name for name, field in model.model_fields.items() if not field.title] == []
    holding = [name for name in model.model_fields if any(word in name for word in _SECRET_WORDS)]
    assert [name for name in holding if not name.endswith("_variable")] == []


PROMISES: tuple[Promise, ...] = (
    the_connection_can_be_tried,
    a_task_arrives_whole,
    sending_again_leaves_one_task,
    a_later_message_moves_the_task,
    every_refusal_names_its_remedy,
    what_cannot_be_asked_answers_nothing,
    what_is_not_proved_is_refused,
    settings_are_checked,
)


def _refused(case: PlatformCase, status: int, headers: Mapping[str, str] | None = None) -> OkrError:
    assert case.break_next is not None
    case.break_next(status, headers or {})
    try:
        with case.client() as client:
            case.platform.upsert(case.checked_settings(), client, _SENT, known=None, now=case.now)
    except OkrError as error:
        return error
    raise AssertionError(f"{status} was taken for a success")
