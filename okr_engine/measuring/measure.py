"""One figure from events: a definition's SQL run by DuckDB over a folder, with what it counted and left out."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from okr_engine.errors import InvalidEvents, InvalidSettings, Mistake, NotFound, Place
from okr_engine.measuring.deadlines import Confidence, Limit, Limits, create_deadlines
from okr_engine.measuring.definition import Definition, Given
from okr_engine.measuring.folders import create_view, known_tables, opened
from okr_engine.measuring.tables import Table
from okr_engine.periods import Period
from okr_engine.words import Message, message

_MEMORY_MB = 1500
_SHOWN_UNITS = 20
# So long without any event at the end of a period looks as if not everything had arrived yet.
_QUIET = timedelta(days=4)


@dataclass(frozen=True)
class Question:
    """What is asked: the figure of a period, of one unit or of all, as things were at `as_of`.

    `whole` reads every event instead of those that can bear on the period; the figure is the same.
    """

    period: Period
    as_of: datetime
    unit: str | None = None
    parameters: Mapping[str, Given] = field(default_factory=dict)
    whole: bool = False


@dataclass(frozen=True)
class Figure:
    """A value with what it was computed from; no value where nothing was counted.

    `value` is `exact` rounded once; what rounds for itself begins with `exact`.
    `n` counts what the value rests on, `pending` what is not decided yet, `excluded` by reason what could not be used.
    """

    value: Decimal | None = None
    exact: Decimal | None = None
    numerator: int | Decimal | None = None
    denominator: int | Decimal | None = None
    pending: int = 0
    n: int = 0
    counted: Mapping[str, int | Decimal | None] = field(default_factory=dict)
    excluded: Mapping[str, int] = field(default_factory=dict)

    @property
    def coverage(self) -> Decimal | None:
        """The share of the period's events that could be used, 0 to 1."""
        usable = self.n + self.pending
        everything = usable + sum(self.excluded.values())
        return Decimal(usable) / everything if everything else None

    @property
    def response_rate(self) -> Decimal | None:
        """The share of those invited who answered, where it is told how many were invited."""
        answers, invited = self.counted.get("responses"), self.counted.get("invited")
        return Decimal(answers) / invited if answers is not None and invited else None


@dataclass(frozen=True)
class Measured:
    """The figure that was asked for, its breakdown where one was asked for, and how it came about."""

    definition: Definition
    question: Question
    parameters: Mapping[str, Given]
    figure: Figure
    groups: Mapping[str, Figure]
    events_until: date | None
    limits: tuple[tuple[Limit, Figure], ...] = ()
    limits_version: str | None = None
    notes: tuple[Message, ...] = ()

    @property
    def limit_confidence(self) -> Confidence | None:
        """How the least certain of the limits that the figure rests on is known."""
        order = list(Confidence)
        return max((limit.confidence for limit, _ in self.limits), key=order.index, default=None)


def nothing_measured(definition: Definition, question: Question) -> Measured:
    """What there is to say of a period that no events bear on."""
    notes = (message("measuring.nothing_counted", period=question.period),)
    parameters = definition.with_defaults(question.parameters)
    return Measured(definition, question, parameters, Figure(), groups={}, events_until=None, notes=notes)


def measure(
    definition: Definition,
    folder: Path,
    question: Question,
    *,
    zone: ZoneInfo,
    limits: Limits,
    memory_mb: int = _MEMORY_MB,
    spill: Path | None = None,
) -> Measured:
    """Compute the figure from the events of `folder`; periods and days are those of `zone`.

    Raises InvalidInput for a parameter that does not exist or is out of range, NotFound for a unit without events,
    InvalidEvents for a folder, file or column that cannot be used, InvalidSettings where the memory does not suffice.
    """
    parameters = definition.with_defaults(question.parameters)
    known_tables(folder)
    with _engine(memory_mb, spill) as connection, _faults_named(folder):
        for table in definition.tables:
            create_view(connection, folder, table, zone=zone)
        main = definition.tables[0]
        if question.unit is not None:
            _has_unit(connection, main, question.unit)
        if definition.needs_deadlines:
            create_deadlines(connection, limits, rollover=bool(parameters["rollover"]))
        given = {**built_in(question, zone), **parameters}
        total = _ask(connection, definition, {**given, "by": "none"})
        groups = _ask(connection, definition, given) if parameters.get("by", "none") != "none" else {}
        until = _until(connection, main, question, zone) if main.name != "observation" else None
        by_rule = _ask(connection, definition, {**given, "by": "rule"}) if definition.needs_deadlines else {}
    return Measured(
        definition=definition,
        question=question,
        parameters=parameters,
        figure=total.get("", Figure()),
        groups=groups,
        events_until=until,
        limits=tuple((limits.rule(rule), one) for rule, one in sorted(by_rule.items()) if rule and one.n),
        limits_version=limits.version if definition.needs_deadlines else None,
        notes=_notes(question, until, total.get("", Figure())),
    )


