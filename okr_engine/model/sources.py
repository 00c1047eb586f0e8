"""Sources: what is read on schedule, how far each has come, every run, and which figures are computed from it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator
from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from okr_engine.model.columns import Choice, Code, Line, Moment, PeriodColumn, PeriodField, Prose
from okr_engine.model.rows import Editable, Form, Named, NamedForm, Recorded, Row, as_json, only_one_current

_MINUTES_OF_DAY = 24 * 60


def _a_time_of_day(text: str) -> str:
    hours, colon, minutes = text.partition(":")
    if not (colon and hours.isdigit() and minutes.isdigit() and int(hours) * 60 + int(minutes) < _MINUTES_OF_DAY):
        raise ValueError("a time of day such as 06:30")
    return f"{int(hours):02}:{int(minutes):02}"


def _plain(value: Any) -> Any:
    """Days and moments, which YAML reads by itself, as the text they were."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else as_json(value)


PlainObject = Annotated[dict[str, Any], BeforeValidator(_plain)]
"""What connectors and definitions are told, as JSON keeps it."""

TimeOfDay = Annotated[str, AfterValidator(_a_time_of_day)]
"""A time on the wall clock, 06:30."""


class Rhythm(StrEnum):
    """How often a source is read."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Timetable(SQLModel):
    """When a source is read: at `at` o'clock where the organisation is, on weekday (1–7) or day of the month `day`.

    With `working_days_only`, a day that is no working day moves to the next one; every hour, `at` gives the minute.
    """

    rhythm: Rhythm = Rhythm.DAY
    at: TimeOfDay = "06:00"
    day: int = Field(default=1, ge=1, le=28)
    working_days_only: bool = False
    paused: bool = False


class Source(Named, Timetable, Editable, table=True):
    """An outside system that is read: through which connector, with which settings, and who looks after it.

    `settings` hold no secret, only the names of the environment variables that do.
    """

    code: Code = Field(unique=True)
    connector: str = Field(max_length=60)
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    rhythm: Rhythm = Field(default=Rhythm.DAY, sa_type=Choice(Rhythm))
    unit_id: UUID = Field(foreign_key="org_unit.id", index=True)
    steward_role_id: UUID | None = Field(default=None, foreign_key="role.id")


class SourceForm(NamedForm, Timetable):
    """A source as it comes in."""

    code: Code
    connector: Line
    settings: PlainObject = Field(default_factory=dict)
    unit: Code
    steward: Code | None = None


class Schedule(Row, table=True):
    """Where a source stands: when it is due, who reads it just now and until when that holds, how far it was read.

    A reader claims the row by comparing and setting `held_by`; what is not renewed by `held_until` is anybody's again.
    """

    audited = False
    source_id: UUID = Field(foreign_key="source.id", unique=True)
    asked_by: str | None = Field(default=None, max_length=100, description="Who wants it read at once")
    next_due: datetime | None = Field(default=None, sa_type=Moment, index=True)
    held_by: str | None = Field(default=None, max_length=100)
    held_until: datetime | None = Field(default=None, sa_type=Moment)
    watermark: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    failures: int = 0
    last_good_at: datetime | None = Field(default=None, sa_type=Moment)


class RunState(StrEnum):
    """How a run stands; a lost one was begun by a process that is no more."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"


class PullRun(Row, table=True):
    """One reading of a source and what came of it, down to statuses and actions."""

    audited = False
    __tablename__ = "pull_run"
    __table_args__ = (
        UniqueConstraint("source_id", "number"),
        Index("ix_pull_run_started_at", "started_at"),
    )
    source_id: UUID = Field(foreign_key="source.id", index=True)
    number: int
    state: RunState = Field(default=RunState.RUNNING, sa_type=Choice(RunState))
    asked_by: str = Field(max_length=100, description="The person's code, `schedule`, or `operator`")
    from_the_start: bool = Field(default=False, description="Whether nothing was left out as read before")
    started_at: datetime = Field(sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    records_read: int = 0
    records_set_aside: int = 0
    events_added: int = 0
    events_replaced: int = 0
    events_unchanged: int = 0
    events_superseded: int = 0
    values_written: int = 0
    values_restated: int = 0
    statuses_decided: int = 0
    actions_raised: int = 0
    error_kind: str | None = Field(default=None, max_length=60)
    error: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    remedy: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    try_again: datetime | None = Field(default=None, sa_type=Moment)


class CalculationBase(SQLModel):
    """How a figure is computed from events."""

    kpi: str = Field(max_length=60, description="The definition's code, such as revolving_door")
    kpi_version: str | None = Field(default=None, max_length=10, description="The newest one where left out")
    event_unit: str | None = Field(
        default=None, max_length=200, description="The unit's name in the events; all if none"
    )
    fewest: int = Field(default=0, ge=0, le=100_000, description="With fewer, no figure is told: too few answers")


class Calculation(CalculationBase, Editable, table=True):
    """An indicator's figures of one unit, computed from what a source brings, from `first_period` on."""

    __table_args__ = (UniqueConstraint("indicator_id", "unit_id"),)
    indicator_id: UUID = Field(foreign_key="indicator.id", index=True)
    unit_id: UUID = Field(foreign_key="org_unit.id")
    source_id: UUID = Field(foreign_key="source.id", index=True)
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    first_period: PeriodField = Field(sa_type=PeriodColumn)


class ComputedPeriod(Row, table=True):
    """From what a figure was computed last: while that stays the same, it need not be computed again."""

    audited = False
    __tablename__ = "computed_period"
    __table_args__ = (UniqueConstraint("calculation_id", "period"),)
    calculation_id: UUID = Field(foreign_key="calculation.id")
    period: PeriodField = Field(sa_type=PeriodColumn)
    computed_from: str = Field(max_length=64)
    is_settled: bool = Field(description="Whether time alone can no longer change the figure")


class CalculationForm(Form, CalculationBase):
    """A calculation as it comes in."""

    indicator: Code
    unit: Code
    source: Code
    parameters: PlainObject = Field(default_factory=dict)
    first_period: PeriodField


class RememberedMapping(Editable, table=True):
    """What somebody said the columns of a file mean, found again by the file's headings."""

    __tablename__ = "remembered_mapping"
    headings_hash: str = Field(max_length=64, unique=True)
    headings: list[str] = Field(sa_type=JSON)
    source_system: str = Field(max_length=60)
    column_map: dict[str, Any] = Field(sa_type=JSON)
    saved_by: str = Field(max_length=100)


class FindingKind(StrEnum):
    """What looks suspicious about a figure."""

    OUTLIER = "outlier"
    SUDDEN_DENOMINATOR = "sudden_denominator"
    DRIFT = "drift"


class FindingAnswer(Recorded, table=True):
    """What a data steward says of a suspicious figure; it answers for the figure's `figure_revision` only."""

    __tablename__ = "finding_answer"
    __table_args__ = (only_one_current("uq_finding_answer_current", "indicator_id", "unit_id", "period", "finding"),)
    indicator_id: UUID = Field(foreign_key="indicator.id")
    unit_id: UUID = Field(foreign_key="org_unit.id")
    period: PeriodField = Field(sa_type=PeriodColumn)
    finding: FindingKind = Field(sa_type=Choice(FindingKind))
    figure_revision: int
    explanation: Prose
