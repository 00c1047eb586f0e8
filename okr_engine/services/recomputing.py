"""After events were brought in by hand: the figures they change, and the statuses and actions that follow."""

from dataclasses import dataclass

from sqlmodel import Session

from okr_engine.access import Actor, Permission, may_somewhere
from okr_engine.errors import NotAllowed, OkrError
from okr_engine.services.calculations import Computation, computed_after
from okr_engine.services.evaluation import Evaluation, evaluate, with_later_quarters
from okr_engine.services.installation import Installation
from okr_engine.services.kept_figures import Kept, keep_figures
from okr_engine.words import message


@dataclass(frozen=True)
class Recomputed:
    """The figures that changed, what was decided on them, and what kept another from being computed."""

    kept: Kept
    evaluation: Evaluation
    error: OkrError | None


def recompute_after(place: Installation, actor: Actor, *, run: str) -> Recomputed:
    """Compute every figure whose events have changed, for whoever may import; `run` is what the events carry."""
    if not may_somewhere(actor, Permission.IMPORT):
        raise NotAllowed(message("error.not_allowed.import", name=actor.name))
    computation = computed_after(place, source=None, now=place.now())
    kept, evaluation = place.act(actor, _keep, place, computation, run)
    return Recomputed(kept, evaluation, computation.error)


def _keep(
    session: Session, actor: Actor, place: Installation, computation: Computation, run: str
) -> tuple[Kept, Evaluation]:
    kept = keep_figures(session, actor, computation.figures, run=run, settings=place.settings)
    return kept, evaluate(session, actor, with_later_quarters(session, kept.quarters), place.rulebooks)
