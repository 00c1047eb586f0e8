"""What bears on the statuses of a quarter, read in a few queries: key results, figures, targets, limits and breaks."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, String, func, type_coerce
from sqlmodel import Session, col, select

from okr_engine.database import columns_of, was_current
from okr_engine.model import (
    ComparabilityBreak,
    Direction,
    Indicator,
    IndicatorKind,
    KeyResult,
    KeyResultKind,
    Limit,
    Measurement,
    MeasureUnit,
    NoDataReason,
    Polarity,
    Target,
    TargetBasis,
)
from okr_engine.periods import Cadence, Period

LOOK_BACK = 4
"""How many periods before the current one can matter to a status: a year of quarters."""

Key = Hashable
"""An identity as the database's driver gives it; thousands are only compared, never turned into UUIDs."""


class Subject(NamedTuple):
    """A key result with what its indicator says about it."""

    id: UUID
    code: str
    kind: KeyResultKind
    direction: Direction
    baseline: Decimal | None
    starts: date
    due: date
    indicator: Key
    unit: Key
    measure: MeasureUnit
    indicator_kind: IndicatorKind
    better: Polarity
    cadence: Cadence
    lag_days: int


class Observation(NamedTuple):
    """A measured value, or the reason why there is none."""

    value: Decimal | None
    no_data_reason: NoDataReason | None
    provisional: bool = False

    @property
    def is_final(self) -> bool:
        """Whether it is a figure that time alone does not change any more."""
        return self.value is not None and not self.provisional


class DatedLimit(NamedTuple):
    """A target or statutory limit with the days it holds."""

    valid_from: date
    valid_to: date | None
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    basis: TargetBasis


@dataclass(frozen=True)
class Evidence:
    """Everything known that bears on the statuses of one quarter.

    `points` are the final figures from an indicator's last break to the end of the quarter, without a figure whose own
    period the break divides.
    """

    quarter: Period
    subjects: Sequence[Subject]
    observations: Mapping[tuple[Key, Key], Mapping[Period, Observation]]
    targets: Mapping[Key, Sequence[DatedLimit]]
    limits: Mapping[Key, Sequence[DatedLimit]]
    breaks: Mapping[Key, Sequence[date]]
    points: Mapping[tuple[Key, Key], int]


def gather_evidence(
    session: Session, quarter: Period, *, as_of: datetime | None = None, only: UUID | None = None
) -> Evidence:
    """Read what bears on `quarter`, as known at `as_of`, in as many queries for one key result as for a thousand.

    With `only`, what bears on that key result.
    """
    return Evidence(
        quarter=quarter,
        subjects=_subjects(session, quarter, only),
        observations=_observations(session, quarter, as_of, only),
        targets=_targets(session, as_of, only),
        limits=_limits(session, as_of, only),
        breaks=_breaks(session, as_of, only),
        points=_points(session, quarter, as_of, only),
    )


def _subjects(session: Session, quarter: Period, only: UUID | None) -> list[Subject]:
    rows = session.execute(
        columns_of(
            KeyResult.id,
            KeyResult.code,
            KeyResult.kind,
            KeyResult.direction,
            KeyResult.baseline,
            KeyResult.starts,
            KeyResult.due,
            _key(KeyResult.indicator_id),
            _key(KeyResult.unit_id),
            Indicator.unit,
            Indicator.kind,
            Indicator.better,
            Indicator.cadence,
            Indicator.lag_days,
        )
        .join(Indicator, col(Indicator.id) == col(KeyResult.indicator_id))
        .where(col(KeyResult.starts) <= quarter.end, col(KeyResult.due) >= quarter.start)
        .where(*([] if only is None else [col(KeyResult.id) == only]))
        .order_by(col(KeyResult.code))
    )
    return [Subject(*row) for row in rows]


def _observations(
    session: Session, quarter: Period, as_of: datetime | None, only: UUID | None
) -> dict[tuple[Key, Key], dict[Period, Observation]]:
    periods = [ending.shifted(-back) for ending in _periods_ending_with(quarter) for back in range(LOOK_BACK + 1)]
    rows = session.execute(
        columns_of(
            _key(Measurement.indicator_id),
            _key(Measurement.unit_id),
            Measurement.period,
            Measurement.value,
            Measurement.no_data_reason,
            Measurement.provisional,
        ).where(
            was_current(Measurement, as_of),
            col(Measurement.period).in_(periods),
            *_of_one(Measurement.indicator_id, only),
        )
    )
    found: dict[tuple[Key, Key], dict[Period, Observation]] = defaultdict(dict)
    for indicator, unit, period, *seen in rows:
        found[indicator, unit][period] = Observation(*seen)
    return found


