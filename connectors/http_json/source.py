"""Records of a JSON service become events by a map of pointers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, Self
from urllib.parse import urljoin

import httpx
from pydantic import Field, model_validator

from connectors.kit.answers import ask_json
from connectors.kit.columns import ColumnMap, event_of_row
from connectors.kit.credentials import SecretName, secret
from connectors.kit.moments import moment_of
from connectors.kit.paging import linked, numbered, skipping
from connectors.kit.pointers import Pointer, pointed_rows, value_at
from connectors.kit.watermarks import moved_to, read_from
from okr_engine.errors import Place, SchemaChanged
from okr_engine.measuring.events import Event
from okr_engine.measuring.sources import Page, PersonKey, Record, SourceSettings, Watermark
from okr_engine.words import message


class Settings(SourceSettings):
    """Where the service is, how it pages, how it is asked for news, and what its fields mean."""

    address: str = Field(title="sources.api_address", pattern=r"^https?://[^#]+$")
    parameters: dict[str, str] = Field(default_factory=dict, title="sources.parameters")
    token_variable: SecretName | None = Field(default=None, title="sources.token_variable")
    header_name: str = Field(
        default="Authorization", title="sources.header_name", pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$"
    )
    header_scheme: Literal["Bearer", "Token", "ApiKey", ""] = Field(default="Bearer", title="sources.header_scheme")
    records_at: Pointer = Field(default="", title="sources.records_at")
    columns: ColumnMap = Field(title="sources.column_map")
    paging: Literal["none", "next_link", "skip", "page"] = Field(default="none", title="sources.paging")
    next_at: Pointer = Field(default="/next", title="sources.next_at")
    page_parameter: str = Field(default="page", title="sources.page_parameter", min_length=1)
    first_page: int = Field(default=1, ge=0, le=1, title="sources.first_page")
    skip_parameter: str = Field(default="skip", title="sources.skip_parameter", min_length=1)
    take_parameter: str | None = Field(default=None, title="sources.take_parameter")
    page_size: int = Field(default=1000, ge=1, le=100_000, title="sources.page_size")
    since_parameter: str | None = Field(default=None, title="sources.since_parameter")
    since_as: Literal["iso", "day", "unix"] = Field(default="iso", title="sources.since_as")
    changed_at: Pointer | None = Field(default=None, title="sources.changed_at")
    overlap_hours: int = Field(default=48, ge=0, le=24 * 366, title="sources.overlap_hours")

    @model_validator(mode="after")
    def _points(self) -> Self:
        if wrong := [name for name in self.columns.wanted if not name.startswith("/")]:
            raise ValueError(f"fields are named by pointers that begin with /: {', '.join(wrong)}")
        return self

    @property
    def hosts(self) -> frozenset[str]:
        """The service's host."""
        return frozenset({httpx.URL(self.address).host})


def probe(settings: Settings, client: httpx.Client) -> None:
    """Ask for the first page and compare its fields."""
    for _ in _answers(settings, client, since=None):
        return


def pages(settings: Settings, client: httpx.Client, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    """The service's pages; the watermark follows the moment of change, where the settings say where that is."""
    latest: datetime | None = None if settings.changed_at else now
    number = 0
    for found in _answers(settings, client, since=since):
        records = []
        for content in found:
            number += 1
            records.append(Record(Place(file=settings.source_system, record=str(number)), content))
            latest = max(filter(None, (latest, _changed(content, settings))), default=None)
        yield Page(records)
    yield Page((), moved_to(since, latest, now))


def events_of(record: Record, settings: Settings, *, person_key: PersonKey) -> Iterable[Event]:
    """The one event of a record."""
    return [
        event_of_row(
            lambda pointer: value_at(record.content, pointer),
            settings.columns,
            source_system=settings.source_system,
            zone=settings.zone,
            person_key=person_key,
        )
    ]


def _answers(settings: Settings, client: httpx.Client, *, since: Watermark | None) -> Iterator[Sequence[Any]]:
    """The records, answer by answer; the first answer with any is compared with the map."""
    parameters = {**settings.parameters, **_since(settings, since)}

    def ask(more: Mapping[str, str]) -> Sequence[Any]:
        answer = ask_json(client, settings.address, parameters={**parameters, **more}, headers=_headers(settings))
        return _records(answer, settings)

    match settings.paging:
        case "none":
            found: Iterator[Sequence[Any]] = iter([ask({})])
        case "page":
            found = numbered(lambda page: ask({settings.page_parameter: str(page)}), first=settings.first_page)
        case "skip":
            size = {settings.take_parameter: str(settings.page_size)} if settings.take_parameter else {}
            take = settings.page_size if settings.take_parameter else None
            found = skipping(lambda skip: ask({settings.skip_parameter: str(skip), **size}), take=take)
        case "next_link":
            found = _linked(settings, client, parameters)
    yield from pointed_rows(found, settings.columns.wanted, source=settings.source_system)


def _linked(settings: Settings, client: httpx.Client, parameters: Mapping[str, str]) -> Iterator[Sequence[Any]]:
    first = str(httpx.URL(settings.address).copy_merge_params(parameters))
    answers = linked(
        first,
        lambda url: ask_json(client, url, headers=_headers(settings)),
        next_of=lambda answer: urljoin(first, link) if (link := value_at(answer, settings.next_at)) else None,
    )
    return (_records(answer, settings) for answer in answers)


def _records(answer: object, settings: Settings) -> list[Any]:
    found = value_at(answer, settings.records_at)
    if not isinstance(found, list):
        raise SchemaChanged(
            message("sources.no_records", source=settings.source_system, key=settings.records_at or "/"),
            remedy=message("sources.schema_remedy"),
        )
    return found


def _since(settings: Settings, since: Watermark | None) -> dict[str, str]:
    start = read_from(since, timedelta(hours=settings.overlap_hours))
    if start is None or settings.since_parameter is None:
        return {}
    match settings.since_as:
        case "iso":
            said = f"{start:%Y-%m-%dT%H:%M:%SZ}"
        case "day":
            said = start.astimezone(settings.zone).date().isoformat()
        case "unix":
            said = str(int(start.timestamp()))
    return {settings.since_parameter: said}


def _changed(content: object, settings: Settings) -> datetime | None:
    if settings.changed_at is None:
        return None
    try:
        return moment_of(value_at(content, settings.changed_at, ""), settings.zone)
    except (ValueError, OverflowError):
        return None


def _headers(settings: Settings) -> dict[str, str]:
    if settings.token_variable is None:
        return {}
    return {settings.header_name: f"{settings.header_scheme} {secret(settings.token_variable)}".strip()}
