"""An indicator's figures over time in one unit, with the limits and breaks they stand between."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.database import columns_of, was_current
from okr_engine.model import (
    BreakKind,
    ComparabilityBreak,
    Limit,
    Measurement,
    MeasureUnit,
    NoDataReason,
    TargetBasis,
)
from okr_engine.periods import Period
from okr_engine.services.status_facts import DatedLimit
from okr_engine.words import Words


@dataclass(frozen=True)
class Observed:
    """One figure of a series, or the reason why there is none, and how it came to be what it is."""

    period: Period
    value: Decimal | None
    no_data_reason: NoDataReason | None
    provisional: bool
    comment: str | None
    revision: int
    reason: str | None
    recorded_at: datetime
    recorded_by: str
    source: str
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    @property
    def is_restated(self) -> bool:
        """Whether another figure stood in its place; one that had been missing comes without a reason."""
        return self.revision > 1 and self.reason is not None

    def as_told(self) -> Self:
        """The figure without the counts behind it where it is not told itself."""
        return self if self.value is not None else replace(self, numerator=None, denominator=None)


@dataclass(frozen=True)
class BreakMark:
    """A day from which figures cannot be compared with earlier ones, and why."""

    day: date
    kind: BreakKind
    text: Words


@dataclass(frozen=True)
class FigureSeries:
    """The figures with everything a chart draws beside them; what is only an indicator has no target and no path."""

    code: str
    name: Words
    measure: MeasureUnit
    decimals: int
    figures: tuple[Observed, ...]
    limits: tuple[DatedLimit, ...]
    breaks: tuple[BreakMark, ...]
    starts: date
    due: date
    baseline: Decimal | None = None
    target: DatedLimit | None = None
    targets: tuple[DatedLimit, ...] = ()
    path: tuple[tuple[date, Decimal], ...] = ()


def series_of(
    session: Session, indicators: Iterable[UUID], as_of: datetime | None
) -> dict[tuple[UUID, UUID], dict[Period, Observed]]:
    """The newest figure of every period, by indicator and unit."""
    rows = session.execute(
        columns_of(
            Measurement.indicator_id,
            Measurement.unit_id,
            Measurement.period,
            Measurement.value,
            Measurement.no_data_reason,
            Measurement.provisional,
            Measurement.comment,
            Measurement.revision,
            Measurement.reason,
            Measurement.recorded_at,
            Measurement.recorded_by,
            Measurement.source,
            Measurement.numerator,
            Measurement.denominator,
        ).where(was_current(Measurement, as_of), col(Measurement.indicator_id).in_(indicators))
    )
    found: dict[tuple[UUID, UUID], dict[Period, Observed]] = defaultdict(dict)
    for indicator, unit, period, *rest in rows:
        found[indicator, unit][period] = Observed(period, *rest).as_told()
    return found


def limits_of(session: Session, indicators: Iterable[UUID], as_of: datetime | None) -> dict[UUID, list[DatedLimit]]:
    """The statutory limits by indicator, in the order of their days."""
    rows = session.exec(
        select(Limit)
        .where(was_current(Limit, as_of), col(Limit.indicator_id).in_(indicators))
        .order_by(col(Limit.valid_from))
    )
    found: dict[UUID, list[DatedLimit]] = defaultdict(list)
    for row in rows:
        found[row.indicator_id].append(
            DatedLimit(row.valid_from, row.valid_to, row.value, None, None, TargetBasis.STATUTORY)
        )
    return found


def breaks_of(session: Session, indicators: Iterable[UUID], as_of: datetime | None) -> dict[UUID, list[BreakMark]]:
    """The breaks by indicator, in the order of their days; none that was withdrawn."""
    rows = session.exec(
        select(ComparabilityBreak)
        .where(
            was_current(ComparabilityBreak, as_of),
            col(ComparabilityBreak.indicator_id).in_(indicators),
            col(ComparabilityBreak.withdrawn).is_(False),
        )
        .order_by(col(ComparabilityBreak.day))
    )
    found: dict[UUID, list[BreakMark]] = defaultdict(list)
    for row in rows:
        found[row.indicator_id].append(BreakMark(row.day, row.kind, row.text))
    return found
