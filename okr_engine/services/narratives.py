"""The owner's words: every save is a version, and a save from a stale page is refused with both texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may, require
from okr_engine.database import moment_of, supersede, was_current
from okr_engine.errors import InvalidInput, NotFound, StaleEdit
from okr_engine.model import Goal, Narrative, NarrativeState
from okr_engine.periods import Period
from okr_engine.services.people import name_of
from okr_engine.services.typed_texts import prose
from okr_engine.words import Language, message

QUESTIONS = ("summary", "what_happened", "why", "what_we_do", "what_we_need")


@dataclass(frozen=True)
class NarrativeView:
    """One version of the owner's words."""

    language: Language
    revision: int
    state: NarrativeState
    texts: Mapping[str, str]
    saved_at: datetime
    saved_by: str


def narratives_of(
    session: Session, actor: Actor, goal_id: UUID, quarter: Period, *, as_of: datetime | None = None
) -> dict[Language, NarrativeView]:
    """The newest version in each language that has one, for whoever may read the goal; a draft only for its writers."""
    newest: dict[Language, NarrativeView] = {}
    for version in reversed(_versions(session, actor, goal_id, quarter, as_of)):
        newest[version.language] = version
    return newest


def narrative_history(
    session: Session, actor: Actor, goal_id: UUID, quarter: Period, language: Language
) -> list[NarrativeView]:
    """Every version in one language, newest first, under the same terms."""
    return [one for one in _versions(session, actor, goal_id, quarter, None) if one.language == language]


def save_narrative(
    session: Session,
    actor: Actor,
    goal_code: str,
    quarter: Period,
    language: Language,
    texts: Mapping[str, str],
    *,
    state: NarrativeState,
    based_on: int,
) -> int:
    """Save a version that was written over revision `based_on` (0: over nothing); returns the new revision.

    StaleEdit when somebody has saved another version since; InvalidInput when nothing is written that could be
    submitted. Saving the same words again changes nothing.
    """
    goal = session.exec(select(Goal).where(Goal.code == goal_code)).first()
    if goal is None:
        raise NotFound(message("error.no_such_code", code=goal_code))
    require(actor, Permission.WRITE_NARRATIVE, goal.unit_id)
    known = session.exec(
        select(Narrative).where(
            was_current(Narrative, None),
            Narrative.goal_id == goal.id,
            col(Narrative.period) == quarter,
            col(Narrative.language) == language,
        )
    ).first()
    given = {question: prose(texts.get(question)) for question in QUESTIONS}
    if state == NarrativeState.SUBMITTED and not any(given.values()):
        raise InvalidInput(message("error.nothing_to_submit"))
    if known is not None and _texts(known) == given and known.state == state:
        return known.revision
    if (known.revision if known else 0) != based_on:
        raise StaleEdit(
            theirs=_together(_texts(known)) if known else "",
            yours=_together(given),
            saved_by=name_of(session, known.recorded_by) if known else "",
        )
    written = Narrative(
        goal_id=goal.id,
        period=quarter,
        language=language,
        state=state,
        recorded_at=moment_of(session),
        recorded_by=actor.code,
    ).sqlmodel_update(given)
    if known is None:
        session.add(written)
    else:
        supersede(session, known, written)
    session.flush()
    return written.revision


def _versions(
    session: Session, actor: Actor, goal_id: UUID, quarter: Period, as_of: datetime | None
) -> list[NarrativeView]:
    unit_id = session.exec(select(Goal.unit_id).where(Goal.id == goal_id)).one()
    require(actor, Permission.READ, unit_id)
    versions = select(Narrative).where(Narrative.goal_id == goal_id, col(Narrative.period) == quarter)
    if as_of is not None:
        versions = versions.where(col(Narrative.recorded_at) <= as_of)
    if not may(actor, Permission.WRITE_NARRATIVE, unit_id):
        versions = versions.where(col(Narrative.state) == NarrativeState.SUBMITTED)
    return [_view(row) for row in session.exec(versions.order_by(col(Narrative.revision).desc()))]


def _view(row: Narrative) -> NarrativeView:
    return NarrativeView(row.language, row.revision, row.state, _texts(row), row.recorded_at, row.recorded_by)


def _texts(row: Narrative) -> dict[str, str]:
    return {question: getattr(row, question) for question in QUESTIONS}


def _together(texts: Mapping[str, str]) -> str:
    return "\n\n".join(text for text in texts.values() if text)
