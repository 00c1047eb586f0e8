"""Cells as people type them, turned into exact values; what cannot be read says what is wrong and what is allowed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal, InvalidOperation
from enum import StrEnum
from typing import Protocol

from okr_engine.errors import InvalidInput
from okr_engine.periods import Cadence, Period
from okr_engine.words import Message, Words, message
from okr_engine.workbook.choices import CHOICES, NO, YES, YES_NO_BY_WORD, choices_by_word
from okr_engine.workbook.template import Column, Kind

FIRST_YEAR, LAST_YEAR = 1900, 2200

_EXACT = Context(prec=60)
_LONGEST_NUMBER = 40
_SPACES = str.maketrans("", "", "\u00a0\u2007\u2009\u202f ")
_SPACED = re.compile(r"[^\S\n]")
_MINUSES = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-"})
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[^\S\n]\d{3})+(?:[.,]\d+)?")
_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d{1,3})?")
_POINTS_THEN_COMMA = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_COMMAS_THEN_POINT = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DAYS = (
    re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[T ]00:00(?::00)?)?"),
)
_NUMBER_AND_YEAR = re.compile(r"\d{1,2}\s*/\s*\d{4}")
_NOT_PRINTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_x000[dD]_")


class Cell(Protocol):
    """What a reader hands over: the value, its type (`s` text, `n` number, `f` formula, `e` error), and its format."""

    @property
    def value(self) -> object: ...
    @property
    def data_type(self) -> str: ...
    @property
    def number_format(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Percentage:
    """A figure typed as a percentage, in percent; only a percent indicator may have it."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class TypedPeriod:
    """A period whose meaning depends on the indicator's cadence, with a first guess."""

    guess: Period
    typed: str | date


Converter = Callable[[Cell], object]


def converter_for(column: Column) -> Converter:
    """What reads the filled cells of a column; it raises InvalidInput with the remedy for what it cannot read."""
    if column.choices is not None:
        return _choice_reader(column.choices)
    return _READERS[column.kind]


