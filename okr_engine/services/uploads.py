"""file → event, by hand: a file is looked at, its columns are given their meaning, and its events are brought in."""

import hashlib
import json
import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from pathlib import PurePath
from uuid import uuid4

import httpx
from fsspec.implementations.memory import MemoryFileSystem
from pydantic import ValidationError
from sqlmodel import Session, select

from connectors.files import source as files
from connectors.files.tables import SUFFIXES, headings_of, rows_of
from connectors.kit.columns import ColumnMap, plain_text
from connectors.kit.opened_files import damaged
from connectors.kit.rows import Row
from okr_engine.access import Actor, Permission, may, may_somewhere
from okr_engine.errors import InvalidInput, NotAllowed, OkrError
from okr_engine.measuring.events import Event, Value
from okr_engine.measuring.set_aside import set_aside
from okr_engine.measuring.sources import (
    Batch,
    Page,
    PersonKey,
    Record,
    SetAside,
    Watermark,
    batches,
    without_identifiers,
)
from okr_engine.measuring.storing import Stored, store_events
from okr_engine.measuring.tables import TABLES, Column
from okr_engine.model import RememberedMapping, Source
from okr_engine.services.column_guesses import NOT_MAPPED, guessed_columns, guessed_table, guessed_words
from okr_engine.services.connections import person_key_of
from okr_engine.services.installation import Installation
from okr_engine.services.recomputing import Recomputed, recompute_after
from okr_engine.settings import Settings
from okr_engine.words import message

MOST_SAMPLED = 2_000
"""How many records are looked at before a file is brought in."""

MOST_CODES = 40
"""A column with more different values in the sample holds no codes."""

_SYSTEM = "upload"
_SHOWN_OF_A_KEY = 8
_MEGABYTE = 1_000_000
_log = logging.getLogger("okr_engine")


