"""The promises of a task platform about the way back: what people do there reaches us, and is never undone by us."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from okr_engine.errors import ForgedMessage, TaskChanged, TaskRefused
from okr_engine.testing.platform_cases import ANOTHER, DONE, LATER, SENT, PlatformCase, Promise
from okr_engine.workflow.tasks import TaskRef, TaskState

_BACK_AND_FORTH = (TaskState.IN_PROGRESS, TaskState.DONE, TaskState.IN_PROGRESS, TaskState.OPEN)


def what_cannot_be_asked_answers_nothing(case: PlatformCase) -> None:
    """A platform either tells its tasks, or says in its capabilities that it cannot."""
    seen, changed = case.seen(case.sent(SENT)), case.changed(None)

    assert (seen is not None) == case.platform.CAPABILITIES.can_be_asked
    assert bool(changed.seen) == case.platform.CAPABILITIES.can_be_asked


def what_a_person_does_there_comes_back(case: PlatformCase) -> None:
    """Each state that a person there gives a task is fetched as it is, and told among the changes."""
    if not _can_be_asked(case):
        return
    ref = case.sent(SENT)
    cursor = case.changed(None).cursor
    for state in _BACK_AND_FORTH:
        _work(case, SENT.task.code, state)
        seen, changes = case.seen(ref), case.changed(cursor)
        assert seen is not None
        assert seen.state == state
        assert [one.state for one in changes.seen if one.ref.ref == ref.ref][-1:] == [state]
        cursor = changes.cursor


def our_own_writing_is_recognised(case: PlatformCase) -> None:
    """The revision that a write leaves is the one that is then told, until a person there changes the task."""
    if not _can_be_asked(case):
        return
    first = case.sent(SENT)
    assert first.revision
    assert _revision(case, first) == first.revision
    later = case.sent(LATER, known=first)
    assert later.revision != first.revision
    assert _revision(case, later) == later.revision
    assert [one.ref for one in case.changed(None).seen] == [later]
    _work(case, SENT.task.code, TaskState.DONE)
    assert _revision(case, later) != later.revision


def what_a_person_did_is_never_taken_back(case: PlatformCase) -> None:
    """A step written over what a person there did meanwhile is refused as changed, or leaves how far the work is."""
    if not _can_be_asked(case):
        return
    known = case.sent(SENT)
    _work(case, SENT.task.code, TaskState.DONE)
    later = replace(LATER, task=replace(LATER.task, title="Uusi otsikko"))
    try:
        case.sent(later, known=known)
    except TaskChanged:
        seen = case.seen(known)
        assert seen is not None
        case.sent(later, known=seen.ref)

    assert case.tasks() == {SENT.task.code: ("Uusi otsikko", "done")}


def a_new_round_opens_the_task_again(case: PlatformCase) -> None:
    """What was done in the round before is open again once another begins: nobody there would see it otherwise."""
    if not _can_be_asked(case):
        return
    known = case.sent(SENT)
    _work(case, SENT.task.code, TaskState.DONE)
    seen = case.seen(known)
    assert seen is not None
    again = replace(LATER, kind="reopened", task=replace(LATER.task, state=TaskState.OPEN))
    left = case.seen(case.sent(again, known=seen.ref))
    assert left is not None
    assert left.state == TaskState.OPEN


def a_person_quicker_than_our_second_attempt_is_not_overwritten(case: PlatformCase) -> None:
    """A message sent again because its answer was lost leaves what a person there did meanwhile."""
    if not _can_be_asked(case):
        return
    case.sent(SENT)
    _work(case, SENT.task.code, TaskState.DONE)
    with suppress(TaskChanged):
        case.sent(SENT)

    assert case.tasks() == {SENT.task.code: (SENT.task.title, "done")}


def two_changes_in_one_second_both_come(case: PlatformCase) -> None:
    """A change right after another one, which has been told already, is told too."""
    if not _can_be_asked(case):
        return
    refs = (case.sent(SENT).ref, case.sent(ANOTHER).ref)
    cursor = case.changed(None).cursor
    for ref, code in zip(refs, (SENT.task.code, ANOTHER.task.code), strict=True):
        _work(case, code, TaskState.DONE)
        changes = case.changed(cursor)
        assert {one.ref.ref: one.state for one in changes.seen}.get(ref) == TaskState.DONE
        cursor = changes.cursor


def a_deleted_task_is_gone_and_not_done(case: PlatformCase) -> None:
    """A task that a person there deleted is not found any more, and never told as another state of it.

    What happens to the action afterwards is not lost either: the task is made anew, or the step is refused.
    """
    if not _can_be_asked(case):
        return
    ref = case.sent(SENT, LATER)
    cursor = case.changed(None).cursor
    assert case.delete is not None, "a platform that can be asked needs a person there who deletes a task"
    case.delete(SENT.task.code)

    assert case.seen(ref) is None
    changes = case.changed(cursor)
    assert ref.ref not in {one.ref.ref for one in changes.seen}
    assert set(changes.gone) <= {ref.ref}
    with suppress(TaskRefused):
        assert case.seen(case.sent(DONE, known=ref)) is not None


def a_report_tells_how_far_the_task_is(case: PlatformCase) -> None:
    """Each state a person there gives a task is reported, with the action's code and an id of its own."""
    if not case.platform.CAPABILITIES.reports_back:
        return
    settings, seen = case.checked_settings(), set()
    case.sent(SENT)
    for state in TaskState:
        headers, body = _report(case, state)
        told = case.platform.parse_inbound(settings, headers, body, now=case.now)
        assert (told.code, told.state) == (SENT.task.code, state)
        seen.add(told.message_id)
    assert len(seen) == len(TaskState)


