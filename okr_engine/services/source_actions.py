"""pull → corrective action: a source that brings no figures becomes work for its data steward, until it works again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from okr_engine.access import SCHEDULE
from okr_engine.database import moment_of
from okr_engine.model import ActionEventKind, ActionState, CorrectiveAction, RoleKind, Source
from okr_engine.periods import Period
from okr_engine.rulebook import ActionThen, Conclusion, Rulebook
from okr_engine.services.action_records import (
    begin_round,
    chain_of,
    enter_recurrences,
    free_codes,
    raised_event,
    record,
    roles_above,
    standing_of,
    take_step,
    units_and_roles,
)
from okr_engine.services.escalation_policies import chain_for, policy_in_force
from okr_engine.services.statuses import in_three_languages
from okr_engine.statistics.effects import Verdict
from okr_engine.workflow.escalation import Subject


@dataclass(frozen=True)
class PullFacts:
    """What rules can know of a source after a run; without records read, none can have been set aside."""

    failures: int
    figures_missing: int
    figures_uncomputed: int = 0
    days_without: int | None = None
    set_aside_percent: float | None = None

    def told(self) -> dict[str, int | float]:
        """The facts that there are."""
        found = {
            "failures": self.failures,
            "figures_missing": self.figures_missing,
            "figures_uncomputed": self.figures_uncomputed,
            "days_without": self.days_without,
            "set_aside_percent": self.set_aside_percent,
        }
        return {name: value for name, value in found.items() if value is not None}


def follow_up(
    session: Session, source: Source, facts: PullFacts, rulebook: Rulebook, *, today: date
) -> list[CorrectiveAction]:
    """Raise the action that the rules call for, or join the open one; an open one that they no longer call for closes.

    It closes only when what called for it could be seen this time.
    """
    told = {**facts.told(), "type": "pull", "key": str(source.id)}
    found = [one for one in rulebook.judge([told]) if isinstance(one.then, ActionThen)]
    quarter = Period.containing(today)
    known = session.exec(
        select(CorrectiveAction).where(
            CorrectiveAction.source_id == source.id, col(CorrectiveAction.closed_at).is_(None)
        )
    ).first()
    if known is None:
        return [_raise(session, today, source, found[0], facts, rulebook)] if found else []
    if found and known.state == ActionState.DONE:
        # Nobody confirms the effect of work on a source: the source itself shows that it did not help.
        said = {"verdict": Verdict.NO_DEMONSTRABLE_EFFECT.value, "verified_by": SCHEDULE.code}
        begin_round(session, known, ActionEventKind.INEFFECTIVE, said)
    elif found and (quarter, found[0].rule) != (known.period, known.rule):
        enter_recurrences(session, quarter, {known.id: found[0].rule})
    elif not found and _can_be_seen(known, rulebook, told):
        take_step(session, known, ActionEventKind.CEASED, {})
    return []


def _can_be_seen(known: CorrectiveAction, rulebook: Rulebook, told: Mapping[str, object]) -> bool:
    """Whether everything is told that the rule which raised the action looks at."""
    rule = next((one for one in rulebook.rules if one.name == known.rule), None)
    wanted: Sequence[str] = [test.fact for pattern in rule.patterns for test in pattern.tests] if rule else []
    return all(name in told for name in wanted)


def _raise(
    session: Session, today: date, source: Source, finding: Conclusion, facts: PullFacts, rulebook: Rulebook
) -> CorrectiveAction:
    assert isinstance(finding.then, ActionThen)
    quarter = Period.containing(today)
    action = CorrectiveAction(
        code=next(free_codes(session, quarter)),
        source_id=source.id,
        period=quarter,
        action=finding.then.action,
        rule=finding.rule,
        rule_version=rulebook.version,
        facts=facts.told(),
        because=in_three_languages(finding.because),
        due=today + timedelta(days=finding.then.due_in_days),
        raised_at=moment_of(session),
        since=moment_of(session),
    )
    roles = roles_above(source.unit_id, *units_and_roles(session))
    if source.steward_role_id is not None:
        roles[RoleKind.DATA_STEWARD] = source.steward_role_id
    followed = policy_in_force(session, today)
    chain = chain_of(action.id, chain_for(followed.policy, Subject.SOURCE, finding.then.chain), roles)
    action.policy_id = followed.id
    action.assigned_role_id = next((step.role_id for step in chain if step.role_id), None)
    action.clock_at = followed.policy.clock_of(standing_of(action), top=len(chain))
    for rows in ([action], chain):
        session.add_all(rows)
        session.flush()
    record(session, [raised_event(session, action)])
    return action
