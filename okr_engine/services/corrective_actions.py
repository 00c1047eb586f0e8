"""status → corrective action: what the rules find becomes work with a chain, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.database import columns_of, moment_of, was_current
from okr_engine.model import (
    ActionEvent,
    ActionStep,
    CorrectiveAction,
    Goal,
    KeyResult,
    RoleKind,
    Status,
    StatusDecision,
)
from okr_engine.periods import Period
from okr_engine.rulebook import ActionThen, Conclusion, Rulebook
from okr_engine.services.action_records import (
    chain_of,
    enter_recurrences,
    free_codes,
    raised_event,
    record,
    roles_above,
    standing_of,
    units_and_roles,
)
from okr_engine.services.escalation_policies import chain_for, policy_in_force
from okr_engine.services.statuses import Decided, in_three_languages
from okr_engine.workflow.escalation import Subject


@dataclass(frozen=True)
class _Owner:
    """Where a key result belongs: the goal's unit and the roles its chain starts with."""

    unit_id: UUID
    roles: Mapping[RoleKind, UUID | None]


@dataclass(frozen=True)
class _Open:
    """An open action with what raised it."""

    id: UUID
    period: Period
    rule: str

    def is_joined_by(self, rule: str, quarter: Period) -> bool:
        """Whether finding `rule` in `quarter` is more than what the action was raised for."""
        return (quarter, rule) != (self.period, self.rule) and quarter >= self.period


def raise_actions(
    session: Session, quarter: Period, decided: Sequence[Decided], rulebook: Rulebook
) -> list[CorrectiveAction]:
    """Raise what the rules call for in `quarter`: one action a key result; what is found while it is open joins it."""
    facts = [
        {**one["facts"], "type": "status", "key": str(one["key_result_id"]), "status": one["status"].value}
        for one in decided
    ]
    found = [one for one in rulebook.judge(facts) if isinstance(one.then, ActionThen)]
    if not found:
        return []
    outdated = _decided_later(session, quarter)
    findings = [one for one in found if UUID(one.subject) not in outdated]
    known = _open_actions(session)
    first = {one.subject: one for one in reversed(findings)}
    new = [one for one in first.values() if UUID(one.subject) not in known]
    joined = [(known[key], one.rule) for one in findings if (key := UUID(one.subject)) in known]
    enter_recurrences(
        session, quarter, {action.id: rule for action, rule in joined if action.is_joined_by(rule, quarter)}
    )
    return _raise(session, quarter, new, {str(one["key_result_id"]): one for one in decided}, rulebook)


def _raise(
    session: Session,
    quarter: Period,
    findings: Sequence[Conclusion],
    decided: Mapping[str, Decided],
    rulebook: Rulebook,
) -> list[CorrectiveAction]:
    owners = _owners(session, {UUID(one.subject) for one in findings})
    followed = policy_in_force(session, moment_of(session).date())
    actions, steps, events = list[CorrectiveAction](), list[ActionStep](), list[ActionEvent]()
    for code, finding in zip(free_codes(session, quarter), findings, strict=False):
        action = _action(session, code, quarter, finding, decided[finding.subject], rulebook)
        assert isinstance(finding.then, ActionThen)
        kinds = chain_for(followed.policy, Subject.KEY_RESULT, finding.then.chain)
        chain = chain_of(action.id, kinds, owners[action.subject_id].roles)
        action.policy_id = followed.id
        action.assigned_role_id = next((step.role_id for step in chain if step.role_id), None)
        actions.append(action)
        steps += chain
        action.clock_at = followed.policy.clock_of(standing_of(action), top=len(chain))
        events.append(raised_event(session, action))
    for rows in (actions, steps):
        session.add_all(rows)
        session.flush()
    record(session, events)
    return actions


def _action(
    session: Session, code: str, quarter: Period, finding: Conclusion, decision: Decided, rulebook: Rulebook
) -> CorrectiveAction:
    assert isinstance(finding.then, ActionThen)
    now = moment_of(session)
    return CorrectiveAction(
        code=code,
        key_result_id=decision["key_result_id"],
        period=quarter,
        action=finding.then.action,
        rule=finding.rule,
        rule_version=rulebook.version,
        facts=decision["facts"],
        because=in_three_languages(finding.because),
        due=now.date() + timedelta(days=finding.then.due_in_days),
        raised_at=now,
        since=now,
    )


def _decided_later(session: Session, quarter: Period) -> set[UUID]:
    later = select(StatusDecision.key_result_id).where(
        was_current(StatusDecision, None),
        col(StatusDecision.period) > quarter,
        col(StatusDecision.status) != Status.NO_DATA,
    )
    return set(session.exec(later))


def _open_actions(session: Session) -> dict[UUID, _Open]:
    columns = (CorrectiveAction.key_result_id, CorrectiveAction.id, CorrectiveAction.period, CorrectiveAction.rule)
    is_open = col(CorrectiveAction.closed_at).is_(None) & col(CorrectiveAction.key_result_id).is_not(None)
    rows = session.execute(columns_of(*columns).where(is_open))
    return {key_result: _Open(*action) for key_result, *action in rows}


def _owners(session: Session, key_results: set[UUID]) -> dict[UUID, _Owner]:
    """For each key result its goal's unit and chain roles; a role of the unit or of the nearest unit above it."""
    rows = session.exec(
        select(KeyResult.id, Goal)
        .join(Goal, col(Goal.id) == col(KeyResult.goal_id))
        .where(col(KeyResult.id).in_(key_results))
    ).all()
    parents, roles = units_and_roles(session)
    return {key_result: _owner(goal, parents, roles) for key_result, goal in rows}


def _owner(goal: Goal, parents: Mapping[UUID, UUID | None], roles: Mapping[tuple[UUID, RoleKind], UUID]) -> _Owner:
    found = roles_above(goal.unit_id, parents, roles)
    return _Owner(
        goal.unit_id,
        found | {RoleKind.GOAL_OWNER: goal.owner_role_id, RoleKind.SPONSOR: goal.sponsor_role_id},
    )
