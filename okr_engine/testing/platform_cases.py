"""What a task platform is tried with: its server, what people do there, and the messages that are sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import httpx

from connectors.kit.addresses import Reach
from connectors.kit.client import Patience, open_client
from okr_engine.workflow.platforms import PlatformSettings, TaskPlatform
from okr_engine.workflow.tasks import Changes, Task, TaskMessage, TaskRef, TaskSeen, TaskState

SENT = TaskMessage(
    id="3a6f0d6e-6f0b-4e55-a4d4-0c7a3e0c5a01",
    kind="raised",
    number=1,
    at=datetime(2026, 11, 1, 12, 0, tzinfo=UTC),
    task=Task(
        code="CA-2026-Q3-1",
        title="Yhteyden saaminen <b>&amp; 𝔘nicode</b>; ensin, sitten \\n muu",
        text='Luvattu aika ei toteutunut: 70,11 %.\n<script>alert("ä")</script> & 𝔘; rivi, toinen \\n.',
        assignee="Ensilinja",
        accountable=None,
        due=date(2026, 12, 1),
        link="https://okr.example/action?code=CA-2026-Q3-1",
        state=TaskState.OPEN,
    ),
)
LATER = replace(
    SENT,
    id="3a6f0d6e-6f0b-4e55-a4d4-0c7a3e0c5a02",
    kind="acknowledged",
    number=2,
    task=replace(SENT.task, state=TaskState.IN_PROGRESS),
)
DONE = replace(
    SENT,
    id="3a6f0d6e-6f0b-4e55-a4d4-0c7a3e0c5a03",
    kind="verified",
    number=3,
    task=replace(SENT.task, state=TaskState.DONE),
)
ANOTHER = replace(
    SENT, id="3a6f0d6e-6f0b-4e55-a4d4-0c7a3e0c5a04", task=replace(SENT.task, code="CA-2026-Q3-2", title="Toinen")
)


@dataclass(frozen=True)
class PlatformCase:
    """A platform with a server to speak with, and a way to see which tasks it then has: title and state by code.

    A platform that reaches out also needs `texts` (what people read there under each code), `break_next` (the server
    answers from now on with that status) and `lose_next` (it does what it is next asked, and its answer is lost). One
    that can be asked needs `work` and `delete`: what a person does there to the task of that code. One that reports
    back needs `report`: the headers and the body that come in when a person there has moved a task.
    """

    platform: TaskPlatform[Any]
    settings: Mapping[str, Any]
    tasks: Callable[[], Mapping[str, tuple[str, str]]] = dict
    texts: Callable[[], Mapping[str, str]] | None = None
    break_next: Callable[[int, Mapping[str, str]], None] | None = None
    lose_next: Callable[[], None] | None = None
    work: Callable[[str, TaskState], None] | None = None
    delete: Callable[[str], None] | None = None
    report: Callable[[str, TaskState], tuple[Mapping[str, str], bytes]] | None = None
    inner: frozenset[str] = frozenset()
    now: datetime = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)

    def client(self) -> httpx.Client:
        """A client that reaches the platform's hosts, and asks once."""
        hosts = self.checked_settings().hosts
        reach = Reach(hosts=hosts - self.inner, inner=hosts & self.inner)
        return open_client(reach, patience=Patience(connect=2, read=2, answer=4, waiting=0, attempts=1))

    def checked_settings(self) -> PlatformSettings:
        """The settings as their model reads them."""
        return self.platform.Settings.model_validate(self.settings)

    def sent(self, *messages: TaskMessage, known: TaskRef | None = None) -> TaskRef:
        """Where the task is after these messages, each sent with what the one before it left."""
        with self.client() as client:
            for message in messages:
                known = self.platform.upsert(self.checked_settings(), client, message, known=known, now=self.now)
        assert known is not None
        return known

    def seen(self, ref: TaskRef) -> TaskSeen | None:
        """The task as the platform tells it."""
        with self.client() as client:
            return self.platform.fetch(self.checked_settings(), client, ref)

    def changed(self, cursor: str | None) -> Changes:
        """What the platform tells to have changed since the cursor."""
        with self.client() as client:
            return self.platform.changes(self.checked_settings(), client, cursor=cursor)


Promise = Callable[[PlatformCase], None]
