"""When an open action is looked at again if nobody moves it; a closed one never."""

from datetime import datetime, timedelta

from sqlmodel import Session

from okr_engine.model import ActionState, CorrectiveAction, SupportRequest
from okr_engine.workflow.lifecycle import CLOSED

_WAIT = timedelta(days=2)


def clock_of(session: Session, action: CorrectiveAction) -> datetime | None:  # noqa: ARG001
    """The one moment at which the action's clock fires, by the escalation policy that it follows."""
    if action.state in CLOSED:
        return None
    return action.since if action.state == ActionState.RAISED else action.since + _WAIT


def clock_of_request(session: Session, request: SupportRequest) -> datetime:  # noqa: ARG001
    """When whoever was asked for support is reminded, unless they have answered."""
    return request.asked_at + _WAIT
