"""When an open action is looked at again if nobody moves it; a closed one never."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from okr_engine.database import moment_of
from okr_engine.model import ActionState, ActionStep, CorrectiveAction, EffectCheck
from okr_engine.services.escalation_policies import policy_followed
from okr_engine.workflow.lifecycle import CLOSED, Standing


def clock_of(session: Session, action_id: UUID, standing: Standing) -> datetime | None:
    """The one moment at which the clock of an action that stands like this fires, by the policy that it follows.

    Whoever has been reminded has, from this moment on, as long again.
    """
    if standing.state in CLOSED:
        return None
    return policy_followed(session, standing.policy_id).clock_of(
        standing,
        top=0 if standing.state is ActionState.RAISED else _links(session, action_id),
        asked_at=moment_of(session) if standing.reminders else None,
        verdict_day=verdict_day(session, action_id, standing.round) if standing.state is ActionState.DONE else None,
    )


def support_clock(session: Session, action: CorrectiveAction) -> datetime:
    """When whoever is asked for support on the action at this moment is asked again, if there is no answer."""
    return policy_followed(session, action.policy_id).support_clock(moment_of(session))


def verdict_day(session: Session, action_id: UUID, round_: int) -> date | None:
    """The first day on which the effect of that round of the action can be judged, where it is known."""
    checks = select(EffectCheck).where(
        EffectCheck.action_id == action_id, EffectCheck.round == round_, col(EffectCheck.confirmed_at).is_(None)
    )
    check = session.exec(checks.order_by(col(EffectCheck.number))).first()
    return check.earliest if check else None


def _links(session: Session, action_id: UUID) -> int:
    return session.exec(select(func.count()).select_from(ActionStep).where(ActionStep.action_id == action_id)).one()
