"""event → measurement: figures computed from events, and computed again when what they rest on has changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, select

from okr_engine.access import Actor
from okr_engine.database import moment_of, supersede, was_current
from okr_engine.errors import InvalidInput, OkrError
from okr_engine.i18n import say
from okr_engine.measuring.deadlines import Limits, read_limits
from okr_engine.measuring.definition import Definition, definition
from okr_engine.measuring.measure import Measured, Question, measure, nothing_measured
from okr_engine.measuring.parts import Part, PartOfFigure, bearing_on, contents_of, mark_of, parts_in
from okr_engine.measuring.tables import TABLES
from okr_engine.model import (
    Calculation,
    ComputedPeriod,
    Indicator,
    Measurement,
    MeasureUnit,
    NoDataReason,
    PullRun,
    RunState,
    Schedule,
    Source,
)
from okr_engine.periods import Period
from okr_engine.services.installation import Installation
from okr_engine.services.lineage import lineage_of
from okr_engine.settings import Settings
from okr_engine.words import message

_WAITED_FOR = (None, NoDataReason.SOURCE_FAILED, NoDataReason.LATE, NoDataReason.NOT_YET_DUE)
_COUNTS = ("numerator", "denominator", "responses", "sample")
_FORMS = {
    MeasureUnit.COUNT: {"count", "number"},
    MeasureUnit.NUMBER: {"count", "number", "score", "days"},
    MeasureUnit.MILLION: {"count"},
}
_MILLION = 1_000_000


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
        return known is not None and not known.source.startswith("run:") and known.no_data_reason not in _WAITED_FOR[1:]


@dataclass(frozen=True)
class Computed:
    """A computed figure with what it rests on; early if the period's lag was not over when it was computed."""

    wanted: Wanted
    measured: Measured
    parts: tuple[PartOfFigure, ...]
    mark: str
    is_early: bool

    @property
    def n(self) -> int:
        """How many events or answers the figure rests on."""
        return self.measured.figure.n

    @property
    def counts(self) -> dict[str, Any]:
        """What is recorded of the counts behind it: none where they are too few to be told, for they would tell it."""
        figure = self.measured.figure
        if self.no_data_reason == NoDataReason.TOO_FEW_ANSWERS:
            return dict.fromkeys(_COUNTS)
        return {
            "numerator": _decimal(figure.numerator),
            "denominator": _decimal(figure.denominator),
            "responses": self.n if "responses" in figure.counted else None,
            "sample": _whole(figure.counted.get("invited")),
        }

    @property
    def no_data_reason(self) -> NoDataReason | None:
        """Why there is no figure to tell; None where there is one."""
        figure, until = self.measured.figure, self.measured.events_until
        if not figure.n or figure.exact is None:
            if figure.pending or self.is_early:
                return NoDataReason.NOT_YET_DUE
            ends_early = until is None or until < self.wanted.period.end
            return NoDataReason.LATE if ends_early else NoDataReason.NOT_COLLECTED
        return NoDataReason.TOO_FEW_ANSWERS if figure.n < self.wanted.calculation.fewest else None

    @property
    def may_change(self) -> bool:
        """Whether time alone may still change it: open windows, events that end before the period, or its lag."""
        return bool(self.measured.figure.pending or self.measured.notes or self.is_early)

    @property
    def provisional(self) -> bool:
        """Whether there is a figure that may still change."""
        return self.may_change and self.no_data_reason is None

    @property
    def value(self) -> Decimal | None:
        """The exact value in the indicator's own unit."""
        exact = self.measured.figure.exact
        if exact is None or self.no_data_reason is not None:
            return None
        in_unit = exact / _MILLION if self.wanted.indicator.unit == MeasureUnit.MILLION else exact
        return _told(in_unit)


@dataclass(frozen=True)
class Kept:
    """What became of computed figures: how many are new, how many differ from what stood before, in which quarters."""

    written: int = 0
    restated: int = 0
    quarters: frozenset[Period] = frozenset()


@dataclass(frozen=True)
class Computation:
    """The figures that could be computed; how many could not, and what was wrong with the first of them."""

    figures: tuple[Computed, ...] = ()
    failed: int = 0
    error: OkrError | None = None


