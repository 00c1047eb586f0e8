"""effect → its verdict: confirmed by somebody who is not responsible, it closes the action or begins another round."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from okr_engine.access import Actor, Permission, may
from okr_engine.database import moment_of
from okr_engine.errors import InvalidInput, NotAllowed, NotFound, StaleEdit
from okr_engine.model import (
    ActionEventKind,
    ActionState,
    CorrectiveAction,
    EffectCheck,
)
from okr_engine.services.action_access import (
    check_version,
    is_assigned_to,
    locked_action,
    open_on_the_subject,
    roles_above_accountable,
    unit_of,
)
from okr_engine.services.action_records import begin_round, take_step
from okr_engine.services.effect_checks import register_second_check
from okr_engine.services.effect_findings import FIRST, SECOND, Finding, judged
from okr_engine.services.history_words import kept_words
from okr_engine.services.people import name_of
from okr_engine.services.typed_texts import prose
from okr_engine.statistics.effects import Verdict
from okr_engine.words import message

CONFIRMABLE = (
    Verdict.EFFECTIVE,
    Verdict.IMPROVED_LESS_THAN_PLANNED,
    Verdict.CONSISTENT_WITH_AN_EFFECT,
    Verdict.NO_DEMONSTRABLE_EFFECT,
    Verdict.WORSENED,
)
"""What a verifier can say of an action's effect."""

LASTING = (Verdict.SUSTAINED, Verdict.RELAPSED)
"""What a verifier can say the second time."""


def confirm_effect(session: Session, actor: Actor, code: str, *, version: int, verdict: Verdict, note: str) -> None:
    """Say what the action has done, as somebody who is not responsible for it: it closes, or its next round begins.

    A verdict other than the one the figures propose needs a note. InvalidInput before the figures can tell, with the
    day on which they may; where they never can, an effect is not confirmed. Closing registers the second check.
    """
    action = _verifiable(session, actor, code, version)
    if action.state != ActionState.DONE:
        raise InvalidInput(message(f"action_steps.not_now.{action.state.value}"))
    check = _check_of(session, action, FIRST)
    found = judged(session, check, today=moment_of(session).date())
    said = _said(found, verdict, note, CONFIRMABLE)
    _confirm(session, actor, check, found, verdict, said)
    told = {"verdict": verdict.value, "verified_by": actor.code, "note": said or None}
    if verdict.is_better:
        register_second_check(session, check, found)
        take_step(session, action, ActionEventKind.VERIFIED, told)
    else:
        begin_round(session, action, ActionEventKind.INEFFECTIVE, told)


def confirm_lasting_effect(
    session: Session, actor: Actor, code: str, *, version: int, verdict: Verdict, note: str
) -> None:
    """Say whether the effect of a closed action has lasted; a relapse opens it again, with the reason in words.

    Where another action is open on the key result by now, that one's record says so instead.
    """
    action = _verifiable(session, actor, code, version)
    if action.state != ActionState.VERIFIED:
        raise InvalidInput(message("effect.no_check_waits"))
    check = _check_of(session, action, SECOND)
    found = judged(session, check, today=moment_of(session).date())
    said = _said(found, verdict, note, LASTING)
    _confirm(session, actor, check, found, verdict, said)
    told = {"verdict": verdict.value, "verified_by": actor.code, "note": said or None}
    if verdict == Verdict.SUSTAINED:
        take_step(session, action, ActionEventKind.SUSTAINED, told)
        return
    other = open_on_the_subject(session, action)
    if other is None:
        begin_round(session, action, ActionEventKind.REOPENED, _relapsed("reason", action) | told)
    else:
        take_step(session, other, ActionEventKind.COMMENTED, _relapsed("text", action) | told)


def may_verify(actor: Actor, action: CorrectiveAction, unit_id: UUID, above: frozenset[UUID]) -> bool:
    """Whether the actor may say what the action has done: from above the accountable, and not responsible for it.

    `above` are the roles of its chain above the accountable.
    """
    is_responsible = is_assigned_to(actor, action) or actor.code == action.done_by
    return not is_responsible and (bool(actor.role_ids & above) or may(actor, Permission.VERIFY_EFFECT, unit_id))


def _verifiable(session: Session, actor: Actor, code: str, version: int) -> CorrectiveAction:
    action = locked_action(session, code)
    if action.key_result_id is None:
        raise NotFound(message("error.no_such_action", code=code))
    above = roles_above_accountable(session, action)
    if not may_verify(actor, action, unit_of(session, action), above):
        raise NotAllowed(
            message("error.not_allowed.verify_effect", name=actor.name), remedy=message("error.not_allowed_remedy")
        )
    check_version(session, action, version)
    return action


def _check_of(session: Session, action: CorrectiveAction, number: int) -> EffectCheck:
    check = session.exec(
        select(EffectCheck).where(
            EffectCheck.action_id == action.id, EffectCheck.round == action.round, EffectCheck.number == number
        )
    ).first()
    if check is None:
        raise InvalidInput(message("effect.no_check_waits"))
    if check.confirmed_by is not None:
        raise StaleEdit(theirs=check.verdict or "", yours="", saved_by=name_of(session, check.confirmed_by))
    return check


def _said(found: Finding, verdict: Verdict, note: str, choices: tuple[Verdict, ...]) -> str:
    """The note; InvalidInput where such a verdict may not be given, or not without one."""
    if verdict not in choices:
        raise InvalidInput(message("effect.no_such_verdict"))
    if not found.is_judged and not found.can_never_be_judged:
        raise InvalidInput(message("effect.not_before", until=found.until))
    if not found.is_judged and (verdict.is_better or verdict == Verdict.RELAPSED):
        raise InvalidInput(message("effect.never_from_these"), remedy=message("effect.never_from_these_remedy"))
    said = prose(note)
    if verdict != found.verdict and not said:
        raise InvalidInput(message("effect.differs_without_note"))
    return said


def _confirm(session: Session, actor: Actor, check: EffectCheck, found: Finding, verdict: Verdict, note: str) -> None:
    check.proposed, check.found = found.verdict.value, found.kept()
    check.proposed_at = check.proposed_at or moment_of(session)
    check.verdict, check.confirmed_by, check.confirmed_at = verdict.value, actor.code, moment_of(session)
    check.note = note or None
    session.add(check)
    session.flush()


def _relapsed(field: str, action: CorrectiveAction) -> dict[str, Any]:
    return kept_words(field, "effect.relapsed", code=action.code)
