"""Rows of a query become events by a column map."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import Field, field_validator
from sqlalchemy import Connection, CursorResult, Engine, create_engine, exc, text

from connectors.kit.columns import ColumnMap, check_headings, event_of_row
from connectors.kit.credentials import SecretName, secret
from connectors.kit.moments import moment_of
from connectors.kit.watermarks import moved_to, read_from
from okr_engine.errors import CredentialsRefused, InvalidSettings, OkrError, Place, SchemaChanged, SourceUnavailable
from okr_engine.measuring.events import Event
from okr_engine.measuring.sources import Page, PersonKey, Record, SourceSettings, Watermark, without_identifiers
from okr_engine.words import message

_ROWS = 5_000
_SINCE = re.compile(r"(?<![:\w]):since\b")
_FIRST_READING = datetime(1990, 1, 1, tzinfo=UTC)
_READ_ONLY = {
    "postgresql": ("SET TRANSACTION READ ONLY", "SET LOCAL statement_timeout = '1h'"),
    "mysql": ("SET TRANSACTION READ ONLY",),
    "mariadb": ("SET TRANSACTION READ ONLY",),
    "oracle": ("SET TRANSACTION READ ONLY",),
    "sqlite": ("PRAGMA query_only = ON",),
}


class Settings(SourceSettings):
    """The variable that holds the database's address, a query, and what its columns mean."""

    address_variable: SecretName = Field(title="sources.database_variable")
    query: str = Field(title="sources.query", min_length=1, max_length=20_000)
    columns: ColumnMap = Field(title="sources.column_map")
    changed_column: str | None = Field(default=None, title="sources.changed_column")
    overlap_hours: int = Field(default=48, ge=0, le=24 * 366, title="sources.overlap_hours")

    @field_validator("query")
    @classmethod
    def _only_asks(cls, query: str) -> str:
        bare = re.sub(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", " ", query, flags=re.DOTALL).strip().rstrip(";")
        if not re.match(r"(?i)(select|with)\b", bare) or ";" in bare:
            raise ValueError("one query that begins with SELECT or WITH")
        return query.strip().rstrip(";")

    @property
    def wanted(self) -> frozenset[str]:
        """The columns that the query has to give."""
        return self.columns.wanted | ({self.changed_column} if self.changed_column else set())


def probe(settings: Settings, client: httpx.Client) -> None:
    """Connect, put the query without fetching its rows, and compare its columns."""
    with _reading(settings) as connection, _asked(connection, settings, _FIRST_READING):
        return


def pages(settings: Settings, client: httpx.Client, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    """The rows of the query, in one read-only transaction; `:since` in it is the watermark less the overlap."""
    start = read_from(since, timedelta(hours=settings.overlap_hours)) or _FIRST_READING
    latest: datetime | None = None if settings.changed_column else now
    number = 0
    with _reading(settings) as connection, _asked(connection, settings, start) as result:
        for rows in result.mappings().partitions():
            records = []
            for row in rows:
                number += 1
                records.append(Record(Place(file=settings.source_system, record=str(number)), dict(row)))
                latest = max(filter(None, (latest, _changed(row, settings))), default=None)
            yield Page(records)
    yield Page((), moved_to(since, latest, now))


def events_of(record: Record, settings: Settings, *, person_key: PersonKey) -> Iterable[Event]:
    """The one event of a row."""
    return [
        event_of_row(
            record.content.get,
            settings.columns,
            source_system=settings.source_system,
            zone=settings.zone,
            person_key=person_key,
        )
    ]


@contextmanager
def _asked(connection: Connection, settings: Settings, start: datetime) -> Iterator[CursorResult[Any]]:
    query = text(settings.query).execution_options(yield_per=_ROWS)
    values = {"since": start} if _SINCE.search(settings.query) else {}
    with connection.execute(query, values) as result:
        check_headings(list(result.keys()), settings.wanted, source=settings.source_system)
        yield result


@contextmanager
def _reading(settings: Settings) -> Iterator[Connection]:
    """A connection that cannot write; the database's own errors become ours."""
    engine = _engine(settings)
    try:
        with engine.connect() as connection:
            for statement in _READ_ONLY.get(connection.dialect.name, ()):
                connection.exec_driver_sql(statement)
            try:
                yield connection
            finally:
                connection.rollback()
    except OkrError:
        raise
    except exc.SQLAlchemyError as error:
        raise _ours(error, settings) from error
    finally:
        engine.dispose()


def _engine(settings: Settings) -> Engine:
    address = secret(settings.address_variable)
    try:
        engine = create_engine(address, pool_pre_ping=False)
    except (exc.ArgumentError, exc.NoSuchModuleError, ImportError) as error:
        raise InvalidSettings(
            message("sources.database_address_odd", name=settings.address_variable),
            remedy=message("sources.database_address_odd_remedy"),
        ) from error
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and file != ":memory:" and not Path(file).exists():
        # SQLite would make an empty file of that name.
        raise SourceUnavailable(
            message("sources.file_unreachable", file=Path(file).name, reason="FileNotFoundError"),
            remedy=message("sources.file_unreachable_remedy"),
        )
    return engine


def _changed(row: object, settings: Settings) -> datetime | None:
    if settings.changed_column is None:
        return None
    try:
        return moment_of(row[settings.changed_column], settings.zone)  # type: ignore[index]
    except (ValueError, OverflowError):
        return None


def _ours(error: exc.SQLAlchemyError, settings: Settings) -> OkrError:
    """The error by its remedy; the database's words are told without values and identity codes."""
    original = getattr(error, "orig", None)
    reason = without_identifiers(str(original or type(error).__name__).split("\n")[0][:200])
    state = str(getattr(original, "sqlstate", "") or "")
    if state.startswith("28"):
        return CredentialsRefused(
            message("sources.database_refused", name=settings.address_variable),
            remedy=message("sources.credentials_refused_remedy"),
        )
    if isinstance(error, exc.ProgrammingError) or "no such" in reason or state.startswith("25"):
        return SchemaChanged(
            message("sources.query_failed", source=settings.source_system, reason=reason),
            remedy=message("sources.schema_remedy"),
        )
    return SourceUnavailable(
        message("sources.database_unavailable", source=settings.source_system, reason=reason),
        remedy=message("sources.no_answer_remedy"),
    )
