"""A stand-in of a task platform that is being served, and our adapter speaking with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

import httpx
import pytest

from okr_engine.testing.task_platforms import PlatformCase
from okr_engine.workflow.tasks import Changes, TaskMessage, TaskRef, TaskSeen
from tests.connectors.task_platforms.stand_in import Served, served


@dataclass
class Trial:
    """A platform's stand-in that is being served, and our adapter speaking with it."""

    platform: Any
    server: Served
    client: httpx.Client
    case: PlatformCase

    def send(self, sent: TaskMessage, known: TaskRef | None = None) -> TaskRef:
        ref: TaskRef = self.platform.adapter.upsert(self.settings, self.client, sent, known=known, now=self.case.now)
        return ref

    def fetch(self, ref: TaskRef) -> TaskSeen | None:
        seen: TaskSeen | None = self.platform.adapter.fetch(self.settings, self.client, ref)
        return seen

    def seen(self, ref: TaskRef) -> TaskSeen:
        seen = self.fetch(ref)
        assert seen is not None
        return seen

    def changes(self, cursor: str | None = None) -> Changes:
        found: Changes = self.platform.adapter.changes(self.settings, self.client, cursor=cursor)
        return found

    @property
    def settings(self) -> Any:
        return self.case.checked_settings()


@contextmanager
def on_trial(platform: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
    """The platform with its secrets in the environment."""
    for name, value in platform.secrets.items():
        monkeypatch.setenv(name, value)
    with served(platform) as server:
        case = case_for(platform, server)
        with case.client() as client:
            yield Trial(platform, server, client, case)


def case_for(platform: Any, server: Served) -> PlatformCase:
    told: dict[str, Any] = {
        "platform": platform.adapter,
        "settings": platform.settings(server.address),
        "tasks": platform.tasks,
        "texts": platform.texts,
        "break_next": server.break_next,
        "lose_next": server.lose_next,
        "work": platform.work,
        "delete": platform.delete,
        "inner": frozenset({"127.0.0.1"}),
    }
    # The kit is told as much as it asks for.
    return PlatformCase(**{one.name: told[one.name] for one in fields(PlatformCase) if one.name in told})
