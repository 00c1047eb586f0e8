"""Encounters of FHIR R4 become visits and service events."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, Self
from urllib.parse import urljoin

import httpx
from pydantic import Field, model_validator

from connectors.fhir.encounters import CLASSES, events_of_encounter, last_updated
from connectors.kit.answers import ask, ask_json, ask_lines, lines
from connectors.kit.client import retry_after
from connectors.kit.credentials import SecretName, bearer
from connectors.kit.moments import moment_of
from connectors.kit.opened_files import damaged, unpacked
from connectors.kit.paging import linked
from connectors.kit.rows import Row, in_pages, json_lines
from connectors.kit.stores import FilesRead, StoreAddress, StoredFile, stored_files
from connectors.kit.watermarks import moved_to, read_from
from okr_engine.errors import Place, SchemaChanged
from okr_engine.measuring.events import Event
from okr_engine.measuring.sources import Page, PersonKey, Record, SourceSettings, Watermark
from okr_engine.measuring.tables import Disposition, VisitKind
from okr_engine.words import message

_NDJSON = (".ndjson", ".ndjson.gz")
_FHIR = {"Accept": "application/fhir+json"}
_LONGEST_POLL = 60.0


class Settings(SourceSettings):
    """A server's base address, searched or exported, or a folder with the NDJSON files of an export."""

    address: str | None = Field(default=None, title="sources.fhir_address", pattern=r"^https?://[^?#]+$")
    folder: StoreAddress | None = Field(default=None, title="sources.fhir_folder")
    way: Literal["search", "export"] = Field(default="search", title="sources.fhir_way")
    group: str | None = Field(default=None, title="sources.fhir_group", pattern=r"^[A-Za-z0-9.-]{1,64}$")
    token_variable: SecretName | None = Field(default=None, title="sources.token_variable")
    file_hosts: frozenset[str] = Field(default=frozenset(), title="sources.file_hosts")
    overlap_hours: int = Field(default=48, ge=0, le=24 * 31, title="sources.overlap_hours")
    page_size: int = Field(default=200, ge=1, le=1000, title="sources.page_size")
    polling_minutes: int = Field(default=30, ge=0, le=600, title="sources.polling_minutes")
    classes: dict[str, VisitKind] = Field(
        default_factory=lambda: {code: VisitKind(kind) for code, kind in CLASSES.items()}, title="sources.fhir_classes"
    )
    area: str | None = Field(default=None, title="sources.area")
    default_unit: str | None = Field(default=None, title="sources.default_unit")
    default_disposition: Disposition | None = Field(default=Disposition.UNKNOWN, title="sources.default_disposition")

    @model_validator(mode="after")
    def _is_one_place(self) -> Self:
        if (self.address is None) == (self.folder is None):
            raise ValueError("give either the address of a server or a folder")
        return self

    @property
    def hosts(self) -> frozenset[str]:
        """The server, and where it puts its exported files."""
        return self.file_hosts | ({httpx.URL(self.address).host} if self.address else set())


def probe(settings: Settings, client: httpx.Client) -> None:
    """Ask the server for one encounter, or read the first file's first line."""
    if settings.folder:
        for _ in _lines_of(stored_files(settings.folder, suffixes=_NDJSON)[0]):
            return
    else:
        _bundle(ask_json(client, _url(settings, "Encounter?_count=1"), headers=_headers(settings)))


