"""How key results add up, decided and dated: the policy of a quarter is the one that holds on its last day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from okr_engine.access import Actor
from okr_engine.database import moment_of, supersede, was_current
from okr_engine.errors import InvalidInput
from okr_engine.model import RollUpPolicy
from okr_engine.services.rulebook_editions import require_publisher
from okr_engine.services.typed_texts import line
from okr_engine.statistics.roll_up import Policy
from okr_engine.terms import RollUpMethod
from okr_engine.words import message


@dataclass(frozen=True)
class PolicyView:
    """A policy with the day it holds from, why, and who decided it; the first has always held and nobody decided it."""

    policy: Policy
    valid_from: date | None = None
    reason: str = ""
    decided_by: str | None = None
    decided_at: datetime | None = None


ORIGINAL = PolicyView(Policy())
"""What holds until somebody decides otherwise: the worst of them."""


def policies(session: Session, as_of: datetime | None = None) -> list[PolicyView]:
    """Every policy, the newest day first; the last one is the original."""
    rows = session.exec(
        select(RollUpPolicy).where(was_current(RollUpPolicy, as_of)).order_by(col(RollUpPolicy.valid_from).desc())
    )
    return [*(_view(row) for row in rows), ORIGINAL]


def holding_on(known: Iterable[PolicyView], day: date) -> Policy:
    """Of policies sorted as `policies` gives them, the one that holds on `day`."""
    return next(one.policy for one in known if one.valid_from is None or one.valid_from <= day)


def decide_policy(
    session: Session,
    actor: Actor,
    method: RollUpMethod,
    *,
    today: date,
    valid_from: date,
    reason: str,
    on_track_from: Decimal = Decimal(1),
) -> None:
    """Let quarters that end on or after `valid_from` add up by `method`, for whoever may publish rules.

    NotAllowed without that right; InvalidInput for a day in the past, without a reason, or for a share that is not
    above 0 and at most 1.
    """
    require_publisher(actor)
    if valid_from < today:
        raise InvalidInput(message("error.roll_up_in_the_past", day=valid_from))
    if not (why := line(reason)):
        raise InvalidInput(message("error.roll_up_needs_reason"))
    if not (on_track_from.is_finite() and 0 < on_track_from <= 1):
        raise InvalidInput(message("error.roll_up_share", share=on_track_from))
    decided = RollUpPolicy(
        valid_from=valid_from,
        method=method,
        on_track_from=on_track_from,
        reason=why,
        recorded_at=moment_of(session),
        recorded_by=actor.code,
    )
    known = session.exec(
        select(RollUpPolicy).where(was_current(RollUpPolicy, None), col(RollUpPolicy.valid_from) == valid_from)
    ).first()
    if known is None:
        session.add(decided)
    else:
        supersede(session, known, decided)


def _view(row: RollUpPolicy) -> PolicyView:
    policy = Policy(row.method, row.on_track_from)
    return PolicyView(policy, row.valid_from, row.reason or "", row.recorded_by, row.recorded_at)
