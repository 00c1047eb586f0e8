"""Dismissed actions whose accepted risk is over come back by themselves, or join what is open by now."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from okr_engine.access import Actor
from okr_engine.model import ActionEvent, ActionEventKind, ActionState, CorrectiveAction
from okr_engine.services.action_records import begin_round, take_step
from okr_engine.services.history_words import kept_words


def risks_are_over(session: Session, *, today: date) -> bool:
    """Whether the day until which a risk was accepted has passed for an action that has not come back."""
    return next(_over(session, today), None) is not None


def let_dismissed_return(session: Session, actor: Actor, *, today: date) -> int:  # noqa: ARG001
    """Reopen what was dismissed until a day that has passed, with the reason; how many have come back.

    Where another action is open on the subject, or was raised since, that one gets a line instead.
    """
    count = 0
    for dismissed in list(_over(session, today)):
        later = _in_its_place(session, dismissed)
        if later is None:
            reason = _said("reason", "returning.risk_is_over", dismissed)
            begin_round(session, dismissed, ActionEventKind.REOPENED, reason)
        else:
            line = _said("text", "returning.joins_the_open_one", dismissed) | {"returned": dismissed.code}
            take_step(session, later, ActionEventKind.COMMENTED, line)
        count += 1
    return count


def _over(session: Session, today: date) -> Iterator[CorrectiveAction]:
    """What is to come back: what has no line yet with the action that has taken its place, if any has."""
    dismissed = select(CorrectiveAction).where(
        col(CorrectiveAction.state) == ActionState.DISMISSED, col(CorrectiveAction.accept_until) < today
    )
    for action in session.exec(dismissed.order_by(col(CorrectiveAction.closed_at).desc())).all():
        later = _in_its_place(session, action)
        if later is None or not _has_line(session, later, action.code):
            yield action


def _in_its_place(session: Session, action: CorrectiveAction) -> CorrectiveAction | None:
    same = (
        CorrectiveAction.key_result_id == action.key_result_id
        if action.key_result_id
        else CorrectiveAction.source_id == action.source_id
    )
    is_open = col(CorrectiveAction.closed_at).is_(None)
    others = select(CorrectiveAction).where(
        same, CorrectiveAction.id != action.id, or_(is_open, col(CorrectiveAction.raised_at) >= action.closed_at)
    )
    return session.exec(others.order_by(is_open.desc(), col(CorrectiveAction.raised_at).desc())).first()


def _has_line(session: Session, action: CorrectiveAction, code: str) -> bool:
    comments = select(ActionEvent).where(
        ActionEvent.action_id == action.id, col(ActionEvent.kind) == ActionEventKind.COMMENTED
    )
    return any(one.data.get("returned") == code for one in session.exec(comments))


def _said(field: str, key: str, dismissed: CorrectiveAction) -> dict[str, Any]:
    return kept_words(field, key, code=dismissed.code, until=dismissed.accept_until)
