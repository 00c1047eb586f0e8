"""A board of tasks in memory: a platform that can do all a platform can, for tests that break one part of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx

from okr_engine.errors import SourceUnavailable, TaskChanged, TaskRefused
from okr_engine.testing.task_platforms import PlatformCase
from okr_engine.words import message
from okr_engine.workflow.cloud_events import read_report
from okr_engine.workflow.platforms import Capabilities, PlatformSettings
from okr_engine.workflow.signatures import verified
from okr_engine.workflow.tasks import Changes, Task, TaskMessage, TaskRef, TaskReport, TaskSeen, TaskState
from tests.workflow.receiving_server import SECRET_BYTES, Receiver

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
STATES = list(TaskState)


@dataclass
class Board:
    """A board of tasks in memory that can do all a platform can; a test breaks one part of it."""

    rows: dict[str, tuple[Task, int]] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    moves: int = 0
    refusing: int | None = None
    losing: bool = False

    def put(self, task: Task) -> TaskRef:
        self.moves += 1
        self.rows[task.code] = (task, self.moves)
        return TaskRef(task.code, str(self.moves))

    def work(self, code: str, state: TaskState) -> None:
        self.put(replace(self.rows[code][0], state=state))

    def delete(self, code: str) -> None:
        self.moves += 1
        del self.rows[code]
        self.removed[code] = self.moves

    def seen(self, code: str) -> TaskSeen:
        task, revision = self.rows[code]
        return TaskSeen(TaskRef(code, str(revision)), task.state)

    def probe(self, settings: Any, client: httpx.Client) -> None:
        """It is always there."""

    def upsert(
        self, settings: Any, client: httpx.Client, sent: TaskMessage, *, known: TaskRef | None, now: datetime
    ) -> TaskRef:
        if self.refusing in (429, 500, 503):
            raise SourceUnavailable(message("task_platforms.refused"), try_again=now)
        if self.refusing:
            raise TaskRefused(message("task_platforms.refused"))
        code, task = sent.task.code, sent.task
        if code in self.rows:
            if known and known != self.seen(code).ref:
                raise TaskChanged(message("task_platforms.refused"))
            if not sent.starts_anew:
                task = replace(task, state=max(task.state, self.rows[code][0].state, key=STATES.index))
        ref = self.put(task)
        if self.losing:
            self.losing = False
            raise SourceUnavailable(message("task_platforms.refused"))
        return ref

    def fetch(self, settings: Any, client: httpx.Client, ref: TaskRef) -> TaskSeen | None:
        return self.seen(ref.ref) if ref.ref in self.rows else None

    def changes(self, settings: Any, client: httpx.Client, *, cursor: str | None) -> Changes:
        since = int(cursor or 0)
        seen = tuple(self.seen(code) for code, (_, revision) in self.rows.items() if revision > since)
        gone = tuple(code for code, revision in self.removed.items() if revision > since)
        return Changes(seen, str(self.moves), gone)

    def parse_inbound(self, settings: Any, headers: Mapping[str, str], body: bytes, *, now: datetime) -> TaskReport:
        return read_report(verified(SECRET_BYTES, headers, body, now=now), body)

    def platform(self, **broken: Any) -> SimpleNamespace:
        parts = ("probe", "upsert", "fetch", "changes", "parse_inbound")
        return SimpleNamespace(
            Settings=PlatformSettings,
            CAPABILITIES=Capabilities(reaches_out=True, can_be_asked=True, reports_back=True),
            **{part: getattr(self, part) for part in parts} | broken,
        )

    def case(self, **broken: Any) -> PlatformCase:
        return PlatformCase(
            platform=self.platform(**broken),
            settings={},
            tasks=lambda: {code: (task.title, task.state) for code, (task, _) in self.rows.items()},
            texts=lambda: {code: task.text for code, (task, _) in self.rows.items()},
            break_next=lambda status, headers: setattr(self, "refusing", status),
            lose_next=lambda: setattr(self, "losing", True),
            work=self.work,
            delete=self.delete,
            report=Receiver(now=lambda: NOW).report,
            now=NOW,
        )
