"""How our values are kept: exact decimals, aware moments, closed sets and periods, alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, StringConstraints
from sqlalchemy import DateTime, Dialect, Numeric, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from okr_engine.periods import Period

LARGEST = Decimal(10) ** 12
LONGEST_LINE = 500
LONGEST_PROSE = 20_000


class ExactDecimal(TypeDecorator[Decimal]):
    """A Decimal without rounding: NUMERIC on PostgreSQL, text on SQLite, which has only floats."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return str(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept and returned in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment must carry its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Choice(TypeDecorator[StrEnum]):
    """A member of a closed set, kept as its word."""

    impl = String
    cache_ok = True

    def __init__(self, choices: type[StrEnum]) -> None:
        super().__init__(30)
        self.choices = choices

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.choices(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.choices(value)


def _read_period(value: object) -> object:
    return Period.parse(value) if isinstance(value, str) else value


class PeriodColumn(TypeDecorator[Period]):
    """A period, kept as its code."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: Period | None, dialect: Dialect) -> str | None:
        return None if value is None else value.code

    def process_result_value(self, value: str | None, dialect: Dialect) -> Period | None:
        return None if value is None else Period.parse(value)


def _finite_and_sensible(value: Decimal) -> Decimal:
    if not value.is_finite() or abs(value) > LARGEST:
        raise ValueError("a figure is finite and at most 10^12 in size")
    return value


Figure = Annotated[Decimal, AfterValidator(_finite_and_sensible)]
"""A figure of an indicator: exact, signed, finite, at most 10^12 in size."""

Code = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-zÅÄÖåäö0-9][A-Za-zÅÄÖåäö0-9._/-]{0,59}$", strip_whitespace=True)
]
"""A short code that people type and see: A1.1, county, nps.first-line."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_LINE)]
"""One line of text."""

Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_PROSE)]
"""Paragraphs of text."""

PeriodField = Annotated[Period, BeforeValidator(_read_period), PlainSerializer(str, return_type=str, when_used="json")]
"""A period, read from the spellings people use."""
