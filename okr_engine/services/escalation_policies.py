"""The escalation policy, dated: every edition with its day and reason, and the one that an action follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from okr_engine.access import Actor
from okr_engine.database import moment_of
from okr_engine.errors import InvalidInput
from okr_engine.model import EscalationPolicy, RoleKind
from okr_engine.services.rulebook_editions import require_publisher
from okr_engine.services.typed_texts import line
from okr_engine.words import message
from okr_engine.workflow.escalation import Policy, Subject
from okr_engine.workflow.policy_text import POLICY_FILE, policy_of, shipped_policy, shipped_text


@dataclass(frozen=True)
class PolicyEdition:
    """A policy with its text, the day it is in force from, why, and by whom; number 0 came with the program."""

    policy: Policy
    text: str
    id: UUID | None = None
    number: int = 0
    valid_from: date | None = None
    reason: str = ""
    published_at: datetime | None = None
    published_by: str = ""


def policy_editions(session: Session) -> list[PolicyEdition]:
    """Every edition, the one that is in force last first; the one that came with the program is the last."""
    rows = session.exec(
        select(EscalationPolicy).order_by(col(EscalationPolicy.valid_from).desc(), col(EscalationPolicy.number).desc())
    )
    return [*(_edition(row) for row in rows), PolicyEdition(shipped_policy(), shipped_text())]


def policy_in_force(session: Session, day: date) -> PolicyEdition:
    """The edition in force on that day: of two from the same day, the one that was published later."""
    return in_force_on(policy_editions(session), day)


def in_force_on(known: Sequence[PolicyEdition], day: date) -> PolicyEdition:
    """Of editions sorted as `policy_editions` gives them, the one in force on that day."""
    return next(one for one in known if one.valid_from is None or one.valid_from <= day)


def policy_followed(session: Session, policy_id: UUID | None) -> Policy:
    """The policy with that identity, which an action follows until it adopts another; None came with the program."""
    if policy_id is None:
        return shipped_policy()
    return policy_of(session.get_one(EscalationPolicy, policy_id).text)


def chain_for(policy: Policy, subject: Subject, named: Sequence[str] = ()) -> tuple[RoleKind, ...]:
    """Who is asked in turn: as the rule names them, or as the policy says for such a subject."""
    return tuple(RoleKind(kind) for kind in (named or policy.chain[subject]))


def check_policy(actor: Actor, text: str, file: str = POLICY_FILE) -> Policy:
    """The policy that the text tells, for whoever may publish one; InvalidRules with every mistake."""
    require_publisher(actor)
    return policy_of(text, file)


def publish_policy(session: Session, actor: Actor, text: str, *, reason: str, valid_from: date, today: date) -> int:
    """Put another policy in force from a day on, for whoever may publish rules; returns its number.

    Editions are never changed: open actions adopt the newer one from its day on. InvalidRules with every mistake of
    the text; InvalidInput without a reason, for a day that is past, or for the text that is in force then anyway.
    """
    check_policy(actor, text)
    if not (why := line(reason)):
        raise InvalidInput(message("policy.needs_reason"))
    if valid_from < today:
        raise InvalidInput(message("policy.in_the_past", day=valid_from))
    if policy_in_force(session, valid_from).text == text:
        raise InvalidInput(message("policy.nothing_changed"))
    number = (session.exec(select(func.max(EscalationPolicy.number))).one() or 0) + 1
    session.add(
        EscalationPolicy(
            number=number,
            valid_from=valid_from,
            text=text,
            reason=why,
            published_at=moment_of(session),
            published_by=actor.code,
        )
    )
    session.flush()
    return number


def _edition(row: EscalationPolicy) -> PolicyEdition:
    return PolicyEdition(
        policy_of(row.text),
        row.text,
        row.id,
        row.number,
        row.valid_from,
        row.reason,
        row.published_at,
        row.published_by,
    )
