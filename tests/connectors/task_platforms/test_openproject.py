"""Work packages of OpenProject: what is particular about them."""

import pytest

from connectors.openproject import tasks as adapter
from okr_engine.errors import TaskChanged
from okr_engine.workflow.tasks import TaskState
from tests.connectors.task_platforms.messages import SENT, later
from tests.connectors.task_platforms.openproject import OpenProject
from tests.connectors.task_platforms.trial import Trial

pytestmark = pytest.mark.parametrize("trial", [OpenProject], indirect=True)


def test_who_does_it_and_who_answers_for_it_are_both_shown(trial: Trial) -> None:
    trial.send(SENT)

    [package] = trial.platform.packages.values()
    assert package["_links"]["assignee"] == {"href": "/api/v3/users/11"}
    assert package["_links"]["responsible"] == {"href": "/api/v3/users/23"}


def test_links_carry_the_path_that_openproject_is_installed_under(trial: Trial) -> None:
    address = f"{trial.server.address}/projektit"
    settings = adapter.Settings.model_validate({**trial.case.settings, "address": address})

    adapter.upsert(settings, trial.client, SENT, known=None, now=trial.case.now)

    [package] = trial.platform.packages.values()
    assert package["_links"]["assignee"] == {"href": "/projektit/api/v3/users/11"}


@pytest.mark.parametrize(("status", "state"), [(13, TaskState.IN_PROGRESS), (14, TaskState.DONE)])
def test_a_status_nobody_has_told_us_of_is_done_where_it_closes_and_under_way_where_not(
    trial: Trial, status: int, state: TaskState
) -> None:
    ref = trial.send(SENT)

    trial.platform.set_status(SENT.task.code, status)

    assert trial.seen(ref).state == state
    assert [one.state for one in trial.changes().seen] == [state]


def test_a_change_in_the_instant_before_we_write_is_refused_by_its_version(trial: Trial) -> None:
    ref = trial.send(SENT)
    trial.server.before_write = lambda: trial.platform.work(SENT.task.code, TaskState.DONE)

    with pytest.raises(TaskChanged):
        trial.send(later(), ref)

    assert trial.platform.tasks() == {SENT.task.code: (SENT.task.title, "done")}


def test_two_hundred_changes_come_page_by_page(trial: Trial) -> None:
    trial.send(SENT)
    [pattern] = trial.platform.packages.values()
    trial.platform.packages.update({3000 + number: pattern | {"id": 3000 + number} for number in range(200)})

    assert len({one.ref.ref for one in trial.changes().seen}) == 201
