"""From figures to statuses and actions, quarter by quarter, in the order of time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from okr_engine.access import Actor, Permission, may_somewhere
from okr_engine.errors import NotAllowed
from okr_engine.periods import Period
from okr_engine.services.corrective_actions import raise_actions
from okr_engine.services.installation import Rulebooks
from okr_engine.services.standings import quarters_decided
from okr_engine.services.status_facts import LOOK_BACK
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

    What was decided on the same facts keeps its status and the version of the rules it came from, unless `anew`.
    """
    if not any(may_somewhere(actor, permission) for permission in CHANGES_FIGURES):
        raise NotAllowed(message("error.not_allowed.evaluate", name=actor.name))
    ordered = tuple(sorted(set(quarters)))
    decided, raised = 0, list[str]()
    for quarter in track(ordered):
        decisions = decide_statuses(session, quarter, rulebooks.status, anew=anew)
        decided += len(decisions)
        raised += [action.code for action in raise_actions(session, quarter, decisions, rulebooks.actions)]
    return Evaluation(ordered, decided, tuple(raised))
