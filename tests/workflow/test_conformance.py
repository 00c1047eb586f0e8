"""Every task platform keeps the promises of a task platform, against a real server."""

from datetime import UTC, datetime

import pytest

from connectors.platforms import known_platforms, own_platforms
from okr_engine.testing.task_platforms import PROMISES, PlatformCase, Promise, named
from tests.workflow.receiving_server import SECRET, Receiver, receiving

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def settings_for(name: str, receiver: Receiver) -> dict[str, str]:
    return {"webhook": {"address": receiver.address, "secret_variable": "OKR_SECRET_HOOK"}, "embedded": {}}[name]


@pytest.mark.parametrize("name", ["embedded", "webhook"])
@pytest.mark.parametrize("promise", PROMISES, ids=named)
def test_a_task_platform_keeps_its_promises(name: str, promise: Promise, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKR_SECRET_HOOK", SECRET)
    platform = known_platforms(()).platforms[name]

    with receiving(now=lambda: NOW) as receiver:
        promise(
            PlatformCase(
                platform=platform,
                settings=settings_for(name, receiver),
                tasks=receiver.tasks,
                texts=receiver.texts,
                break_next=receiver.break_next if name == "webhook" else None,
                lose_next=receiver.lose_next,
                report=receiver.report,
                inner=frozenset({"127.0.0.1"}),
                now=NOW,
            )
        )


def test_no_platform_of_ours_escapes_the_suite() -> None:
    known = ["caldav", "embedded", "jira", "node_red", "openproject", "operaton", "redmine", "servicenow", "webhook"]
    assert own_platforms() == known
