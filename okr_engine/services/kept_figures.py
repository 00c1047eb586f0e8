"""Computed figures on record: a differing one supersedes what stood before, and a missing one says why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session

from okr_engine.access import Actor
from okr_engine.database import moment_of, supersede
from okr_engine.i18n import say
from okr_engine.model import ComputedPeriod, Measurement, NoDataReason, Source
from okr_engine.periods import Period
from okr_engine.services.calculations import COUNTS, Computed
from okr_engine.services.lineage import lineage_of
from okr_engine.services.wanted_figures import (
    WAITED_FOR,
    Wanted,
    computed_before,
    figures_wanted,
    is_due,
    known_figures,
)
from okr_engine.settings import Settings


@dataclass(frozen=True)
class Kept:
    """What became of computed figures: how many are new, how many differ from what stood before, in which quarters."""

    written: int = 0
    restated: int = 0
    quarters: frozenset[Period] = frozenset()


def keep_figures(session: Session, actor: Actor, computed: Sequence[Computed], *, run: str, settings: Settings) -> Kept:
    """Record the figures that are new or differ; a differing one supersedes what stood before, with its reason.

    What somebody has changed while it was computed is left for the next time.
    """
    written = restated = 0
    quarters = set[Period]()
    figures = known_figures(session, [one.wanted.calculation for one in computed])
    remembered = computed_before(session)
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
        if one.calculation.source_id != source.id or not is_due(one.indicator, one.period, today) or one.stands:
            continue
        if one.known is not None and one.known.value is not None:
            continue
        if one.known is not None and one.known.no_data_reason not in WAITED_FOR:
            continue
        missing += 1
        if one.known is not None and one.known.no_data_reason == NoDataReason.SOURCE_FAILED:
            continue
        _say_failed(session, actor, one, run)
        quarters |= _quarter(one.period)
    session.flush()
    return missing, quarters


def _remember(session: Session, remembered: Mapping[tuple[UUID, Period], ComputedPeriod], one: Computed) -> None:
    key = (one.wanted.calculation.id, one.wanted.period)
    fresh = ComputedPeriod(calculation_id=key[0], period=key[1], computed_from=one.mark, is_settled=False)
    row = remembered.get(key) or fresh
    row.computed_from, row.is_settled = one.mark, not one.may_change
    session.add(row)


def _revision(known: Measurement | None) -> int:
    return known.revision if known else 0


def _says_the_same(known: Measurement, one: Computed) -> bool:
    same_counts = {name: getattr(known, name) for name in COUNTS} == one.counts
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