def in_millions(count: int | Decimal) -> Decimal:
    """A count in millions, with two decimals for showing: rounded once, half up, from the unrounded count."""
    return (Decimal(count) / 1_000_000).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def built_in(question: Question, zone: ZoneInfo) -> Mapping[str, object]:
    """What every definition may ask for besides its own parameters: days are local, moments UTC without a zone."""
    first, after = question.period.start, question.period.end + timedelta(days=1)
    return {
        "first_day": first,
        "last_day": question.period.end,
        "from_moment": _midnight(first, zone),
        "to_moment": _midnight(after, zone),
        "as_of": question.as_of.astimezone(UTC).replace(tzinfo=None),
        "as_of_day": question.as_of.astimezone(zone).date(),
        "unit": question.unit or "",
        "whole": question.whole,
    }


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)


@contextmanager
def _engine(memory_mb: int, spill: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    if spill:
        spill.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="okr-measuring-", dir=spill) as overflow,
        opened(memory_limit=f"{memory_mb}MB", temp_directory=overflow, preserve_insertion_order=False) as connection,
    ):
        yield connection


@contextmanager
def _faults_named(folder: Path) -> Iterator[None]:
    """What DuckDB cannot read becomes a mistake in the events, with its own words for where it is."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise InvalidSettings(
            message("measuring.out_of_memory"), remedy=message("measuring.out_of_memory_remedy")
        ) from error
    except duckdb.Error as error:
        said = message("events.cannot_be_computed", said=str(error).partition("\n")[0])
        mistake = Mistake(
            Place(file=str(folder)), said, message("events.cannot_be_computed_remedy", folder=str(folder))
        )
        raise InvalidEvents(str(folder), [mistake]) from error


def _has_unit(connection: duckdb.DuckDBPyConnection, table: Table, unit: str) -> None:
    column = table.unit_column
    if not connection.execute(f"SELECT 1 FROM {table.name} WHERE {column} = $unit LIMIT 1", {"unit": unit}).fetchall():
        units = connection.execute(
            f"SELECT DISTINCT {column} FROM {table.name} WHERE {column} IS NOT NULL ORDER BY 1 LIMIT {_SHOWN_UNITS}"
        ).fetchall()
        raise NotFound(
            message("measuring.no_such_unit", unit=unit, table=table.name),
            remedy=message("measuring.allowed", allowed=", ".join(str(one) for (one,) in units)),
        )


def _ask(
    connection: duckdb.DuckDBPyConnection, definition: Definition, given: Mapping[str, object]
) -> Mapping[str, Figure]:
    """The definition's answer by group; the group of the whole is empty text."""
    wanted = {name: given[name] for name in definition.names_in_sql}
    answer = connection.execute(definition.sql, wanted)
    names = [name for name, *_ in answer.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    return {str(row["grp"] or ""): figure_of(definition, row, given) for row in rows}


def figure_of(definition: Definition, row: Mapping[str, object], given: Mapping[str, object]) -> Figure:
    """A figure from a row of the answer: its value if it has one, else times · numerator / denominator (1 if none)."""
    numerator, denominator = _exact(row["numerator"]), _exact(row["denominator"])
    n = row.get("n", denominator)
    exact = _value(row, numerator, denominator)
    return Figure(
        value=None if exact is None else definition.form(given).rounded(exact),
        exact=exact,
        numerator=numerator,
        denominator=denominator,
        pending=int(str(row.get("pending") or 0)),
        n=int(str(n or 0)),
        counted=_beginning("counted_", row),
        excluded={name: int(count or 0) for name, count in _beginning("excluded_", row).items()},
    )


def _value(
    row: Mapping[str, object], numerator: int | Decimal | None, denominator: int | Decimal | None
) -> Decimal | None:
    if (told := row.get("value")) is not None:
        return Decimal(str(told))
    if numerator is None or denominator == 0:
        return None
    return Decimal(str(row["times"])) * numerator / (1 if denominator is None else denominator)


def _beginning(prefix: str, row: Mapping[str, object]) -> Mapping[str, int | Decimal | None]:
    return {name.removeprefix(prefix): _exact(value) for name, value in row.items() if name.startswith(prefix)}


def _exact(value: object) -> int | Decimal | None:
    """A number as an int where it is whole: engines differ in the type of a sum."""
    if value is None:
        return None
    number = Decimal(str(value))
    return int(number) if number == number.to_integral_value() else number.normalize()


def _until(connection: duckdb.DuckDBPyConnection, table: Table, question: Question, zone: ZoneInfo) -> date | None:
    """The newest day with events of the unit asked for; a mistaken one in the future says nothing of their reach."""
    newest = (
        f"SELECT max({table.period_column}) FROM {table.name}"
        f" WHERE {table.period_column} <= $as_of AND ($unit IS NULL OR {table.unit_column} = $unit)"
    )
    given = {"as_of": question.as_of.astimezone(zone).date(), "unit": question.unit}
    [(until,)] = connection.execute(newest, given).fetchall()
    return until if isinstance(until, date) else None


def _notes(question: Question, until: date | None, figure: Figure) -> tuple[Message, ...]:
    if not figure.n and not figure.pending:
        return (message("measuring.nothing_counted", period=question.period),)
    if until is not None and until < question.period.end - _QUIET and question.as_of.date() > question.period.end:
        return (message("measuring.events_end_early", until=until, period=question.period),)
    return ()
