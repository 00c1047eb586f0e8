"""Items of an OData collection become events by a map of pointers; a delta query tells only what has changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self
from urllib.parse import urljoin

import httpx
from pydantic import Field, model_validator

from connectors.kit.answers import ask
from connectors.kit.client import credentials_refused
from connectors.kit.columns import ColumnMap, event_of_row
from connectors.kit.credentials import SecretName, bearer, secret
from connectors.kit.paging import linked, records_in
from connectors.kit.pointers import Pointer, pointed_rows, value_at
from okr_engine.errors import Place
from okr_engine.measuring.events import Event
from okr_engine.measuring.sources import Page, PersonKey, Record, SourceSettings, Watermark

_GONE = 410


class Settings(SourceSettings):
    """The collection or its delta function, how to sign in, and what the fields mean."""

    address: str = Field(title="sources.odata_address", pattern=r"^https?://[^#]+$")
    token_variable: SecretName | None = Field(default=None, title="sources.token_variable")
    token_address: str | None = Field(default=None, title="sources.token_address", pattern=r"^https?://[^#]+$")
    client_id: str | None = Field(default=None, title="sources.client_id")
    client_secret_variable: SecretName | None = Field(default=None, title="sources.client_secret_variable")
    scope: str = Field(default="https://graph.microsoft.com/.default", title="sources.scope")
    columns: ColumnMap = Field(title="sources.column_map")
    item_at: Pointer = Field(default="/id", title="sources.item_at")

    @model_validator(mode="after")
    def _can_sign_in(self) -> Self:
        signs_in = (self.token_address, self.client_id, self.client_secret_variable)
        if any(signs_in) and not all(signs_in):
            raise ValueError("token_address, client_id and client_secret_variable belong together")
        if wrong := [name for name in self.columns.wanted if not name.startswith("/")]:
            raise ValueError(f"fields are named by pointers that begin with /: {', '.join(wrong)}")
        return self

    @property
    def hosts(self) -> frozenset[str]:
        """The service's host, and the one that gives tokens."""
        return frozenset(httpx.URL(each).host for each in (self.address, self.token_address) if each)


def probe(settings: Settings, client: httpx.Client) -> None:
    """Ask for the first page."""
    answer = ask(client, settings.address, headers=_headers(settings, client))
    records_in(answer.json(), "value", source=settings.source_system)


def pages(settings: Settings, client: httpx.Client, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    """The collection, or what has changed since the watermark's link; a link too old means everything once more."""
    headers = _headers(settings, client)
    links: list[str] = []
    found = _answers(settings, client, headers, first=since.cursor if since else None, links=links)
    number = 0
    for items in pointed_rows(found, settings.columns.wanted, source=settings.source_system):
        records = []
        for item in _last_of_each(items, settings):
            number += 1
            place = Place(file=settings.source_system, record=f"{number} {value_at(item, settings.item_at)}")
            records.append(Record(place, item))
        yield Page(records)
    yield Page((), Watermark(moment=now, cursor=links[-1] if links else None))


def events_of(record: Record, settings: Settings, *, person_key: PersonKey) -> Iterable[Event]:
    """The one event of an item."""
    return [
        event_of_row(
            lambda pointer: value_at(record.content, pointer),
            settings.columns,
            source_system=settings.source_system,
            zone=settings.zone,
            person_key=person_key,
        )
    ]


def _answers(
    settings: Settings, client: httpx.Client, headers: Mapping[str, str], *, first: str | None, links: list[str]
) -> Iterator[Sequence[Any]]:
    """The items, answer by answer; the link to go on from is left in `links`."""
    gone = object()

    def fetch(url: str) -> Any:
        answer = ask(client, url, headers=headers, accept=(200, _GONE))
        return gone if answer.status == _GONE else answer.json()

    def next_of(page: Any) -> str | None:
        if page is gone:
            return settings.address
        if delta := page.get("@odata.deltaLink"):
            links.append(urljoin(settings.address, delta))
        following = page.get("@odata.nextLink")
        return urljoin(settings.address, following) if following else None

    for page in linked(first or settings.address, fetch, next_of=next_of):
        if page is not gone:
            yield [item for item in records_in(page, "value", source=settings.source_system) if not _is_deleted(item)]


def _is_deleted(item: object) -> bool:
    return value_at(item, "/deleted") is not None or value_at(item, "/@removed") is not None


def _last_of_each(items: Sequence[Any], settings: Settings) -> list[Any]:
    """Each item as the service told it last: a delta may tell one several times."""
    last = {repr(value_at(item, settings.item_at, number)): item for number, item in enumerate(items)}
    return list(last.values())


def _headers(settings: Settings, client: httpx.Client) -> dict[str, str]:
    if settings.token_address is None or settings.client_secret_variable is None:
        return bearer(settings.token_variable)
    form = {
        "grant_type": "client_credentials",
        "client_id": str(settings.client_id),
        "client_secret": secret(settings.client_secret_variable),
        "scope": settings.scope,
    }
    # 400 is how OAuth says that it does not know the client or its secret.
    answer = ask(client, settings.token_address, method="POST", form=form, accept=(200, 400))
    token = value_at(answer.json(), "/access_token") if answer.status == 200 else None
    if not isinstance(token, str):
        raise credentials_refused(answer.url, answer.status)
    return {"Authorization": f"Bearer {token}"}
