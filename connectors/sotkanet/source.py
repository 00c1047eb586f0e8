"""Yearly indicators of Sotkanet become observations of areas."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal

import httpx
from pydantic import Field

from connectors.kit.answers import ask_json
from connectors.kit.moments import day_of, moment_of
from connectors.kit.paging import records_in
from connectors.kit.pointers import value_at
from okr_engine.errors import InvalidEvent, Place, SchemaChanged
from okr_engine.measuring.events import Event, event
from okr_engine.measuring.sources import Page, PersonKey, Record, SourceSettings, Watermark
from okr_engine.words import message


class Settings(SourceSettings):
    """Which indicators of which areas; an area is named by category and code, as HYVINVOINTIALUE:13."""

    address: str = Field(
        default="https://sotkanet.fi/rest/1.1", title="sources.api_address", pattern=r"^https?://[^?#]+$"
    )
    indicators: tuple[int, ...] = Field(title="sources.indicators", min_length=1)
    areas: dict[str, str] = Field(title="sources.areas", min_length=1)
    first_year: int = Field(default=2019, ge=1990, le=2100, title="sources.first_year")
    gender: Literal["total", "male", "female"] = Field(default="total", title="sources.gender")

    @property
    def hosts(self) -> frozenset[str]:
        """Sotkanet's host."""
        return frozenset({httpx.URL(self.address).host})


def probe(settings: Settings, client: httpx.Client) -> None:
    """Ask what the first indicator is called."""
    _about(settings, client, settings.indicators[0])


def pages(settings: Settings, client: httpx.Client, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    """The indicators that have been updated, all their years; the watermark remembers each one's update."""
    known: dict[str, str] = json.loads(since.cursor) if since and since.cursor else {}
    updated = {name: known[name] for name in map(str, settings.indicators) if name in known}
    about = {indicator: _about(settings, client, indicator) for indicator in settings.indicators}
    changed = [each for each in settings.indicators if updated.get(str(each)) != about[each].get("data-updated")]
    areas = _areas(settings, client) if changed else {}
    for indicator in changed:
        rows = _rows(settings, client, indicator, now)
        records = [
            Record(
                Place(file=f"{settings.source_system} {indicator}", record=str(number)),
                {"row": row, "about": about[indicator], "area": areas.get(value_at(row, "/region"))},
            )
            for number, row in enumerate(rows, 1)
            # The server may tell more regions than were asked for, and all of them may be unknown here.
            if not isinstance(value_at(row, "/region"), int) or value_at(row, "/region") in areas
        ]
        updated[str(indicator)] = str(about[indicator].get("data-updated"))
        yield Page(records, Watermark(moment=since.moment if since else None, cursor=json.dumps(updated)))
    yield Page((), Watermark(moment=now, cursor=json.dumps(updated)))


def events_of(record: Record, settings: Settings, *, person_key: PersonKey) -> Iterable[Event]:
    """The one observation of a row; a year without a figure is told without one."""
    row, about = record.content["row"], record.content["about"]
    year = value_at(row, "/year")
    if not isinstance(year, int) or not 1990 <= year < 2100:
        raise InvalidEvent(
            message("events.not_a_day", column="period_start", found=str(year)[:60]), field="period_start"
        )
    published = about.get("data-updated")
    return [
        event(
            "observation",
            source=settings.source_system,
            indicator=str(value_at(row, "/indicator")),
            area_id=record.content["area"],
            period_start=date(year, 1, 1),
            period_end=date(year, 12, 31),
            version_no=day_of(published, settings.zone).toordinal() if published else None,
            value=value_at(row, "/value"),
            decimals=about.get("decimals"),
            unit=value_at(about, "/primaryValueType/code"),
            published_at=moment_of(published, settings.zone) if published else None,
        )
    ]


def _about(settings: Settings, client: httpx.Client, indicator: int) -> Mapping[str, Any]:
    about = ask_json(client, f"{settings.address}/indicators/{indicator}")
    if not isinstance(about, Mapping) or about.get("id") != indicator:
        raise _not_as_agreed(f"indicators/{indicator}")
    try:
        day_of(about["data-updated"], settings.zone)
    except (KeyError, ValueError) as error:
        raise _not_as_agreed("data-updated") from error
    return about


def _areas(settings: Settings, client: httpx.Client) -> dict[int, str]:
    """Our areas by the server's internal numbers, which differ from the codes and have changed over time."""
    regions = records_in({"regions": ask_json(client, f"{settings.address}/regions")}, "regions", source="regions")
    named = {f"{region.get('category')}:{region.get('code')}": region.get("id") for region in regions}
    if missing := sorted(settings.areas.keys() - named.keys()):
        raise SchemaChanged(
            message("sources.areas_missing", areas=", ".join(missing)), remedy=message("sources.areas_missing_remedy")
        )
    return {named[area]: ours for area, ours in settings.areas.items()}


def _rows(settings: Settings, client: httpx.Client, indicator: int, now: datetime) -> list[Any]:
    years = list(range(settings.first_year, now.year + 1))
    asked = {"indicator": indicator, "years": years, "genders": settings.gender}
    rows = ask_json(client, f"{settings.address}/json", parameters=asked)
    return list(records_in({"json": rows}, "json", source=settings.source_system))


def _not_as_agreed(part: str) -> SchemaChanged:
    return SchemaChanged(message("sources.not_sotkanet", part=part), remedy=message("sources.schema_remedy"))
