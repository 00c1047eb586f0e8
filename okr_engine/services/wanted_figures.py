"""Which figures are to be computed: every period of every calculation, with what is known of it and of its source."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, select

from okr_engine.database import was_current
from okr_engine.model import (
    Calculation,
    ComputedPeriod,
    Indicator,
    Measurement,
    NoDataReason,
    PullRun,
    RunState,
    Schedule,
)
from okr_engine.periods import Period

WAITED_FOR = (None, NoDataReason.SOURCE_FAILED, NoDataReason.LATE, NoDataReason.NOT_YET_DUE)
"""Why a figure may be missing that a computation can still bring."""


@dataclass(frozen=True)
class Wanted:
    """A figure to compute: of which calculation and period, and what is on record for it.

    `read_until` is when its source was last read to the end, where that is not just now. It is missed when it is due
    from what has just been read, and either nothing is on record or that the source had failed.
    """

    calculation: Calculation
    indicator: Indicator
    period: Period
    known: Measurement | None
    computed_from: str | None
    is_settled: bool
    read_until: datetime | None
    is_missed: bool

    @property
    def key(self) -> tuple[UUID, UUID, Period]:
        """Under which its measurement is kept."""
        return self.calculation.indicator_id, self.calculation.unit_id, self.period

    @property
    def stands(self) -> bool:
        """Whether a person or a file has said the figure, which no computation overrules."""
        known = self.known
        return known is not None and not known.source.startswith("run:") and known.no_data_reason not in WAITED_FOR[1:]


def figures_wanted(session: Session, *, today: date, source: UUID | None) -> list[Wanted]:
    """Every period that has ended of every calculation, with what is known; as `computed_after` says."""
    rows = session.exec(
        select(Calculation, Indicator)
        .join(Indicator, col(Indicator.id) == col(Calculation.indicator_id))
        .order_by(col(Indicator.code), col(Calculation.id))
    ).all()
    known = known_figures(session, [calculation for calculation, _ in rows])
    computed, read_until, half_read = computed_before(session), _read_until(session), _half_read(session)
    wanted = []
    for calculation, indicator in rows:
        is_own = calculation.source_id == source
        if not is_own and calculation.source_id in half_read:
            continue
        for period in _ended(calculation.first_period, today):
            before = computed.get((calculation.id, period))
            if before is None and source is not None and not is_own:
                continue
            on_record = known.get((calculation.indicator_id, calculation.unit_id, period))
            wanted.append(
                Wanted(
                    calculation,
                    indicator,
                    period,
                    on_record,
                    before.computed_from if before else None,
                    bool(before and before.is_settled),
                    None if is_own else read_until.get(calculation.source_id),
                    is_own and _is_missed(indicator, period, on_record, today),
                )
            )
    return wanted


def is_due(indicator: Indicator, period: Period, today: date) -> bool:
    return period.end + timedelta(days=indicator.lag_days) < today


def _is_missed(indicator: Indicator, period: Period, known: Measurement | None, today: date) -> bool:
    said_to_have_failed = known is not None and known.no_data_reason == NoDataReason.SOURCE_FAILED
    return (known is None or said_to_have_failed) and is_due(indicator, period, today)


def _ended(first: Period, today: date) -> Iterator[Period]:
    period = first
    while period.end < today:
        yield period
        period = period.shifted(1)


def known_figures(
    session: Session, calculations: Iterable[Calculation]
) -> dict[tuple[UUID, UUID, Period], Measurement]:
    indicators = {one.indicator_id for one in calculations}
    rows = session.exec(
        select(Measurement).where(was_current(Measurement, None), col(Measurement.indicator_id).in_(indicators))
    )
    return {(row.indicator_id, row.unit_id, row.period): row for row in rows}


def computed_before(session: Session) -> dict[tuple[UUID, Period], ComputedPeriod]:
    return {(one.calculation_id, one.period): one for one in session.exec(select(ComputedPeriod))}


def _read_until(session: Session) -> dict[UUID, datetime]:
    """When each source was last read to its end; nothing of one that never was."""
    rows = session.exec(select(Schedule.source_id, Schedule.last_good_at)).all()
    return {source_id: moment for source_id, moment in rows if moment is not None}


def _half_read(session: Session) -> set[UUID]:
    """The sources with a run, since the last one that came to its end, which may have brought a part of the events.

    A run that failed before its first record has brought nothing.
    """
    began_later = or_(col(Schedule.last_good_at).is_(None), col(PullRun.started_at) > col(Schedule.last_good_at))
    brought_some = or_(col(PullRun.state) != RunState.FAILED, col(PullRun.records_read) > 0)
    return set(
        session.exec(
            select(PullRun.source_id)
            .join(Schedule, col(Schedule.source_id) == col(PullRun.source_id))
            .where(PullRun.state != RunState.DONE, began_later, brought_some)
        )
    )
