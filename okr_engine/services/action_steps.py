"""What people do with a corrective action: each step asks who may, then whether the state machine lets it happen."""

from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session, select

from okr_engine.access import Actor
from okr_engine.database import moment_of
from okr_engine.errors import InvalidInput, NotFound
from okr_engine.model import ActionEventKind, ActionPlan, Person, Role
from okr_engine.services.action_access import held_action, may_dismiss, not_allowed, open_on_the_subject
from okr_engine.services.action_records import begin_round, take_step
from okr_engine.services.effect_checks import register_effect_check
from okr_engine.services.escalation import asked_at_desk, escalate_extended
from okr_engine.services.people import assignable
from okr_engine.words import message

LONGEST_ACCEPTED = timedelta(days=2 * 365)


def acknowledge(session: Session, actor: Actor, code: str, *, version: int) -> None:
    """Say that the action has been seen and is being taken up; by whoever it is assigned to or stands in its chain."""
    take_step(session, held_action(session, actor, code, version=version), ActionEventKind.ACKNOWLEDGED, {})


def plan(
    session: Session, actor: Actor, code: str, *, version: int, plan: ActionPlan, reason: str | None = None
) -> None:
    """Say what will be done by when, and how its effect will be seen; planning anew needs a reason."""
    action = held_action(session, actor, code, version=version)
    _check_day(session, plan.due)
    content = plan.model_dump(mode="json", exclude_none=True)
    data = {"plan": content, "due": content["due"], "needs_criterion": action.key_result_id is not None}
    take_step(session, action, ActionEventKind.PLANNED, data | ({"reason": reason} if reason else {}))
    register_effect_check(session, action, plan)


def start(session: Session, actor: Actor, code: str, *, version: int) -> None:
    """Say that the planned work has begun."""
    take_step(session, held_action(session, actor, code, version=version), ActionEventKind.STARTED, {})


def finish(session: Session, actor: Actor, code: str, *, version: int) -> None:
    """Claim that the work is done; whether it helped is seen afterwards."""
    take_step(session, held_action(session, actor, code, version=version), ActionEventKind.DONE, {})


def assign(
    session: Session, actor: Actor, code: str, *, version: int, role: str | None, person: str | None, due: date
) -> None:
    """Give the action to a role or to a person (codes), due on a day that is not yet past.

    Giving it again to whoever has it, for the same day, changes nothing; a later day counts as putting it off.
    """
    action = held_action(session, actor, code, version=version)
    if (role is None) == (person is None):
        raise InvalidInput(message("error.assign_to_role_or_person"))
    _check_day(session, due)
    _check_assignable(session, actor, role, person)
    before, role_id = action.due, _by_code(session, Role, role) if role else None
    person_id = _by_code(session, Person, person) if person else None
    if (role_id, person_id, due) == (action.assigned_role_id, action.assigned_person_id, action.due):
        return
    data = {
        "role": role,
        "person": person,
        "due": due.isoformat(),
        "role_id": str(role_id) if role_id else None,
        "person_id": str(person_id) if person_id else None,
    }
    asked = asked_at_desk(session, action, role=role_id, person=person_id).kept()
    take_step(session, action, ActionEventKind.ASSIGNED, data | asked)
    if due > before:
        escalate_extended(session, action)


def extend(session: Session, actor: Actor, code: str, *, version: int, due: date, reason: str) -> None:
    """Propose a later day, with the reason; it is on record, and doing so again is told to the next in the chain."""
    action = held_action(session, actor, code, version=version)
    _check_day(session, due)
    take_step(session, action, ActionEventKind.EXTENDED, {"due": due.isoformat(), "reason": reason.strip()})
    escalate_extended(session, action)


def comment(session: Session, actor: Actor, code: str, *, version: int, text: str) -> None:
    """Add a remark to the history; nothing else changes."""
    action = held_action(session, actor, code, version=version)
    take_step(session, action, ActionEventKind.COMMENTED, {"text": text.strip()})


def dismiss(session: Session, actor: Actor, code: str, *, version: int, accept_until: date, reason: str) -> None:
    """Decide not to act until a day within two years, with the reason; the action then comes back by itself.

    By whoever answers for it or stands above, and has not been given the work.
    """
    action = held_action(session, actor, code, version=version)
    if not may_dismiss(session, actor, action):
        raise not_allowed(actor)
    _check_day(session, accept_until)
    if accept_until > moment_of(session).date() + LONGEST_ACCEPTED:
        raise InvalidInput(message("action_steps.accepted_too_long"))
    data = {"accept_until": accept_until.isoformat(), "reason": reason.strip()}
    take_step(session, action, ActionEventKind.DISMISSED, data)


def reopen(session: Session, actor: Actor, code: str, *, version: int, reason: str) -> None:
    """Take up a closed action again, in its next round; InvalidInput where a newer one is open on the same subject."""
    action = held_action(session, actor, code, version=version)
    if other := open_on_the_subject(session, action):
        raise InvalidInput(message("action_steps.another_is_open", code=other.code))
    begin_round(session, action, ActionEventKind.REOPENED, {"reason": reason.strip()})


def _check_day(session: Session, due: date) -> None:
    if due < moment_of(session).date():
        raise InvalidInput(message("error.due_in_the_past", due=due))


def _check_assignable(session: Session, actor: Actor, role: str | None, person: str | None) -> None:
    roles, people = assignable(session, actor, today=moment_of(session).date())
    for code, choices in ((role, roles), (person, people)):
        if code is not None and code not in {choice.code for choice in choices}:
            raise NotFound(message("error.no_such_code", code=code))


def _by_code(session: Session, noun: type[Role] | type[Person], code: str) -> UUID:
    found = session.exec(select(noun.id).where(noun.code == code)).first()
    if found is None:
        raise NotFound(message("error.no_such_code", code=code))
    return found