def a_report_that_was_altered_or_kept_is_refused(case: PlatformCase) -> None:
    """A report with a changed body or a changed id, and one of an hour ago, are forged."""
    if not case.platform.CAPABILITIES.reports_back:
        return
    case.sent(SENT)
    headers, body = _report(case, TaskState.IN_PROGRESS)
    altered = body.replace(TaskState.IN_PROGRESS.value.encode(), TaskState.DONE.value.encode())
    renamed = {name: "another" if name.lower() == "webhook-id" else value for name, value in headers.items()}
    for one, content, late in ((headers, altered, 0), (renamed, body, 0), (headers, body, 1)):
        with suppress(ForgedMessage):
            case.platform.parse_inbound(case.checked_settings(), one, content, now=case.now + timedelta(hours=late))
            raise AssertionError("accepted what was altered or kept")


COMING_BACK: tuple[Promise, ...] = (
    what_cannot_be_asked_answers_nothing,
    what_a_person_does_there_comes_back,
    our_own_writing_is_recognised,
    what_a_person_did_is_never_taken_back,
    a_new_round_opens_the_task_again,
    a_person_quicker_than_our_second_attempt_is_not_overwritten,
    two_changes_in_one_second_both_come,
    a_deleted_task_is_gone_and_not_done,
    a_report_tells_how_far_the_task_is,
    a_report_that_was_altered_or_kept_is_refused,
)


def _can_be_asked(case: PlatformCase) -> bool:
    return case.platform.CAPABILITIES.can_be_asked


def _work(case: PlatformCase, code: str, state: TaskState) -> None:
    assert case.work is not None, "a platform that can be asked needs a person there who works on a task"
    case.work(code, state)


def _report(case: PlatformCase, state: TaskState) -> tuple[dict[str, str], bytes]:
    assert case.report is not None, "a platform that reports back needs a person there whose report comes in"
    headers, body = case.report(SENT.task.code, state)
    return dict(headers), body


def _revision(case: PlatformCase, ref: TaskRef) -> str | None:
    seen = case.seen(ref)
    assert seen is not None
    assert seen.ref.ref == ref.ref
    return seen.ref.revision