def exact(value: object) -> Decimal | None:
    """A number cell as a decimal of the 15 digits that a spreadsheet keeps; None for what is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    return Decimal(f"{value:.15g}") if isinstance(value, float) else None


def plain(value: Decimal) -> str:
    """A decimal as digits alone, without exponent or trailing zeros: the one spelling of each number."""
    return f"{canonical(value):f}"


def canonical(value: Decimal) -> Decimal:
    """The same number without trailing zeros or a negative zero."""
    if not value:
        return Decimal(0)
    whole = value.to_integral_value(context=_EXACT)
    return whole.quantize(Decimal(1), context=_EXACT) if value == whole else value.normalize(_EXACT)


def settled_period(typed: str | date, cadence: Cadence) -> Period:
    """A period as it was typed, counted in `cadence`; InvalidInput where it has no such period.

    A day stands for a month, or for the period that it ends: 30.6.2025 is 2025-Q2. Any other day is refused, because
    a spreadsheet makes 1.2.2025 out of 2/2025.
    """
    if isinstance(typed, str):
        return Period.parse(typed, cadence)
    period = Period.containing(typed, cadence)
    if cadence == Cadence.MONTH or period.end == typed:
        return period
    raise InvalidInput(message("workbook.day_for_a_period", day=typed), remedy=message("workbook.type_the_period"))


def readable_text(value: str) -> str:
    """Text as a cell can hold it: one kind of line end, no control characters, nothing around it."""
    return _NOT_PRINTED.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _text(cell: Cell) -> str:
    value = cell.value
    if isinstance(value, str):
        return readable_text(value)
    if isinstance(value, datetime | date):
        return f"{value.day}.{value.month}.{value.year}"
    number = exact(value)
    return plain(number) if number is not None and number.is_finite() else str(value)


def _code(cell: Cell) -> str:
    if isinstance(day := cell.value, date):
        raise InvalidInput(
            message("workbook.day_for_a_code", day=date(day.year, day.month, day.day)),
            remedy=message("workbook.format_as_text"),
        )
    return _text(cell)


def _figure(cell: Cell) -> Decimal | Percentage:
    value = cell.value
    if isinstance(value, str):
        text = value.strip()
        if text.endswith("%"):
            return Percentage(_number_in(text[:-1].strip(), value))
        return _number_in(text, value)
    number = _finite(cell)
    if "%" in (cell.number_format or ""):
        return Percentage(canonical(number * 100))
    return canonical(number)


def _number(cell: Cell) -> Decimal:
    figure = _figure(cell)
    if isinstance(figure, Percentage):
        raise InvalidInput(message("workbook.percentage_not_meant"), remedy=message("workbook.number_without_percent"))
    return figure


def _whole(cell: Cell) -> int:
    number = _number(cell)
    if number != number.to_integral_value():
        raise InvalidInput(
            message("workbook.not_whole", number=number), remedy=message("workbook.whole_numbers_allowed")
        )
    return int(number)


def _finite(cell: Cell) -> Decimal:
    number = exact(cell.value)
    if number is None:
        raise _not_a_number(_shown(cell))
    if not number.is_finite():
        raise InvalidInput(message("workbook.number_too_large"), remedy=message("workbook.numbers_in_size"))
    return number


def _number_in(text: str, typed: str) -> Decimal:
    text = text.translate(_MINUSES)
    if _SPACED.search(text) and not _GROUPED.fullmatch(text):
        raise _not_a_number(typed)
    text = text.translate(_SPACES)
    if len(text) > _LONGEST_NUMBER:
        raise _not_a_number(typed[:_LONGEST_NUMBER] + "…")
    if _PLAIN.fullmatch(text):
        text = text.replace(",", ".")
    elif _POINTS_THEN_COMMA.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif _COMMAS_THEN_POINT.fullmatch(text):
        text = text.replace(",", "")
    else:
        raise _not_a_number(typed)
    try:
        return canonical(_in_size(Decimal(text)))
    except InvalidOperation as error:
        raise _not_a_number(typed) from error


def _in_size(value: Decimal) -> Decimal:
    """Decimals may carry exponents of any size; beyond these, writing them out would fill the memory with zeros."""
    if value and not -_LONGEST_NUMBER < value.adjusted() < _LONGEST_NUMBER:
        raise InvalidInput(message("workbook.number_too_large"), remedy=message("workbook.numbers_in_size"))
    return value


def _not_a_number(typed: str) -> InvalidInput:
    return InvalidInput(message("workbook.not_a_number", typed=typed), remedy=message("workbook.numbers_allowed"))


def _day(cell: Cell) -> date:
    value = cell.value
    if isinstance(value, datetime) and (value.hour or value.minute or value.second):
        raise InvalidInput(message("workbook.day_with_time", typed=str(value)), remedy=message("workbook.days_allowed"))
    day: object = value.date() if isinstance(value, datetime) else value
    if isinstance(day, str):
        day = _day_in(day.strip())
    if not isinstance(day, date):
        raise InvalidInput(message("workbook.not_a_day", typed=_shown(cell)), remedy=message("workbook.days_allowed"))
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidInput(
            message("workbook.day_out_of_reach", day=day, first=str(FIRST_YEAR), last=str(LAST_YEAR)),
            remedy=message("workbook.days_allowed"),
        )
    return day


def _day_in(text: str) -> date | str:
    for spelling in _DAYS:
        if found := spelling.fullmatch(text):
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                return text
    return text


def _period(cell: Cell) -> Period | TypedPeriod:
    value = cell.value
    if isinstance(value, datetime | date):
        day = _day(cell)
        return TypedPeriod(Period.containing(day, Cadence.MONTH), day)
    text = _text(cell)
    if isinstance(written := _day_in(text), date):
        return TypedPeriod(Period.containing(written, Cadence.MONTH), written)
    if _NUMBER_AND_YEAR.fullmatch(text):
        return TypedPeriod(Period.parse(text, Cadence.MONTH), text)
    return Period.parse(text)


def _yes_no(cell: Cell) -> bool:
    if isinstance(cell.value, bool):
        return cell.value
    known = YES_NO_BY_WORD.get(_text(cell).casefold())
    if known is None:
        raise InvalidInput(
            message("workbook.not_yes_or_no", typed=_shown(cell)), remedy=message("workbook.one_of", choices=[YES, NO])
        )
    return known


def _choice_reader(choices: type[StrEnum]) -> Converter:
    by_word = choices_by_word(choices)

    def read(cell: Cell) -> StrEnum:
        text = " ".join(_text(cell).split())
        choice = by_word.get(text.casefold())
        if choice is None:
            raise InvalidInput(message("workbook.not_a_choice", typed=text), remedy=choices_allowed(choices))
        return choice

    return read


def choices_allowed(choices: type[StrEnum]) -> Message:
    """The sentence that names every member of a closed set."""
    words: list[Words] = list(CHOICES[choices].values())
    return message("workbook.one_of", choices=words)


def _shown(cell: Cell) -> str:
    text = str(cell.value)
    return text if len(text) <= _LONGEST_NUMBER else text[:_LONGEST_NUMBER] + "…"


_READERS: dict[Kind, Converter] = {
    Kind.CODE: _code,
    Kind.TEXT: _text,
    Kind.FIGURE: _figure,
    Kind.NUMBER: _number,
    Kind.WHOLE: _whole,
    Kind.DAY: _day,
    Kind.PERIOD: _period,
    Kind.YES_NO: _yes_no,
}
