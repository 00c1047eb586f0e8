"""Issues of Redmine: what is particular about them."""

import os
from contextlib import closing

import pytest

from connectors.redmine import tasks as adapter
from okr_engine.errors import CredentialsRefused, TaskRefused
from okr_engine.testing.task_platforms import PROMISES
from okr_engine.workflow.tasks import TaskState
from tests.connectors.task_platforms.messages import SENT
from tests.connectors.task_platforms.real_redmine import VARIABLE, RealRedmine
from tests.connectors.task_platforms.redmine import Redmine
from tests.connectors.task_platforms.trial import Trial, on_trial
from tests.needs import do_without

redmine = pytest.mark.parametrize("trial", [Redmine], indirect=True)


@pytest.mark.parametrize(("status", "state"), [(4, TaskState.IN_PROGRESS), (6, TaskState.DONE)])
@redmine
def test_a_status_nobody_has_told_us_of_is_done_where_it_closes_the_issue_and_under_way_where_not(
    trial: Trial, status: int, state: TaskState
) -> None:
    ref = trial.send(SENT)

    trial.platform.set_status(SENT.task.code, status)

    seen = trial.seen(ref)
    assert (seen.state, seen.by) == (state, "Ulla")


@redmine
def test_where_the_field_is_no_filter_nothing_is_sent_rather_than_sent_twice(trial: Trial) -> None:
    trial.send(SENT)
    trial.platform.field_is_filter = False
    trial.platform.issues[101]["custom_fields"][0]["value"] = "CA-2025-Q1-9"

    with pytest.raises(TaskRefused):
        trial.send(SENT)

    assert len(trial.platform.issues) == 1


@redmine
def test_a_hundred_and_more_changes_come_page_by_page(trial: Trial) -> None:
    trial.send(SENT)
    pattern = trial.platform.issues[101]
    trial.platform.issues.update({200 + number: {**pattern} for number in range(250)})

    assert len({one.ref.ref for one in trial.changes().seen}) == 251
    # By number: sorted by their moments, an issue that changes while we read would move another out of sight.
    assert trial.server.asked[-1].query["sort"] == "id"


@redmine
def test_a_key_that_does_not_open_is_told_as_such(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKR_SECRET_REDMINE", "another")

    with pytest.raises(CredentialsRefused):
        adapter.probe(trial.settings, trial.client)


def test_a_real_redmine_keeps_the_promises_of_a_task_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    if VARIABLE not in os.environ:
        do_without("redmine", advice=f"put the settings of one into {VARIABLE}, see connectors/redmine/README.md")
    for promise in PROMISES:
        platform = RealRedmine()
        with closing(platform.person), on_trial(platform, monkeypatch) as trial:
            promise(trial.case)
