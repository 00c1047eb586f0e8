"""Work packages of OpenProject, with an assignee and an accountable; it refuses itself to write over something newer.

Source: https://www.openproject.org/docs/api/endpoints/work-packages/ (lockVersion, 409),
https://www.openproject.org/docs/api/filters/, https://www.openproject.org/docs/api/introduction/ (the user `apikey`)
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from connectors.kit.credentials import SecretName, secret
from connectors.kit.paging import numbered
from connectors.kit.task_services import (
    Service,
    StatusSettings,
    asked_since,
    basic,
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

_PACKAGES = "/api/v3/work_packages"
_PAGE = 100


class Settings(StatusSettings):
    """The project and the type of new work packages, and the custom field for the code."""

    api_key_variable: SecretName = Field(title="sources.token_variable")
    project: int = Field(title="task_platforms.project")
    type: int = Field(title="task_platforms.kind_of_task")
    code_field: int = Field(title="task_platforms.code_field")

    @property
    def code_name(self) -> str:
        return f"customField{self.code_field}"

    def link(self, kind: str, number: object) -> dict[str, str]:
        """A link as the interface writes them: with the path that it is installed under."""
        return {"href": f"{httpx.URL(self.address).path.rstrip('/')}/api/v3/{kind}/{number}"}


def probe(settings: Settings, client: httpx.Client) -> None:
    """Ask for the project."""
    service = _service(settings, client)
    service.ask(service.home)


def upsert(
    settings: Settings, client: httpx.Client, sent: TaskMessage, *, known: TaskRef | None, now: datetime
) -> TaskRef:
    """Make or change the work package, at the version that our last write left."""
    service = _service(settings, client)
    there = task_there(
        sent,
        known,
        fetch=lambda ref: fetch(settings, client, ref),
        look_up=lambda code: _look_up(settings, service, code),
    )
    if there is None:
        made = service.ask(_PACKAGES, method="POST", body=_new(settings, sent))
        there = _seen(settings, service, [service.read(_Package, made)])[0]
        # A workflow leads from status to status: a work package begins open and is moved from there.
        if state_to_write(sent, there) is None:
            return there.ref
    package = _ours(settings, sent, state_to_write(sent, there))
    version = {"lockVersion": int(there.ref.revision or 0)}
    answer = service.change(f"{_PACKAGES}/{there.ref.ref}", method="PATCH", body=package | version)
    return service.read(_Package, answer).ref


def fetch(settings: Settings, client: httpx.Client, ref: TaskRef) -> TaskSeen | None:
    """The work package as it is."""
    service = _service(settings, client)
    found = service.find(f"{_PACKAGES}/{ref.ref}")
    return _seen(settings, service, [service.read(_Package, found)])[0] if found is not None else None


def changes(settings: Settings, client: httpx.Client, *, cursor: str | None) -> Changes:
    """The project's work packages with a code, changed since the cursor."""
    service, since = _service(settings, client), asked_since(cursor)
    filters = [_filter("project", "=", str(settings.project))]
    if since:
        filters.append(_filter("updatedAt", "<>d", f"{since:%Y-%m-%dT%H:%M:%SZ}", ""))
    pages = numbered(lambda number: _page(service, filters, number))
    packages = [one for page in pages for one in page if one.text(settings.code_name)]
    return Changes(_seen(settings, service, packages), moved_to(cursor, (one.updated_at for one in packages)))


class _Link(BaseModel):
    href: str = ""


class _Links(BaseModel):
    status: _Link = _Link()


class _Package(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: int
    version: int = Field(alias="lockVersion")
    updated_at: AwareDatetime = Field(alias="updatedAt")
    subject: str | None = None
    due: date | None = Field(default=None, alias="dueDate")
    links: _Links = Field(alias="_links")

    @property
    def ref(self) -> TaskRef:
        return TaskRef(str(self.id), str(self.version))

    @property
    def status(self) -> str:
        return self.links.status.href.rpartition("/")[2]

    def text(self, name: str) -> str:
        return str((self.model_extra or {}).get(name) or "")


class _Packages(BaseModel):
    elements: tuple[_Package, ...]


class _Found(BaseModel):
    embedded: _Packages = Field(alias="_embedded")


class _Status(BaseModel):
    id: int
    closes: bool = Field(alias="isClosed")


class _Statuses(BaseModel):
    elements: tuple[_Status, ...]


class _KnownStatuses(BaseModel):
    embedded: _Statuses = Field(alias="_embedded")


def _service(settings: Settings, client: httpx.Client) -> Service:
    headers = basic("apikey", secret(settings.api_key_variable))
    return Service(client, settings.address, headers, home=f"/api/v3/projects/{settings.project}")


def _look_up(settings: Settings, service: Service, code: str) -> TaskSeen | None:
    packages = _page(service, [_filter(settings.code_name, "=", code)], 1)
    codes = [one.text(settings.code_name) for one in packages]
    return with_code(code, zip(codes, _seen(settings, service, packages), strict=True), field=settings.code_field)


def _page(service: Service, filters: Sequence[dict[str, Any]], number: int) -> tuple[_Package, ...]:
    """By id: what changes while we read moves no other to a page read before. Without filters only open ones come."""
    asked: dict[str, str | int] = {
        "filters": json.dumps(filters),
        "sortBy": json.dumps([["id", "asc"]]),
        "pageSize": _PAGE,
        "offset": number,
    }
    return service.read(_Found, service.ask(_PACKAGES, parameters=asked)).embedded.elements


def _filter(name: str, operator: str, *values: str) -> dict[str, Any]:
    return {name: {"operator": operator, "values": list(values)}}


def _ours(settings: Settings, sent: TaskMessage, state: TaskState | None) -> dict[str, Any]:
    people = {
        "assignee": settings.user_for(sent.task.assignee),
        "responsible": settings.user_for(sent.task.accountable),
    }
    links = {role: settings.link("users", user) for role, user in people.items() if user}
    return {
        "subject": sent.task.title,
        "description": {"format": "markdown", "raw": text_of(sent.task)},
        "dueDate": sent.task.due.isoformat(),
        "_links": links | ({"status": settings.link("statuses", settings.status_of(state))} if state else {}),
    }


def _new(settings: Settings, sent: TaskMessage) -> dict[str, Any]:
    package = _ours(settings, sent, TaskState.OPEN)
    package["_links"] |= {
        "project": settings.link("projects", settings.project),
        "type": settings.link("types", settings.type),
    }
    return package | {settings.code_name: sent.task.code}


def _seen(settings: Settings, service: Service, packages: Sequence[_Package]) -> tuple[TaskSeen, ...]:
    """Which statuses close a work package is asked only where the settings do not know one of them."""
    closing: frozenset[str] = frozenset()
    if not all(settings.knows(one.status) for one in packages):
        statuses = service.read(_KnownStatuses, service.ask("/api/v3/statuses")).embedded.elements
        closing = frozenset(str(one.id) for one in statuses if one.closes)
    states = [settings.state_of(one.status, closed=one.status in closing) for one in packages]
    return tuple(
        TaskSeen(one.ref, state, title=one.subject, due=one.due) for one, state in zip(packages, states, strict=True)
    )
