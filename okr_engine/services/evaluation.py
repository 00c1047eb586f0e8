"""From figures to statuses and actions, quarter by quarter, in the order of time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col

from okr_engine.access import Actor, Permission, may_somewhere
from okr_engine.database import columns_of, moment_of, was_current
from okr_engine.errors import NotAllowed
from okr_engine.model import KeyResult, StatusDecision
from okr_engine.periods import Period
from okr_engine.services.corrective_actions import raise_actions
from okr_engine.services.installation import Rulebooks
from okr_engine.services.rulebook_editions import adopt, edition_for, editions
from okr_engine.services.standings import quarters_decided
from okr_engine.services.status_evidence import LOOK_BACK
from okr_engine.services.statuses import decide_statuses
from okr_engine.words import message

Track = Callable[[Sequence[Period]], Iterable[Period]]
"""Hands the quarters on one by one, and may show how far the work has come."""

CHANGES_FIGURES = (Permission.EVALUATE, Permission.ENTER_VALUE, Permission.IMPORT)


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation came to."""

    quarters: tuple[Period, ...]
    decided: int
    raised: tuple[str, ...]


def with_later_quarters(session: Session, changed: Iterable[Period]) -> set[Period]:
    """The changed quarters and every decided one after them that still looks back at them, if only once a year."""
    quarters = set(changed)
    horizon = {quarter.shifted(steps) for quarter in quarters for steps in range(1, 4 * LOOK_BACK + 1)}
    return quarters | (horizon & set(quarters_decided(session)))


def evaluate(
    session: Session,
    actor: Actor,
    quarters: Iterable[Period],
    rulebooks: Rulebooks,
    *,
    anew: bool = False,
    track: Track = iter,
) -> Evaluation:
    """Decide the statuses of each quarter and raise the actions they call for, for whoever may change figures.

    Each quarter is decided by the edition of the rules that was in force at its end. What that edition has decided on
    the same facts is not decided again, unless `anew`. A quarter before the first edition is not decided.
    """
    if not any(may_somewhere(actor, permission) for permission in CHANGES_FIGURES):
        raise NotAllowed(message("error.not_allowed.evaluate", name=actor.name))
    ordered = tuple(sorted(set(quarters)))
    decided, raised = 0, list[str]()
    today = moment_of(session).date()
    adopt(session, rulebooks.status, today=today)
    known = editions(session)
    for quarter in track(ordered):
        edition = edition_for(known, quarter, today=today)
        if edition is None:
            continue
        others = frozenset(one.version for one in known if one is not edition)
        decisions = decide_statuses(session, quarter, edition.rulebook, replaced=others, anew=anew)
        decided += len(decisions)
        raised += [action.code for action in raise_actions(session, quarter, decisions, rulebooks.actions)]
    return Evaluation(ordered, decided, tuple(raised))


def newly_covered(session: Session, *, today: date) -> set[Period]:
    """The quarters that an edition has come to cover since another one decided key results that belong to them."""
    known = editions(session)
    by_version = {one.version: one for one in known}
    decided = session.execute(
        columns_of(StatusDecision.period, StatusDecision.rule_version, KeyResult.starts, KeyResult.due)
        .join(KeyResult, col(KeyResult.id) == col(StatusDecision.key_result_id))
        .where(was_current(StatusDecision, None))
        .distinct()
    )
    return {
        quarter
        for quarter, version, starts, due in decided
        if starts <= quarter.end and due >= quarter.start
        if version in by_version and by_version[version] is not edition_for(known, quarter, today=today)
    }


def decide_newly_covered(session: Session, actor: Actor, rulebooks: Rulebooks) -> Evaluation:
    """Decide those quarters again, by the edition that covers them now."""
    return evaluate(session, actor, newly_covered(session, today=moment_of(session).date()), rulebooks)
