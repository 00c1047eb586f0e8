"""Issues of Jira Cloud: what is particular about them."""

from dataclasses import replace

import pytest

from okr_engine.workflow.tasks import TaskState
from tests.connectors.task_platforms.jira import Jira
from tests.connectors.task_platforms.messages import SENT, later
from tests.connectors.task_platforms.trial import Trial

pytestmark = pytest.mark.parametrize("trial", [Jira], indirect=True)


def test_a_status_is_read_by_its_category_and_one_without_is_under_way(trial: Trial) -> None:
    ref = trial.send(SENT)

    trial.platform.set_status(SENT.task.code, "10003")

    seen = trial.seen(ref)
    assert (seen.state, seen.by) == (TaskState.IN_PROGRESS, "Ulla")


def test_a_workflow_without_a_way_there_keeps_its_status_and_takes_the_words(trial: Trial) -> None:
    ref = trial.send(SENT)
    trial.platform.offered = frozenset({"10002"})

    ref = trial.send(later(title="Uusi otsikko"), ref)

    assert trial.platform.tasks() == {SENT.task.code: ("Uusi otsikko", "open")}
    assert trial.seen(ref).ref == ref


def test_the_labels_that_people_add_stay(trial: Trial) -> None:
    ref = trial.send(SENT)
    [issue] = trial.platform.issues.values()
    issue["labels"] = [*issue["labels"], "kiireellinen"]

    trial.send(later(), ref)

    assert issue["labels"][-1] == "kiireellinen"


def test_the_way_back_is_a_link_in_the_description(trial: Trial) -> None:
    trial.send(SENT)

    [issue] = trial.platform.issues.values()
    [*_, last] = issue["description"]["content"]
    assert last["content"][0]["marks"] == [{"type": "link", "attrs": {"href": SENT.task.link}}]


def test_changes_come_by_pages_and_by_the_clock_of_the_user(trial: Trial) -> None:
    trial.platform.page = 2
    for number in range(5):
        trial.send(replace(SENT, task=replace(SENT.task, code=f"CA-2026-Q3-{number}")))

    first = trial.changes()

    assert len({one.ref.ref for one in first.seen}) == 5
    assert len(trial.changes(first.cursor).seen) == 5
    trial.platform.issues["10000"]["updated"] = "2020-01-01T00:00:00.000+0000"
    assert len(trial.changes(first.cursor).seen) == 4
