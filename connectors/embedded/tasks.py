"""The default platform: the action itself is the task, worked on in this program; nothing leaves."""

from collections.abc import Mapping
from datetime import datetime

import httpx

from okr_engine.errors import ForgedMessage
from okr_engine.words import message
from okr_engine.workflow.platforms import Capabilities, PlatformSettings
from okr_engine.workflow.tasks import Changes, TaskMessage, TaskRef, TaskReport, TaskSeen

CAPABILITIES = Capabilities(reaches_out=False, can_be_asked=False, reports_back=False)
Settings = PlatformSettings


def probe(settings: PlatformSettings, client: httpx.Client) -> None:
    """Whoever reads this has reached it."""


def upsert(
    settings: PlatformSettings, client: httpx.Client, sent: TaskMessage, *, known: TaskRef | None, now: datetime
) -> TaskRef:
    """The action under its own code."""
    return TaskRef(sent.task.code)


def fetch(settings: PlatformSettings, client: httpx.Client, ref: TaskRef) -> TaskSeen | None:
    """Nothing: there is no second place to ask."""
    return None


def changes(settings: PlatformSettings, client: httpx.Client, *, cursor: str | None) -> Changes:
    """Nothing: there is no second place in which something changes."""
    return Changes((), cursor)


def parse_inbound(settings: PlatformSettings, headers: Mapping[str, str], body: bytes, *, now: datetime) -> TaskReport:
    """Nobody outside has anything to report: every message is refused."""
    raise ForgedMessage(message("task_platforms.forged"))
