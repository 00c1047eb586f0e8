"""Redmine issues: an action is found again by its code, which a custom field of the issue keeps.

Source: https://www.redmine.org/projects/redmine/wiki/Rest_Issues, https://www.redmine.org/projects/redmine/wiki/Rest_Users
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import httpx
from pydantic import AwareDatetime, BaseModel, Field

from connectors.kit.credentials import SecretName, secret
from connectors.kit.paging import skipping
from connectors.kit.task_services import (
    Service,
    StatusSettings,
    as_left,
    asked_since,
    moved_to,
    no_reports,
    state_to_write,
    task_there,
    text_of,
    with_code,
)
from okr_engine.workflow.platforms import Capabilities
from okr_engine.workflow.tasks import Changes, TaskMessage, TaskRef, TaskSeen, TaskState

CAPABILITIES = Capabilities(reaches_out=True, can_be_asked=True, reports_back=False)
parse_inbound = no_reports

_PAGE = 100


class Settings(StatusSettings):
    """The project and the tracker of new issues, the custom field for the code, and which status means what."""

    api_key_variable: SecretName = Field(title="sources.token_variable")
    project: int = Field(title="task_platforms.project")
    tracker: int | None = Field(default=None, title="task_platforms.kind_of_task")
    code_field: int = Field(title="task_platforms.code_field")


def probe(settings: Settings, client: httpx.Client) -> None:
    """Ask for the project, and whose key it is: a public project is shown to anybody."""
    service = _service(settings, client)
    service.ask(service.home)
    service.ask("/users/current.json")


def upsert(
    settings: Settings, client: httpx.Client, sent: TaskMessage, *, known: TaskRef | None, now: datetime
) -> TaskRef:
    """Make or change the issue; what somebody has changed there since `known` is noticed by its moment and status."""
    service = _service(settings, client)
    there = task_there(
        sent,
        known,
        fetch=lambda ref: fetch(settings, client, ref),
        look_up=lambda code: _look_up(settings, service, code),
    )
    state = state_to_write(sent, there)
    issue = _ours(settings, sent, state)
    if there is None:
        made = service.ask("/issues.json", method="POST", body={"issue": issue | _new(settings, sent)})
        there = _seen(settings, service.read(_Answer, made).issue)
        if there.state == state:
            return there.ref
        # Where the workflow does not begin with that status, Redmine begins with its own and says nothing.
    service.change(f"/issues/{there.ref.ref}.json", method="PUT", body={"issue": issue})
    # The answer to a change is empty: only asking again tells the moment that Redmine gave it.
    answer = service.ask(f"/issues/{there.ref.ref}.json")
    return as_left(_seen(settings, service.read(_Answer, answer).issue), state, there.state)


def fetch(settings: Settings, client: httpx.Client, ref: TaskRef) -> TaskSeen | None:
    """The issue, and who wrote its last journal entry."""
    service = _service(settings, client)
    found = service.find(f"/issues/{ref.ref}.json", parameters={"include": "journals"})
    return _seen(settings, service.read(_Answer, found).issue) if found is not None else None


def changes(settings: Settings, client: httpx.Client, *, cursor: str | None) -> Changes:
    """Issues with a code, changed since the cursor; Redmine's clock has seconds, so the last ones are told again."""
    service, since = _service(settings, client), asked_since(cursor)
    filters = {f"cf_{settings.code_field}": "*"}
    if since:
        filters["updated_on"] = f">={since:%Y-%m-%dT%H:%M:%SZ}"
    pages = skipping(lambda skip: _page(service, filters, skip=skip), take=_PAGE)
    issues = [one for page in pages for one in page if one.code(settings.code_field)]
    return Changes(tuple(_seen(settings, one) for one in issues), moved_to(cursor, (one.updated_on for one in issues)))


class _User(BaseModel):
    name: str = ""


class _Journal(BaseModel):
    id: int
    user: _User = _User()


class _Status(BaseModel):
    id: int
    is_closed: bool = False


class _CustomField(BaseModel):
    id: int
    value: Any = None


class _Issue(BaseModel):
    id: int
    status: _Status
    updated_on: AwareDatetime
    subject: str | None = None
    due_date: date | None = None
    custom_fields: tuple[_CustomField, ...] = ()
    journals: tuple[_Journal, ...] = ()

    def code(self, field: int) -> str:
        return next((str(one.value or "") for one in self.custom_fields if one.id == field), "")


class _Answer(BaseModel):
    issue: _Issue


class _Found(BaseModel):
    issues: tuple[_Issue, ...]


def _service(settings: Settings, client: httpx.Client) -> Service:
    headers = {"X-Redmine-API-Key": secret(settings.api_key_variable)}
    return Service(client, settings.address, headers, home=f"/projects/{settings.project}.json")


def _look_up(settings: Settings, service: Service, code: str) -> TaskSeen | None:
    # Redmine ignores a filter on a field that is not used as one.
    issues = _page(service, {f"cf_{settings.code_field}": code}, skip=0)
    found = ((one.code(settings.code_field), _seen(settings, one)) for one in issues)
    return with_code(code, found, field=settings.code_field)


def _page(service: Service, filters: Mapping[str, str], *, skip: int) -> tuple[_Issue, ...]:
    """Open and closed ones, by number: what changes while we read moves no other issue to a page read before."""
    asked: dict[str, str | int] = {**filters, "status_id": "*", "sort": "id", "limit": _PAGE, "offset": skip}
    return service.read(_Found, service.ask("/issues.json", parameters=asked)).issues


def _ours(settings: Settings, sent: TaskMessage, state: TaskState | None) -> dict[str, Any]:
    user = settings.user_for(sent.task.assignee)
    return {
        "subject": sent.task.title,
        "description": text_of(sent.task),
        "due_date": sent.task.due.isoformat(),
        **({"assigned_to_id": user} if user else {}),
        **({"status_id": settings.status_of(state)} if state else {}),
    }


def _new(settings: Settings, sent: TaskMessage) -> dict[str, Any]:
    return {
        "project_id": settings.project,
        # Redmine begins an issue today unless told otherwise, and refuses one that was due before it began.
        "start_date": "",
        "custom_fields": [{"id": settings.code_field, "value": sent.task.code}],
        **({"tracker_id": settings.tracker} if settings.tracker else {}),
    }


def _seen(settings: Settings, issue: _Issue) -> TaskSeen:
    # Two changes within one second have one moment; the status tells them apart where it matters.
    revision = f"{issue.updated_on.isoformat()} {issue.status.id}"
    state = settings.state_of(str(issue.status.id), closed=issue.status.is_closed)
    last = max(issue.journals, key=lambda one: one.id, default=None)
    by = last.user.name if last else None
    return TaskSeen(TaskRef(str(issue.id), revision), state, by, title=issue.subject, due=issue.due_date)
