"""One canonical event: a checked row of a canonical table, with no identifier of a person in clear."""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NoReturn
from zoneinfo import ZoneInfo

from okr_engine.errors import InvalidEvent, InvalidSettings
from okr_engine.measuring.tables import TABLES, Column, ColumnType, SurveyMetric, Table
from okr_engine.words import message

Value = str | int | Decimal | datetime | date | bool | None

LONGEST_TEXT = 400
SHORTEST_KEY = 16
EARLIEST = date(1900, 1, 1)
LATEST = date(2100, 1, 1)
_SHOWN = 60
_NPS_SCALE = (Decimal(0), Decimal(10))
_KEYED_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Event:
    """A checked row: each column of its table with a value of the column's type, or None. Moments are aware and UTC."""

    table: str
    values: Mapping[str, Value]


def event(table: str, **values: object) -> Event:
    """A checked event of that table; what is not told is None.

    Numbers may come as int, float, Decimal or plain text, moments as aware datetime, days as date or ISO text. Raises
    InvalidEvent, naming the column, for what is missing, unknown, out of range, at odds with itself, or would put a
    person's identifier in clear.
    """
    known = TABLES[table]
    for name in values.keys() - known.by_name.keys():
        _refuse("events.unknown_column", name, table=table)
    told = values.get
    checked = {name: check(told(name)) for name, check in _CHECKS_OF[table]}
    _agrees(known, checked)
    return Event(table, checked)


def pseudonym(identifier: str, key: bytes) -> str:
    """The person's key: HMAC-SHA256 of the identifier, 64 hexadecimal digits. InvalidSettings for a key too short."""
    if len(key) < SHORTEST_KEY:
        raise InvalidSettings(
            message("events.no_person_key", shortest=SHORTEST_KEY), remedy=message("events.no_person_key_remedy")
        )
    return hmac.new(key, identifier.strip().encode(), hashlib.sha256).hexdigest()


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The date on the wall calendar of `zone` at an aware moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment must be aware before it has a local day")
    return moment.astimezone(zone).date()


def _check_of(column: Column) -> Callable[[object], Value]:
    check = _CHECKS[column.holds]

    def checked(value: object) -> Value:
        if value is not None and value != "":
            return check(column, value)
        if column.required:
            _refuse("events.missing_value", column.name)
        return None

    return checked


def _text(column: Column, value: object) -> str:
    if not isinstance(value, str | int):
        _refuse("events.not_text", column.name, found=_shown(value))
    text = str(value).strip()
    if column.personal and not _KEYED_HASH.fullmatch(text):
        _refuse("events.person_in_clear", column.name)
    if not text or len(text) > LONGEST_TEXT or not text.isprintable():
        _refuse("events.unusable_text", column.name, longest=LONGEST_TEXT)
    return _word(column, column.words, text) if column.words else text


def _word(column: Column, words: type[StrEnum], text: str) -> str:
    if text not in words._value2member_map_:
        _refuse("events.unknown_code", column.name, found=_shown(text), choices=", ".join(words))
    return text


def _whole(column: Column, value: object) -> int:
    if type(value) is int and abs(value) < 2**63:
        return value
    number = _number(column, value)
    if number != number.to_integral_value() or abs(number) >= 2**63:
        _refuse("events.not_whole", column.name, found=_shown(value))
    return int(number)


def _number(column: Column, value: object) -> Decimal:
    try:
        number = Decimal(str(value)) if not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number) >= Decimal(10) ** 16:
        _refuse("events.not_a_number", column.name, found=_shown(value))
    return round(number, 8)


def _moment(column: Column, value: object) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        _refuse("events.not_a_moment", column.name, found=_shown(value))
    moment = value.astimezone(UTC)
    _in_range(column, moment.date())
    return moment


def _day(column: Column, value: object) -> date:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            _refuse("events.not_a_day", column.name, found=_shown(value))
    if not isinstance(value, date) or isinstance(value, datetime):
        _refuse("events.not_a_day", column.name, found=_shown(value))
    _in_range(column, value)
    return value


def _flag(column: Column, value: object) -> bool:
    return value if isinstance(value, bool) else _refuse("events.not_a_flag", column.name, found=_shown(value))


_CHECKS: Mapping[ColumnType, Callable[[Column, object], Value]] = {
    ColumnType.TEXT: _text,
    ColumnType.WHOLE: _whole,
    ColumnType.NUMBER: _number,
    ColumnType.MOMENT: _moment,
    ColumnType.DAY: _day,
    ColumnType.FLAG: _flag,
}
_CHECKS_OF = {name: [(each.name, _check_of(each)) for each in table.columns] for name, table in TABLES.items()}


def _in_range(column: Column, day: date) -> None:
    if not EARLIEST <= day < LATEST:
        _refuse("events.out_of_calendar", column.name, found=day.isoformat(), earliest=EARLIEST, latest=LATEST)


def _agrees(table: Table, row: Mapping[str, Value]) -> None:
    """What no single column shows: an end before its start, a local day of another moment, an answer off its scale."""
    for start, end in _ORDERED.get(table.name, ()):
        first, last = row[start], row[end]
        if isinstance(first, date) and isinstance(last, date) and last < first:
            _refuse("events.ends_before_start", end, start=start)
    for local_day_column, moment_column in table.local_days:
        moment, day = row[moment_column], row[local_day_column]
        if isinstance(moment, datetime) and isinstance(day, date) and abs((moment.date() - day).days) > 1:
            _refuse("events.day_of_another_moment", local_day_column, moment=moment_column)
    if table.name == "survey_response":
        _on_its_scale(row)


_ORDERED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "visit": (("arrival_ts_utc", "departure_ts_utc"),),
    "waiting_episode": (("start_date_local", "end_date_local"),),
    "observation": (("period_start", "period_end"),),
}


def _on_its_scale(row: Mapping[str, Value]) -> None:
    low, high = _NPS_SCALE if row["metric"] == SurveyMetric.NPS else (row["scale_min"], row["scale_max"])
    value = row["value"]
    if (
        isinstance(value, Decimal)
        and isinstance(low, Decimal)
        and isinstance(high, Decimal)
        and not low <= value <= high
    ):
        _refuse("events.off_the_scale", "value", found=_shown(value), low=low, high=high)


def _shown(value: object) -> str:
    return str(value)[:_SHOWN]


def _refuse(key: str, column: str, **values: object) -> NoReturn:
    raise InvalidEvent(message(key, column=column, **values), field=column)
