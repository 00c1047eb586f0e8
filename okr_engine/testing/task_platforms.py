"""The promises of a task platform, each a function that a test calls with a case and a real server.

A third party's whole test file:

    @pytest.mark.parametrize("promise", PROMISES, ids=named)
    def test_our_platform_keeps_its_promises(promise: Promise) -> None:
        with our_server() as server:
            promise(PlatformCase(platform=our.tasks, settings={…}, tasks=server.tasks, inner=frozenset({"127.0.0.1"})))

`PlatformCase` says what else is needed of the server, by what the platform can do.
"""

import json
from collections.abc import Mapping
from contextlib import suppress

from pydantic import ValidationError

from okr_engine.errors import ForgedMessage, OkrError, SourceUnavailable
from okr_engine.testing.platform_cases import DONE, LATER, SENT, PlatformCase, Promise
from okr_engine.testing.sources import named
from okr_engine.testing.tasks_back import COMING_BACK

__all__ = ["PROMISES", "PlatformCase", "Promise", "named"]

_SECRET_WORDS = ("password", "secret", "token", "api_key")


def the_connection_can_be_tried(case: PlatformCase) -> None:
    """Trying the connection is quiet where it works, and leaves no task behind."""
    with case.client() as client:
        case.platform.probe(case.checked_settings(), client)

    assert not case.tasks()


def a_task_arrives_whole(case: PlatformCase) -> None:
    """What is sent is there afterwards, every character of it, under the action's code."""
    assert case.sent(SENT).ref
    if case.platform.CAPABILITIES.reaches_out:
        assert case.tasks() == {SENT.task.code: (SENT.task.title, "open")}
        assert case.texts is not None, "a platform that reaches out needs to show the text of a task"
        assert SENT.task.text in case.texts()[SENT.task.code]


def sending_again_leaves_one_task(case: PlatformCase) -> None:
    """The same message twice leaves one task under one reference."""
    once, again = case.sent(SENT), case.sent(SENT)

    assert once.ref == again.ref
    assert len(case.tasks()) == case.platform.CAPABILITIES.reaches_out


def a_lost_answer_leaves_one_task(case: PlatformCase) -> None:
    """A task that was made although the answer never came is found when the message is sent again."""
    if not case.platform.CAPABILITIES.reaches_out:
        return
    assert case.lose_next is not None, "a platform that reaches out needs a server whose answer is lost"
    case.lose_next()
    with suppress(SourceUnavailable):
        case.sent(SENT)
        raise AssertionError("took no answer for a success")

    case.sent(SENT)
    assert case.tasks() == {SENT.task.code: (SENT.task.title, "open")}


def a_later_message_moves_the_task(case: PlatformCase) -> None:
    """A later step changes the task that is there, up to the end."""
    refs = set()
    known = None
    for message, state in ((SENT, "open"), (LATER, "in_progress"), (DONE, "done")):
        known = case.sent(message, known=known)
        refs.add(known.ref)
        if case.platform.CAPABILITIES.reaches_out:
            assert case.tasks() == {SENT.task.code: (SENT.task.title, state)}
    assert len(refs) == 1


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
    a_lost_answer_leaves_one_task,
    a_later_message_moves_the_task,
    every_refusal_names_its_remedy,
    what_is_not_proved_is_refused,
    settings_are_checked,
    *COMING_BACK,
)


def _refused(case: PlatformCase, status: int, headers: Mapping[str, str] | None = None) -> OkrError:
    assert case.break_next is not None
    case.break_next(status, headers or {})
    try:
        case.sent(SENT)
    except OkrError as error:
        return error
    raise AssertionError(f"{status} was taken for a success")
