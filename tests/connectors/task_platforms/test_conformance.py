"""Each platform that is tested against its documented interface keeps the promises of a task platform."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from okr_engine.errors import PlatformGone, SourceUnavailable, TaskChanged
from okr_engine.i18n import say
from okr_engine.testing.task_platforms import PROMISES, Promise, named
from okr_engine.words import Language
from okr_engine.workflow.tasks import TaskState
from tests.connectors.task_platforms.jira import Jira
from tests.connectors.task_platforms.messages import SENT, later
from tests.connectors.task_platforms.openproject import OpenProject
from tests.connectors.task_platforms.operaton import Operaton
from tests.connectors.task_platforms.redmine import Redmine
from tests.connectors.task_platforms.servicenow import ServiceNow
from tests.connectors.task_platforms.stand_in import Reply
from tests.connectors.task_platforms.trial import Trial

PLATFORMS: tuple[Callable[[], Any], ...] = (Redmine, OpenProject, Jira, ServiceNow, Operaton)


pytestmark = pytest.mark.parametrize("trial", PLATFORMS, indirect=True, ids=lambda one: one.__name__)


@pytest.mark.parametrize("promise", PROMISES, ids=named)
def test_a_platform_keeps_its_promises(trial: Trial, promise: Promise) -> None:
    promise(trial.case)


@pytest.mark.parametrize("language", Language)
def test_every_setting_is_asked_for_in_words(trial: Trial, language: Language) -> None:
    titles = [str(field.title) for field in trial.platform.adapter.Settings.model_fields.values()]

    assert [title for title in titles if say(language, title).startswith("«")] == []


@pytest.mark.parametrize("state", TaskState)
def test_what_a_person_does_there_is_seen_by_asking_and_among_the_changes(trial: Trial, state: TaskState) -> None:
    ref = trial.send(SENT)
    before = trial.changes()

    trial.platform.work(SENT.task.code, state)

    assert trial.seen(ref).state == state
    assert [(one.ref.ref, one.state) for one in trial.changes(before.cursor).seen] == [(ref.ref, state)]


def test_the_title_and_the_day_it_has_there_are_told_where_people_can_change_them(trial: Trial) -> None:
    seen = trial.seen(trial.send(SENT))

    told = (SENT.task.title, SENT.task.due) if trial.platform.shows_words else (None, None)
    assert (seen.title, seen.due) == told
    assert [(one.title, one.due) for one in trial.changes().seen] == [told]


def test_our_own_writing_is_known_by_its_revision_and_what_a_person_does_by_another(trial: Trial) -> None:
    ref = trial.send(later(), trial.send(SENT))

    assert trial.seen(ref).ref == ref
    assert [one.ref for one in trial.changes().seen] == [ref]
    trial.platform.work(SENT.task.code, TaskState.DONE)
    assert trial.seen(ref).ref.revision != ref.revision


def test_nothing_is_written_over_what_a_person_did_since_we_last_wrote(trial: Trial) -> None:
    ref = trial.send(SENT)
    trial.platform.work(SENT.task.code, TaskState.DONE)

    with pytest.raises(TaskChanged):
        trial.send(later(title="Uusi otsikko"), ref)

    assert trial.platform.tasks() == {SENT.task.code: (SENT.task.title, "done")}


def test_written_once_more_the_words_change_and_how_far_the_work_is_stays_theirs(trial: Trial) -> None:
    ref = trial.send(SENT)
    trial.platform.work(SENT.task.code, TaskState.DONE)

    trial.send(later(title="Uusi otsikko"), trial.seen(ref).ref)

    assert trial.platform.tasks() == {SENT.task.code: ("Uusi otsikko", "done")}


def test_a_task_whose_making_was_answered_by_nothing_is_found_and_not_made_twice(trial: Trial) -> None:
    trial.server.lose_next()
    with pytest.raises(SourceUnavailable):
        trial.send(SENT)

    trial.send(later())

    assert trial.platform.tasks() == {SENT.task.code: (SENT.task.title, "in_progress")}


def test_a_deleted_task_is_gone_and_comes_back_with_the_next_step(trial: Trial) -> None:
    ref = trial.send(SENT)
    trial.platform.delete(SENT.task.code)

    assert trial.fetch(ref) is None
    assert ref.ref not in {one.ref.ref for one in trial.changes().seen}
    assert trial.seen(trial.send(later(), ref)).state == TaskState.IN_PROGRESS


def test_what_a_person_does_right_after_our_write_does_not_pass_for_ours(trial: Trial) -> None:
    ref = trial.send(SENT)
    trial.server.after_write = lambda: trial.platform.work(SENT.task.code, TaskState.DONE)

    ref = trial.send(later(SENT.task.state, title="Uusi otsikko"), ref)

    assert trial.seen(ref).state == TaskState.DONE
    assert trial.seen(ref).ref.revision != ref.revision


def test_a_platform_that_is_gone_from_its_address_has_not_lost_its_tasks(trial: Trial) -> None:
    ref = trial.send(SENT)
    trial.server.refuse = Reply(404)

    with pytest.raises(PlatformGone):
        trial.fetch(ref)


def test_a_task_deleted_while_we_write_is_written_again_and_does_not_stop_the_endpoint(trial: Trial) -> None:
    ref = trial.send(SENT)
    trial.server.before_write = lambda: trial.platform.delete(SENT.task.code)

    with pytest.raises((TaskChanged, SourceUnavailable)):
        trial.send(later(), ref)
    assert trial.seen(trial.send(later(), ref)).state == TaskState.IN_PROGRESS


def test_an_action_that_is_already_under_way_is_made_and_moved_there(trial: Trial) -> None:
    ref = trial.send(later(TaskState.DONE))

    assert trial.platform.tasks() == {SENT.task.code: (SENT.task.title, "done")}
    assert trial.seen(ref).ref == ref


def test_an_action_that_is_late_already_is_taken(trial: Trial) -> None:
    trial.send(replace(SENT, task=replace(SENT.task, due=date(2026, 1, 2))))

    assert len(trial.platform.tasks()) == 1


def test_two_actions_are_two_tasks_and_both_changes_come(trial: Trial) -> None:
    other = replace(SENT, task=replace(SENT.task, code="CA-2026-Q3-2"))
    refs = {trial.send(one).ref for one in (SENT, other)}

    assert {one.ref.ref for one in trial.changes().seen} == refs
    assert len(refs) == 2


def test_a_person_without_a_user_there_is_left_to_the_platform(trial: Trial) -> None:
    stranger = replace(SENT, task=replace(SENT.task, assignee="Joku muu", accountable="Toinen"))

    ref = trial.send(stranger)

    assert trial.seen(ref).state == TaskState.OPEN
    assert not any("Joku muu" in str(one.body) and "assign" in str(one.body) for one in trial.server.asked)


@pytest.mark.parametrize("body", [{}, {"result": 1}, "no", 7])
def test_an_answer_that_is_not_as_documented_is_tried_again(trial: Trial, body: object) -> None:
    trial.server.refuse = Reply(200, body)

    with pytest.raises(SourceUnavailable):
        trial.send(SENT)
    with pytest.raises(SourceUnavailable):
        trial.changes()