@dataclass(frozen=True)
class UploadedFile:
    """A file as it came."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Sample:
    """The headings of a file that occur once, and its first records; `is_whole` where there are no others."""

    file: UploadedFile
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    is_whole: bool

    def codes(self, heading: str) -> tuple[str, ...]:
        """The different values under a heading, in the order of their text; none where there are too many for codes."""
        values = (row.content.get(heading) for row in self.rows if isinstance(row, Record))
        codes = {code for value in values if value is not None and (code := plain_text(value))}
        return tuple(sorted(codes)) if len(codes) <= MOST_CODES else ()


@dataclass(frozen=True)
class Meaning:
    """What a file's columns mean: the table, whose column each is, what is the same for all rows, whose word a code is.

    `remembered_from` is the code of who said so before; "" for a guess.
    """

    source_system: str
    table: str
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    remembered_from: str = ""

    @property
    def still_needed(self) -> tuple[str, ...]:
        """The canonical columns without which there is no event."""
        return tuple(
            column.name
            for column in columns_to_map(self.table, self.columns)
            if column.required and column.name not in (*self.columns, *self.constants)
        )


@dataclass(frozen=True)
class Preview:
    """What the first records would become: some events, with what is personal shortened, and what is set aside."""

    read: int
    usable: int
    events: tuple[Mapping[str, Value], ...]
    set_aside: tuple[SetAside, ...]


@dataclass(frozen=True)
class Brought:
    """What came of a file: what was stored and set aside, and what was computed from it, or why it could not be."""

    file: str
    run: str
    read: int
    stored: Stored
    set_aside: int
    recomputed: Recomputed | None
    error: OkrError | None


def columns_to_map(table: str, mapped: Iterable[str]) -> list[Column]:
    """The columns a person gives a meaning; a local day follows from its moment where that is mapped."""
    given = set(mapped)
    return [
        column for column in TABLES[table].columns if column.name not in NOT_MAPPED and column.local_day_of not in given
    ]


def sample_of(actor: Actor, file: UploadedFile, *, max_mb: int) -> Sample:
    """Read the headings and the first records.

    InvalidInput for a file that is too large, of another kind, or begins with data instead of headings; SchemaChanged
    for an empty one, SourceUnavailable for a damaged one.
    """
    _require_import(actor)
    if len(file.content) > max_mb * _MEGABYTE:
        raise InvalidInput(message("uploads.too_large", file=file.name, megabytes=str(max_mb)))
    if not file.name.lower().endswith(SUFFIXES):
        raise InvalidInput(message("uploads.unknown_kind", file=file.name, kinds=", ".join(SUFFIXES)))
    with _readable(file.name):
        found = headings_of(BytesIO(file.content), name=file.name)
        headings = tuple(heading for heading in found if found.count(heading) == 1)
        if any(without_identifiers(heading) != heading for heading in found):
            raise InvalidInput(message("uploads.no_headings", file=file.name))
        rows = tuple(
            islice(
                rows_of(BytesIO(file.content), name=file.name, wanted=frozenset(headings)),
                MOST_SAMPLED + 1,
            )
        )
    if not rows:
        raise InvalidInput(message("uploads.no_records", file=file.name))
    return Sample(file, headings, rows[:MOST_SAMPLED], len(rows) <= MOST_SAMPLED)


def proposed_meaning(session: Session, actor: Actor, sample: Sample) -> Meaning:
    """What somebody said of a file with these headings before, or else a guess by their names."""
    _require_import(actor)
    known = _remembered(session, sample.headings)
    if known is not None:
        try:
            columns = ColumnMap.model_validate(known.column_map)
        except ValidationError:  # remembered by a version whose tables had other columns
            return guessed_meaning(sample, guessed_table(sample.headings))
        return Meaning(
            known.source_system, columns.table, columns.columns, columns.constants, columns.codes, known.saved_by
        )
    return guessed_meaning(sample, guessed_table(sample.headings))


def guessed_meaning(sample: Sample, table: str) -> Meaning:
    """What the headings and codes seem to mean as events of `table`."""
    columns = guessed_columns(table, sample.headings)
    codes = {
        name: guessed_words(TABLES[table].column(name), found)
        for name, heading in columns.items()
        if TABLES[table].column(name).words and (found := sample.codes(heading))
    }
    return Meaning(_system_of(sample.file), table, columns, codes=codes)


def code_guesses(sample: Sample, column: Column, heading: str) -> dict[str, str | None]:
    """Each code under a heading with our word for it, or None where it cannot be guessed."""
    codes = sample.codes(heading)
    return dict.fromkeys(codes) | guessed_words(column, codes)


def preview_of(actor: Actor, sample: Sample, meaning: Meaning, settings: Settings, *, now: datetime) -> Preview:
    """What the sampled records become; nothing is stored. InvalidInput for a meaning that lacks something."""
    _require_import(actor)
    read = files_settings(meaning, settings, address=sample.file.name)
    with _readable(sample.file.name), _reaching_nothing() as client:
        given = list(batches(_Kept(sample.rows), read, client, since=None, now=now, person_key=person_key_of(settings)))
    events = [event for batch in given for event in batch.events]
    return Preview(
        read=sum(batch.read for batch in given),
        usable=len(events),
        events=tuple(_shown(event) for event in events[:20]),
        set_aside=tuple(one for batch in given for one in batch.set_aside),
    )


def bring_in(place: Installation, actor: Actor, sample: Sample, meaning: Meaning) -> Brought:
    """Store the events of the whole file, list what is set aside, remember the columns, and compute what has changed.

    A file that breaks off stores nothing. Bringing it in again heals what was interrupted after the storing. Raises
    what `preview_of` does, and EventsBusy.
    """
    _require_import(actor)
    place.ask(_require_free, actor, meaning.source_system)
    file, now = sample.file, place.now()
    run = f"{_SYSTEM}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    aside: list[SetAside] = []
    with _in_memory(file) as address, _reaching_nothing() as client:
        read = files_settings(meaning, place.settings, address=address)
        given = batches(files, read, client, since=None, now=now, person_key=person_key_of(place.settings))
        counted = _Counted()
        events = counted.events(given, aside, name=file.name)
        stored = store_events(place.settings.events, events, run=run, now=now)
    set_aside(place.settings.events, aside, source=meaning.source_system, run=run, now=now)
    place.act(actor, remember, sample.headings, meaning)
    recomputed, error = _recomputed(place, actor, run)
    return Brought(file.name, run, counted.read, stored, len(aside), recomputed, error)


def _require_free(session: Session, actor: Actor, system: str) -> None:
    """NotAllowed where a source is read in that name which the actor does not look after: its events would change."""
    for source in session.exec(select(Source)):
        if source.settings.get("source_system") == system and not may(actor, Permission.MANAGE_SOURCES, source.unit_id):
            raise NotAllowed(message("error.source_system_is_read", system=system, source=source.code))


@contextmanager
def _in_memory(file: UploadedFile) -> Iterator[str]:
    """An address of the file for the block: it may name people, and does not touch the disk."""
    store, address = MemoryFileSystem(), f"/uploads/{uuid4().hex}/{_safe(file.name)}"
    store.pipe_file(address, file.content)
    try:
        yield f"memory:/{address}"
    finally:
        store.rm_file(address)


def remember(session: Session, actor: Actor, headings: Sequence[str], meaning: Meaning) -> None:
    """Keep what the columns of files with these headings mean, for the next one."""
    _require_import(actor)
    known = _remembered(session, headings)
    fresh = RememberedMapping(
        headings_hash=_hash(headings),
        headings=sorted(headings),
        source_system=meaning.source_system,
        column_map={},
        saved_by=actor.code,
    )
    row = known or fresh
    row.source_system, row.saved_by = meaning.source_system, actor.code
    row.column_map = _column_map(meaning).model_dump(mode="json")
    session.add(row)
    session.flush()


def files_settings(meaning: Meaning, settings: Settings, *, address: str) -> files.Settings:
    """The settings with which the file connector reads such a file; InvalidInput says what the meaning lacks."""
    try:
        return files.Settings(
            source_system=meaning.source_system,
            time_zone=settings.time_zone,
            address=address,
            columns=_column_map(meaning),
        )
    except ValidationError as error:
        raise InvalidInput(message("uploads.source_system_refused")) from error


def _recomputed(place: Installation, actor: Actor, run: str) -> tuple[Recomputed | None, OkrError | None]:
    """What follows from the events; they are stored whatever happens here, so that an error is told beside them."""
    try:
        done = recompute_after(place, actor, run=run)
    except OkrError as error:
        return None, error
    return done, done.error


@dataclass(frozen=True)
class _Kept:
    """Records already read, as a source."""

    rows: Sequence[Row]
    Settings = files.Settings

    def probe(self, settings: files.Settings, client: httpx.Client) -> None:
        """There is nothing to reach."""

    def pages(
        self, settings: files.Settings, client: httpx.Client, *, since: Watermark | None, now: datetime
    ) -> Iterator[Page]:
        """All in one."""
        records = [row for row in self.rows if isinstance(row, Record)]
        yield Page(records, unreadable=[row for row in self.rows if isinstance(row, SetAside)])

    def events_of(self, record: Record, settings: files.Settings, *, person_key: PersonKey) -> Iterable[Event]:
        """As the file connector makes them."""
        return files.events_of(record, settings, person_key=person_key)


@dataclass
class _Counted:
    read: int = 0

    def events(self, given: Iterator[Batch], aside: list[SetAside], *, name: str) -> Iterator[Event]:
        with _readable(name):
            for batch in given:
                self.read += batch.read
                aside += batch.set_aside
                yield from batch.events


def _reaching_nothing() -> httpx.Client:
    """A client for a source that needs none."""
    return httpx.Client(transport=httpx.BaseTransport())


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """A file may be anything at all: what its reader did not foresee is said as a damaged file, and recorded."""
    try:
        yield
    except OkrError:
        raise
    except Exception as error:
        _log.exception("An uploaded file could not be read")
        raise damaged(name) from error


def _column_map(meaning: Meaning) -> ColumnMap:
    if needed := meaning.still_needed:
        raise InvalidInput(message("uploads.still_needed", columns=", ".join(needed)))
    columns = {name: heading for name, heading in meaning.columns.items() if name not in meaning.constants}
    try:
        return ColumnMap.model_validate(
            {"table": meaning.table, "columns": columns, "constants": meaning.constants, "codes": meaning.codes}
        )
    except ValidationError as error:
        raise InvalidInput(message("uploads.meaning_refused")) from error


def _shown(event: Event) -> Mapping[str, Value]:
    table = TABLES[event.table]
    hidden = {column.name for column in table.columns if column.personal}
    return {
        name: _told(value, is_key=name in hidden)
        for name, value in event.values.items()
        if value is not None and name not in NOT_MAPPED
    }


def _told(value: Value, *, is_key: bool) -> Value:
    if is_key:
        return f"{str(value)[:_SHOWN_OF_A_KEY]}…"
    return without_identifiers(value) if isinstance(value, str) else value


def _remembered(session: Session, headings: Sequence[str]) -> RememberedMapping | None:
    return session.exec(select(RememberedMapping).where(RememberedMapping.headings_hash == _hash(headings))).first()


def _hash(headings: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(sorted(headings), ensure_ascii=False).encode()).hexdigest()


def _system_of(file: UploadedFile) -> str:
    """A code for where the file comes from: its name, without days and running numbers."""
    stem = unicodedata.normalize("NFKD", PurePath(file.name.replace("\\", "/")).name.partition(".")[0])
    words = re.findall(r"[a-z]+", stem.encode("ascii", "ignore").decode().lower())
    return "-".join(words)[:60].strip("-") or _SYSTEM


def _safe(name: str) -> str:
    """The file's name without what a path or a pattern could be made of."""
    return re.sub(r"[^\w.() -]", "_", PurePath(name.replace("\\", "/")).name)[-150:]


def _require_import(actor: Actor) -> None:
    if not may_somewhere(actor, Permission.IMPORT):
        raise NotAllowed(
            message("error.not_allowed.import", name=actor.name), remedy=message("error.not_allowed_remedy")
        )
