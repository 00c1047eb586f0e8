"""Statutory time limits: read from rules/statutory_limits.yaml, and turned into the days on which waits become late."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import combinations
from pathlib import Path

import duckdb
import pyarrow
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from okr_engine.errors import InvalidRules, Mistake, Place
from okr_engine.measuring.definition import Texts
from okr_engine.packaged import rules_file
from okr_engine.words import message
from okr_engine.working_days import LimitUnit, last_day

LIMITS_FILE = "statutory_limits.yaml"
OLDEST_AGE = 200
AGE_UNKNOWN = -1


class Confidence(StrEnum):
    """How a limit is known, from the strongest to the weakest."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    BILL = "bill"
    INFERRED = "inferred"
    MEMORY = "memory"
    UNVERIFIED = "unverified"

    @property
    def is_verified(self) -> bool:
        """Whether figures may rest on it without being asked to."""
        return self in (Confidence.VERIFIED, Confidence.SECONDARY, Confidence.BILL)


class Limit(BaseModel):
    """A time limit of one service class, for waits that start while it is in force; without a number it is unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str
    service_class: str = Field(alias="class")
    start_event: str = Field(alias="from")
    end_event: str = Field(alias="to")
    limit: int | None = Field(default=None, ge=0, le=1000)
    unit: LimitUnit | None = None
    age_min: int = Field(default=0, ge=0, le=OLDEST_AGE)
    age_max: int = Field(default=OLDEST_AGE, ge=0, le=OLDEST_AGE)
    valid_from: date
    valid_to: date = date.max
    section: str
    confidence: Confidence
    note: str | None = None

    @property
    def depends_on_age(self) -> bool:
        """Whether it holds for some ages only."""
        return self.age_min > 0 or self.age_max < OLDEST_AGE

    def holds_on(self, day: date) -> bool:
        """Whether it is the limit of waits that start on this day."""
        return self.valid_from <= day <= self.valid_to

    def overlaps(self, other: "Limit") -> bool:
        """Whether both could hold for the same wait."""
        return (
            self.service_class == other.service_class
            and self.age_min <= other.age_max
            and other.age_min <= self.age_max
            and self.valid_from <= other.valid_to
            and other.valid_from <= self.valid_to
        )


class Limits(BaseModel):
    """All limits of one version, with what each service class is called."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    version: str
    classes: Mapping[str, Texts]
    limits: tuple[Limit, ...]

    def rule(self, rule: str) -> Limit:
        """The limit of that rule."""
        return next(one for one in self.limits if one.rule == rule)


def read_limits(folder: Path | None = None) -> Limits:
    """The limits of `folder`, or those that come with the program where it has none; InvalidRules, every mistake."""
    path = rules_file(LIMITS_FILE, folder)
    try:
        limits = Limits.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except ValidationError as error:
        raise InvalidRules(
            path.name, [_mistake(path, _named(one["loc"]), one["msg"]) for one in error.errors()]
        ) from error
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise InvalidRules(path.name, [_mistake(path, None, str(error).partition("\n")[0])]) from error
    mistakes = [
        _mistake(path, one.rule, f"overlaps {other.rule}")
        for one, other in combinations(limits.limits, 2)
        if one.overlaps(other)
    ] + [
        _mistake(path, one.rule, f"class {one.service_class}")
        for one in limits.limits
        if one.service_class not in limits.classes
    ]
    if mistakes:
        raise InvalidRules(path.name, mistakes)
    return limits


def _named(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location))


def _mistake(path: Path, record: str | None, said: str) -> Mistake:
    return Mistake(Place(file=path.name, record=record), message("measuring.limit_mistake", said=said))


def create_deadlines(connection: duckdb.DuckDBPyConnection, limits: Limits, *, rollover: bool) -> None:
    """Make the table `deadline` for the waits that there are."""
    starts = connection.execute(
        "SELECT DISTINCT service_class, start_date_local FROM waiting_episode"
        " WHERE service_class IS NOT NULL AND start_date_local IS NOT NULL"
    ).fetchall()
    rows = deadlines(limits, [(str(each), day) for each, day in starts], rollover=rollover)
    columns = {
        name: pyarrow.array([row[place] for row in rows], _ARROW[kind])
        for place, (name, kind) in enumerate(DEADLINE_COLUMNS)
    }
    connection.register("deadline", pyarrow.table(columns))


DEADLINE_COLUMNS = (
    ("rule_id", "VARCHAR"),
    ("service_class", "VARCHAR"),
    ("start_date", "DATE"),
    ("age_min", "INTEGER"),
    ("age_max", "INTEGER"),
    ("standing", "VARCHAR"),
    ("deadline_date", "DATE"),
)
_ARROW = {"VARCHAR": pyarrow.string(), "DATE": pyarrow.date32(), "INTEGER": pyarrow.int32()}

Deadline = tuple[str, str, date, int, int, str, date | None]


def deadlines(limits: Limits, starts: Sequence[tuple[str, date]], *, rollover: bool = False) -> list[Deadline]:
    """The rows of the table `deadline`: for each class and start day, by age, the last day on which a wait is in time.

    `standing` is verified or unverified, or says why there is no such day: no_limit, or age_unknown for the age -1
    of people whose age is not told where the limit depends on it.
    """
    by_class: dict[str, list[Limit]] = {}
    for limit in limits.limits:
        by_class.setdefault(limit.service_class, []).append(limit)
    return [
        row
        for service_class, start in starts
        for row in _rows(start, [one for one in by_class.get(service_class, ()) if one.holds_on(start)], rollover)
    ]


def _rows(start: date, limits: Sequence[Limit], rollover: bool) -> Iterator[Deadline]:
    for limit in limits:
        age_min = limit.age_min if limit.depends_on_age else AGE_UNKNOWN
        last = _last_day(limit, start, rollover)
        standing = "no_limit" if last is None else "verified" if limit.confidence.is_verified else "unverified"
        yield limit.rule, limit.service_class, start, age_min, limit.age_max, standing, last
    if dependent := [one for one in limits if one.depends_on_age]:
        yield "", dependent[0].service_class, start, AGE_UNKNOWN, AGE_UNKNOWN, "age_unknown", None


def _last_day(limit: Limit, start: date, rollover: bool) -> date | None:
    if limit.limit is None or limit.unit in (None, LimitUnit.SCHOOL_DAY):
        return None
    return last_day(start, limit.limit, limit.unit, rollover=rollover)
