"""The default platform: the action itself is the task, worked on in this program; nothing leaves."""

from datetime import datetime

import httpx

from connectors.kit.task_services import no_reports
from okr_engine.workflow.platforms import Capabilities, PlatformSettings
from okr_engine.workflow.tasks import Changes, TaskMessage, TaskRef, TaskSeen

CAPABILITIES = Capabilities(reaches_out=False, can_be_asked=False, reports_back=False)
Settings = PlatformSettings
parse_inbound = no_reports


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
