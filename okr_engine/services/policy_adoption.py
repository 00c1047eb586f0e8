"""A newer escalation policy → open actions: each adopts it with a line in its history, and its chain follows."""

from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor
from okr_engine.database import moment_of
from okr_engine.model import ActionEventKind, ActionStep, CorrectiveAction, Goal, KeyResult, RoleKind, Source
from okr_engine.services.action_records import chain_of, roles_above, take_step, units_and_roles
from okr_engine.services.escalation_policies import PolicyEdition, chain_for, policy_followed, policy_in_force
from okr_engine.workflow.escalation import Subject
from okr_engine.workflow.lifecycle import CLOSED

AT_ONCE = 200
"""So many actions adopt a policy in one transaction, so that others can write in between."""


def adopt_newer_policy(session: Session, actor: Actor) -> int:  # noqa: ARG001 - the transaction knows who acts
    """Let open actions that follow another policy adopt the one in force, a few hundred at most; how many did."""
    followed = policy_in_force(session, moment_of(session).date())
    others = select(CorrectiveAction).where(
        col(CorrectiveAction.closed_at).is_(None), col(CorrectiveAction.policy_id).is_distinct_from(followed.id)
    )
    actions = session.exec(others.order_by(col(CorrectiveAction.code)).limit(AT_ONCE).with_for_update()).all()
    for action in actions:
        adopt(session, action, followed)
    return len(actions)


def adopt(session: Session, action: CorrectiveAction, edition: PolicyEdition) -> None:
    """Let an open action follow that edition; one that follows it already stays as it is.

    The chain is written anew where the one before came from the policy; a chain that a rule has named stays.
    """
    if action.state in CLOSED or action.policy_id == edition.id:
        return
    subject = Subject.SOURCE if action.source_id else Subject.KEY_RESULT
    links = session.exec(
        select(ActionStep).where(ActionStep.action_id == action.id).order_by(col(ActionStep.level))
    ).all()
    before = chain_for(policy_followed(session, action.policy_id), subject)
    wanted = chain_for(edition.policy, subject)
    if tuple(link.kind for link in links) == before != wanted:
        for link in links:
            session.delete(link)
        session.flush()
        session.add_all(chain_of(action.id, wanted, _roles(session, action)))
        session.flush()
    data = {
        "policy_id": str(edition.id) if edition.id else None,
        "policy": edition.number,
        "level": min(action.level, len(wanted)),
    }
    take_step(session, action, ActionEventKind.POLICY_ADOPTED, data)


def _roles(session: Session, action: CorrectiveAction) -> dict[RoleKind, UUID | None]:
    parents, roles = units_and_roles(session)
    if action.source_id is not None:
        source = session.get_one(Source, action.source_id)
        found = roles_above(source.unit_id, parents, roles)
        return found | ({RoleKind.DATA_STEWARD: source.steward_role_id} if source.steward_role_id else {})
    key_result = session.get_one(KeyResult, action.key_result_id)
    goal = session.get_one(Goal, key_result.goal_id)
    found = roles_above(goal.unit_id, parents, roles)
    return found | {RoleKind.GOAL_OWNER: goal.owner_role_id, RoleKind.SPONSOR: goal.sponsor_role_id}
