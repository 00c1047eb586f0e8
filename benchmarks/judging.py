"""The rules alone: 10,000 facts under 25 rules, beside the bare engine, and whether judging keeps any memory."""

import gc
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sqlmodel import Session

from benchmarks.bare_engine import BareEngine
from benchmarks.figures import Figure, cpu_in_turns, middle, spread
from benchmarks.large_county import QUARTERS, LargeCounty
from okr_engine.rulebook import Rulebook
from okr_engine.services.installation import Installation
from okr_engine.services.status_evidence import gather_evidence
from okr_engine.services.status_facts import Facts, facts_of

RULES, ROUNDS, BATCHES = 25, 9, 100


def measure(county: LargeCounty) -> Iterator[Figure]:
    """Facts in, conclusions out: with checking, keeping apart and putting in order, and without."""
    rulebook, facts = _rules(county), county.place.ask(_facts, county.place)
    bare = BareEngine(rulebook, facts)
    assert len(bare.run()) == len(rulebook.firings(facts))
    judging, engine = cpu_in_turns(lambda: rulebook.judge(facts), bare.run, rounds=ROUNDS)
    what = f"judging {len(facts):,} facts by {RULES} rules"
    yield Figure(what, middle(judging), "ms", how=f"CPU, {spread(judging)}")
    yield Figure("the bare rule engine, one state", middle(engine), "ms", how=f"CPU, {spread(engine)}")
    yield Figure(
        "judging ÷ bare rule engine", middle(judging) / middle(engine), "×", at_most=1.2, how=f"{ROUNDS} rounds"
    )
    yield Figure(
        f"memory kept after {BATCHES} more batches", _growth(rulebook, facts[: len(facts) // 10]), "MB", at_most=2
    )


def _rules(county: LargeCounty) -> Rulebook:
    shipped = county.place.rulebooks.status
    return replace(shipped, rules=shipped.rules[:RULES])


def _facts(session: Session, place: Installation) -> list[Facts]:
    """Every key result in every quarter."""
    return [
        facts_of(subject, evidence, today=place.today()) | {"key": f"{subject.code} {quarter}"}
        for quarter in QUARTERS
        for evidence in [gather_evidence(session, quarter)]
        for subject in evidence.subjects
    ]


def _growth(rulebook: Rulebook, facts: list[Facts]) -> float:
    """By how many megabytes the process has grown; the first batches may, for what is kept to be used again."""
    for _ in range(10):
        rulebook.judge(facts)
    gc.collect()
    before = _resident()
    for _ in range(BATCHES):
        rulebook.judge(facts)
    gc.collect()
    return (_resident() - before) / 1e6


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