def computed_after(place: Installation, *, source: UUID | None, now: datetime) -> Computation:
    """Compute the figures whose events have changed since they were last computed; nothing is written.

    Those of `source`, which has just been read, are computed for every period that has ended; those of other sources
    only where they have been computed before. Without a source, as after an upload, every figure is. None is computed
    from a source that was left half read: its next reading does. Events are complete up to the last reading of the
    figure's own source. A figure that cannot be computed keeps no other from it, and counts against its own source.
    """
    figures, errors = list[Computed](), list[OkrError]()
    limits = read_limits(place.settings.rules)
    wanted = place.ask(figures_wanted, today=now.astimezone(place.settings.zone).date(), source=source)
    parts = parts_in(place.settings.events, TABLES)
    for one in wanted:
        try:
            if not one.stands and (found := _computed(place.settings, one, parts, limits, one.read_until or now)):
                figures.append(found)
        except OkrError as error:
            if source in (None, one.calculation.source_id):
                errors.append(error)
    return Computation(tuple(figures), len(errors), errors[0] if errors else None)


def _computed(
    settings: Settings, one: Wanted, parts: Mapping[str, list[Part]], limits: Limits, as_of: datetime
) -> Computed | None:
    """The figure; None where nothing that it rests on has changed, or nothing is there for it to rest on."""
    of_one = definition(one.calculation.kpi, one.calculation.kpi_version)
    bearing = list(bearing_on(of_one, one.period, parts))
    mark = mark_of(bearing, **_decisive(one, of_one, limits))
    if (not bearing and not one.is_missed) or (mark == one.computed_from and one.is_settled):
        return None
    question = _question(one, of_one, as_of)
    measured = _measured(settings, of_one, question, limits) if bearing else nothing_measured(of_one, question)
    ready = one.period.end + timedelta(days=one.indicator.lag_days + 1)
    is_early = as_of.astimezone(settings.zone).date() < ready
    return Computed(one, measured, tuple(contents_of(bearing)), mark, is_early)


def figures_wanted(session: Session, *, today: date, source: UUID | None) -> list[Wanted]:
    """Every period that has ended of every calculation, with what is known; as `computed_after` says."""
    rows = session.exec(
        select(Calculation, Indicator)
        .join(Indicator, col(Indicator.id) == col(Calculation.indicator_id))
        .order_by(col(Indicator.code), col(Calculation.id))
    ).all()
    known = _known(session, [calculation for calculation, _ in rows])
    computed, read_until, half_read = _computed_before(session), _read_until(session), _half_read(session)
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


def keep_figures(session: Session, actor: Actor, computed: Sequence[Computed], *, run: str, settings: Settings) -> Kept:
    """Record the figures that are new or differ; a differing one supersedes what stood before, with its reason.

    What somebody has changed while it was computed is left for the next time.
    """
    written = restated = 0
    quarters = set[Period]()
    figures = _known(session, [one.wanted.calculation for one in computed])
    remembered = _computed_before(session)
    for one in computed:
        known = figures.get(one.wanted.key)
        if _revision(known) != _revision(one.wanted.known):
            continue
        _remember(session, remembered, one)
        if known is not None and _says_the_same(known, one):
            continue
        _record(session, known, _measurement(session, actor, one, run=run, reason=_reason(known, run, settings)))
        written += 1
        restated += known is not None and known.value is not None
        quarters |= _quarter(one.wanted.period)
    session.flush()
    return Kept(written, restated, frozenset(quarters))


def mark_missing(session: Session, actor: Actor, source: Source, *, run: str, today: date) -> tuple[int, set[Period]]:
    """Say of each figure of the source that is due and missing that the source has failed.

    Returns how many figures are missing for want of the source, and the quarters in which something new was said.
    """
    missing, quarters = 0, set[Period]()
    for one in figures_wanted(session, today=today, source=source.id):
        if one.calculation.source_id != source.id or not _is_due(one.indicator, one.period, today) or one.stands:
            continue
        if one.known is not None and one.known.value is not None:
            continue
        if one.known is not None and one.known.no_data_reason not in _WAITED_FOR:
            continue
        missing += 1
        if one.known is not None and one.known.no_data_reason == NoDataReason.SOURCE_FAILED:
            continue
        _say_failed(session, actor, one, run)
        quarters |= _quarter(one.period)
    session.flush()
    return missing, quarters


def check_unit(unit: MeasureUnit, form: str) -> None:
    """InvalidInput unless an indicator in `unit` can tell what a definition computes in `form`."""
    if form not in _FORMS.get(unit, {unit.value}):
        raise InvalidInput(message("calculation.unit_differs", unit=unit.value, form=form))


def _decisive(wanted: Wanted, of_one: Definition, limits: Limits) -> Mapping[str, object]:
    calculation = wanted.calculation
    return {
        "version": of_one.version,
        "parameters": dict(calculation.parameters),
        "event_unit": calculation.event_unit,
        "fewest": calculation.fewest,
        "unit": wanted.indicator.unit.value,
        "limits": limits.version if of_one.needs_deadlines else None,
    }