def _points(session: Session, quarter: Period, as_of: datetime | None, only: UUID | None) -> dict[tuple[Key, Key], int]:
    last_breaks = (
        columns_of(ComparabilityBreak.indicator_id, func.max(ComparabilityBreak.day).label("day"))
        .where(
            was_current(ComparabilityBreak, as_of),
            col(ComparabilityBreak.withdrawn).is_(False),
            col(ComparabilityBreak.day) <= quarter.end,
        )
        .group_by(col(ComparabilityBreak.indicator_id))
        .subquery()
    )
    rows = session.execute(
        columns_of(_key(Measurement.indicator_id), _key(Measurement.unit_id), func.count())
        .outerjoin(last_breaks, last_breaks.c.indicator_id == col(Measurement.indicator_id))
        .where(
            was_current(Measurement, as_of),
            col(Measurement.value).is_not(None),
            col(Measurement.provisional).is_(False),
            col(Measurement.period_start) <= quarter.end,
            col(Measurement.period_start) >= func.coalesce(last_breaks.c.day, date.min),
            *_of_one(Measurement.indicator_id, only),
        )
        .group_by(col(Measurement.indicator_id), col(Measurement.unit_id))
    )
    return {(indicator, unit): count for indicator, unit, count in rows}


def _periods_ending_with(quarter: Period) -> list[Period]:
    return [period for cadence in Cadence if (period := quarter.of_cadence(cadence))]


def _targets(session: Session, as_of: datetime | None, only: UUID | None) -> dict[Key, list[DatedLimit]]:
    rows = session.execute(
        columns_of(
            Target.key_result_id,
            Target.valid_from,
            Target.valid_to,
            Target.value,
            Target.low,
            Target.high,
            Target.basis,
        ).where(was_current(Target, as_of), *([] if only is None else [col(Target.key_result_id) == only]))
    )
    return _dated(rows)


def _limits(session: Session, as_of: datetime | None, only: UUID | None) -> dict[Key, list[DatedLimit]]:
    rows = session.execute(
        columns_of(_key(Limit.indicator_id), Limit.valid_from, Limit.valid_to, Limit.value).where(
            was_current(Limit, as_of), *_of_one(Limit.indicator_id, only)
        )
    )
    return _dated((*row, None, None, TargetBasis.STATUTORY) for row in rows)


def _dated(rows: Iterable[Row[Any] | tuple[Any, ...]]) -> dict[Key, list[DatedLimit]]:
    dated: dict[Key, list[DatedLimit]] = defaultdict(list)
    for subject, *rest in rows:
        dated[subject].append(DatedLimit(*rest))
    return dated


def _breaks(session: Session, as_of: datetime | None, only: UUID | None) -> dict[Key, list[date]]:
    rows = session.execute(
        columns_of(_key(ComparabilityBreak.indicator_id), ComparabilityBreak.day).where(
            was_current(ComparabilityBreak, as_of),
            col(ComparabilityBreak.withdrawn).is_(False),
            *_of_one(ComparabilityBreak.indicator_id, only),
        )
    )
    days: dict[Key, list[date]] = defaultdict(list)
    for indicator, day in rows:
        days[indicator].append(day)
    return days


def _of_one(indicator: UUID, only: UUID | None) -> list[ColumnElement[bool]]:
    """The condition that keeps what belongs to the indicator of key result `only`."""
    if only is None:
        return []
    return [col(indicator).in_(select(KeyResult.indicator_id).where(col(KeyResult.id) == only))]


def _key(identity: UUID) -> Any:
    return type_coerce(identity, String)


def latest_quarter(session: Session) -> Period | None:
    """The quarter in which the newest figure's period ends; None without figures."""
    newest = columns_of(Measurement.period).where(was_current(Measurement, None), col(Measurement.value).is_not(None))
    starts = newest.with_only_columns(func.max(Measurement.period_start)).scalar_subquery()
    periods = session.scalars(newest.where(col(Measurement.period_start) == starts).distinct()).all()
    return max((Period.containing(period.end) for period in periods), default=None)
