"""Task lists over CalDAV: each action is a to-do in a calendar, as Nextcloud, Radicale, SOGo and their apps keep it.

The reference is the object's name in the collection, the revision its ETag.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NoReturn
from urllib.parse import quote

import httpx
from pydantic import Field

from connectors.caldav.todos import new_calendar, rewritten, told_in
from connectors.caldav.webdav import WHAT_IT_IS, Answer, Entry, contents, holds_tasks, refuses_token, since, told
from connectors.kit.addresses import WebAddress
from connectors.kit.client import shown
from connectors.kit.credentials import SecretName, secret
from connectors.kit.task_servers import answer, refuse
from okr_engine.errors import ForgedMessage, PlatformGone, TaskChanged, TaskRefused
from okr_engine.words import message
from okr_engine.workflow.platforms import Capabilities, PlatformSettings
from okr_engine.workflow.tasks import Changes, TaskMessage, TaskRef, TaskReport, TaskSeen

CAPABILITIES = Capabilities(reaches_out=True, can_be_asked=True, reports_back=False)

_PREFIX, _SUFFIX = "okr-", ".ics"
_AT_ONCE = 100


class Settings(PlatformSettings):
    """The task list's address, and the account that writes into it."""

    address: WebAddress = Field(title="task_platforms.task_list", pattern=r"^https?://[^/\s]+/[^\s?#]*$")
    user: str = Field(title="task_platforms.calendar_user", min_length=1, max_length=200, pattern=r"^[^:]+$")
    password_variable: SecretName = Field(title="task_platforms.calendar_password_variable")

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset({httpx.URL(self.address).host})


def probe(settings: Settings, client: httpx.Client) -> None:
    """Ask the address whether it is a calendar that takes tasks."""
    response = _answer(settings, client, "PROPFIND", content=WHAT_IT_IS, headers=_XML | {"Depth": "0"})
    try:
        suits = response.status_code == 207 and holds_tasks(response.content)
    except ValueError:
        suits = False
    if not suits:
        if not response.is_success:
            refuse(response)
        raise PlatformGone(
            message("task_platforms.no_task_list", address=settings.address),
            remedy=message("task_platforms.no_task_list_remedy"),
        )


def upsert(
    settings: Settings, client: httpx.Client, sent: TaskMessage, *, known: TaskRef | None, now: datetime
) -> TaskRef:
    """Make the to-do, or write into the one that is there; the server itself sees to it that nobody is overwritten.

    One that was deleted there is made anew.
    """
    name = known.ref if known else f"{_PREFIX}{sent.task.code}{_SUFFIX}"
    there = _read(settings, client, name) if known else None
    if there is None:
        new = new_calendar(sent, language=settings.language, now=now)
        made = _put(settings, client, name, new, only_if={"If-None-Match": "*"})
        if made is not None:
            return made
        there = _read(settings, client, name)
    if there is None or (known and known.revision and known.revision != there.headers.get("ETag")):
        raise _changed(settings)
    try:
        content = rewritten(there.content, sent, language=settings.language, now=now)
    except ValueError:
        _refuse_content(there)
    written = _put(settings, client, name, content, only_if={"If-Match": there.headers.get("ETag", "*")})
    if written is None:
        raise _changed(settings)
    return written


def fetch(settings: Settings, client: httpx.Client, ref: TaskRef) -> TaskSeen | None:
    """The to-do as people have left it; None where it was deleted."""
    there = _read(settings, client, ref.ref)
    if there is None:
        return None
    try:
        return _task(ref.ref, there.headers.get("ETag"), there.content)
    except ValueError:
        _refuse_content(there)


def changes(settings: Settings, client: httpx.Client, *, cursor: str | None) -> Changes:
    """Our to-dos that were written or deleted since the cursor; a cursor the server has forgotten starts over."""
    found = _since(settings, client, cursor or "")
    ours = [one for one in found.entries if one.name.startswith(_PREFIX) and one.name.endswith(_SUFFIX)]
    written = [one.href for one in ours if not one.gone]
    return Changes(
        seen=tuple(_seen(_contents(settings, client, written))),
        cursor=found.token,
        gone=tuple(one.name for one in ours if one.gone),
    )


