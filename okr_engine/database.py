"""The database: engine, read and write transactions, the audit log of each change, and what was known when."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    URL,
    ColumnElement,
    Engine,
    Select,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    or_,
    text,
)
from sqlalchemy import select as sa_select
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import UOWTransaction
from sqlmodel import Session, SQLModel, col, select

from okr_engine import clock
from okr_engine.errors import DatabaseUnavailable, InvalidSettings
from okr_engine.model.audit import AuditEntry, Change, seal_of
from okr_engine.model.rows import Editable, Recorded, Row, as_json, as_json_values
from okr_engine.words import message

BUSY_TIMEOUT_MS = 15_000
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_ENTRIES: Table = AuditEntry.__table__  # type: ignore[attr-defined]
# Built once, because every write transaction begins with them.
_WRITERS_TURN = text("SELECT pg_advisory_xact_lock(7302002)")
_LAST_ENTRY = sa_select(_ENTRIES.c.at).order_by(_ENTRIES.c.number.desc()).limit(1)

R = TypeVar("R", bound=Editable)
Deed = tuple[Change, str, str, dict[str, Any], dict[str, Any]]
"""A change before it is entered: what was done, to which noun and row, before and after."""


def connect(url: str) -> Engine:
    """An engine for `url`; nothing is opened yet, but the folder of a SQLite file is made."""
    address = _address(url)
    if address.get_backend_name() == "postgresql":
        return create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if address.database and not address.database.startswith((":memory:", "file:")):
        try:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnavailable(address.render_as_string(), error) from error
    engine = create_engine(address, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


class _Writing(Session):
    """A session whose changes are entered in the audit log."""


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that sees one moment of the database and changes nothing."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with _translated(engine), Session(engine) as session:
        yield session


@contextmanager
def writing(engine: Engine, *, actor: str, now: datetime | None = None) -> Iterator[Session]:
    """A transaction of one writer: all of it happens, audit entries included, or none of it.

    Its moment is when the writer's turn has come, or `now`, and never before that of an earlier writer, so that an
    answer as of a moment past stays the same.
    """
    with _translated(engine), _Writing(engine) as session, session.begin():
        connection = session.connection(execution_options={"okr_writing": True})
        if engine.dialect.name == "postgresql":
            connection.execute(_WRITERS_TURN)
        before = connection.scalar(_LAST_ENTRY)
        session.info.update(actor=actor, now=max(now or clock.now(), before or _EARLIEST))
        yield session


def moment_of(session: Session) -> datetime:
    """The moment that this write transaction happens at."""
    now: datetime = session.info["now"]
    return now


def actor_of(session: Session) -> str:
    """Who does this write transaction."""
    actor: str = session.info["actor"]
    return actor


def was_current(model: type[Recorded], as_of: datetime | None) -> ColumnElement[bool]:
    """The condition that a fact was known and not yet superseded at `as_of`; None means now."""
    if as_of is None:
        return col(model.superseded_at).is_(None)
    superseded = col(model.superseded_at)
    return (col(model.recorded_at) <= as_of) & or_(superseded.is_(None), superseded > as_of)


def known_at(session: Session, model: type[R], as_of: datetime | None) -> list[R]:
    """Every row of an editable noun as it was at `as_of`, read back from the audit log; None means now."""
    rows = list(session.exec(select(model)))
    if as_of is None:
        return rows
    contents = {str(row.id): row.content() for row in rows}
    later = select(AuditEntry).where(col(AuditEntry.noun) == model.__tablename__, col(AuditEntry.at) > as_of)
    for entry in session.exec(later.order_by(col(AuditEntry.number).desc())):
        if entry.change == Change.CREATED:
            contents.pop(entry.row)
        else:
            contents[entry.row].update(entry.before)
    return [model.model_validate(content) for content in contents.values()]


def columns_of(*columns: Any) -> Select[Any]:
    """A query for single columns, whose rows are plain tuples."""
    return sa_select(*columns)


def table_of(model: type[SQLModel]) -> Table:
    """The table itself, for statements over many rows that need no object for each."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def insert_all(session: Session, model: type[Row], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert what `session.add_all` would, its audit entries included, in a fraction of the time.

    Each row holds its id and whatever differs from the model's defaults.
    """
    if not rows:
        return
    defaults = {name: field.default for name, field in model.model_fields.items() if not field.is_required()}
    complete = [{**defaults, **row} for row in rows]
    session.execute(insert(table_of(model)), complete)
    if model.audited:
        noun = str(model.__tablename__)
        _append(session, [(Change.CREATED, noun, str(row["id"]), {}, as_json_values(row)) for row in complete])


def supersede(session: Session, known: Recorded, successor: Recorded) -> None:
    """Put `successor` in the place of a fact that was current until now."""
    known.superseded_at = successor.recorded_at
    successor.revision = known.revision + 1
    session.flush()
    session.add(successor)


def write_deed(session: Session, *, noun: str, subject: str, after: dict[str, Any]) -> None:
    """Enter something done that is more than a change of one row, such as an evaluation of a quarter."""
    _append(session, [(Change.DONE, noun, subject, {}, after)])


def data_version(session: Session) -> int:
    """A number that grows with every audited change."""
    return session.exec(select(AuditEntry.number).order_by(col(AuditEntry.number).desc()).limit(1)).first() or 0


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    if not connection.execute("PRAGMA query_only").fetchone()[0]:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _begin_sqlite(connection: Any) -> None:
    writing = connection.get_execution_options().get("okr_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        if not _is_about_the_database(error):
            raise
        raise DatabaseUnavailable(engine.url.render_as_string(), error) from error


def _is_about_the_database(error: DatabaseError) -> bool:
    """Whether the database as such is in the way: unreachable, locked, read-only, or not a database at all."""
    return isinstance(error, OperationalError) or type(error) is DatabaseError


def _address(url: str) -> URL:
    try:
        address = make_url(url)
        address.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise _not_an_address(url) from error
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise _not_an_address(address.render_as_string())
    return address


def _not_an_address(url: str) -> InvalidSettings:
    return InvalidSettings(
        message("error.not_a_database_address", url=url), remedy=message("error.not_a_database_address_remedy")
    )


def _write_audit_entries(session: Session, _context: UOWTransaction, _instances: object) -> None:
    deeds: list[Deed] = []
    for row in session.new:
        if isinstance(row, Row) and row.audited:
            deeds.append((Change.CREATED, str(row.__tablename__), str(row.id), {}, row.content()))
    for row in session.dirty:
        if isinstance(row, Row) and row.audited and session.is_modified(row):
            if isinstance(row, Editable):
                row.version += 1
            before, after = _difference(row)
            deeds.append((Change.CHANGED, str(row.__tablename__), str(row.id), before, after))
    if deeds:
        _append(session, deeds)


event.listen(_Writing, "before_flush", _write_audit_entries)


def _difference(row: Row) -> tuple[dict[str, Any], dict[str, Any]]:
    histories = {name: inspect(row).attrs[name].history for name in type(row).model_fields}
    changed = {name: history.deleted[0] for name, history in histories.items() if history.deleted}
    return {name: as_json(was) for name, was in changed.items()}, {
        name: as_json(getattr(row, name)) for name in changed
    }


def _append(session: Session, deeds: list[Deed]) -> None:
    last = session.execute(
        select(AuditEntry.number, AuditEntry.hash).order_by(col(AuditEntry.number).desc()).limit(1)
    ).first()
    number, previous = (last[0], last[1]) if last else (0, "")
    entries = []
    for change, noun, row, before, after in deeds:
        number += 1
        entry: dict[str, Any] = {
            "number": number,
            "at": moment_of(session),
            "actor": actor_of(session),
            "change": change,
            "noun": noun,
            "row": row,
            "before": before,
            "after": after,
        }
        previous = seal_of(previous, **entry)
        entries.append({**entry, "hash": previous})
    session.execute(insert(table_of(AuditEntry)), entries)
