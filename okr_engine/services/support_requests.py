"""Support for an action that does not progress: what is needed, from whom, by when, and the answer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from okr_engine.access import Actor, Permission, may
from okr_engine.database import moment_of
from okr_engine.errors import InvalidInput, NotFound, StaleEdit
from okr_engine.model import ActionEvent, ActionEventKind, CorrectiveAction, Role, SupportAnswer, SupportRequest
from okr_engine.services.action_access import (
    chains_of,
    held_action,
    links_of,
    locked_action,
    may_work_on,
    not_allowed,
    unit_of,
    units_of,
)
from okr_engine.services.action_clocks import support_clock
from okr_engine.services.action_records import take_step
from okr_engine.services.escalation import asked_for_support
from okr_engine.services.people import name_of
from okr_engine.words import Words, message


@dataclass(frozen=True)
class SupportView:
    """A request for support and its answer; `is_mine` where the reader may answer."""

    action: str
    number: int
    version: int
    need: str
    role: Words
    by: date
    asked_at: datetime
    asked_by: str
    answer: SupportAnswer | None
    answer_text: str | None
    answered_at: datetime | None
    answered_by: str | None
    is_mine: bool


def ask_for_support(session: Session, actor: Actor, code: str, *, version: int, need: str, role: str, by: date) -> None:
    """Say what is needed to go on, from which role of the chain (its code), and by when."""
    action = held_action(session, actor, code, version=version)
    if by < moment_of(session).date():
        raise InvalidInput(message("error.due_in_the_past", due=by))
    asked_role = session.exec(select(Role).where(Role.code == role)).first()
    if asked_role is None or asked_role.id not in links_of(session, action):
        raise NotFound(message("error.no_such_code", code=role))
    request = SupportRequest(
        action_id=action.id,
        number=_next_number(session, action),
        need=need.strip(),
        role_id=asked_role.id,
        by=by,
        asked_at=moment_of(session),
        asked_by=actor.code,
    )
    request.clock_at = support_clock(session, action)
    session.add(request)
    data = {"text": request.need, "role": role, "by": by.isoformat(), "request": request.number}
    asked = asked_for_support(session, action, request).kept()
    take_step(session, action, ActionEventKind.SUPPORT_ASKED, data | asked)


def answer_request(session: Session, actor: Actor, code: str, number: int, *, answer: SupportAnswer, text: str) -> None:
    """Say what will be given, or why nothing; by whoever `may_answer`.

    An answer that is there already is not written over: StaleEdit.
    """
    request, action = _held_request(session, code, number)
    if not may_answer(actor, request, unit_of(session, action), links_of(session, action)):
        raise not_allowed(actor)
    if request.answered_at is not None:
        by = name_of(session, request.answered_by or "")
        raise StaleEdit(theirs=request.answer_text or "", yours=text, saved_by=by)
    if not text.strip():
        raise InvalidInput(message("action_steps.needs_text"))
    request.answer, request.answer_text = answer, text.strip()
    request.answered_at, request.answered_by, request.clock_at = moment_of(session), actor.code, None
    session.add(request)
    data = {"text": request.answer_text, "answer": answer.value, "request": number, "asked_by": request.asked_by}
    take_step(session, action, ActionEventKind.SUPPORT_ANSWERED, data)


def may_answer(actor: Actor, request: SupportRequest, unit_id: UUID, chain: Sequence[UUID | None]) -> bool:
    """Whether the actor may answer: in the role that was asked, above it in the chain, or by leading the unit."""
    above = chain[chain.index(request.role_id) :] if request.role_id in chain else chain
    return bool(actor.role_ids & {request.role_id, *above}) or may(actor, Permission.ACCEPT_DEVIATION, unit_id)


def support_requests(session: Session, actor: Actor, code: str) -> list[SupportView]:
    """What has been asked for on the action, newest first; NotFound where the actor may not read it."""
    action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == code)).first()
    if action is None or not _may_read(session, actor, action):
        raise NotFound(message("error.no_such_action", code=code))
    asked = _asked().where(SupportRequest.action_id == action.id).order_by(col(SupportRequest.number).desc())
    return _views(session, actor, session.exec(asked).all())


def requests_on_my_desk(session: Session, actor: Actor) -> list[SupportView]:
    """What waits for an answer of a role that the actor holds, or has been put to the actor in its place.

    The most urgent first; nothing while the action is closed.
    """
    waiting = col(SupportRequest.answered_at).is_(None) & col(CorrectiveAction.closed_at).is_(None)
    rows = session.exec(_asked().where(waiting).order_by(col(SupportRequest.by))).all()
    put = _put_to(session, actor, {action.id for _request, action, _role in rows})
    come = [row for row in rows if row[2].id in actor.role_ids or (row[1].id, row[0].number) in put]
    return [view for view in _views(session, actor, come) if view.is_mine]


def _put_to(session: Session, actor: Actor, actions: Collection[UUID]) -> set[tuple[UUID, int | None]]:
    """The requests of these actions, by action and number, that the actor has been asked or reminded to answer."""
    asking = select(ActionEvent).where(
        col(ActionEvent.action_id).in_(actions),
        col(ActionEvent.kind).in_([ActionEventKind.SUPPORT_ASKED, ActionEventKind.REMINDED]),
    )
    return {
        (event.action_id, event.data.get("request", event.data.get("support_request")))
        for event in session.exec(asking)
        if actor.code in event.data.get("asked", ())
    }


_Asked = tuple[SupportRequest, CorrectiveAction, Role]


def _asked() -> Select[SupportRequest, CorrectiveAction, Role]:
    return (
        select(SupportRequest, CorrectiveAction, Role)
        .join(CorrectiveAction, col(CorrectiveAction.id) == col(SupportRequest.action_id))
        .join(Role, col(Role.id) == col(SupportRequest.role_id))
    )


def _may_read(session: Session, actor: Actor, action: CorrectiveAction) -> bool:
    unit = unit_of(session, action)
    return may(actor, Permission.READ, unit) or may_work_on(actor, action, unit, links_of(session, action))


def _views(session: Session, actor: Actor, rows: Sequence[_Asked]) -> list[SupportView]:
    units = units_of(session, [action for _request, action, _role in rows])
    chains = chains_of(session, {action.id for _request, action, _role in rows})
    return [
        SupportView(
            action=action.code,
            number=request.number,
            version=request.version,
            need=request.need,
            role=role.name,
            by=request.by,
            asked_at=request.asked_at,
            asked_by=request.asked_by,
            answer=request.answer,
            answer_text=request.answer_text,
            answered_at=request.answered_at,
            answered_by=request.answered_by,
            is_mine=request.answered_at is None
            and may_answer(actor, request, units[action.subject_id], chains[action.id]),
        )
        for request, action, role in rows
    ]


def _held_request(session: Session, code: str, number: int) -> tuple[SupportRequest, CorrectiveAction]:
    action = locked_action(session, code)
    is_asked = (SupportRequest.action_id == action.id) & (SupportRequest.number == number)
    request = session.exec(select(SupportRequest).where(is_asked)).first()
    if request is None:
        raise NotFound(message("error.no_such_code", code=str(number)))
    return request, action


def _next_number(session: Session, action: CorrectiveAction) -> int:
    last = session.exec(select(func.max(SupportRequest.number)).where(SupportRequest.action_id == action.id)).one()
    return (last or 0) + 1
