"""When an open action is looked at again if nobody moves it; a closed one never."""

from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from okr_engine.database import moment_of
from okr_engine.model import ActionState, ActionStep, CorrectiveAction, EffectCheck
from okr_engine.services.escalation_policies import policy_followed_by
from okr_engine.workflow.lifecycle import CLOSED, Standing


def clock_of(session: Session, action: CorrectiveAction, standing: Standing) -> datetime | None:
    """The one moment at which the action's clock fires, by the escalation policy that it follows.

    Whoever has been reminded has, from this moment on, as long again.
    """
    if standing.state in CLOSED:
        return None
    return policy_followed_by(session, action).clock_of(
        standing,
        top=0 if standing.state is ActionState.RAISED else _links(session, action),
        asked_at=moment_of(session) if standing.reminders else None,
        verdict_day=verdict_day(session, action) if standing.state is ActionState.DONE else None,
    )


def verdict_day(session: Session, action: CorrectiveAction) -> date | None:
    """The first day on which the effect of the action's round can be judged, where that is known."""
    checks = select(EffectCheck).where(
        EffectCheck.action_id == action.id, EffectCheck.round == action.round, col(EffectCheck.confirmed_at).is_(None)
    )
    check = session.exec(checks.order_by(col(EffectCheck.number))).first()
    return check.earliest if check else None


def _links(session: Session, action: CorrectiveAction) -> int:
    return session.exec(select(func.count()).select_from(ActionStep).where(ActionStep.action_id == action.id)).one()
