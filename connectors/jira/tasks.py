"""Issues of Jira Cloud: found again by a label, moved by whichever transition leads to a status of the right category.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/,
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/ (search/jql, nextPageToken),
https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ (the document format of descriptions)
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
from pydantic import AwareDatetime, BaseModel, Field

from connectors.kit.credentials import SecretName, secret
from connectors.kit.paging import linked
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
    text_of,
)
from okr_engine.workflow.platforms import Capabilities
from okr_engine.workflow.tasks import Changes, TaskMessage, TaskRef, TaskSeen, TaskState

CAPABILITIES = Capabilities(reaches_out=True, can_be_asked=True, reports_back=False)
parse_inbound = no_reports

_ISSUE = "/rest/api/3/issue"
_FIELDS = "status,updated,labels,summary,duedate"
_LABEL = "okr-action"
_CATEGORIES = {"new": TaskState.OPEN, "done": TaskState.DONE}


class Settings(ServiceSettings):
    """The project and the type of new issues, and who makes them."""

    user: str = Field(title="task_platforms.account", min_length=1)
    api_token_variable: SecretName = Field(title="sources.token_variable")
    project: str = Field(title="task_platforms.project", pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    issue_type: str = Field(title="task_platforms.kind_of_task", pattern=r"^\d+$")


def probe(settings: Settings, client: httpx.Client) -> None:
    """Ask for the project."""
    service = _service(settings, client)
    service.ask(service.home)


def upsert(
    settings: Settings, client: httpx.Client, sent: TaskMessage, *, known: TaskRef | None, now: datetime
) -> TaskRef:
    """Make or change the issue, and move it where the action is ahead and the workflow offers a way."""
    service = _service(settings, client)
    there = task_there(
        sent,
        known,
        fetch=lambda ref: fetch(settings, client, ref),
        look_up=lambda code: _look_up(settings, service, code),
    )
    if there is None:
        fields = _ours(settings, sent) | _new(settings, sent)
        made = service.read(_Made, service.ask(_ISSUE, method="POST", body={"fields": fields}))
        there = _asked(service, made.id)
    else:
        service.change(f"{_ISSUE}/{there.ref.ref}", method="PUT", body={"fields": _ours(settings, sent)})
    if state := state_to_write(sent, there):
        _move(service, there.ref.ref, state)
    return as_left(_asked(service, there.ref.ref), state, there.state)


def fetch(settings: Settings, client: httpx.Client, ref: TaskRef) -> TaskSeen | None:
    """The issue, and who changed it last."""
    service = _service(settings, client)
    found = service.find(f"{_ISSUE}/{ref.ref}", parameters={"fields": _FIELDS, "expand": "changelog"})
    return _seen(service.read(_Issue, found)) if found is not None else None


def changes(settings: Settings, client: httpx.Client, *, cursor: str | None) -> Changes:
    """The project's issues with our label, changed since the cursor; Jira reads a moment in the user's time zone."""
    service, since = _service(settings, client), asked_since(cursor)
    query = f'project = "{settings.project}" AND labels = "{_LABEL}"'
    if since:
        query += f' AND updated >= "{since.astimezone(_zone(service)):%Y/%m/%d %H:%M}"'
    pages = linked("", lambda token: _page(service, query, token), next_of=lambda page: page.next_page)
    issues = [one for page in pages for one in page.issues]
    return Changes(tuple(_seen(one) for one in issues), moved_to(cursor, (one.fields.updated for one in issues)))


class _Category(BaseModel):
    key: str = ""


class _Status(BaseModel):
    id: str = ""
    category: _Category = Field(default=_Category(), alias="statusCategory")

    @property
    def state(self) -> TaskState:
        return _CATEGORIES.get(self.category.key, TaskState.IN_PROGRESS)


class _Fields(BaseModel):
    status: _Status
    updated: AwareDatetime
    labels: tuple[str, ...] = ()
    summary: str | None = None
    due: date | None = Field(default=None, alias="duedate")


class _Author(BaseModel):
    name: str = Field(default="", alias="displayName")


class _Change(BaseModel):
    author: _Author = _Author()
    created: AwareDatetime


class _Changelog(BaseModel):
    histories: tuple[_Change, ...] = ()


class _Made(BaseModel):
    id: str


class _Issue(_Made):
    fields: _Fields
    changelog: _Changelog = _Changelog()


class _Page(BaseModel):
    issues: tuple[_Issue, ...]
    next_page: str | None = Field(default=None, alias="nextPageToken")


class _Transition(BaseModel):
    id: str
    to: _Status


class _Transitions(BaseModel):
    transitions: tuple[_Transition, ...]


class _Myself(BaseModel):
    zone: str = Field(alias="timeZone")


def _service(settings: Settings, client: httpx.Client) -> Service:
    headers = basic(settings.user, secret(settings.api_token_variable))
    return Service(client, settings.address, headers, home=f"/rest/api/3/project/{settings.project}")


def _look_up(settings: Settings, service: Service, code: str) -> TaskSeen | None:
    issues = _page(service, f'project = "{settings.project}" AND labels = "{code}"', "").issues
    return next((_seen(one) for one in issues if code in one.fields.labels), None)


def _page(service: Service, query: str, token: str) -> _Page:
    asked: dict[str, str | int] = {"jql": query, "fields": _FIELDS, "maxResults": 100}
    if token:
        asked["nextPageToken"] = token
    return service.read(_Page, service.ask("/rest/api/3/search/jql", parameters=asked))


def _asked(service: Service, issue: str) -> TaskSeen:
    return _seen(service.read(_Issue, service.ask(f"{_ISSUE}/{issue}", parameters={"fields": _FIELDS})))


def _move(service: Service, issue: str, state: TaskState) -> None:
    path = f"{_ISSUE}/{issue}/transitions"
    offered = service.read(_Transitions, service.ask(path)).transitions
    # A workflow that offers no way from here has its reasons: how far the work is, is the platform's.
    if way := next((one for one in offered if one.to.state == state), None):
        service.change(path, method="POST", body={"transition": {"id": way.id}})


def _zone(service: Service) -> ZoneInfo:
    name = service.read(_Myself, service.ask("/rest/api/3/myself")).zone
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise service.not_as_documented() from error


def _ours(settings: Settings, sent: TaskMessage) -> dict[str, Any]:
    user = settings.user_for(sent.task.assignee)
    return {
        "summary": sent.task.title,
        "description": _document(text_of(sent.task)),
        "duedate": sent.task.due.isoformat(),
        **({"assignee": {"accountId": user}} if user else {}),
    }


def _new(settings: Settings, sent: TaskMessage) -> dict[str, Any]:
    return {
        "project": {"key": settings.project},
        "issuetype": {"id": settings.issue_type},
        "labels": [_LABEL, sent.task.code],
    }


def _document(text: str) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": [_paragraph(line) for line in text.splitlines() if line.strip()]}


def _paragraph(line: str) -> dict[str, Any]:
    link = {"marks": [{"type": "link", "attrs": {"href": line}}]} if line.startswith(("https://", "http://")) else {}
    return {"type": "paragraph", "content": [{"type": "text", "text": line, **link}]}


def _seen(issue: _Issue) -> TaskSeen:
    revision = f"{issue.fields.updated.isoformat()} {issue.fields.status.id}"
    last = max(issue.changelog.histories, key=lambda one: one.created, default=None)
    by, fields = last.author.name if last else None, issue.fields
    return TaskSeen(TaskRef(issue.id, revision), fields.status.state, by, title=fields.summary, due=fields.due)
