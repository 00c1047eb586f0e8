"""What looks suspicious about figures, computed from their comparable periods, and what data stewards say of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may, require
from okr_engine.database import columns_of, moment_of, supersede, was_current
from okr_engine.errors import InvalidInput, NotFound, StaleEdit
from okr_engine.model import ComparabilityBreak, FindingAnswer, FindingKind, Indicator, Measurement
from okr_engine.periods import Period
from okr_engine.services.measurements import bounds_of
from okr_engine.services.people import name_of
from okr_engine.services.status_facts import crosses_break
from okr_engine.services.typed_texts import prose
from okr_engine.statistics.suspicion import (
    MOST_POINTS,
    Drift,
    Outlier,
    Point,
    SuddenDenominator,
    drift,
    outlier,
    sudden_denominator,
)
from okr_engine.words import message


@dataclass(frozen=True)
class FigureKey:
    """Which figure: an indicator's, of one unit and one period."""

    indicator_id: UUID
    unit_id: UUID
    period: Period


@dataclass(frozen=True)
class Answer:
    """What a data steward has said of a finding."""

    explanation: str
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True)
class Finding:
    """Something suspicious about a figure, and its answer as long as the figure is the one that was answered for.

    `edition` grows with every revision of the figure and with every answer.
    """

    kind: FindingKind
    evidence: Outlier | SuddenDenominator | Drift
    answer: Answer | None
    edition: int


@dataclass(frozen=True)
class History:
    """What is on record of some figures (every revision, oldest first), of the periods before them, and of answers."""

    revisions: Mapping[FigureKey, Sequence[Measurement]]
    earlier: Mapping[tuple[UUID, UUID], Sequence[tuple[Period, Point]]]
    breaks: Mapping[UUID, Sequence[date]]
    answers: Mapping[tuple[FigureKey, FindingKind], FindingAnswer]

    def current(self, key: FigureKey) -> Measurement | None:
        """What stands now."""
        return next((one for one in reversed(self.revisions.get(key, ())) if one.superseded_at is None), None)

    def findings(self, key: FigureKey, indicator: Indicator) -> tuple[Finding, ...]:
        """What looks suspicious about the figure that stands; nothing without a value."""
        figure = self.current(key)
        if figure is None or figure.value is None:
            return ()
        comparable = self._comparable(key)
        return tuple(
            Finding(kind, evidence, self._answer(key, kind), self._edition(key, kind))
            for kind, evidence in _suspicions(comparable, _point_of(figure), indicator)
        )

    def _comparable(self, key: FigureKey) -> list[Point]:
        breaks = self.breaks.get(key.indicator_id, ())
        known = self.earlier.get((key.indicator_id, key.unit_id), ())
        return [
            point
            for period, point in known
            if period.cadence == key.period.cadence
            and period < key.period
            and not crosses_break(breaks, period, key.period)
        ]

    def _answer(self, key: FigureKey, kind: FindingKind) -> Answer | None:
        given = self.answers.get((key, kind))
        if given is None or given.figure_revision < self._said_since(key):
            return None
        return Answer(given.explanation, given.recorded_by, given.recorded_at)

    def _edition(self, key: FigureKey, kind: FindingKind) -> int:
        figure, given = self.current(key), self.answers.get((key, kind))
        return (figure.revision if figure else 0) + (given.revision if given else 0)

    def _said_since(self, key: FigureKey) -> int:
        """The first revision since which the figure has said the same; that it became final is nothing new."""
        newest, *before = reversed(self.revisions[key])
        since = newest.revision
        for one in before:
            if _said(one) != _said(newest):
                break
            since = one.revision
        return since


def read_history(session: Session, keys: Collection[FigureKey]) -> History:
    """Read what bears on the figures, in as many queries for one as for a thousand."""
    indicators, periods = {key.indicator_id for key in keys}, {key.period for key in keys}
    revisions = defaultdict(list)
    for row in session.exec(
        select(Measurement)
        .where(col(Measurement.indicator_id).in_(indicators), col(Measurement.period).in_(periods))
        .order_by(col(Measurement.revision))
    ):
        revisions[FigureKey(row.indicator_id, row.unit_id, row.period)].append(row)
    return History(
        revisions, _earlier(session, indicators, periods), _breaks(session, indicators), _answers(session, keys)
    )


def answer_finding(
    session: Session, actor: Actor, key: FigureKey, kind: FindingKind, explanation: str, *, based_on: int
) -> None:
    """Record what the actor says of a finding over its edition `based_on`; it holds until the figure is restated.

    StaleEdit when the figure or its answer has changed since, InvalidInput for no explanation, NotFound where nothing
    is suspicious.
    """
    require_steward(actor, key.unit_id)
    said = prose(explanation)
    if not said:
        raise InvalidInput(message("error.finding_needs_explanation"))
    history = read_history(session, [key])
    figure, known = history.current(key), history.answers.get((key, kind))
    found = {one.kind: one for one in history.findings(key, session.get_one(Indicator, key.indicator_id))}.get(kind)
    if figure is None or found is None:
        raise NotFound(message("error.no_such_finding"))
    if found.edition != based_on:
        answered = found.answer
        raise StaleEdit(
            theirs=answered.explanation if answered else str(figure.value),
            yours=said,
            saved_by=name_of(session, answered.saved_by if answered else figure.recorded_by),
        )
    given = FindingAnswer(
        indicator_id=key.indicator_id,
        unit_id=key.unit_id,
        period=key.period,
        finding=kind,
        figure_revision=figure.revision,
        explanation=said,
        recorded_at=moment_of(session),
        recorded_by=actor.code,
    )
    if known is None:
        session.add(given)
    else:
        supersede(session, known, given)
    session.flush()


