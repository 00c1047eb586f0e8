"""Issues of Redmine: what is particular about them."""

import os
from collections.abc import Iterator

import httpx
import pytest

from connectors.kit.addresses import Reach
from connectors.kit.client import open_client
from connectors.redmine import tasks as adapter
from okr_engine.errors import CredentialsRefused, TaskRefused
from okr_engine.workflow.tasks import TaskState
from tests.connectors.task_platforms.messages import SENT, later
from tests.connectors.task_platforms.redmine import Redmine
from tests.connectors.task_platforms.stand_in import Served, now, served
from tests.needs import do_without


@pytest.fixture
def redmine(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Redmine, Served]]:
    platform = Redmine()
    for name, value in platform.secrets.items():
        monkeypatch.setenv(name, value)
    with served(platform) as server:
        yield platform, server


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with open_client(Reach(hosts=frozenset(), inner=frozenset({"127.0.0.1"}))) as found:
        yield found


def settings_of(redmine: tuple[Redmine, Served], **changed: object) -> adapter.Settings:
    platform, server = redmine
    return adapter.Settings.model_validate(platform.settings(server.address) | changed)


@pytest.mark.parametrize(("status", "state"), [(4, TaskState.IN_PROGRESS), (6, TaskState.DONE)])
def test_a_status_nobody_has_told_us_of_is_done_where_it_closes_the_issue_and_under_way_where_not(
    redmine: tuple[Redmine, Served], client: httpx.Client, status: int, state: TaskState
) -> None:
    settings = settings_of(redmine)
    ref = adapter.upsert(settings, client, SENT, known=None, now=now())

    redmine[0].set_status(SENT.task.code, status)

    seen = adapter.fetch(settings, client, ref)
    assert seen is not None
    assert (seen.state, seen.by) == (state, "Ulla")


def test_where_the_field_is_no_filter_nothing_is_sent_rather_than_sent_twice(
    redmine: tuple[Redmine, Served], client: httpx.Client
) -> None:
    settings = settings_of(redmine)
    adapter.upsert(settings, client, SENT, known=None, now=now())
    redmine[0].field_is_filter = False
    redmine[0].issues[101]["custom_fields"][0]["value"] = "CA-2025-Q1-9"

    with pytest.raises(TaskRefused):
        adapter.upsert(settings, client, SENT, known=None, now=now())

    assert len(redmine[0].issues) == 1


def test_a_hundred_and_more_changes_come_page_by_page(redmine: tuple[Redmine, Served], client: httpx.Client) -> None:
    settings = settings_of(redmine)
    adapter.upsert(settings, client, SENT, known=None, now=now())
    pattern = redmine[0].issues[101]
    redmine[0].issues.update({200 + number: {**pattern} for number in range(250)})

    assert len(adapter.changes(settings, client, cursor=None).seen) == 251


def test_a_key_that_does_not_open_is_told_as_such(
    redmine: tuple[Redmine, Served], client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKR_SECRET_REDMINE", "another")

    with pytest.raises(CredentialsRefused):
        adapter.probe(settings_of(redmine), client)


def test_a_real_redmine_takes_a_task_and_tells_it() -> None:
    if "OKR_TEST_REDMINE" not in os.environ:
        do_without("redmine", advice="put the settings of one into OKR_TEST_REDMINE, see connectors/redmine/README.md")
    settings = adapter.Settings.model_validate_json(os.environ["OKR_TEST_REDMINE"])
    with open_client(Reach(hosts=settings.hosts, inner=settings.hosts)) as client:
        adapter.probe(settings, client)
        first = adapter.upsert(settings, client, SENT, known=None, now=now())
        again = adapter.upsert(settings, client, later(), known=first, now=now())
        seen = adapter.fetch(settings, client, again)
        changes = adapter.changes(settings, client, cursor=None)

    assert again.ref == first.ref
    assert seen is not None
    assert (seen.ref, seen.state) == (again, TaskState.IN_PROGRESS)
    assert again in [one.ref for one in changes.seen]
