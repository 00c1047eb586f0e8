"""The conformance suite is kept by a platform that can do everything, and notices one that breaks a promise."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import pytest

from okr_engine.errors import ForgedMessage
from okr_engine.testing import task_platforms as suite
from okr_engine.testing import tasks_back
from okr_engine.testing.task_platforms import PROMISES, Promise, named
from okr_engine.words import message
from okr_engine.workflow.cloud_events import read_report
from okr_engine.workflow.signatures import signed
from okr_engine.workflow.tasks import Changes, TaskMessage, TaskRef, TaskReport, TaskSeen, TaskState
from tests.workflow.board import NOW, Board
from tests.workflow.receiving_server import SECRET_BYTES


@pytest.mark.parametrize("promise", PROMISES, ids=named)
def test_a_platform_that_can_do_everything_keeps_every_promise(promise: Promise) -> None:
    promise(Board().case())


def overwriting(board: Board) -> dict[str, Any]:
    return {"upsert": lambda settings, client, sent, *, known, now: board.put(sent.task)}


def leaving_it_done(board: Board) -> dict[str, Any]:
    def upsert(settings: Any, client: httpx.Client, sent: TaskMessage, **more: Any) -> TaskRef:
        return board.upsert(settings, client, replace(sent, kind="commented"), **more)

    return {"upsert": upsert}


def shortening(board: Board) -> dict[str, Any]:
    def upsert(settings: Any, client: httpx.Client, sent: TaskMessage, **more: Any) -> TaskRef:
        return board.upsert(settings, client, replace(sent, task=replace(sent.task, text=sent.task.text[:40])), **more)

    return {"upsert": upsert}


def doubling(board: Board) -> dict[str, Any]:
    def upsert(settings: Any, client: httpx.Client, sent: TaskMessage, **more: Any) -> TaskRef:
        code = f"{sent.task.code}-{len(board.rows) or ''}".removesuffix("-")
        return board.upsert(settings, client, replace(sent, task=replace(sent.task, code=code)), **more)

    return {"upsert": upsert}


def forgetful(board: Board) -> dict[str, Any]:
    def upsert(*asked: Any, **more: Any) -> TaskRef:
        return replace(board.upsert(*asked, **more), revision="0")

    return {"upsert": upsert}


def by_the_second(board: Board) -> dict[str, Any]:
    def changes(settings: Any, client: httpx.Client, *, cursor: str | None) -> Changes:
        return replace(board.changes(settings, client, cursor=cursor), cursor=str(board.moves + 1))

    return {"changes": changes}


def remembering_the_deleted(board: Board) -> dict[str, Any]:
    return {"fetch": lambda settings, client, ref: TaskSeen(ref, TaskState.DONE)}


def closing_the_deleted(board: Board) -> dict[str, Any]:
    def changes(settings: Any, client: httpx.Client, *, cursor: str | None) -> Changes:
        found = board.changes(settings, client, cursor=cursor)
        closed = tuple(TaskSeen(TaskRef(code), TaskState.DONE) for code in found.gone)
        return replace(found, seen=found.seen + closed, gone=())

    return {"changes": changes}


def trusting(board: Board) -> dict[str, Any]:
    def parse_inbound(settings: Any, headers: Mapping[str, str], body: bytes, *, now: datetime) -> TaskReport:
        if not signed_at_all(headers):
            raise ForgedMessage(message("task_platforms.forged"))
        return read_report(headers["webhook-id"], body)

    return {"parse_inbound": parse_inbound}


def signed_at_all(headers: Mapping[str, str]) -> bool:
    return set(signed(SECRET_BYTES, message_id="", at=NOW, body=b"")) <= set(headers) and len(str(headers)) > 150


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (overwriting, tasks_back.what_a_person_did_is_never_taken_back),
        (overwriting, tasks_back.a_person_quicker_than_our_second_attempt_is_not_overwritten),
        (leaving_it_done, tasks_back.a_new_round_opens_the_task_again),
        (shortening, suite.a_task_arrives_whole),
        (doubling, suite.a_lost_answer_leaves_one_task),
        (forgetful, tasks_back.our_own_writing_is_recognised),
        (by_the_second, tasks_back.two_changes_in_one_second_both_come),
        (by_the_second, tasks_back.what_a_person_does_there_comes_back),
        (remembering_the_deleted, tasks_back.a_deleted_task_is_gone_and_not_done),
        (closing_the_deleted, tasks_back.a_deleted_task_is_gone_and_not_done),
        (trusting, tasks_back.a_report_that_was_altered_or_kept_is_refused),
    ],
)
def test_the_suite_notices_a_broken_promise(broken: Callable[[Board], dict[str, Any]], promise: Promise) -> None:
    board = Board()

    with pytest.raises(AssertionError):
        promise(board.case(**broken(board)))


@pytest.mark.parametrize("without", ["texts", "break_next", "lose_next", "work", "delete", "report"])
def test_a_platform_cannot_pass_by_leaving_out_what_a_promise_needs(without: str) -> None:
    absent: dict[str, Any] = {without: None}

    def passes(promise: Promise) -> bool:
        try:
            promise(replace(Board().case(), **absent))
        except AssertionError:
            return False
        return True

    assert not all(passes(promise) for promise in PROMISES)
