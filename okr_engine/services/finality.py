"""Provisional or final: a steward declares a figure final, or opens a final one again; each is a revision of it."""

from typing import Any

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, require
from okr_engine.database import moment_of, supersede, was_current
from okr_engine.errors import InvalidInput, NotFound, StaleEdit
from okr_engine.i18n import say
from okr_engine.model import Measurement
from okr_engine.model.rows import Recorded
from okr_engine.services.findings import FigureKey, unanswered
from okr_engine.services.people import name_of
from okr_engine.services.typed_texts import line
from okr_engine.words import message
from okr_engine.workbook.cells import plain


def declare_final(session: Session, actor: Actor, key: FigureKey, *, reason: str | None, based_on: int) -> None:
    """Let the provisional figure of revision `based_on` stand as final, with all that lies behind it.

    From then on the actor vouches for it, and no computation overrules it. InvalidInput while a finding on it is
    unanswered, NotFound without a provisional figure, StaleEdit when it has been restated since.
    """
    known = _figure(session, actor, key, based_on=based_on, provisional=True)
    if open_findings := unanswered(session, key):
        raise InvalidInput(
            message("error.figure_has_findings", count=len(open_findings)),
            remedy=message("error.figure_has_findings_remedy"),
        )
    why = line(reason) or say(actor.language, "data_desk.declared_final")
    _restate(session, actor, known, provisional=False, reason=why, source=f"person:{actor.code}")


def reopen(session: Session, actor: Actor, key: FigureKey, *, reason: str | None, based_on: int) -> None:
    """Let the final figure of revision `based_on` be provisional again; a computed one may be computed anew.

    InvalidInput without a reason, NotFound without a final figure, StaleEdit when it has been restated since.
    """
    known = _figure(session, actor, key, based_on=based_on, provisional=False)
    why = line(reason)
    if why is None:
        raise InvalidInput(message("error.reopening_needs_reason"))
    _restate(session, actor, known, provisional=True, reason=why, source=_origin(known))


def _figure(session: Session, actor: Actor, key: FigureKey, *, based_on: int, provisional: bool) -> Measurement:
    require(actor, Permission.ENTER_VALUE, key.unit_id)
    known = session.exec(
        select(Measurement).where(
            was_current(Measurement, None),
            Measurement.indicator_id == key.indicator_id,
            Measurement.unit_id == key.unit_id,
            col(Measurement.period) == key.period,
        )
    ).first()
    if known is not None and known.revision != based_on:
        theirs = plain(known.value) if known.value is not None else str(known.no_data_reason)
        raise StaleEdit(theirs=theirs, yours="", saved_by=name_of(session, known.recorded_by))
    if known is None or known.value is None or known.provisional != provisional:
        raise NotFound(message("error.no_provisional_figure" if provisional else "error.no_final_figure"))
    return known


def _restate(session: Session, actor: Actor, known: Measurement, **changed: Any) -> None:
    content = {name: getattr(known, name) for name in Measurement.model_fields if name not in Recorded.model_fields}
    fresh = Measurement(**{**content, **changed}, recorded_at=moment_of(session), recorded_by=actor.code)
    supersede(session, known, fresh)
    session.flush()


def _origin(known: Measurement) -> str:
    """Where the figure came from before somebody vouched for it."""
    run = (known.lineage or {}).get("run")
    if not run:
        return known.source
    return f"run:{run['name']}" if "name" in run else f"run:{run['source']}-{run['number']}"
