"""Column maps: how a row of somebody else's table becomes a canonical event."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cached_property, partial
from typing import Literal, NoReturn, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.kit.moments import day_of, moment_of
from okr_engine.errors import InvalidEvent, SchemaChanged
from okr_engine.measuring.events import Event, event, local_day
from okr_engine.measuring.sources import PersonKey, without_identifiers
from okr_engine.measuring.tables import TABLES, Column, ColumnType, Table
from okr_engine.words import message

TableName = Literal["visit", "service_event", "waiting_episode", "survey_response", "observation"]

Reader = Callable[[object, ZoneInfo, PersonKey], object]

_YES = frozenset({"1", "true", "t", "yes", "y", "kyllä", "k", "x", "ja", "j"})
_NO = frozenset({"0", "false", "f", "no", "n", "ei", "e", "nej"})
_FLAGS = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)
_SHOWN_COLUMNS = 30


class ColumnMap(BaseModel):
    """Which canonical table rows belong to, and where each of its columns comes from.

    `columns`: canonical column → their column. `constants`: canonical column → a value for all rows. `codes`:
    canonical column → their code → our word. `person_key` is mapped to the column with the person's identifier.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    table: TableName = Field(title="sources.table")
    columns: dict[str, str] = Field(title="sources.columns", min_length=1)
    constants: dict[str, str] = Field(default_factory=dict, title="sources.constants")
    codes: dict[str, dict[str, str]] = Field(default_factory=dict, title="sources.codes")

    @model_validator(mode="after")
    def _knows_the_table(self) -> Self:
        table = TABLES[self.table]
        named = {*self.columns, *self.constants, *self.codes}
        if unknown := named - set(table.names):
            raise ValueError(f"unknown columns of {table.name}: {', '.join(sorted(unknown))}")
        # The caller says the source system; the local day follows from the moment.
        given = {column.name for column in table.columns if column.local_day_of in self.columns}
        if missing := set(table.required) - {*self.columns, *self.constants} - given - set(_SYSTEM):
            raise ValueError(f"without {', '.join(sorted(missing))} there is no {table.name}")
        if "person_key" in self.constants:
            raise ValueError("a person_key cannot be the same for all rows")
        return self

    @property
    def wanted(self) -> frozenset[str]:
        """The names of their columns that are read."""
        return frozenset(self.columns.values())

    @cached_property
    def readers(self) -> Mapping[str, Reader]:
        """For each canonical column that is told, what reads its value."""
        table = TABLES[self.table]
        told = dict.fromkeys([name for name in _SYSTEM if name in table.by_name] + [*self.constants, *self.columns])
        return {name: _reader(table.by_name[name], self.codes.get(name)) for name in told}


_SYSTEM = ("source_system", "source")


def event_of_row(
    value_of: Callable[[str], object],
    column_map: ColumnMap,
    *,
    source_system: str,
    zone: ZoneInfo,
    person_key: PersonKey,
    **more: object,
) -> Event:
    """The event that a row tells; `value_of` gives the value of one of their columns. InvalidEvent names the column."""
    table = TABLES[column_map.table]
    values: dict[str, object] = {name: source_system for name in _SYSTEM if name in table.by_name}
    values |= column_map.constants
    for name, theirs in column_map.columns.items():
        values[name] = value_of(theirs)
    for name, read in column_map.readers.items():
        values[name] = read(values[name], zone, person_key)
    _add_local_days(table, values, zone)
    return event(table.name, **values, **more)


def check_columns(found: Collection[str], wanted: Collection[str], *, source: str) -> None:
    """Raise SchemaChanged, naming what is missing and what is there, unless every wanted column is found."""
    if missing := sorted(set(wanted) - set(found)):
        present = ", ".join(sorted(map(str, found))[:_SHOWN_COLUMNS])
        raise SchemaChanged(
            message(
                "sources.columns_missing",
                source=source,
                missing=", ".join(missing),
                found=without_identifiers(present) or "–",
            ),
            remedy=message("sources.schema_remedy"),
        )


def check_headings(headings: Sequence[str], wanted: Collection[str], *, source: str) -> None:
    """As `check_columns`, and a wanted heading that occurs twice is refused."""
    check_columns(headings, wanted, source=source)
    if doubled := sorted({name for name in wanted if headings.count(name) > 1}):
        raise SchemaChanged(
            message("sources.columns_doubled", source=source, columns=", ".join(doubled)),
            remedy=message("sources.schema_remedy"),
        )


def _add_local_days(table: Table, values: dict[str, object], zone: ZoneInfo) -> None:
    for local_day_column, moment_column in table.local_days:
        moment = values.get(moment_column)
        if isinstance(moment, datetime) and not values.get(local_day_column):
            values[local_day_column] = local_day(moment, zone)


def _reader(column: Column, codes: Mapping[str, str] | None) -> Reader:
    return partial(_read, column, codes, _PLAIN.get(column.holds), _ZONED.get(column.holds))


def _read(
    column: Column,
    codes: Mapping[str, str] | None,
    plain: Callable[[Column, object], object] | None,
    zoned: Callable[[Column, object, ZoneInfo], object] | None,
    value: object,
    zone: ZoneInfo,
    person_key: PersonKey,
) -> object:
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        return None
    if codes is not None:
        value = _decoded(column, value, codes)
    if column.personal:
        return person_key(plain_text(value))
    if zoned:
        return zoned(column, value, zone)
    return plain(column, value) if plain else plain_text(value)


def _decoded(column: Column, value: object, codes: Mapping[str, str]) -> str:
    code = plain_text(value)
    if code not in codes:
        _refuse("events.unknown_code", column, code, choices=", ".join(codes))
    return codes[code]


def plain_text(value: object) -> str:
    """A value as the text a person would see; whole numbers of a spreadsheet without their decimals."""
    if type(value) is str:
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value.value if isinstance(value, StrEnum) else value).strip()


def _moment(column: Column, value: object, zone: ZoneInfo) -> datetime:
    try:
        return moment_of(value, zone)
    except (ValueError, OverflowError):
        _refuse("events.not_a_moment", column, value)


def _day(column: Column, value: object, zone: ZoneInfo) -> date:
    try:
        return day_of(value, zone)
    except (ValueError, OverflowError):
        _refuse("events.not_a_day", column, value)


def _number(column: Column, value: object) -> Decimal:
    text = plain_text(value).replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace("\N{MINUS SIGN}", "-")
    try:
        return Decimal(text.replace(",", ".") if "." not in text else text)
    except InvalidOperation:
        _refuse("events.not_a_number", column, value)


def _flag(column: Column, value: object) -> bool:
    flag = _FLAGS.get(plain_text(value).casefold())
    return _refuse("events.not_a_flag", column, value) if flag is None else flag


_PLAIN: Mapping[ColumnType, Callable[[Column, object], object]] = {
    ColumnType.WHOLE: _number,
    ColumnType.NUMBER: _number,
    ColumnType.FLAG: _flag,
}
_ZONED: Mapping[ColumnType, Callable[[Column, object, ZoneInfo], object]] = {
    ColumnType.MOMENT: _moment,
    ColumnType.DAY: _day,
}


def _refuse(key: str, column: Column, value: object, **more: object) -> NoReturn:
    raise InvalidEvent(message(key, column=column.name, found=plain_text(value)[:60], **more), field=column.name)
