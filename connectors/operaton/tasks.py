"""A process in the organisation's own Operaton, CIB seven or Camunda 7 for each action; its business key is the code.

Source: https://docs.operaton.org/docs/documentation/reference/rest/overview/ and its OpenAPI description,
https://github.com/operaton/operaton/tree/main/engine-rest/engine-rest-openapi/src/main/templates/paths
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx
from pydantic import AwareDatetime, BaseModel, Field, RootModel

from connectors.kit.credentials import SecretName, secret
from connectors.kit.paging import skipping
from connectors.kit.task_services import (
    Service,
    ServiceSettings,
    as_left,
    asked_since,
    basic,
    moved_to,
    no_reports,
    state_to_write,
    task_there,
)
from okr_engine.workflow.platforms import Capabilities
from okr_engine.workflow.tasks import Changes, TaskMessage, TaskRef, TaskSeen, TaskState

CAPABILITIES = Capabilities(reaches_out=True, can_be_asked=True, reports_back=False)
parse_inbound = no_reports

_INSTANCES = "/history/process-instance"
_VARIABLES = "/history/variable-instance"
_STATE = "okrState"
_PAGE = 100
_LONGEST_STRING = 4000


class Settings(ServiceSettings):
    """The process to start, and who starts it where the engine asks."""

    process: str = Field(title="task_platforms.process", pattern=r"^[A-Za-z_][\w.-]*$")
    user: str = Field(default="", title="task_platforms.account")
    password_variable: SecretName | None = Field(default=None, title="task_platforms.account_secret_variable")


def probe(settings: Settings, client: httpx.Client) -> None:
    """Ask for the process definition."""
    service = _service(settings, client)
    service.ask(service.home)


def upsert(
    settings: Settings, client: httpx.Client, sent: TaskMessage, *, known: TaskRef | None, now: datetime
) -> TaskRef:
    """Start the action's process, or give the running one the new words; a new round starts it again after its end."""
    service = _service(settings, client)
    there = task_there(
        sent,
        known,
        fetch=lambda ref: fetch(settings, client, ref),
        look_up=lambda code: _look_up(settings, service, code),
    )
    if there and sent.starts_anew and _has_ended(there):
        there = None
    state = state_to_write(sent, there)
    variables = _variables(settings, sent, state)
    if there is None:
        body = {"businessKey": sent.task.code, "variables": variables}
        started = service.ask(f"/process-definition/key/{settings.process}/start", method="POST", body=body)
        instance = service.read(_Started, started).id
    else:
        instance = there.ref.ref
        if not _has_ended(there):
            path = f"/process-instance/{instance}/variables"
            service.change(path, method="POST", body={"modifications": variables})
    left = _seen(service, service.read(_Instance, service.ask(f"{_INSTANCES}/{instance}")))
    return as_left(left, state, there.state if there else None)


def fetch(settings: Settings, client: httpx.Client, ref: TaskRef) -> TaskSeen | None:
    """The process as it is; None where it was cancelled or cleaned away."""
    service = _service(settings, client)
    found = service.find(f"{_INSTANCES}/{ref.ref}")
    instance = service.read(_Instance, found) if found is not None else None
    return _seen(service, instance) if instance and not instance.is_cancelled else None


def changes(settings: Settings, client: httpx.Client, *, cursor: str | None) -> Changes:
    """Every running process, for the engine does not say which have changed, and those that ended since the cursor."""
    service, since = _service(settings, client), asked_since(cursor)
    of_process = {"processDefinitionKey": settings.process}
    after = {"finishedAfter": _written(since)} if since else {}
    ended = _all(service, _Instances, _INSTANCES, of_process | {"finished": "true"} | after)
    running = _all(service, _Instances, _INSTANCES, of_process | {"unfinished": "true"})
    tasks = _by_instance(_all(service, _UserTasks, "/task", of_process))
    told = _by_instance(_all(service, _Values, _VARIABLES, of_process | {"variableName": _STATE}))
    instances = {one.id: one for one in (*running, *ended) if one.key}
    return Changes(
        tuple(
            _as_seen(one, tasks.get(one.id, ()), told.get(one.id, ()))
            for one in instances.values()
            if not one.is_cancelled
        ),
        moved_to(cursor, (one.ended or one.started for one in instances.values())),
        gone=tuple(one.id for one in instances.values() if one.is_cancelled),
    )


