"""Clocks that are due → whoever is asked next: told, reminded, and then the next level, each clock once."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import ALLOWED, Actor, Permission
from okr_engine.database import moment_of
from okr_engine.model import (
    ActionEventKind,
    ActionState,
    CorrectiveAction,
    RoleKind,
    SupportRequest,
)
from okr_engine.services.action_access import ACCOUNTABLE, units_of
from okr_engine.services.action_clocks import verdict_day
from okr_engine.services.action_records import standing_of, take_step, take_steps
from okr_engine.services.asked_people import RESPONSIBLE, Asked, Asking, Desk, chain_desks, own_desk
from okr_engine.services.escalation_policies import PolicyEdition, policy_followed, policy_in_force
from okr_engine.services.organisation_charts import OrganisationChart, organisation_chart
from okr_engine.services.policy_adoption import adopt
from okr_engine.workflow.escalation import FARTHEST
from okr_engine.workflow.lifecycle import CLOSED

AT_ONCE = 100
"""So many clocks fire in one transaction, so that others can write in between."""

_Step = tuple[CorrectiveAction, ActionEventKind, dict[str, Any]]

_log = logging.getLogger("okr_engine")


@dataclass(frozen=True)
class _Known:
    """What every clock of one sweep needs, read once."""

    chart: OrganisationChart
    edition: PolicyEdition
    units: Mapping[UUID, UUID]
    links: Mapping[UUID, Sequence[Desk]]


def clocks_are_due(session: Session, now: datetime) -> bool:
    """Whether somebody has to be asked by now."""
    nouns = (CorrectiveAction, SupportRequest)
    return any(session.exec(select(noun.id).where(col(noun.clock_at) <= now).limit(1)).first() for noun in nouns)


def fire_due_clocks(session: Session, actor: Actor) -> int:  # noqa: ARG001 - the transaction knows who acts
    """Let the clocks fire that are due, the longest due first and a hundred at most; how many did.

    Whoever works at the same time finds none of them due any longer. One that cannot fire keeps no other from firing.
    """
    now = moment_of(session)
    actions = session.exec(_due(CorrectiveAction, now)).all()
    requests = session.exec(_due(SupportRequest, now)).all()
    if not (actions or requests):
        return 0
    about = {action.id: action for action in actions}
    for request in requests:
        about.setdefault(request.action_id, session.get_one(CorrectiveAction, request.action_id))
    edition = policy_in_force(session, now.date())
    for action in about.values():
        if action.policy_id != edition.id:
            _guarded(session, action, lambda one: adopt(session, one, edition))
    known = _known(session, list(about.values()), edition)
    steps = [step for action in actions if (step := _step_of(session, action, known))]
    take_steps(session, steps)
    return len(steps) + sum(
        _guarded(session, request, lambda one: _fire_request(session, one, about[one.action_id], known))
        for request in requests
    )


def escalate_extended(session: Session, action: CorrectiveAction) -> None:
    """Tell the next level that the due day has been put off once more, where the policy calls that one too many.

    For whoever has just put it off, in the same transaction.
    """
    if action.extensions < policy_followed(session, action.policy_id).extensions:
        return
    day = moment_of(session).date()
    known = _known(session, [action], policy_in_force(session, day))
    asked = _asking(action, known, day).above(action.level)
    if asked is not None:
        take_step(session, action, ActionEventKind.ESCALATED, _told(asked) | {"extensions": action.extensions})


def people_asked(session: Session, action: CorrectiveAction, *, day: date) -> Asked:
    """Who is asked about the action on that day, at the level at which it is."""
    return _asking(action, _known(session, [action], policy_in_force(session, day)), day).at(action.level)


def asked_to_judge(session: Session, actions: Sequence[CorrectiveAction]) -> dict[UUID, Asked]:
    """Who is asked to say what the work on each action has done, or whether it has lasted."""
    now = moment_of(session)
    known = _known(session, actions, policy_in_force(session, now.date()))
    day = known.edition.policy.working_time.day_of(now)
    return {action.id: _asking_judges(action, known, day).at(RESPONSIBLE) for action in actions}


def asked_for_support(session: Session, action: CorrectiveAction, request: SupportRequest) -> Asked:
    """Who is asked to answer the request first."""
    return _asked_today(session, action, lambda links: _desks_of_request(request, links))


def asked_at_desk(session: Session, action: CorrectiveAction, *, role: UUID | None, person: UUID | None) -> Asked:
    """Who is asked once the action is assigned to that role or person."""
    return _asked_today(session, action, lambda links: [Desk(RESPONSIBLE, role_id=role, person_id=person), *links])


def _asked_today(
    session: Session, action: CorrectiveAction, desks: Callable[[Sequence[Desk]], Sequence[Desk]]
) -> Asked:
    now = moment_of(session)
    known = _known(session, [action], policy_in_force(session, now.date()))
    day = known.edition.policy.working_time.day_of(now)
    return Asking(known.chart, known.units[action.subject_id], desks(known.links[action.id]), day).at(RESPONSIBLE)


def _due(noun: Any, now: datetime) -> Any:
    due = select(noun).where(col(noun.clock_at) <= now).order_by(col(noun.clock_at)).limit(AT_ONCE)
    return due.with_for_update()


def _guarded(session: Session, row: Any, fire: Any) -> bool:
    try:
        with session.begin_nested():
            return bool(fire(row))
    except Exception:  # one that cannot fire must not keep the others from firing
        _log.exception("The clock of %s could not fire", row.id)
        return False


def _step_of(session: Session, action: CorrectiveAction, known: _Known) -> _Step | None:
    """What the action's clock brings about; None, and the clock set on, where it should not have been due yet."""
    try:
        return _step(session, action, known)
    except Exception:  # one that cannot fire must not keep the others from firing
        _log.exception("The clock of %s could not fire", action.code)
        return None


