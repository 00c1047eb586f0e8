"""The evaluation of 500 key results beside the bare rule engine on the same facts."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import durable_rules_engine as bare_engine
from durable.engine import Host  # type: ignore[import-untyped]
from sqlalchemy import delete
from sqlmodel import Session, col

from benchmarks.figures import Figure, cpu_in_turns, middle, spread
from benchmarks.large_county import LAST, LargeCounty
from okr_engine.access import OPERATOR, Actor
from okr_engine.database import table_of
from okr_engine.model import StatusDecision
from okr_engine.rulebook import Rulebook
from okr_engine.rulebook.compiling import BOOT, END, compile_rules
from okr_engine.rulebook.values import checked
from okr_engine.services.evaluation import evaluate
from okr_engine.services.installation import Installation, Rulebooks
from okr_engine.services.status_facts import Facts, facts_of, gather_evidence
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


class BareEngine:
    """The C extension with rules and facts as ready for it as they can be: dictionaries to JSON in, JSON out."""

    def __init__(self, rulebook: Rulebook, facts: Sequence[Facts]) -> None:
        compiled = compile_rules(rulebook.rules)
        (self.rules,) = compiled.rulesets
        self.facts = [one for one in json.loads(compiled.encoded(checked(facts))) if one["type"] != END]

    def run(self) -> list[dict[str, Any]]:
        """Every answer: the rule and its facts."""
        answers = []
        ruleset = bare_engine.create_ruleset("bare", self.rules)
        _, state = bare_engine.assert_fact(ruleset, json.dumps({"id": "boot", "type": BOOT}))
        bare_engine.start_action_for_state(ruleset, state)
        bare_engine.complete_and_start_action(ruleset, state)
        bare_engine.assert_facts(ruleset, json.dumps(self.facts))
        _, answer = bare_engine.start_action_for_state(ruleset, state)
        while answer is not None:
            answers.append(json.loads(answer))
            answer = bare_engine.complete_and_start_action(ruleset, state)
        bare_engine.delete_state(ruleset, None)
        bare_engine.delete_ruleset(ruleset)
        return [answer for answer in answers if END not in answer]

    def run_as_documented(self) -> list[Any]:
        """The same through the library's own Python, as its documentation shows it: a function for every rule."""
        fired: list[Any] = []
        rules = {name: rule for name, rule in json.loads(self.rules).items() if name not in (BOOT, END)}
        for rule in rules.values():
            rule["run"] = lambda found: fired.append(found.k)
        Host({"bare": rules}).assert_facts("bare", self.facts)
        return fired


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
