"""An indicator's figures over time in one unit, with the limits and breaks they stand between."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from okr_engine.database import columns_of, was_current
from okr_engine.model import (
    BreakKind,
    ComparabilityBreak,
    Indicator,
    Limit,
    Measurement,
    MeasureUnit,
    NoDataReason,
    TargetBasis,
)
from okr_engine.periods import Period
from okr_engine.services.figure_intervals import ANSWERS, Counts, interval_of
from okr_engine.services.status_evidence import DatedLimit
from okr_engine.statistics.trajectories import Path, SteppedPath
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
    n: int | None = None
    interval_low: Decimal | None = None
    interval_high: Decimal | None = None

    @property
    def is_restated(self) -> bool:
        """Whether another figure stood in its place; one that had been missing comes without a reason."""
        return self.revision > 1 and self.reason is not None


@dataclass(frozen=True)
class BreakMark:
    """A day from which figures cannot be compared with earlier ones, and why."""

    day: date
    kind: BreakKind
    text: Words


class HappeningKind(StrEnum):
    """What happened."""

    ACTION_RAISED = "action_raised"
    ACTION_CLOSED = "action_closed"
    RESTATED = "restated"


@dataclass(frozen=True)
class Happening:
    """Something that happened at a moment and concerns the figure of a period; an action also has its code."""

    at: datetime
    kind: HappeningKind
    period: Period
    code: str = ""
    reason: str | None = None


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
    path: Path | SteppedPath | None = None
    happenings: tuple[Happening, ...] = ()


def series_of(
    session: Session, indicators: Iterable[UUID], as_of: datetime | None
) -> dict[tuple[UUID, UUID], dict[Period, Observed]]:
    """The newest figure of every period, by indicator and unit."""
    lineage = col(Measurement.lineage)
    rows = session.execute(
        columns_of(
            Indicator.unit,
            Measurement.numerator,
            Measurement.denominator,
            func.coalesce(lineage["n"].as_integer(), Measurement.responses),
            Measurement.interval_low,
            Measurement.interval_high,
            *(lineage[("counted", name)].as_integer() for name in ANSWERS),
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
        )
        .join(Indicator, col(Indicator.id) == col(Measurement.indicator_id))
        .where(was_current(Measurement, as_of), col(Measurement.indicator_id).in_(indicators))
    )
    found: dict[tuple[UUID, UUID], dict[Period, Observed]] = defaultdict(dict)
    for measure, numerator, denominator, n, low, high, *row in rows:
        answers, (indicator, unit, period, *rest) = row[: len(ANSWERS)], row[len(ANSWERS) :]
        counts = Counts(numerator, denominator, n, tuple(one for one in answers if one is not None))
        found[indicator, unit][period] = with_counts(Observed(period, *rest), measure, counts, told=(low, high))
    return found


def with_counts(
    figure: Observed, measure: MeasureUnit, counts: Counts, *, told: tuple[Decimal | None, Decimal | None]
) -> Observed:
    """The figure with what it rests on and its interval, else the one its source `told`.

    Nothing of that where the figure itself is not told for want of enough.
    """
    if figure.no_data_reason == NoDataReason.TOO_FEW_ANSWERS:
        return figure
    interval, _ = interval_of(measure, figure.value, counts)
    low, high = (_exact(interval.low), _exact(interval.high)) if interval else told
    return replace(
        figure,
        numerator=counts.numerator,
        denominator=counts.denominator,
        n=counts.n,
        interval_low=low,
        interval_high=high,
    )


def _exact(end: float) -> Decimal:
    """More digits than any figure is shown with."""
    return Decimal(f"{end:.9g}")


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
