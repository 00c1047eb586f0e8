"""From figures to statuses and actions, quarter by quarter, in the order of time."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session

from okr_engine.access import Actor
from okr_engine.model import CorrectiveAction
from okr_engine.periods import Period
from okr_engine.services.corrective_actions import raise_actions
from okr_engine.services.installation import Rulebooks
from okr_engine.services.statuses import decide_statuses


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation came to."""

    quarters: tuple[Period, ...]
    decided: int
    raised: tuple[str, ...]


def evaluate(session: Session, _actor: Actor, quarters: Iterable[Period], rulebooks: Rulebooks) -> Evaluation:
    """Decide the statuses of each quarter and raise the corrective actions they call for."""
    ordered = tuple(sorted(set(quarters)))
    decided, raised = 0, list[CorrectiveAction]()
    for quarter in ordered:
        decisions = decide_statuses(session, quarter, rulebooks.status)
        decided += len(decisions)
        raised += raise_actions(session, quarter, decisions, rulebooks.actions)
    return Evaluation(ordered, decided, tuple(action.code for action in raised))
