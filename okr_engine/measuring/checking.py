"""`okr events check`: whether a folder of events can be measured from, and what in it deserves a second look."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from okr_engine.errors import InvalidEvents, Mistake, Place
from okr_engine.measuring.deadlines import Limits
from okr_engine.measuring.folders import create_view, has_doubles, known_tables, opened, parquet_files, quoted
from okr_engine.measuring.tables import TABLES, Column, Table
from okr_engine.words import message


@dataclass(frozen=True)
class Checked:
    """What a folder holds, by table; what keeps events from being measured; what is merely worth knowing."""

    rows: dict[str, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    notes: list[Mistake] = field(default_factory=list)


@dataclass(frozen=True)
class _Question:
    """Something that should hold of no row of a table: `wrong` is the SQL that finds those of which it does."""

    table: str
    column: str
    key: str
    wrong: str
    is_note: bool = False


# A Finnish personal identity code, in clear where a keyed hash belongs.
_IDENTITY_CODE = r"'^[0-3][0-9][01][0-9]{3}[-+A-FU-Y][0-9]{3}[0-9A-Ya-y]$'"
_LOCAL = "timezone({zone}, timezone('UTC', {moment}))"
_LONGER_ON_THE_CLOCK = (
    f"{_LOCAL.format(zone='$zone', moment='departure_ts_utc')} - {_LOCAL.format(zone='$zone', moment='arrival_ts_utc')}"
    " <> departure_ts_utc - arrival_ts_utc"
)
_OF_ALL_WITH_PERSONS = tuple(
    _Question(name, "person_key", "events.person_in_clear", f"regexp_matches(person_key, {_IDENTITY_CODE})")
    for name, table in TABLES.items()
    if "person_key" in table.names
)
_QUESTIONS = (
    *_OF_ALL_WITH_PERSONS,
    _Question("visit", "departure_ts_utc", "events.found_ends_before_start", "departure_ts_utc < arrival_ts_utc"),
    _Question("visit", "arrival_ts_utc", "events.found_in_the_future", "arrival_ts_utc > $now"),
    _Question(
        "visit",
        "arrival_date_local",
        "events.found_day_of_another_moment",
        f"arrival_date_local <> CAST({_LOCAL.format(zone='$zone', moment='arrival_ts_utc')} AS DATE)",
    ),
    _Question("visit", "departure_ts_utc", "events.found_clock_change", _LONGER_ON_THE_CLOCK, is_note=True),
    _Question("visit", "person_key", "events.found_without_person", "person_key IS NULL", is_note=True),
    _Question(
        "service_event", "start_date_local", "events.found_in_the_future", "start_date_local > CAST($now AS DATE)"
    ),
    _Question("service_event", "person_key", "events.found_without_person", "person_key IS NULL", is_note=True),
    _Question(
        "waiting_episode", "end_date_local", "events.found_ends_before_start", "end_date_local < start_date_local"
    ),
    _Question(
        "waiting_episode", "start_date_local", "events.found_in_the_future", "start_date_local > CAST($now AS DATE)"
    ),
    _Question(
        "waiting_episode",
        "service_class",
        "events.found_no_limit",
        "NOT list_contains($classes, service_class)",
        is_note=True,
    ),
    _Question("waiting_episode", "age_at_start", "events.found_impossible_age", "age_at_start NOT BETWEEN 0 AND 130"),
    _Question(
        "survey_response", "value", "events.found_off_the_scale", "metric = 'NPS' AND value NOT BETWEEN 0 AND 10"
    ),
    _Question(
        "survey_response",
        "value",
        "events.found_off_the_scale",
        "metric <> 'NPS' AND value NOT BETWEEN scale_min AND scale_max",
    ),
    _Question("observation", "period_end", "events.found_ends_before_start", "period_end < period_start"),
)


def check_events(folder: Path, *, zone: ZoneInfo, limits: Limits, now: datetime) -> Checked:
    """Everything that is wrong with, or notable about, the events of a folder; InvalidEvents where there are none."""
    checked = Checked()
    given = {
        "zone": zone.key,
        "now": now.astimezone(UTC).replace(tzinfo=None),
        "classes": list(limits.classes),
    }
    for name in known_tables(folder):
        with opened() as connection:
            try:
                create_view(connection, folder, TABLES[name], zone=zone)
                _look_at(connection, folder, TABLES[name], given, checked)
            except InvalidEvents as error:
                checked.mistakes.extend(error.mistakes)
            except duckdb.Error as error:
                said = message("events.cannot_be_computed", said=str(error).partition("\n")[0])
                checked.mistakes.append(Mistake(Place(file=name), said))
    return checked


def _look_at(
    connection: duckdb.DuckDBPyConnection, folder: Path, table: Table, given: dict[str, object], checked: Checked
) -> None:
    [(checked.rows[table.name],)] = connection.execute(f"SELECT count(*) FROM {table.name}").fetchall()
    if has_doubles(connection, table, parquet_files(folder, table.name)):
        checked.notes.append(Mistake(Place(file=table.name), message("events.found_doubles")))
    for question in (*_of_columns(table), *(one for one in _QUESTIONS if one.table == table.name)):
        if found := _found(connection, table, question, given):
            (checked.notes if question.is_note else checked.mistakes).append(found)


def _of_columns(table: Table) -> Iterator[_Question]:
    for column in table.columns:
        if column.required:
            yield _Question(table.name, column.name, "events.found_empty", f"{column.name} IS NULL")
        if column.words:
            yield _Question(table.name, column.name, "events.found_unknown_code", _is_no_word(column))


def _is_no_word(column: Column) -> str:
    return f"{column.name} NOT IN ({', '.join(quoted(word) for word in column.words or ())})"


def _found(
    connection: duckdb.DuckDBPyConnection, table: Table, question: _Question, given: dict[str, object]
) -> Mistake | None:
    """How many rows the question finds, with the smallest identity among them as an example."""
    identity = " || ' ' || ".join(f"coalesce(CAST({name} AS VARCHAR), '–')" for name in table.identity)
    wanted = {name: value for name, value in given.items() if f"${name}" in question.wrong}
    [(count, example, value)] = connection.execute(
        f"SELECT count(*), min({identity}), min(CAST({question.column} AS VARCHAR)) FROM {table.name}"
        f" WHERE {question.wrong}",
        wanted,
    ).fetchall()
    if not count:
        return None
    shown = None if question.column == "person_key" else value
    what = message(question.key, count=count, column=question.column, found=shown)
    return Mistake(Place(file=table.name, record=example), what)
