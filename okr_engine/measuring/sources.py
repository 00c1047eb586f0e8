"""The contract of a source: pages of records from outside, and a pure function that turns a record into events."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from okr_engine.errors import InvalidEvent, Place
from okr_engine.measuring.events import Event
from okr_engine.measuring.tables import TABLES
from okr_engine.words import Message, message

# Turns an identifier of a person into the keyed hash that is stored instead; made by the caller, who holds the key.
PersonKey = Callable[[str], str]

API_VERSION = 1
"""The version of this contract; a plugin says which it was made for, and a newer one than this is not used."""


class Watermark(BaseModel):
    """How far a source has been read; kept as JSON between two readings.

    `moment`: everything that happened or changed before it has been read. `cursor`: what the outside system wants back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    moment: AwareDatetime | None = None
    cursor: str | None = None


class SourceSettings(BaseModel):
    """What every source has to be told; a field's title is a message key, and a secret is the name of a variable."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    source_system: str = Field(
        title="sources.source_system", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", min_length=1, max_length=60
    )
    time_zone: str = Field(default="Europe/Helsinki", title="sources.time_zone")

    @field_validator("time_zone")
    @classmethod
    def _is_a_time_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("not a time zone") from error
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the source writes times without an offset, and in which days begin."""
        return ZoneInfo(self.time_zone)

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts the source speaks with; a client that reaches others is not needed."""
        return frozenset()


@dataclass(frozen=True)
class Record:
    """One record as it came, with the place where a person finds it: file and line, or page and number."""

    place: Place
    content: Any


@dataclass(frozen=True)
class SetAside:
    """A record that makes no event: where it is and why. Its content is not kept, for it may hold a person's identity.

    It is retried by reading the place again, once the record, the column map or the program has been corrected.
    """

    place: Place
    reason: Message


@dataclass(frozen=True)
class Page:
    """Some records, what in between could not even be read, and the watermark that holds once both are stored."""

    records: Sequence[Record]
    watermark: Watermark | None = None
    unreadable: Sequence[SetAside] = ()


_S_contra = TypeVar("_S_contra", bound=SourceSettings, contravariant=True)


class Source(Protocol[_S_contra]):
    """An outside system as a module or an object with these names; the conformance suite holds it to them.

    What goes wrong is a SourceError, an AddressRefused or an InputError of ours, never a foreign exception.
    """

    @property
    def Settings(self) -> type[SourceSettings]:  # noqa: N802  the name of a class
        """What the source has to be told."""

    def probe(self, settings: _S_contra, client: httpx.Client) -> None:
        """Try the connection with one small request; return where it works, raise what is wrong where not."""

    def pages(
        self, settings: _S_contra, client: httpx.Client, *, since: Watermark | None, now: datetime
    ) -> Iterator[Page]:
        """Everything new since the watermark, somewhat more, and an end."""

    def events_of(self, record: Record, settings: _S_contra, *, person_key: PersonKey) -> Iterable[Event]:
        """The events that a record tells, from nothing but the record; InvalidEvent where it cannot be used."""


@dataclass(frozen=True)
class Batch:
    """One page's events and set-aside records, and the watermark to keep once both are stored."""

    events: tuple[Event, ...]
    set_aside: tuple[SetAside, ...]
    watermark: Watermark | None
    read: int


def batches(
    source: Source[Any],
    settings: SourceSettings,
    client: httpx.Client,
    *,
    since: Watermark | None,
    now: datetime,
    person_key: PersonKey,
) -> Iterator[Batch]:
    """Read a source page by page; a record that makes no event is set aside with its place, and the rest goes on."""
    for page in source.pages(settings, client, since=since, now=now):
        events: list[Event] = []
        aside = [SetAside(each.place, _without_identifiers(each.reason)) for each in page.unreadable]
        for record in page.records:
            try:
                made = list(source.events_of(record, settings, person_key=person_key))
                for one in made:
                    _check_has_begun(one, now)
                events += made
            except InvalidEvent as error:
                aside.append(SetAside(error.place or record.place, _without_identifiers(error.what)))
        yield Batch(tuple(events), tuple(aside), page.watermark, len(page.records) + len(page.unreadable))


def _check_has_begun(one: Event, now: datetime) -> None:
    """InvalidEvent for what would begin after tomorrow, which is today somewhere; figures may be forecasts."""
    column = TABLES[one.table].period_column
    begins = one.values[column]
    if one.table != "observation" and isinstance(begins, date) and begins > (now + timedelta(days=1)).date():
        raise InvalidEvent(message("events.in_the_future", day=begins, column=column), field=column)


def without_identifiers(text: str) -> str:
    """The text with everything that looks like a personal identity code blotted out, for errors and logs."""
    return _IDENTITY_CODE.sub("…", text)


# A Finnish personal identity code anywhere in a value: columns that have moved put it where a date was expected.
_IDENTITY_CODE = re.compile(r"\d{6}[-+A-FU-Ya-fu-y]?\d{2,3}[0-9A-Ya-y]")


def _without_identifiers(reason: Message) -> Message:
    hidden: Mapping[str, object] = {
        name: without_identifiers(value) if isinstance(value, str) else value for name, value in reason.values.items()
    }
    return message(reason.key, **hidden)