def pages(settings: Settings, client: httpx.Client, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    """What the server has changed since the watermark; of a folder, the files that are new or changed."""
    if settings.folder:
        return _folder_pages(settings.folder, since=since, now=now)
    if settings.way == "export":
        return _export_pages(settings, client, since=since, now=now)
    return _search_pages(settings, client, since=since, now=now)


def events_of(record: Record, settings: Settings, *, person_key: PersonKey) -> Iterable[Event]:
    """The visit and the service event of an encounter; other resources tell nothing."""
    if record.content.get("resourceType") != "Encounter":
        return []
    return list(
        events_of_encounter(
            record.content,
            source_system=settings.source_system,
            zone=settings.zone,
            person_key=person_key,
            classes=settings.classes,
            area=settings.area,
            default_unit=settings.default_unit,
            default_disposition=settings.default_disposition,
        )
    )


def _search_pages(
    settings: Settings, client: httpx.Client, *, since: Watermark | None, now: datetime
) -> Iterator[Page]:
    start = read_from(since, timedelta(hours=settings.overlap_hours))
    query = {"_count": str(settings.page_size), "_sort": "_lastUpdated"}
    if start:
        query["_lastUpdated"] = f"ge{start:%Y-%m-%dT%H:%M:%SZ}"
    first = f"{_url(settings, 'Encounter')}?{httpx.QueryParams(query)}"
    latest: datetime | None = None
    number = 0
    bundles = linked(first, lambda url: ask_json(client, url, headers=_headers(settings)), next_of=_next_link(first))
    for bundle in bundles:
        records = []
        for entry in _bundle(bundle):
            number += 1
            resource = entry.get("resource")
            if isinstance(resource, Mapping) and resource.get("resourceType") == "Encounter":
                place = Place(file=settings.source_system, record=f"{number} Encounter/{resource.get('id')}")
                records.append(Record(place, resource))
                changed = last_updated(resource, settings.zone)
                latest = max(filter(None, (latest, changed)), default=None)
        yield Page(records)
    yield Page((), moved_to(since, latest, now))


def _export_pages(
    settings: Settings, client: httpx.Client, *, since: Watermark | None, now: datetime
) -> Iterator[Page]:
    """Start an export or go on waiting for the one begun; what is not ready in time is fetched by the next reading."""
    status = json.loads(since.cursor)["status"] if since and since.cursor else _start_export(settings, client, since)
    manifest = _finished_export(settings, client, status, now)
    moment = since.moment if since else None
    if manifest is None:
        yield Page((), Watermark(moment=moment, cursor=json.dumps({"status": status})))
        return
    headers = bearer(settings.token_variable) if manifest.get("requiresAccessToken") else {}
    for output in _outputs(manifest):
        url = output["url"]
        name = httpx.URL(url).path.rpartition("/")[2]
        for records, aside in in_pages(json_lines(ask_lines(client, url, headers=headers), name=name)):
            yield Page(records, unreadable=aside)
    try:
        until = moment_of(manifest["transactionTime"], settings.zone)
    except (KeyError, ValueError) as error:
        raise _not_as_agreed("transactionTime") from error
    yield Page((), Watermark(moment=max(until, moment) if moment else until))


def _start_export(settings: Settings, client: httpx.Client, since: Watermark | None) -> str:
    query = {"_type": "Encounter", "_outputFormat": "application/fhir+ndjson"}
    if start := read_from(since, timedelta(hours=settings.overlap_hours)):
        query["_since"] = f"{start:%Y-%m-%dT%H:%M:%SZ}"
    place = f"Group/{settings.group}/$export" if settings.group else "$export"
    url = _url(settings, place)
    answer = ask(
        client, url, parameters=query, headers={**_headers(settings), "Prefer": "respond-async"}, accept=(202,)
    )
    if "Content-Location" not in answer.headers:
        raise _not_as_agreed("Content-Location")
    return urljoin(url, answer.headers["Content-Location"])


def _finished_export(settings: Settings, client: httpx.Client, status: str, now: datetime) -> Mapping[str, Any] | None:
    end = time.monotonic() + settings.polling_minutes * 60
    while True:
        answer = ask(client, status, headers=_headers(settings), accept=(200, 202))
        if answer.status == 200:
            manifest = answer.json()
            return manifest if isinstance(manifest, Mapping) else {}
        asked = retry_after(answer.headers, now)
        pause = min(asked.total_seconds() if asked is not None else 5.0, _LONGEST_POLL)
        if time.monotonic() + pause > end:
            return None
        time.sleep(pause)


def _outputs(manifest: Mapping[str, Any]) -> list[Mapping[str, str]]:
    outputs = manifest.get("output")
    if not isinstance(outputs, list):
        raise _not_as_agreed("output")
    return [each for each in outputs if each.get("type") == "Encounter"]


def _folder_pages(folder: str, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    files = FilesRead(stored_files(folder, suffixes=_NDJSON), since)
    for file in files.unread:
        for records, aside in in_pages(_lines_of(file)):
            yield Page(records, unreadable=aside)
        yield Page((), files.after(file))
    yield Page((), files.finished(now))


def _lines_of(file: StoredFile) -> Iterator[Row]:
    with file.open() as opened:
        cut = lines(unpacked(opened, name=file.name), too_long=lambda: damaged(file.name))
        yield from json_lines(cut, name=file.name)


def _bundle(bundle: object) -> list[Mapping[str, Any]]:
    if not isinstance(bundle, Mapping) or bundle.get("resourceType") != "Bundle":
        raise _not_as_agreed("Bundle")
    return [entry for entry in bundle.get("entry", []) if isinstance(entry, Mapping)]


def _next_link(first: str) -> Any:
    def next_of(bundle: Mapping[str, Any]) -> str | None:
        links = [link.get("url") for link in bundle.get("link", []) if link.get("relation") == "next"]
        return urljoin(first, links[0]) if links and links[0] else None

    return next_of


def _url(settings: Settings, path: str) -> str:
    return f"{str(settings.address).rstrip('/')}/{path}"


def _headers(settings: Settings) -> dict[str, str]:
    return {**_FHIR, **bearer(settings.token_variable)}


def _not_as_agreed(part: str) -> SchemaChanged:
    return SchemaChanged(message("sources.not_fhir", part=part), remedy=message("sources.schema_remedy"))
