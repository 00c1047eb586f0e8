"""What people of the model region have decided: a view of the owner's, an accepted deviation and a raised target."""

from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import Session, select

from okr_engine.access import Actor
from okr_engine.database import moment_of
from okr_engine.model import KeyResult, Status, TargetForm
from okr_engine.periods import Period
from okr_engine.services.accepted_deviations import accept_deviation
from okr_engine.services.assessments import assess
from okr_engine.services.importing import import_content
from okr_engine.services.people import actor_with_code
from okr_engine.workbook import content_of

OWNER, SPONSOR, OFFICE = "region-owner-first-line", "region-sponsor", "region-strategy-office"
_VIEW_HOLDS, _DEVIATION_HOLDS = timedelta(days=60), timedelta(days=120)


def is_decided_on(session: Session) -> bool:
    """Whether the model region is there already: what its people decide is theirs from then on."""
    return session.exec(select(KeyResult.id).where(KeyResult.code == "R1.1")).first() is not None


def decide(session: Session) -> None:
    """Let the model region's people decide, each in their own role."""
    today = moment_of(session).date()
    assess(
        session,
        _person(session, OWNER, today),
        "R1.1",
        Period.parse("2026-Q2"),
        status=Status.ON_TRACK,
        explanation="Odotusajat ovat lyhentyneet koko kevään. Uudet ajat näkyvät luvussa vasta syksyllä.",
        expires=today + _VIEW_HOLDS,
        based_on=0,
    )
    accept_deviation(
        session,
        _person(session, SPONSOR, today),
        "R1.2",
        until=today + _DEVIATION_HOLDS,
        rationale="Vastaanotoille on palkattu kaksi lääkäriä, jotka aloittavat alkuvuodesta. "
        "Siihen asti riittää, että vähintään 90 prosenttia pääsee hoitoon määräajassa.",
        level=Decimal(90),
        based_on=0,
    )
    raised = TargetForm(
        key_result="R2.CSAT",
        value=Decimal(93),
        valid_from=date(2026, 7, 1),
        reason="Tavoitetaso saavutettiin heti alkuvuodesta, joten johtoryhmä nosti sitä.",
    )
    import_content(session, _person(session, OFFICE, today), content_of([raised], file="region.xlsx"))


def _person(session: Session, code: str, today: date) -> Actor:
    return actor_with_code(session, code, today=today)