def _has_ended(there: TaskSeen) -> bool:
    return (there.ref.revision or "").startswith("COMPLETED")


class _Started(BaseModel):
    id: str


class _Instance(_Started):
    state: str
    key: str | None = Field(default=None, alias="businessKey")
    started: AwareDatetime = Field(alias="startTime")
    ended: AwareDatetime | None = Field(default=None, alias="endTime")

    @property
    def is_cancelled(self) -> bool:
        return self.state.endswith("_TERMINATED")


class _UserTask(BaseModel):
    instance: str = Field(alias="processInstanceId")
    assignee: str | None = None


class _Value(BaseModel):
    instance: str = Field(alias="processInstanceId")
    value: Any = None


class _Instances(RootModel[tuple[_Instance, ...]]):
    pass


class _UserTasks(RootModel[tuple[_UserTask, ...]]):
    pass


class _Values(RootModel[tuple[_Value, ...]]):
    pass


def _service(settings: Settings, client: httpx.Client) -> Service:
    password = secret(settings.password_variable) if settings.password_variable else ""
    headers = basic(settings.user, password) if settings.user else {}
    return Service(client, settings.address, headers, home=f"/process-definition/key/{settings.process}")


def _look_up(settings: Settings, service: Service, code: str) -> TaskSeen | None:
    """The youngest process of the action that was not cancelled: several may have the same business key."""
    asked = {"processInstanceBusinessKey": code, "processDefinitionKey": settings.process}
    found = [one for one in _all(service, _Instances, _INSTANCES, asked) if one.key == code and not one.is_cancelled]
    youngest = max(found, key=lambda one: one.started, default=None)
    return _seen(service, youngest) if youngest else None


def _all(service: Service, model: type[RootModel[tuple[Any, ...]]], path: str, asked: Mapping[str, str]) -> list[Any]:
    """Every record of a query, page by page, in the order of the processes."""

    def page(skip: int) -> tuple[Any, ...]:
        paging: dict[str, str | int] = {"sortBy": "instanceId", "sortOrder": "asc"}
        paging |= {"firstResult": skip, "maxResults": _PAGE}
        return service.read(model, service.ask(path, parameters={**asked, **paging})).root

    return [one for records in skipping(page, take=_PAGE) for one in records]


def _by_instance(records: Sequence[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for one in records:
        found.setdefault(one.instance, []).append(one)
    return found


def _variables(settings: Settings, sent: TaskMessage, state: TaskState | None) -> dict[str, Any]:
    task = sent.task
    texts = {
        "okrTitle": task.title,
        "okrText": task.text,
        "okrDue": task.due.isoformat(),
        "okrLink": task.link,
        "okrAssignee": settings.user_for(task.assignee) or "",
        "okrAccountable": settings.user_for(task.accountable) or "",
        **({_STATE: state.value} if state else {}),
    }
    # The engine keeps strings of so many characters.
    return {name: {"value": text[:_LONGEST_STRING], "type": "String"} for name, text in texts.items()}


def _seen(service: Service, instance: _Instance) -> TaskSeen:
    of_instance = {"processInstanceId": instance.id}
    told = _all(service, _Values, _VARIABLES, of_instance | {"variableName": _STATE})
    return _as_seen(instance, _all(service, _UserTasks, "/task", of_instance), told)


def _as_seen(instance: _Instance, tasks: Sequence[_UserTask], told: Sequence[_Value]) -> TaskSeen:
    """An ended process is done; a running one is as far as it says in its variable, and under way once claimed."""
    people = [one.assignee for one in tasks if one.assignee]
    says = str(told[0].value) if told else TaskState.OPEN.value
    # The engine counts no versions: what can be told from outside stands for one.
    revision = " ".join((instance.state, says, *people))[:200]
    return TaskSeen(TaskRef(instance.id, revision), _state(instance, says, people), people[0] if people else None)


def _state(instance: _Instance, says: str, people: Sequence[str]) -> TaskState:
    if instance.state == "COMPLETED":
        return TaskState.DONE
    said = TaskState(says) if says in set(TaskState) else TaskState.IN_PROGRESS
    return TaskState.IN_PROGRESS if said == TaskState.OPEN and people else said


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000+0000"
