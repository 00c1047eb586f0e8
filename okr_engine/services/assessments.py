"""The owner's own view of a status, beside the derived one: with its reason, and until a day."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, require
from okr_engine.database import moment_of, supersede, was_current
from okr_engine.errors import InvalidInput, NotFound, StaleEdit
from okr_engine.model import Goal, KeyResult, OwnerAssessment, Status
from okr_engine.periods import Period
from okr_engine.services.people import name_of
from okr_engine.services.typed_texts import prose
from okr_engine.words import message

ASSESSABLE = (Status.ON_TRACK, Status.CHALLENGES, Status.NEEDS_SUPPORT)


@dataclass(frozen=True)
class AssessmentView:
    """How the owner sees it, why, and until when the view holds."""

    status: Status
    explanation: str
    expires: date
    revision: int
    saved_at: datetime
    saved_by: str


def assess(
    session: Session,
    actor: Actor,
    key_result_code: str,
    quarter: Period,
    *,
    status: Status,
    explanation: str,
    expires: date,
    based_on: int,
) -> None:
    """Put the owner's view beside the derived status, over revision `based_on` (0: none yet).

    It needs a reason and a day on which it expires, else InvalidInput; StaleEdit when somebody has given another view
    since. Giving the same view again changes nothing.
    """
    found = session.exec(
        select(KeyResult.id, Goal.unit_id)
        .join(Goal, col(Goal.id) == col(KeyResult.goal_id))
        .where(KeyResult.code == key_result_code)
    ).first()
    if found is None:
        raise NotFound(message("error.no_such_code", code=key_result_code))
    key_result_id, unit_id = found
    require(actor, Permission.ASSESS, unit_id)
    explanation = prose(explanation)
    if status not in ASSESSABLE or not explanation:
        raise InvalidInput(message("error.assessment_needs_reason"))
    if expires < moment_of(session).date():
        raise InvalidInput(message("error.due_in_the_past", due=expires))
    known = session.exec(
        select(OwnerAssessment).where(
            was_current(OwnerAssessment, None),
            OwnerAssessment.key_result_id == key_result_id,
            col(OwnerAssessment.period) == quarter,
        )
    ).first()
    if known is not None and (known.status, known.explanation, known.expires) == (status, explanation, expires):
        return
    if (known.revision if known else 0) != based_on:
        raise StaleEdit(
            theirs=known.explanation if known else "",
            yours=explanation,
            saved_by=name_of(session, known.recorded_by) if known else "",
        )
    given = OwnerAssessment(
        key_result_id=key_result_id,
        period=quarter,
        status=status,
        explanation=explanation,
        expires=expires,
        recorded_at=moment_of(session),
        recorded_by=actor.code,
    )
    if known is None:
        session.add(given)
    else:
        supersede(session, known, given)


def assessments_in(
    session: Session, quarter: Period, *, today: date, as_of: datetime | None = None
) -> dict[UUID, AssessmentView]:
    """The owners' views that still hold today, or held on the day of `as_of`, by key result."""
    day = as_of.date() if as_of else today
    rows = session.exec(
        select(OwnerAssessment).where(was_current(OwnerAssessment, as_of), col(OwnerAssessment.period) == quarter)
    )
    return {
        row.key_result_id: AssessmentView(
            row.status, row.explanation, row.expires, row.revision, row.recorded_at, row.recorded_by
        )
        for row in rows
        if day <= row.expires
    }
