"""What a platform's answer means is the same on every platform, and says who can put it right."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import BaseModel

from connectors.kit.task_services import OVERLAP, Service, asked_since, moved_to, state_to_write, with_code
from okr_engine.errors import (
    CredentialsRefused,
    OkrError,
    PlatformGone,
    SourceUnavailable,
    TaskChanged,
    TaskRefused,
)
from okr_engine.testing.platform_cases import LATER
from okr_engine.workflow.tasks import TaskRef, TaskSeen, TaskState

ADDRESS = "https://tasks.example/app/"
MOMENT = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


class Task(BaseModel):
    id: int


def answering(status: int, body: object = None, *, home: int = 200, kind: str = "application/json") -> Service:
    """A service that answers so about tasks, and with `home` about itself."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/app/home":
            return httpx.Response(home)
        content = b"" if body is None else json.dumps(body).encode()
        return httpx.Response(
            status, content=content, headers={"Content-Type": kind, "Location": "https://other.example"}
        )

    return Service(httpx.Client(transport=httpx.MockTransport(answer)), ADDRESS, {}, home="/home")


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (301, PlatformGone),
        (302, PlatformGone),
        (400, TaskRefused),
        (401, CredentialsRefused),
        (403, CredentialsRefused),
        (404, PlatformGone),
        (410, PlatformGone),
        (409, TaskRefused),
        (422, TaskRefused),
        (501, SourceUnavailable),
        (521, SourceUnavailable),
    ],
)
def test_each_status_says_who_can_put_it_right(status: int, meaning: type[OkrError]) -> None:
    with pytest.raises(meaning):
        answering(status).ask("/tasks", method="POST", body={})


@pytest.mark.parametrize("status", [404, 409, 410, 412])
def test_a_task_that_cannot_be_written_as_we_knew_it_has_changed(status: int) -> None:
    with pytest.raises(TaskChanged):
        answering(status).change("/tasks/1", method="PUT", body={})


@pytest.mark.parametrize("status", [404, 410])
def test_a_task_is_gone_only_where_the_platform_is_still_there(status: int) -> None:
    assert answering(status).find("/tasks/1") is None
    with pytest.raises(PlatformGone):
        answering(status, home=404).find("/tasks/1")
    with pytest.raises(CredentialsRefused):
        answering(status, home=401).find("/tasks/1")


def test_a_web_page_in_place_of_an_answer_is_no_success() -> None:
    with pytest.raises(SourceUnavailable):
        answering(200, "<html>", kind="text/html").ask("/tasks")


def test_an_answer_that_does_not_fit_its_description_is_no_success() -> None:
    service = answering(200, {"id": "many"})

    with pytest.raises(SourceUnavailable):
        service.read(Task, service.ask("/tasks/1"))


def test_an_answer_that_does_not_come_is_tried_again() -> None:
    def lost(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("", request=request)

    with pytest.raises(SourceUnavailable):
        Service(httpx.Client(transport=httpx.MockTransport(lost)), ADDRESS, {}).ask("/tasks")


@pytest.mark.parametrize("wanted", TaskState)
@pytest.mark.parametrize("there", TaskState)
def test_how_far_the_work_is_is_written_where_we_are_ahead_and_never_back(wanted: TaskState, there: TaskState) -> None:
    order = [TaskState.OPEN, TaskState.IN_PROGRESS, TaskState.DONE]

    sent = replace(LATER, task=replace(LATER.task, state=wanted))
    seen = TaskSeen(TaskRef("1"), there)

    assert state_to_write(sent, seen) == (wanted if order.index(wanted) > order.index(there) else None)
    assert state_to_write(sent, None) == wanted
    assert state_to_write(replace(sent, kind="reopened"), seen) == wanted


def test_of_several_tasks_with_a_code_the_first_is_it_and_strangers_alone_are_refused() -> None:
    first, second = (TaskSeen(TaskRef(ref), TaskState.OPEN) for ref in ("1", "2"))

    assert with_code("CA-1", [("CA-1", first), ("CA-1", second)], field=7) == first
    assert with_code("CA-1", [], field=7) is None
    with pytest.raises(TaskRefused):
        with_code("CA-1", [("CA-2", first)], field=7)


def test_the_cursor_goes_forward_only_and_is_asked_from_somewhat_earlier() -> None:
    cursor = moved_to(None, [MOMENT, MOMENT - timedelta(days=1)])

    assert asked_since(cursor) == MOMENT - OVERLAP
    assert moved_to(cursor, [MOMENT - timedelta(hours=1)]) == cursor
    assert moved_to(cursor, []) == cursor
    assert moved_to(None, []) is None
    assert asked_since(None) is None
