"""The canonical tables: what every source is brought to, and every figure is measured from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class ColumnType(StrEnum):
    """What a column holds, as the type that DuckDB and Parquet give it."""

    TEXT = "VARCHAR"
    WHOLE = "BIGINT"
    NUMBER = "DECIMAL(24,8)"
    MOMENT = "TIMESTAMP"  # UTC, without a zone
    DAY = "DATE"  # the local calendar
    FLAG = "BOOLEAN"


class VisitKind(StrEnum):
    """How a visit takes place."""

    EMERGENCY = "ED"
    AMBULATORY = "AMB"
    INPATIENT = "INP"
    HOME = "HOME"
    REMOTE = "REMOTE"


class Disposition(StrEnum):
    """Where a visit leads."""

    HOME = "HOME"
    ADMITTED = "ADMITTED"
    TRANSFER = "TRANSFER"
    LEFT_WITHOUT_BEING_SEEN = "LWBS"
    DIED = "DIED"
    UNKNOWN = "UNKNOWN"


class EventStatus(StrEnum):
    """Whether what was registered took place; a missing status means that it did."""

    FINISHED = "finished"
    IN_PROGRESS = "in_progress"
    PLANNED = "planned"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    ENTERED_IN_ERROR = "entered_in_error"


class ContactKind(StrEnum):
    """How a service event reaches the client."""

    RECEPTION = "reception"
    HOME = "home"
    REMOTE_LIVE = "remote_live"
    REMOTE_MESSAGE = "remote_message"
    INPATIENT_STAY = "inpatient_stay"
    WITHOUT_CONTACT = "without_contact"
    BETWEEN_PROFESSIONALS = "between_professionals"
    OTHER = "other"


class EndReason(StrEnum):
    """Why a wait ended; a missing reason with a missing end means that it goes on."""

    SERVED = "SERVED"
    PATIENT_CANCELLED = "PATIENT_CANCELLED"
    OTHER = "OTHER"


class SurveyMetric(StrEnum):
    """Which score an answer counts towards."""

    NPS = "NPS"
    CSAT = "CSAT"
    CES = "CES"


@dataclass(frozen=True)
class Column:
    """One column; `local_day_of` names the moment whose local date it is."""

    name: str
    holds: ColumnType
    required: bool = False
    words: type[StrEnum] | None = None
    personal: bool = False
    local_day_of: str | None = None


@dataclass(frozen=True)
class Table:
    """One canonical table. Of rows with one `identity` the highest `version_no` counts, of equal ones the last read."""

    name: str
    identity: tuple[str, ...]
    period_column: str
    columns: tuple[Column, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns in their order."""
        return tuple(column.name for column in self.columns)

    @property
    def unit_column(self) -> str:
        """The column that names the unit."""
        return "unit_id" if "unit_id" in self.names else "area_id"

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The names of the columns without which a row says nothing."""
        return tuple(column.name for column in self.columns if column.required)

    @cached_property
    def local_days(self) -> tuple[tuple[str, str], ...]:
        """The columns that hold a local day, each with the moment whose day it is."""
        return tuple((column.name, column.local_day_of) for column in self.columns if column.local_day_of)

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The columns by their names."""
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        return self.by_name[name]


def _text(name: str, *, required: bool = False) -> Column:
    return Column(name, ColumnType.TEXT, required)


def _word(name: str, words: type[StrEnum], *, required: bool = False) -> Column:
    return Column(name, ColumnType.TEXT, required, words)


def _moment(name: str, *, required: bool = False) -> Column:
    return Column(name, ColumnType.MOMENT, required)


def _day(name: str, *, required: bool = False, of: str | None = None) -> Column:
    return Column(name, ColumnType.DAY, required, local_day_of=of)


_VERSION = Column("version_no", ColumnType.WHOLE)
_PERSON = Column("person_key", ColumnType.TEXT, personal=True)
# Which run brought the row and when: the lineage from a figure back to its source.
_LOADED = (_moment("loaded_at"), _text("run"))

_VISIT = Table(
    "visit",
    identity=("source_system", "source_event_id"),
    period_column="arrival_date_local",
    columns=(
        _text("source_system", required=True),
        _text("source_event_id", required=True),
        _VERSION,
        _text("visit_id"),
        _PERSON,
        _text("area_id"),
        _text("unit_id", required=True),
        _word("kind", VisitKind, required=True),
        _moment("arrival_ts_utc", required=True),
        _moment("departure_ts_utc"),
        _day("arrival_date_local", required=True, of="arrival_ts_utc"),
        Column("planned", ColumnType.FLAG),
        _word("disposition", Disposition),
        _text("triage"),
        _text("parent_event_id"),
        _word("status", EventStatus),
        *_LOADED,
    ),
)

_SERVICE_EVENT = Table(
    "service_event",
    identity=("source_system", "source_event_id"),
    period_column="start_date_local",
    columns=(
        _text("source_system", required=True),
        _text("source_event_id", required=True),
        _VERSION,
        _text("service_event_oid"),
        _PERSON,
        _text("area_id"),
        _text("unit_id", required=True),
        _word("contact_kind", ContactKind),
        _text("profession"),
        _text("segment"),
        _moment("start_ts_utc"),
        _day("start_date_local", required=True, of="start_ts_utc"),
        _word("status", EventStatus),
        *_LOADED,
    ),
)

_WAITING_EPISODE = Table(
    "waiting_episode",
    identity=("source_system", "episode_id"),
    period_column="start_date_local",
    columns=(
        _text("source_system", required=True),
        _text("episode_id", required=True),
        _VERSION,
        _PERSON,
        _text("area_id"),
        _text("unit_id", required=True),
        _text("service_class", required=True),
        _text("start_event"),
        _day("start_date_local", required=True),
        _day("end_date_local"),
        _word("end_reason", EndReason),
        Column("age_at_start", ColumnType.WHOLE),
        Column("medical_timing", ColumnType.FLAG),
        *_LOADED,
    ),
)

_SURVEY_RESPONSE = Table(
    "survey_response",
    identity=("source_system", "response_id", "metric"),
    period_column="answered_date_local",
    columns=(
        _text("source_system", required=True),
        _text("response_id", required=True),
        _word("metric", SurveyMetric, required=True),
        _VERSION,
        _text("chain_id"),
        _text("survey_id"),
        _text("area_id"),
        _text("unit_id", required=True),
        _moment("answered_ts_utc"),
        _day("answered_date_local", required=True, of="answered_ts_utc"),
        _text("raw_value"),
        Column("value", ColumnType.NUMBER),
        Column("scale_min", ColumnType.NUMBER),
        Column("scale_max", ColumnType.NUMBER),
        _text("language"),
        *_LOADED,
    ),
)

_OBSERVATION = Table(
    "observation",
    identity=("source", "indicator", "area_id", "period_start", "period_end"),
    period_column="period_start",
    columns=(
        _text("source", required=True),
        _text("indicator", required=True),
        _text("area_id", required=True),
        _day("period_start", required=True),
        _day("period_end", required=True),
        _VERSION,
        Column("value", ColumnType.NUMBER),
        Column("numerator", ColumnType.NUMBER),
        Column("denominator", ColumnType.NUMBER),
        _text("unit"),
        Column("decimals", ColumnType.WHOLE),
        _moment("published_at"),
        *_LOADED,
    ),
)

TABLES: Mapping[str, Table] = {
    table.name: table for table in (_VISIT, _SERVICE_EVENT, _WAITING_EPISODE, _SURVEY_RESPONSE, _OBSERVATION)
}
