"""Records of a task table of ServiceNow, found again by their correlation id.

Source: https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html,
https://www.servicenow.com/docs/r/platform-security/authentication/client-credential-grant.html (POST /oauth_token.do)
"""

from datetime import UTC, date, datetime
from typing import Any, Self

import httpx
from pydantic import BaseModel, Field, NaiveDatetime, model_validator

from connectors.kit.client import credentials_refused
from connectors.kit.credentials import SecretName, secret
from connectors.kit.paging import skipping
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
from okr_engine.errors import TaskRefused
from okr_engine.workflow.platforms import Capabilities
from okr_engine.workflow.tasks import Changes, TaskMessage, TaskRef, TaskSeen, TaskState

CAPABILITIES = Capabilities(reaches_out=True, can_be_asked=True, reports_back=False)
parse_inbound = no_reports

_OURS = "okr-engine"
_FIELDS = "sys_id,correlation_id,state,active,sys_mod_count,sys_updated_on,sys_updated_by,short_description,due_date"
_LONGEST_TITLE = 160
_PAGE = 100


class Settings(StatusSettings):
    """The table, the values of its `state`, and either a user or an OAuth client."""

    user: str = Field(default="", title="task_platforms.account")
    client_id: str = Field(default="", title="task_platforms.client_id")
    password_variable: SecretName = Field(title="task_platforms.account_secret_variable")
    table: str = Field(default="task", title="task_platforms.table", pattern=r"^[a-z][a-z0-9_]*$")
    open_status: str = Field(default="1", title="task_platforms.open_status", min_length=1)
    in_progress_status: str = Field(default="2", title="task_platforms.in_progress_status", min_length=1)
    done_status: str = Field(default="3", title="task_platforms.done_status", min_length=1)

    @property
    def path(self) -> str:
        return f"/api/now/table/{self.table}"

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if bool(self.user) == bool(self.client_id):
            raise ValueError("either a user or a client id")
        return self


def probe(settings: Settings, client: httpx.Client) -> None:
    """Ask the table for one record."""
    service = _service(settings, client)
    service.ask(service.home)


def upsert(
    settings: Settings, client: httpx.Client, sent: TaskMessage, *, known: TaskRef | None, now: datetime
) -> TaskRef:
    """Make or change the record; what somebody has changed there since `known` is noticed by its count of changes."""
    service = _service(settings, client)
    there = task_there(
        sent,
        known,
        fetch=lambda ref: _fetched(settings, service, ref),
        look_up=lambda code: _look_up(settings, service, code),
    )
    record = _ours(settings, sent, state_to_write(sent, there))
    if there is None:
        own = {"correlation_id": sent.task.code, "correlation_display": _OURS}
        answer = service.ask(settings.path, method="POST", body=record | own)
    else:
        answer = service.change(f"{settings.path}/{there.ref.ref}", method="PATCH", body=record)
    return _seen(settings, service.read(_Answer, answer).result).ref


def fetch(settings: Settings, client: httpx.Client, ref: TaskRef) -> TaskSeen | None:
    """The record, and who changed it last."""
    return _fetched(settings, _service(settings, client), ref)


def changes(settings: Settings, client: httpx.Client, *, cursor: str | None) -> Changes:
    """Our records, changed since the cursor; by creation, so that what changes while we read moves no other."""
    service, since = _service(settings, client), asked_since(cursor)
    newer = f"^sys_updated_on>={since:%Y-%m-%d %H:%M:%S}" if since else ""
    query = f"correlation_display={_OURS}{newer}^ORDERBYsys_created_on"
    pages = skipping(lambda skip: _page(settings, service, query, skip=skip), take=_PAGE)
    records = [one for page in pages for one in page if one.correlation_id]
    return Changes(tuple(_seen(settings, one) for one in records), moved_to(cursor, (one.moment for one in records)))


class _Record(BaseModel):
    sys_id: str = Field(min_length=1)
    correlation_id: str = ""
    state: str = ""
    active: str = "true"
    changes: str = Field(alias="sys_mod_count")
    updated: NaiveDatetime = Field(alias="sys_updated_on")
    by: str = Field(default="", alias="sys_updated_by")
    title: str = Field(default="", alias="short_description")
    due: str = Field(default="", alias="due_date")

    @property
    def moment(self) -> datetime:
        return self.updated.replace(tzinfo=UTC)

    @property
    def day(self) -> date | None:
        try:
            return date.fromisoformat(self.due[:10])
        except ValueError:
            return None


class _Answer(BaseModel):
    result: _Record


class _Page(BaseModel):
    result: tuple[_Record, ...]


class _Token(BaseModel):
    access_token: str


def _service(settings: Settings, client: httpx.Client) -> Service:
    password = secret(settings.password_variable)
    headers = basic(settings.user, password) if settings.user else _bearer(settings, client, password)
    return Service(client, settings.address, headers, home=f"{settings.path}?sysparm_limit=1&sysparm_fields=sys_id")


def _bearer(settings: Settings, client: httpx.Client, password: str) -> dict[str, str]:
    gate = Service(client, settings.address, {})
    form = {"grant_type": "client_credentials", "client_id": settings.client_id, "client_secret": password}
    try:
        token = gate.read(_Token, gate.ask("/oauth_token.do", method="POST", form=form))
    except TaskRefused as error:
        raise credentials_refused(httpx.URL(settings.address), 400) from error
    return {"Authorization": f"Bearer {token.access_token}"}


def _fetched(settings: Settings, service: Service, ref: TaskRef) -> TaskSeen | None:
    found = service.find(f"{settings.path}/{ref.ref}", parameters={"sysparm_fields": _FIELDS})
    return _seen(settings, service.read(_Answer, found).result) if found is not None else None


def _look_up(settings: Settings, service: Service, code: str) -> TaskSeen | None:
    # ServiceNow ignores a condition on a field that the table does not have.
    records = _page(settings, service, f"correlation_id={code}", limit=2)
    return with_code(code, ((one.correlation_id, _seen(settings, one)) for one in records), field="correlation_id")


def _page(
    settings: Settings, service: Service, query: str, *, skip: int = 0, limit: int = _PAGE
) -> tuple[_Record, ...]:
    asked: dict[str, str | int] = {
        "sysparm_query": query,
        "sysparm_fields": _FIELDS,
        "sysparm_limit": limit,
        "sysparm_offset": skip,
    }
    return service.read(_Page, service.ask(settings.path, parameters=asked)).result


def _ours(settings: Settings, sent: TaskMessage, state: TaskState | None) -> dict[str, Any]:
    user = settings.user_for(sent.task.assignee)
    return {
        "short_description": sent.task.title,
        "description": text_of(sent.task),
        # A day is a moment there, in UTC: noon is on that day wherever it is shown here.
        "due_date": f"{sent.task.due.isoformat()} 12:00:00",
        **({"assigned_to": user} if user else {}),
        **({"state": settings.status_of(state)} if state else {}),
    }


def _seen(settings: Settings, record: _Record) -> TaskSeen:
    state = settings.state_of(record.state, closed=record.active == "false")
    # A title that ServiceNow has cut is nobody's change.
    title = record.title if 0 < len(record.title) < _LONGEST_TITLE else None
    return TaskSeen(TaskRef(record.sys_id, record.changes), state, record.by or None, title=title, due=record.day)
