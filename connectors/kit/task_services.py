"""What adapters of task platforms share: settings, asking in JSON, finding a task again, and who writes what."""

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, Field, ValidationError

from connectors.kit.addresses import WebAddress
from connectors.kit.answers import Answer
from connectors.kit.client import shown
from connectors.kit.task_servers import answer, refuse
from okr_engine.errors import ForgedMessage, SourceUnavailable, TaskChanged, TaskRefused
from okr_engine.words import message
from okr_engine.workflow.platforms import PlatformSettings
from okr_engine.workflow.tasks import Task, TaskMessage, TaskRef, TaskReport, TaskSeen, TaskState

# Changes are asked for again from so long ago: for clocks of a second, and for what is being written while we read.
OVERLAP = timedelta(minutes=2)

_GONE = frozenset({404, 410})
_CONFLICT = frozenset({409, 412})
_STATES = tuple(TaskState)
_Read = TypeVar("_Read", bound=BaseModel)


class ServiceSettings(PlatformSettings):
    """What every platform with an address of its own has to be told; `people` maps our names to its users."""

    address: WebAddress = Field(title="sources.api_address", pattern=r"^https?://[^/\s?#]+[^\s?#]*$")
    people: dict[str, str] = Field(default_factory=dict, title="task_platforms.people")

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset({httpx.URL(self.address).host})

    def user_for(self, name: str | None) -> str | None:
        """The platform's user for a person or a role of ours; None leaves it to the platform whose task it is."""
        return self.people.get(name or "")


class StatusSettings(ServiceSettings):
    """Which status of the platform stands for which state."""

    open_status: str = Field(title="task_platforms.open_status", min_length=1)
    in_progress_status: str = Field(title="task_platforms.in_progress_status", min_length=1)
    done_status: str = Field(title="task_platforms.done_status", min_length=1)

    def status_of(self, state: TaskState) -> str:
        """The status that stands for the state."""
        return self._statuses[state]

    def knows(self, status: str) -> bool:
        """Whether the settings say what the status stands for."""
        return status in self._statuses.values()

    def state_of(self, status: str, *, closed: bool) -> TaskState:
        """What a status means; of one that is not in the settings only whether it closes a task."""
        for state, known in self._statuses.items():
            if known == status:
                return state
        return TaskState.DONE if closed else TaskState.IN_PROGRESS

    @property
    def _statuses(self) -> dict[TaskState, str]:
        return dict(zip(TaskState, (self.open_status, self.in_progress_status, self.done_status), strict=True))


@dataclass(frozen=True)
class Service:
    """A platform's interface: where it is, the headers that open it, and its `home`, where tasks are made.

    Its answers are JSON.
    """

    client: httpx.Client
    address: str
    headers: Mapping[str, str]
    home: str = ""

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        parameters: Mapping[str, str | int] | None = None,
        body: object = None,
        form: Mapping[str, str] | None = None,
    ) -> Any:
        """What is answered; None for an answer without content. Whatever is no success is raised as what it means."""
        return _told(self._answer(method, path, parameters=parameters, body=body, form=form))

    def find(self, path: str, *, parameters: Mapping[str, str | int] | None = None) -> Any:
        """What is answered about a single task; None where it is gone, and not the whole platform with it."""
        response = self._answer("GET", path, parameters=parameters)
        if response.status_code not in _GONE:
            return _told(response)
        self.ask(self.home)
        return None

    def change(self, path: str, *, method: str, body: object) -> Any:
        """What is answered when a task is written; TaskChanged where it has gone or changed meanwhile."""
        response = self._answer(method, path, body=body)
        if response.status_code in _GONE | _CONFLICT:
            raise TaskChanged(message("task_platforms.changed", address=shown(response.url)))
        return _told(response)

    def read(self, model: type[_Read], told: object) -> _Read:
        """The answer as the documentation describes it; SourceUnavailable where it is something else."""
        try:
            return model.model_validate(told)
        except ValidationError as error:
            raise self.not_as_documented() from error

    def not_as_documented(self) -> SourceUnavailable:
        """The error for an answer that nobody has described."""
        address = shown(httpx.URL(self.address))
        return SourceUnavailable(
            message("task_platforms.not_as_documented", address=address), remedy=message("sources.refused_remedy")
        )

    def _answer(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        body: object = None,
        form: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        url, headers = f"{self.address.rstrip('/')}{path}", dict(self.headers)
        return answer(self.client, method, url, params=parameters, headers=headers, json=body, data=form)


def task_there(
    sent: TaskMessage,
    known: TaskRef | None,
    *,
    fetch: Callable[[TaskRef], TaskSeen | None],
    look_up: Callable[[str], TaskSeen | None],
) -> TaskSeen | None:
    """The task as it is there, by our reference or else by its code; None where it has to be made.

    TaskChanged where it is not as our last write left it.
    """
    there = fetch(known) if known else None
    if there and known and known.revision and known.revision != there.ref.revision:
        raise TaskChanged(message("task_platforms.changed", address=known.ref))
    return there or look_up(sent.task.code)


def with_code(code: str, found: Iterable[tuple[str, TaskSeen]], *, field: object) -> TaskSeen | None:
    """Which of the tasks that a search has brought carries the code.

    TaskRefused where only others come: a platform that ignores the search would get a new task with every message.
    """
    tasks = dict(reversed(list(found)))
    if tasks and code not in tasks:
        raise TaskRefused(
            message("task_platforms.code_not_searchable", field=field),
            remedy=message("task_platforms.code_not_searchable_remedy"),
        )
    return tasks.get(code)


def state_to_write(sent: TaskMessage, there: TaskSeen | None) -> TaskState | None:
    """The state to write: the first one, one ahead of the platform's, or that of a new round; None leaves it alone."""
    wanted = sent.task.state
    if there is None or sent.starts_anew or _STATES.index(wanted) > _STATES.index(there.state):
        return wanted
    return None


def as_left(seen: TaskSeen, *states: TaskState | None) -> TaskRef:
    """The task read again after our write; without a revision where it is in none of the states we know it in.

    Somebody was there in between, and what they did must not pass for our own writing.
    """
    return seen.ref if seen.state in states else TaskRef(seen.ref.ref)


def text_of(task: Task) -> str:
    """The text people read there, and the way back to the action."""
    return f"{task.text}\n\n{task.link}"


def asked_since(cursor: str | None) -> datetime | None:
    """From when changes are asked for; None asks for everything."""
    return datetime.fromisoformat(cursor).astimezone(UTC) - OVERLAP if cursor else None


def moved_to(cursor: str | None, moments: Iterable[datetime]) -> str | None:
    """The cursor after changes of these moments; it never goes back."""
    known = [datetime.fromisoformat(cursor)] if cursor else []
    latest = max((*known, *(moment.astimezone(UTC) for moment in moments)), default=None)
    return latest.isoformat() if latest else None


def no_reports(settings: PlatformSettings, headers: Mapping[str, str], body: bytes, *, now: datetime) -> TaskReport:
    """Nothing comes in from a platform that is only asked: every message is refused."""
    raise ForgedMessage(message("task_platforms.forged"))


def basic(user: str, password: str) -> dict[str, str]:
    """The header that names a user and the password."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def _told(response: httpx.Response) -> Any:
    if not response.is_success:
        refuse(response)
    if not response.content:
        return None
    return Answer(response.status_code, response.headers, response.url, response.content).json()