def parse_inbound(settings: Settings, headers: Mapping[str, str], body: bytes, *, now: datetime) -> TaskReport:
    """A calendar sends nothing of itself: every message is refused."""
    raise ForgedMessage(message("task_platforms.forged"))


# A compressing proxy changes the ETag, and then no condition fits any more.
_PLAIN = {"Accept-Encoding": "identity"}
_XML = _PLAIN | {"Content-Type": "application/xml; charset=utf-8"}
_CALENDAR = _PLAIN | {"Content-Type": "text/calendar; charset=utf-8"}


def _answer(settings: Settings, client: httpx.Client, method: str, name: str = "", **asked: object) -> httpx.Response:
    address = f"{settings.address.rstrip('/')}/{quote(name, safe='')}"
    login = httpx.BasicAuth(settings.user, secret(settings.password_variable))
    return answer(client, method, address, auth=login, **asked)


def _read(settings: Settings, client: httpx.Client, name: str) -> httpx.Response | None:
    response = _answer(settings, client, "GET", name, headers=_PLAIN)
    if response.status_code in (404, 410):
        return None
    if response.status_code != 200:
        refuse(response)
    return response


def _put(
    settings: Settings, client: httpx.Client, name: str, content: bytes, *, only_if: Mapping[str, str]
) -> TaskRef | None:
    """Where it is now; None where the condition does not hold any more."""
    response = _answer(settings, client, "PUT", name, content=content, headers={**_CALENDAR, **only_if})
    if response.status_code == 412:
        return None
    if response.status_code == 409 and b"no-uid-conflict" not in response.content:
        raise PlatformGone(
            message("task_platforms.no_task_list", address=settings.address),
            remedy=message("task_platforms.no_task_list_remedy"),
        )
    if not response.is_success:
        refuse(response)
    if "ETag" in response.headers:
        return TaskRef(name, response.headers["ETag"])
    # A server that keeps something else than it was given does not say under which revision.
    seen = fetch(settings, client, TaskRef(name))
    return seen.ref if seen and seen.state == told_in(content).state else TaskRef(name)


def _since(settings: Settings, client: httpx.Client, token: str) -> Answer:
    """What the server tells since the token, and everything where it has forgotten the token."""
    response = _answer(settings, client, "REPORT", content=since(token), headers=_XML | {"Depth": "0"})
    if token and response.status_code in (403, 409, 412) and refuses_token(response.content):
        return _since(settings, client, "")
    return _told(response)


def _contents(settings: Settings, client: httpx.Client, hrefs: Sequence[str]) -> Iterator[Entry]:
    for start in range(0, len(hrefs), _AT_ONCE):
        some = contents(hrefs[start : start + _AT_ONCE])
        response = _answer(settings, client, "REPORT", content=some, headers=_XML | {"Depth": "1"})
        yield from _told(response).entries


def _seen(entries: Iterator[Entry]) -> Iterator[TaskSeen]:
    """What is a task; an object that is gone meanwhile is told the next time, one that nobody can read never is."""
    for one in entries:
        with suppress(ValueError):
            yield _task(one.name, one.etag, one.content or b"")


def _task(name: str, etag: str | None, content: bytes) -> TaskSeen:
    found = told_in(content)
    return TaskSeen(TaskRef(name, etag), found.state, title=found.title, due=found.due)


def _told(response: httpx.Response) -> Answer:
    if response.status_code != 207:
        refuse(response)
    try:
        return told(response.content)
    except ValueError:
        _refuse_content(response)


def _refuse_content(response: httpx.Response) -> NoReturn:
    raise TaskRefused(
        message("task_platforms.not_a_task", address=shown(response.url)),
        remedy=message("task_platforms.refused_remedy"),
    )


def _changed(settings: Settings) -> TaskChanged:
    return TaskChanged(message("task_platforms.changed", address=settings.address))
