"""series → proposed verdict: what the figures say of actions that wait to be confirmed is kept when it changes."""

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from okr_engine.access import Actor
from okr_engine.database import moment_of
from okr_engine.model import ActionState, CorrectiveAction, EffectCheck
from okr_engine.services.effect_findings import FIRST, SECOND, judged_all


def propose_effects(session: Session, _actor: Actor) -> int:
    """Keep what the figures say today of each check that waits; how many proposals are new or have changed.

    A first check waits once its action is done, a second one while it is closed.
    """
    now = moment_of(session)
    waiting = session.exec(_waiting()).all()
    found = judged_all(session, waiting, today=now.date())
    changed = [check for check in waiting if check.found != found[check.id].kept()]
    for check in changed:
        check.proposed, check.found = found[check.id].verdict.value, found[check.id].kept()
        check.proposed_at = now
        session.add(check)
    session.flush()
    return len(changed)


def something_waits(session: Session) -> bool:
    """Whether any check waits at all."""
    return session.exec(_waiting().limit(1)).first() is not None


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
