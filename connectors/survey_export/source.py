"""Rows of a survey tool's export become survey answers, one per question that measures something."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Self

import httpx
from pydantic import Field, model_validator

from connectors.files.source import Encoding
from connectors.files.tables import SUFFIXES, rows_of
from connectors.kit.columns import plain_text
from connectors.kit.moments import moment_of
from connectors.kit.rows import Row, in_pages
from connectors.kit.stores import FilesRead, StoreAddress, StoredFile, stored_files
from connectors.kit.survey_answers import DONT_KNOW, Question, survey_event
from okr_engine.errors import InvalidEvent, Place
from okr_engine.measuring.events import Event
from okr_engine.measuring.sources import Page, PersonKey, Record, SourceSettings, Watermark
from okr_engine.words import message


class Settings(SourceSettings):
    """Where the exports lie, and what their headings mean."""

    address: StoreAddress = Field(title="sources.file_address", min_length=1)
    respondent: str = Field(title="sources.respondent", min_length=1)
    respondents_are_persons: bool = Field(default=True, title="sources.respondents_are_persons")
    answered: str = Field(title="sources.answered", min_length=1)
    questions: dict[str, Question] = Field(title="sources.questions", min_length=1)
    unit: str | None = Field(default=None, title="sources.unit_column")
    only_unit: str | None = Field(default=None, title="sources.only_unit")
    survey: str | None = Field(default=None, title="sources.survey")
    language: str | None = Field(default=None, title="sources.language_column")
    encoding: Encoding | None = Field(default=None, title="sources.encoding")
    sheet: str | None = Field(default=None, title="sources.sheet")
    dont_know: tuple[str, ...] = Field(default=DONT_KNOW, title="sources.dont_know")

    @model_validator(mode="after")
    def _knows_the_unit(self) -> Self:
        if (self.unit is None) == (self.only_unit is None):
            raise ValueError("give either the column with the unit or the one unit of all answers")
        return self

    @property
    def wanted(self) -> frozenset[str]:
        """The headings that are read."""
        return frozenset(filter(None, (self.respondent, self.answered, self.unit, self.language, *self.questions)))


def probe(settings: Settings, client: httpx.Client) -> None:
    """Open the first file and compare its headings."""
    for _ in _rows(stored_files(settings.address, suffixes=SUFFIXES)[0], settings):
        return


def pages(settings: Settings, client: httpx.Client, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    """Every export that is new or has changed; one record per answer, so that a bad one costs only itself."""
    files = FilesRead(stored_files(settings.address, suffixes=SUFFIXES), since)
    for file in files.unread:
        for records, aside in in_pages(_answers(_rows(file, settings), settings)):
            yield Page(records, unreadable=aside)
        yield Page((), files.after(file))
    yield Page((), files.finished(now))


def events_of(record: Record, settings: Settings, *, person_key: PersonKey) -> Iterable[Event]:
    """The one event of an answer."""
    row, heading = record.content["row"], record.content["heading"]
    respondent = plain_text(row[settings.respondent] or "")
    if not respondent:
        raise InvalidEvent(message("events.missing_value", column="response_id"), field="response_id")
    name = person_key(respondent) if settings.respondents_are_persons else respondent
    return [
        survey_event(
            row[heading],
            settings.questions[heading],
            source_system=settings.source_system,
            response_id=f"{name}:{settings.survey or ''}:{list(settings.questions).index(heading) + 1}",
            answered=_answered(row[settings.answered], settings),
            zone=settings.zone,
            dont_know=settings.dont_know,
            unit_id=plain_text(row[settings.unit] or "") if settings.unit else settings.only_unit,
            chain_id=name,
            survey_id=settings.survey,
            language=plain_text(row[settings.language] or "") if settings.language else None,
        )
    ]


def _rows(file: StoredFile, settings: Settings) -> Iterator[Row]:
    with file.open() as opened:
        yield from rows_of(
            opened, name=file.name, wanted=settings.wanted, encoding=settings.encoding, sheet=settings.sheet
        )


def _answers(rows: Iterable[Row], settings: Settings) -> Iterator[Row]:
    for row in rows:
        if not isinstance(row, Record):
            yield row
            continue
        for number, heading in enumerate(settings.questions, 1):
            place = Place(row.place.file, row.place.sheet, line=row.place.line, record=f"{number}")
            yield Record(place, {"row": row.content, "heading": heading})


def _answered(value: object, settings: Settings) -> datetime:
    try:
        return moment_of(value, settings.zone)
    except (ValueError, OverflowError) as error:
        column = "answered_ts_utc"
        raise InvalidEvent(
            message("events.not_a_moment", column=column, found=str(value)[:60]), field=column
        ) from error
