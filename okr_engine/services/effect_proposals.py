"""series → proposed verdict: what the figures say of actions that wait to be confirmed is kept when it changes."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from okr_engine.access import Actor
from okr_engine.database import moment_of
from okr_engine.model import ActionEventKind, ActionState, CorrectiveAction, EffectCheck
from okr_engine.services.action_records import take_steps
from okr_engine.services.effect_findings import FIRST, SECOND, Finding, judged_all
from okr_engine.services.escalation import asked_to_judge
from okr_engine.statistics.effects import Verdict


def propose_effects(session: Session, _actor: Actor) -> int:
    """Keep what the figures say today of each check that waits; how many proposals are new or have changed.

    A first check waits once its action is done, a second one while it is closed: no clock runs then, so those who may
    confirm it are told when the figures can first tell.
    """
    now = moment_of(session)
    news = _news(session, now.date())
    lasting = [check.action_id for check, found in news if check.number == SECOND and _can_first_tell(check, found)]
    for check, found in news:
        check.proposed, check.found, check.proposed_at = found.verdict.value, found.kept(), now
        session.add(check)
    session.flush()
    _ask_whether_it_lasted(session, lasting)
    return len(news)


def has_news(session: Session, *, today: date) -> bool:
    """Whether there is a proposal to keep: found out beforehand, so that nobody who writes has to wait for it."""
    return bool(_news(session, today))


def _can_first_tell(check: EffectCheck, found: Finding) -> bool:
    return found.is_judged and check.proposed in (None, Verdict.CANNOT_BE_JUDGED_YET)


def _ask_whether_it_lasted(session: Session, actions: Sequence[UUID]) -> None:
    held = select(CorrectiveAction).where(col(CorrectiveAction.id).in_(actions)).with_for_update()
    closed = session.exec(held).all() if actions else []
    asked = asked_to_judge(session, closed) if closed else {}
    take_steps(session, [(one, ActionEventKind.LASTING_PROPOSED, asked[one.id].kept()) for one in closed])


def _news(session: Session, today: date) -> list[tuple[EffectCheck, Finding]]:
    """The checks of which the figures say something else than is kept."""
    waiting = session.exec(_waiting()).all()
    found = judged_all(session, waiting, today=today)
    return [(check, found[check.id]) for check in waiting if check.found != found[check.id].kept()]


def _waiting() -> SelectOfScalar[EffectCheck]:
    is_done = and_(col(CorrectiveAction.state) == ActionState.DONE, col(EffectCheck.number) == FIRST)
    is_closed = and_(col(CorrectiveAction.state) == ActionState.VERIFIED, col(EffectCheck.number) == SECOND)
    return (
        select(EffectCheck)
        .join(CorrectiveAction, col(CorrectiveAction.id) == col(EffectCheck.action_id))
        .where(
            col(EffectCheck.confirmed_at).is_(None),
            col(EffectCheck.round) == col(CorrectiveAction.round),
            or_(is_done, is_closed),
        )
    )
