"""Rows of files become events by a column map."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

import httpx
from pydantic import Field

from connectors.files.tables import SUFFIXES, rows_of
from connectors.kit.columns import ColumnMap, event_of_row
from connectors.kit.rows import Row, in_pages
from connectors.kit.stores import FilesRead, StoreAddress, StoredFile, stored_files
from okr_engine.measuring.events import Event
from okr_engine.measuring.sources import Page, PersonKey, Record, SourceSettings, Watermark

Encoding = Literal["utf-8", "cp1252", "iso-8859-1", "iso-8859-15", "utf-16"]


class Settings(SourceSettings):
    """Which files, and what their columns mean."""

    address: StoreAddress = Field(title="sources.file_address", min_length=1)
    columns: ColumnMap = Field(title="sources.column_map")
    encoding: Encoding | None = Field(default=None, title="sources.encoding")
    delimiter: Literal[";", ",", "\t", "|"] | None = Field(default=None, title="sources.delimiter")
    sheet: str | None = Field(default=None, title="sources.sheet")


def probe(settings: Settings, client: httpx.Client) -> None:
    """Open the first file and compare its columns."""
    for _ in _rows(stored_files(settings.address, suffixes=SUFFIXES)[0], settings):
        return


def pages(settings: Settings, client: httpx.Client, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    """Every file that is new or has changed, from its beginning; the watermark remembers the files that were read."""
    files = FilesRead(stored_files(settings.address, suffixes=SUFFIXES), since)
    for file in files.unread:
        for records, aside in in_pages(_rows(file, settings)):
            yield Page(records, unreadable=aside)
        yield Page((), files.after(file))
    yield Page((), files.finished(now))


def events_of(record: Record, settings: Settings, *, person_key: PersonKey) -> Iterable[Event]:
    """The one event of a row."""
    return [
        event_of_row(
            record.content.get,
            settings.columns,
            source_system=settings.source_system,
            zone=settings.zone,
            person_key=person_key,
        )
    ]


def _rows(file: StoredFile, settings: Settings) -> Iterator[Row]:
    with file.open() as opened:
        yield from rows_of(
            opened,
            name=file.name,
            wanted=settings.columns.wanted,
            encoding=settings.encoding,
            delimiter=settings.delimiter,
            sheet=settings.sheet,
        )