def unanswered(session: Session, key: FigureKey) -> tuple[Finding, ...]:
    """The findings on one figure that nobody has answered."""
    found = read_history(session, [key]).findings(key, session.get_one(Indicator, key.indicator_id))
    return tuple(one for one in found if one.answer is None)


def may_steward(actor: Actor, unit: UUID) -> bool:
    """Whether the actor looks after figures or sources of the unit."""
    return may(actor, Permission.ENTER_VALUE, unit) or may(actor, Permission.MANAGE_SOURCES, unit)


def require_steward(actor: Actor, unit: UUID) -> None:
    """Refuse with NotAllowed whoever `may_steward` does not let."""
    if not may_steward(actor, unit):
        require(actor, Permission.MANAGE_SOURCES, unit)


def _suspicions(
    earlier: Sequence[Point], now: Point, indicator: Indicator
) -> Iterator[tuple[FindingKind, Outlier | SuddenDenominator | Drift]]:
    if found := outlier([one.value for one in earlier], now.value, decimals=indicator.decimals):
        lowest, highest = bounds_of(indicator.unit, indicator.lowest, indicator.highest)
        yield FindingKind.OUTLIER, found.within(lowest, highest)
    denominators = [one.denominator for one in earlier if one.denominator is not None]
    if now.denominator is not None and (sudden := sudden_denominator(denominators, now.denominator)):
        yield FindingKind.SUDDEN_DENOMINATOR, sudden
    if earlier and (drifted := drift(earlier[-1], now)):
        yield FindingKind.DRIFT, drifted


def _earlier(
    session: Session, indicators: Collection[UUID], periods: Iterable[Period]
) -> dict[tuple[UUID, UUID], list[tuple[Period, Point]]]:
    before = {period.shifted(-back) for period in periods for back in range(1, MOST_POINTS + 1)}
    lineage = col(Measurement.lineage)
    rows = session.execute(
        columns_of(
            Measurement.indicator_id,
            Measurement.unit_id,
            Measurement.period,
            Measurement.value,
            Measurement.denominator,
            *(lineage[name].as_string() for name in _OF_LINEAGE),
        )
        .where(
            was_current(Measurement, None),
            col(Measurement.value).is_not(None),
            col(Measurement.indicator_id).in_(indicators),
            col(Measurement.period).in_(before),
        )
        .order_by(col(Measurement.period_start))
    )
    found: dict[tuple[UUID, UUID], list[tuple[Period, Point]]] = defaultdict(list)
    for indicator, unit, period, value, denominator, *told in rows:
        found[indicator, unit].append((period, _point(value, denominator, *told)))
    return found


def _breaks(session: Session, indicators: Collection[UUID]) -> dict[UUID, list[date]]:
    days: dict[UUID, list[date]] = defaultdict(list)
    for row in session.exec(
        select(ComparabilityBreak).where(
            was_current(ComparabilityBreak, None),
            col(ComparabilityBreak.withdrawn).is_(False),
            col(ComparabilityBreak.indicator_id).in_(indicators),
        )
    ):
        days[row.indicator_id].append(row.day)
    return days


def _answers(session: Session, keys: Collection[FigureKey]) -> dict[tuple[FigureKey, FindingKind], FindingAnswer]:
    rows = session.exec(
        select(FindingAnswer).where(
            was_current(FindingAnswer, None),
            col(FindingAnswer.indicator_id).in_({key.indicator_id for key in keys}),
            col(FindingAnswer.period).in_({key.period for key in keys}),
        )
    )
    return {(FigureKey(row.indicator_id, row.unit_id, row.period), row.finding): row for row in rows}


def _point_of(figure: Measurement) -> Point:
    assert figure.value is not None
    lineage = figure.lineage or {}
    return _point(figure.value, figure.denominator, *(lineage.get(name) for name in _OF_LINEAGE))


def _point(value: Decimal, denominator: Decimal | None, coverage: Any, kpi: Any, version: Any) -> Point:
    return Point(
        value=value,
        denominator=denominator,
        coverage=Decimal(str(coverage)) if coverage is not None else None,
        definition=f"{kpi} {version}" if kpi and version else None,
    )


_OF_LINEAGE = ("coverage", "kpi", "version")


def _said(figure: Measurement) -> tuple[Decimal | None, Point | None]:
    return figure.numerator, None if figure.value is None else _point_of(figure)
