"""Cells of a PxWeb table, or of any JSON-stat cube, become observations of areas."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Self

import httpx
from pydantic import Field, model_validator

from connectors.json_stat import Cube, cube_of
from connectors.kit.answers import ask_json
from connectors.kit.columns import check_columns
from connectors.kit.moments import moment_of
from connectors.kit.watermarks import moved_to
from okr_engine.errors import InvalidEvent, InvalidInput, Place
from okr_engine.measuring.events import Event, event
from okr_engine.measuring.sources import Page, PersonKey, Record, SourceSettings, Watermark
from okr_engine.periods import Cadence, Period
from okr_engine.words import message

# 2025M06, 2025Q2 and 2025K06 as statistics offices write months and quarters.
_SHORT_PERIOD = re.compile(r"(\d{4})\s*[MK](\d{1,2})")


class Settings(SourceSettings):
    """One table: its address, what is asked of it, and what its variables mean. Codes are settings: they change."""

    address: str = Field(title="sources.table_address", pattern=r"^https?://[^#]+$")
    selection: dict[str, tuple[str, ...]] | None = Field(default=None, title="sources.selection")
    by_label: bool = Field(default=False, title="sources.by_label")
    time_variable: str = Field(title="sources.time_variable", min_length=1)
    area_variable: str | None = Field(default=None, title="sources.area_variable")
    areas: dict[str, str] = Field(title="sources.areas", min_length=1)
    measure_variable: str | None = Field(default=None, title="sources.measure_variable")
    measures: dict[str, str] = Field(title="sources.measures", min_length=1)

    @model_validator(mode="after")
    def _knows_the_only_one(self) -> Self:
        """Without a variable there is one area or one measure, and any code stands for it."""
        for variable, words in ((self.area_variable, self.areas), (self.measure_variable, self.measures)):
            if variable is None and len(words) != 1:
                raise ValueError("without its variable there can be only one area and one measure")
        return self

    @property
    def hosts(self) -> frozenset[str]:
        """The table's host."""
        return frozenset({httpx.URL(self.address).host})

    @property
    def variables(self) -> list[str]:
        """The variables that have to be there."""
        return list(filter(None, (self.time_variable, self.area_variable, self.measure_variable)))


def probe(settings: Settings, client: httpx.Client) -> None:
    """Ask for the table and compare its variables."""
    _cube(settings, client)


def pages(settings: Settings, client: httpx.Client, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    """The whole selection each time: offices correct earlier figures without saying which."""
    cube = _cube(settings, client)
    records = []
    for cell in cube.cells():
        codes = {name: cube.labels[name][code] if settings.by_label else code for name, code in cell.codes.items()}
        decimals = next((cube.decimals[code] for code in cell.codes.values() if code in cube.decimals), None)
        place = Place(file=settings.source_system, record=cell.place)
        records.append(
            Record(place, {"codes": codes, "value": cell.value, "decimals": decimals, "updated": cube.updated})
        )
    yield Page(records, moved_to(since, now, now))


def events_of(record: Record, settings: Settings, *, person_key: PersonKey) -> Iterable[Event]:
    """The one observation of a cell; areas and measures that the settings do not name tell nothing."""
    cell = record.content
    area = _named(settings.areas, settings.area_variable, cell["codes"])
    indicator = _named(settings.measures, settings.measure_variable, cell["codes"])
    if area is None or indicator is None:
        return []
    period = _period(cell["codes"][settings.time_variable])
    published = _published(cell["updated"], settings)
    return [
        event(
            "observation",
            source=settings.source_system,
            indicator=indicator,
            area_id=area,
            period_start=period.start,
            period_end=period.end,
            version_no=int(published.timestamp()) if published else None,
            value=cell["value"],
            decimals=cell["decimals"],
            published_at=published,
        )
    ]


def _cube(settings: Settings, client: httpx.Client) -> Cube:
    if settings.selection is None:
        document = ask_json(client, settings.address)
    else:
        query = [
            {"code": code, "selection": {"filter": "item" if values else "all", "values": list(values) or ["*"]}}
            for code, values in settings.selection.items()
        ]
        body = {"query": query, "response": {"format": "json-stat2"}}
        document = ask_json(client, settings.address, method="POST", body=body)
    cube = cube_of(document)
    check_columns(list(cube.codes), settings.variables, source=settings.source_system)
    return cube


def _named(words: Mapping[str, str], variable: str | None, codes: Mapping[str, str]) -> str | None:
    return words.get(codes[variable]) if variable else next(iter(words.values()))


def _period(text: str) -> Period:
    try:
        return Period.parse(_SHORT_PERIOD.sub(r"\1-\2", text), Cadence.MONTH)
    except InvalidInput as error:
        column = "period_start"
        raise InvalidEvent(message("events.not_a_day", column=column, found=text[:60]), field=column) from error


def _published(updated: Any, settings: Settings) -> datetime | None:
    try:
        return moment_of(updated, settings.zone) if updated else None
    except ValueError:
        return None
