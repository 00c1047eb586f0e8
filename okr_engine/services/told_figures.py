"""Figures as they were told, one by one, as known at a moment: for programs that read them and write them back."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may
from okr_engine.database import was_current
from okr_engine.errors import NotFound
from okr_engine.model import Indicator, KeyResult, Measurement, MeasureUnit, NoDataReason, OrgUnit
from okr_engine.periods import Period
from okr_engine.services.figure_views import figure_view
from okr_engine.services.installation import Rulebooks
from okr_engine.services.measurements import Entry, enter_value
from okr_engine.services.repeated_requests import done_once
from okr_engine.words import message


@dataclass(frozen=True)
class ToldFigure:
    """A figure of an indicator in a unit, or why there is none; a figure of too few answers comes without counts."""

    indicator: str
    unit: str
    measure: MeasureUnit
    period: Period
    value: Decimal | None
    no_data_reason: NoDataReason | None
    numerator: Decimal | None
    denominator: Decimal | None
    n: int | None
    provisional: bool
    comment: str | None
    revision: int
    reason: str | None
    recorded_at: datetime
    recorded_by: str
    source: str


@dataclass(frozen=True)
class FigureToEnter:
    """What a program enters for a key result in a quarter, over revision `based_on` (0: none yet)."""

    key_result: str
    quarter: Period
    entry: Entry
    based_on: int


@dataclass(frozen=True)
class EnteredFigure:
    """What became of it: the figure, what was decided and raised, and whether the request had come before."""

    figure: ToldFigure
    is_new: bool
    decided: int
    raised: tuple[str, ...]
    is_repeated: bool


def told_figures(
    session: Session, actor: Actor, indicator_code: str, *, unit: str | None = None, as_of: datetime | None = None
) -> list[ToldFigure]:
    """The indicator's figures known at `as_of` in the units the actor may read, by unit and period.

    NotFound where there is no such indicator with figures to read, or no such unit.
    """
    indicator = session.exec(select(Indicator).where(Indicator.code == indicator_code)).first()
    units = {
        one.id: one.code
        for one in session.exec(select(OrgUnit))
        if may(actor, Permission.READ, one.id) and unit in (None, one.code)
    }
    if indicator is None or not units:
        raise NotFound(message("indicator.not_found", code=indicator_code))
    rows = session.exec(
        select(Measurement).where(
            was_current(Measurement, as_of),
            Measurement.indicator_id == indicator.id,
            col(Measurement.unit_id).in_(list(units)),
        )
    )
    found = [_told(row, indicator, units[row.unit_id]) for row in rows]
    return sorted(found, key=lambda one: (one.unit, one.period))


def enter_once(
    session: Session,
    actor: Actor,
    wanted: FigureToEnter,
    *,
    token_id: UUID,
    key: str | None,
    fingerprint: str,
    rulebooks: Rulebooks,
) -> EnteredFigure:
    """Enter the figure, or find what came of it when the same request came before; raises what `enter_value` does."""

    def do() -> dict[str, Any]:
        done = enter_value(
            session,
            actor,
            wanted.key_result,
            wanted.quarter,
            wanted.entry,
            based_on=wanted.based_on,
            rulebooks=rulebooks,
        )
        return {
            "is_new": done is not None,
            "decided": done.decided if done else 0,
            "raised": list(done.raised) if done else [],
            "revision": _current(session, wanted).revision,
        }

    answer, repeated = done_once(session, token_id, key, fingerprint, do)
    return EnteredFigure(
        figure=_current(session, wanted, answer["revision"]),
        is_new=answer["is_new"],
        decided=answer["decided"],
        raised=tuple(answer["raised"]),
        is_repeated=repeated,
    )


def _current(session: Session, wanted: FigureToEnter, revision: int | None = None) -> ToldFigure:
    """The figure that the key result has in the quarter, or the one it had in a revision."""
    key_result, indicator, unit = session.exec(
        select(KeyResult, Indicator, OrgUnit)
        .join(Indicator, col(Indicator.id) == col(KeyResult.indicator_id))
        .join(OrgUnit, col(OrgUnit.id) == col(KeyResult.unit_id))
        .where(KeyResult.code == wanted.key_result)
    ).one()
    which = was_current(Measurement, None) if revision is None else col(Measurement.revision) == revision
    row = session.exec(
        select(Measurement).where(
            which,
            Measurement.indicator_id == indicator.id,
            Measurement.unit_id == key_result.unit_id,
            col(Measurement.period) == wanted.quarter.of_cadence(indicator.cadence),
        )
    ).one()
    return _told(row, indicator, unit.code)


def _told(row: Measurement, indicator: Indicator, unit: str) -> ToldFigure:
    view = figure_view(row)
    return ToldFigure(
        indicator=indicator.code,
        unit=unit,
        measure=indicator.unit,
        period=row.period,
        value=row.value,
        no_data_reason=row.no_data_reason,
        numerator=view.numerator,
        denominator=view.denominator,
        n=view.n,
        provisional=row.provisional,
        comment=row.comment,
        revision=row.revision,
        reason=row.reason,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        source=row.source,
    )