def _question(wanted: Wanted, of_one: Definition, as_of: datetime) -> Question:
    parameters = dict(wanted.calculation.parameters)
    if "by" in of_one.parameters and "unit" in of_one.parameters["by"].choices:
        parameters["by"] = "unit"
    check_unit(wanted.indicator.unit, of_one.form(of_one.with_defaults(parameters)).unit)
    return Question(wanted.period, as_of, unit=wanted.calculation.event_unit, parameters=parameters)


def _measured(settings: Settings, of_one: Definition, question: Question, limits: Limits) -> Measured:
    return measure(
        of_one,
        settings.events,
        question,
        zone=settings.zone,
        limits=limits,
        memory_mb=settings.measuring_memory_mb,
        spill=settings.measuring_spill,
    )


def _ended(first: Period, today: date) -> Iterator[Period]:
    period = first
    while period.end < today:
        yield period
        period = period.shifted(1)


def _is_due(indicator: Indicator, period: Period, today: date) -> bool:
    return period.end + timedelta(days=indicator.lag_days) < today


def _is_missed(indicator: Indicator, period: Period, known: Measurement | None, today: date) -> bool:
    said_to_have_failed = known is not None and known.no_data_reason == NoDataReason.SOURCE_FAILED
    return (known is None or said_to_have_failed) and _is_due(indicator, period, today)


def _known(session: Session, calculations: Iterable[Calculation]) -> dict[tuple[UUID, UUID, Period], Measurement]:
    indicators = {one.indicator_id for one in calculations}
    rows = session.exec(
        select(Measurement).where(was_current(Measurement, None), col(Measurement.indicator_id).in_(indicators))
    )
    return {(row.indicator_id, row.unit_id, row.period): row for row in rows}


def _computed_before(session: Session) -> dict[tuple[UUID, Period], ComputedPeriod]:
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


def _remember(session: Session, remembered: Mapping[tuple[UUID, Period], ComputedPeriod], one: Computed) -> None:
    key = (one.wanted.calculation.id, one.wanted.period)
    fresh = ComputedPeriod(calculation_id=key[0], period=key[1], computed_from=one.mark, is_settled=False)
    row = remembered.get(key) or fresh
    row.computed_from, row.is_settled = one.mark, not one.may_change
    session.add(row)


def _revision(known: Measurement | None) -> int:
    return known.revision if known else 0


def _says_the_same(known: Measurement, one: Computed) -> bool:
    same_counts = {name: getattr(known, name) for name in _COUNTS} == one.counts
    told = (known.value, known.no_data_reason, known.provisional)
    return same_counts and told == (one.value, one.no_data_reason, one.provisional)


def _measurement(session: Session, actor: Actor, one: Computed, *, run: str, reason: str | None) -> Measurement:
    wanted = one.wanted
    return Measurement(
        indicator_id=wanted.indicator.id,
        unit_id=wanted.calculation.unit_id,
        period=wanted.period,
        period_start=wanted.period.start,
        value=one.value,
        no_data_reason=one.no_data_reason,
        **one.counts,
        provisional=one.provisional,
        reason=reason,
        recorded_at=moment_of(session),
        recorded_by=actor.code,
        source=f"run:{run}",
        lineage=lineage_of(one.measured, one.parts, run=run),
    )


def _say_failed(session: Session, actor: Actor, one: Wanted, run: str) -> None:
    failed = Measurement(
        indicator_id=one.indicator.id,
        unit_id=one.calculation.unit_id,
        period=one.period,
        period_start=one.period.start,
        no_data_reason=NoDataReason.SOURCE_FAILED,
        recorded_at=moment_of(session),
        recorded_by=actor.code,
        source=f"run:{run}",
    )
    _record(session, one.known, failed)


def _record(session: Session, known: Measurement | None, fresh: Measurement) -> None:
    if known is None:
        session.add(fresh)
    else:
        supersede(session, known, fresh)


def _reason(known: Measurement | None, run: str, settings: Settings) -> str | None:
    """Why a figure differs from the one before; one that had been missing needs no reason for having come."""
    return None if known is None or known.value is None else say(settings.language, "calculation.restated", run=run)


def _quarter(period: Period) -> set[Period]:
    """The quarter that ends with the period, if one does: in no other is its figure judged."""
    quarter = Period.containing(period.end)
    return {quarter} if quarter.end == period.end else set()


def _decimal(value: int | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _whole(value: int | Decimal | None) -> int | None:
    return None if value is None else int(value)


def _told(exact: Decimal) -> Decimal:
    """Twelve decimals and no trailing zeros: more than is ever shown, so that showing rounds only once."""
    rounded = exact.quantize(Decimal("1e-12")) if exact.as_tuple().exponent < -12 else exact  # type: ignore[operator]
    return rounded.normalize() if rounded != rounded.to_integral_value() else rounded.quantize(Decimal(1))
