"""The evaluation of 500 key results beside the bare rule engine on the same facts."""

from collections.abc import Callable, Iterator

from sqlalchemy import delete
from sqlmodel import Session, col

from benchmarks.bare_engine import BareEngine
from benchmarks.figures import Figure, cpu_in_turns, middle, spread
from benchmarks.large_county import LAST, LargeCounty
from okr_engine.access import OPERATOR, Actor
from okr_engine.database import table_of
from okr_engine.model import StatusDecision
from okr_engine.services.evaluation import evaluate
from okr_engine.services.installation import Installation, Rulebooks
from okr_engine.services.status_evidence import gather_evidence
from okr_engine.services.status_facts import Facts, facts_of
from okr_engine.services.statuses import decide_statuses

ROUNDS = 15

Work = Callable[[Session, Rulebooks], None]


def measure(county: LargeCounty) -> Iterator[Figure]:
    """The last quarter decided anew, each time as if for the first time, and the engine alone."""
    place = county.place
    facts = place.ask(_facts, place)
    bare = BareEngine(place.rulebooks.status, facts)
    assert len(bare.run()) == len(bare.run_as_documented()) > len(facts)
    deciding, evaluating, engine, documented = cpu_in_turns(
        lambda: _undone(place, _decide),
        lambda: _undone(place, _evaluate),
        bare.run,
        bare.run_as_documented,
        rounds=ROUNDS,
    )
    forgetting, _ = cpu_in_turns(lambda: _undone(place, _nothing), lambda: None, rounds=ROUNDS)
    ours, all_of_it = middle(deciding) - middle(forgetting), middle(evaluating) - middle(forgetting)
    yield Figure("deciding 500 statuses, database included", ours, "ms", how=f"CPU, {spread(deciding)}")
    yield Figure("the bare rule engine on those facts", middle(engine), "ms", how=f"CPU, {spread(engine)}")
    yield Figure(
        "deciding ÷ bare rule engine", ours / middle(engine), "×", at_most=2, how=f"{ROUNDS} rounds, taking turns"
    )
    yield Figure(
        "deciding ÷ durable_rules as documented",
        ours / middle(documented),
        "×",
        how=f"`Host.assert_facts`, {middle(documented):.0f} ms, {spread(documented)}",
    )
    yield Figure("deciding, with the corrective actions raised or joined", all_of_it, "ms", how="CPU")


class _Undo(Exception):
    pass


def _undone(place: Installation, work: Work) -> None:
    """Do it on a database that has not decided the quarter, and take it back."""

    def once(session: Session, _actor: Actor) -> None:
        session.execute(delete(table_of(StatusDecision)).where(col(StatusDecision.period) == LAST))
        work(session, place.rulebooks)
        raise _Undo

    try:
        place.act(OPERATOR, once)
    except _Undo:
        return


def _nothing(_session: Session, _rulebooks: Rulebooks) -> None:
    """What making the quarter undecided takes by itself."""


def _decide(session: Session, rulebooks: Rulebooks) -> None:
    decide_statuses(session, LAST, rulebooks.status)


def _evaluate(session: Session, rulebooks: Rulebooks) -> None:
    evaluate(session, OPERATOR, [LAST], rulebooks)


def _facts(session: Session, place: Installation) -> list[Facts]:
    evidence = gather_evidence(session, LAST)
    return [facts_of(subject, evidence, today=place.today()) for subject in evidence.subjects]
