"""Records of ServiceNow: what is particular about them."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from connectors.servicenow import tasks as adapter
from okr_engine.errors import CredentialsRefused, TaskRefused
from okr_engine.workflow.tasks import TaskState
from tests.connectors.task_platforms.messages import SENT
from tests.connectors.task_platforms.servicenow import CLIENT, ServiceNow
from tests.connectors.task_platforms.trial import Trial

pytestmark = pytest.mark.parametrize("trial", [ServiceNow], indirect=True)


def as_client(trial: Trial) -> adapter.Settings:
    return adapter.Settings.model_validate({**trial.case.settings, "user": "", "client_id": CLIENT})


@pytest.mark.parametrize(("value", "state"), [("-5", TaskState.IN_PROGRESS), ("4", TaskState.DONE)])
def test_a_state_nobody_has_told_us_of_is_done_where_the_record_is_inactive_and_under_way_where_not(
    trial: Trial, value: str, state: TaskState
) -> None:
    ref = trial.send(SENT)

    trial.platform.set_state(SENT.task.code, value)

    seen = trial.seen(ref)
    assert (seen.state, seen.by) == (state, "ulla")


def test_a_title_that_servicenow_has_cut_is_not_told_as_another_one(trial: Trial) -> None:
    ref = trial.send(replace(SENT, task=replace(SENT.task, title="ä" * 200)))

    assert trial.seen(ref).title is None


def test_a_client_signs_in_with_its_own_credentials(trial: Trial) -> None:
    adapter.upsert(as_client(trial), trial.client, SENT, known=None, now=trial.case.now)

    assert trial.server.asked[-1].headers["authorization"] == "Bearer token-1"
    assert len(trial.platform.tasks()) == 1


def test_a_client_that_is_not_known_is_told_as_credentials(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKR_SECRET_SERVICENOW", "another")

    with pytest.raises(CredentialsRefused):
        adapter.probe(as_client(trial), trial.client)


@pytest.mark.parametrize("ways", [{"user": "", "client_id": ""}, {"user": "okr", "client_id": "client-1"}])
def test_there_is_one_way_in(trial: Trial, ways: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        adapter.Settings.model_validate({**trial.case.settings, **ways})


def test_where_the_table_has_no_correlation_id_nothing_is_sent_rather_than_sent_twice(trial: Trial) -> None:
    trial.send(SENT)
    trial.platform.fields = frozenset()
    next(iter(trial.platform.records.values()))["correlation_id"] = "another"

    with pytest.raises(TaskRefused):
        trial.send(SENT)

    assert len(trial.platform.records) == 1


def test_two_hundred_changes_come_page_by_page(trial: Trial) -> None:
    trial.send(SENT)
    [pattern] = trial.platform.records.values()
    trial.platform.records.update({str(number): {**pattern, "sys_id": str(number)} for number in range(200)})

    assert len({one.ref.ref for one in trial.changes().seen}) == 201
