"""Events of a county that does not exist, as if its registers were read."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import httpx
from pydantic import Field

from connectors.demo.county import County
from connectors.kit.columns import ColumnMap, event_of_row
from connectors.kit.watermarks import moved_to, read_from
from okr_engine.errors import Place
from okr_engine.measuring.events import Event
from okr_engine.measuring.sources import Page, PersonKey, Record, SourceSettings, Watermark
from okr_engine.measuring.tables import TABLES
from okr_engine.periods import Cadence, Period

# The longest wait the county generates is told again when it ends, and so is everything else of those months.
_OVERLAP = timedelta(days=400)
_PAGE = 5_000


class Settings(SourceSettings):
    """Which county: its chance, its size as a share of 160,000 people, its first month of registers, and its code."""

    seed: int = Field(default=1, title="sources.seed")
    size: float = Field(default=0.02, gt=0, le=1, title="sources.size")
    first_month: date = Field(default=date(2025, 1, 1), title="sources.first_month")
    area: str = Field(default="county", title="sources.demo_area", pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=60)


def probe(settings: Settings, client: httpx.Client) -> None:
    """Nothing to try: the county is always there."""


def pages(settings: Settings, client: httpx.Client, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    """Month by month what had happened by `now`; later readings tell again the months in which something may end."""
    county = County(settings.seed, settings.size, settings.zone)
    start = read_from(since, _OVERLAP)
    first = max(start.astimezone(settings.zone).date(), settings.first_month) if start else settings.first_month
    month, today = Period.containing(first, Cadence.MONTH), now.astimezone(settings.zone).date()
    while month.start <= today:
        told = (
            Record(Place(file=settings.source_system, record=f"{month} {number}"), _told(row, table, settings.area))
            for number, (table, row) in enumerate(_by(today, now, county.month(month)), 1)
        )
        while records := list(islice(told, _PAGE)):
            yield Page(records)
        month = month.shifted(1)
    yield Page((), moved_to(since, now, now))


def _told(row: Mapping[str, Any], table: str, area: str) -> dict[str, Any]:
    """The row with its table, and with its unit as one of the area."""
    return {**row, "table": table, "unit_id": str(row["unit_id"]).replace("county", area, 1)}


def events_of(record: Record, settings: Settings, *, person_key: PersonKey) -> Iterable[Event]:
    """The one event of a row."""
    row = record.content
    return [
        event_of_row(
            row.get,
            _MAPS[row["table"]],
            source_system=settings.source_system,
            zone=settings.zone,
            person_key=person_key,
        )
    ]


def _by(today: date, now: datetime, rows: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is known by now: what has begun, and of what has not ended yet only the beginning."""
    for table, row in rows:
        begins = row[_BEGINS[table]]
        if (begins > now) if isinstance(begins, datetime) else isinstance(begins, date) and begins > today:
            continue
        if table == "waiting_episode":
            ended = row["end_date_local"] <= today
            row |= {"version_no": 2} if ended else {"end_date_local": None, "end_reason": None}
        departure = row.get("departure_ts_utc")
        if isinstance(departure, datetime) and departure > now:
            row |= {"departure_ts_utc": None, "disposition": None, "status": "in_progress", "version_no": 0}
        yield table, row


_BEGINS = {
    "visit": "arrival_ts_utc",
    "waiting_episode": "start_date_local",
    "service_event": "start_ts_utc",
    "survey_response": "answered_ts_utc",
}
_NOT_TOLD = {"source_system", "loaded_at", "run", "arrival_date_local", "answered_date_local"}
_MAPS = {
    table: ColumnMap.model_validate(
        {"table": table, "columns": {name: name for name in TABLES[table].names if name not in _NOT_TOLD}}
    )
    for table in _BEGINS
}
