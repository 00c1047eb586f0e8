"""The neutral task: what a corrective action is to a platform, and what a platform says of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class TaskState(StrEnum):
    """How far a task is where people work; `done` is a claim that only the effect check confirms."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"


@dataclass(frozen=True)
class Task:
    """A corrective action as it is shown on a platform, in one language."""

    code: str
    title: str
    text: str
    assignee: str | None
    accountable: str | None
    due: date
    link: str
    state: TaskState


@dataclass(frozen=True)
class TaskMessage:
    """One thing that happened to an action and the task as it then was; `id` is the same however often it is sent.

    `number` counts what happened to one action, from 1, without repeating.
    """

    id: str
    kind: str
    number: int
    at: datetime
    task: Task


@dataclass(frozen=True)
class TaskRef:
    """Where a platform keeps a task, and the revision that our own last write made there."""

    ref: str
    revision: str | None = None


@dataclass(frozen=True)
class TaskSeen:
    """A task as the platform has it now: who changed it last, and its title and day where the platform tells."""

    ref: TaskRef
    state: TaskState
    by: str | None = None
    title: str | None = None
    due: date | None = None


@dataclass(frozen=True)
class Changes:
    """What has changed on the platform since the cursor, and the cursor from which to ask on.

    `gone` are the references of tasks that were deleted there, where the platform tells of them.
    """

    seen: tuple[TaskSeen, ...]
    cursor: str | None
    gone: tuple[str, ...] = ()


@dataclass(frozen=True)
class TaskReport:
    """What an inbound message tells: its own id, the action it is about, how far the task is, who says so, and when.

    Where the platform can be asked it is only a wake-up: what `fetch` then sees counts.
    """

    message_id: str
    code: str
    state: TaskState
    by: str | None = None
    at: datetime | None = None