def _step(session: Session, action: CorrectiveAction, known: _Known) -> _Step | None:
    now = moment_of(session)
    policy = known.edition.policy
    if action.clock_at is None or action.clock_at > now:
        return None
    if waits_until := _too_early(session, action, known.edition, now):
        action.clock_at = waits_until
        return None
    asking = _asking(action, known, policy.working_time.day_of(now))
    above = asking.above(action.level)
    kind = policy.fires_as(standing_of(action), can_rise=above is not None)
    asked = above if kind is ActionEventKind.ESCALATED and above else asking.at(action.level)
    return action, kind, _told(asked)


def _too_early(session: Session, action: CorrectiveAction, edition: PolicyEdition, now: datetime) -> datetime | None:
    """The moment to wait for, where nobody may be asked now or the effect cannot be judged yet."""
    calendar = edition.policy.working_time
    if action.state is ActionState.DONE:
        day = verdict_day(session, action.id, action.round)
        if day is not None and now < calendar.begin_of(day) <= now + FARTHEST:
            return calendar.later(calendar.begin_of(day), edition.policy.clocks[action.state])
    return None if calendar.holds(now) else calendar.later(now, 0)


def _fire_request(session: Session, request: SupportRequest, action: CorrectiveAction, known: _Known) -> bool:
    """Remind of an answer that is due: the role that was asked first, and once reminded in vain the links above it."""
    now = moment_of(session)
    policy = known.edition.policy
    if action.state in CLOSED or request.answered_at is not None:
        request.clock_at = None
        return False
    if not policy.working_time.holds(now):
        request.clock_at = policy.working_time.later(now, 0)
        return False
    request.reminders += 1
    request.clock_at = policy.support_clock(now)
    session.flush()
    desks = _desks_of_request(request, known.links[action.id])
    asking = Asking(known.chart, known.units[action.subject_id], desks, policy.working_time.day_of(now))
    asked = asking.at(min(max(0, request.reminders - policy.reminders), desks[-1].level))
    about = {"support_request": request.number, "text": request.need, "by": request.by.isoformat()}
    take_step(session, action, ActionEventKind.REMINDED, _told(asked) | about)
    return True


def _desks_of_request(request: SupportRequest, links: Sequence[Desk]) -> list[Desk]:
    own = next((at for at, link in enumerate(links, start=1) if link.role_id == request.role_id), 0)
    above = [Desk(level, link.kind, link.role_id) for level, link in enumerate(links[own:], start=1)]
    return [Desk(0, role_id=request.role_id), *above]


def _asking(action: CorrectiveAction, known: _Known, day: date) -> Asking:
    """The action's desks on that day; work that is done lies with those who may judge it."""
    links = known.links[action.id]
    unit = known.units[action.subject_id]
    if action.state is ActionState.DONE:
        return _asking_judges(action, known, day)
    return Asking(known.chart, unit, [own_desk(action, links), *links], day)


def _judges(kind: RoleKind | None) -> bool:
    """Whether a role of that kind may judge what work has done without standing in the chain."""
    return kind is not None and Permission.VERIFY_EFFECT in ALLOWED[kind]


def _asking_judges(action: CorrectiveAction, known: _Known, day: date) -> Asking:
    judges = [link for link in known.links[action.id][ACCOUNTABLE + 1 :] if link.role_id or _judges(link.kind)]
    unit = known.units[action.subject_id]
    return Asking(known.chart, unit, judges, day, without=_responsible(action, known.chart, day))


def _responsible(action: CorrectiveAction, chart: OrganisationChart, day: date) -> frozenset[str]:
    """Whoever has done the work or has it on their desk: they do not judge it."""
    own = {action.assigned_person_id} if action.assigned_person_id else set[UUID]()
    if action.assigned_role_id and not own:
        own = {
            one for deputies in (False, True) for one in chart.holders(action.assigned_role_id, day, deputies=deputies)
        }
    return frozenset(chart.codes(own)) | ({action.done_by} if action.done_by else frozenset())


def _told(asked: Asked) -> dict[str, Any]:
    """Who is asked, as the history keeps it."""
    return asked.kept() | {"level": asked.level, "role": asked.role.code if asked.role else None}


def _known(session: Session, actions: Sequence[CorrectiveAction], edition: PolicyEdition) -> _Known:
    return _Known(
        chart=organisation_chart(session),
        edition=edition,
        units=units_of(session, actions),
        links=chain_desks(session, {action.id for action in actions}),
    )
