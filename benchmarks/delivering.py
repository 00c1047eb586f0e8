"""Deliveries claimed and finished, beside a thousand and beside a hundred thousand open ones."""

import time
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from sqlalchemy import Engine, insert
from sqlmodel import Session, select

from benchmarks.figures import Figure, middle
from benchmarks.large_county import LargeCounty
from okr_engine.access import SCHEDULE
from okr_engine.clock import now
from okr_engine.database import connect, table_of, writing
from okr_engine.migrations import migrate
from okr_engine.model import CorrectiveAction, Delivery, OrgUnit, OutboxMessage, Source, TaskEndpoint
from okr_engine.periods import Period
from okr_engine.services.deliveries import claim, delivered
from okr_engine.workflow.tasks import TaskRef

ROUNDS, PER_ROUND, STEPS = 5, 200, 3
SIZES = (1_000, 100_000)
AT_LEAST = 1_500


def measure(_county: LargeCounty) -> Iterator[Figure]:
    """Claim and finish as a worker does, each in a transaction of its own, without the sending in between."""
    taken = {size: _milliseconds(size) for size in SIZES}
    for size, found in taken.items():
        yield Figure(
            f"one delivery claimed and finished, beside {size:,} open ones",
            middle(found) * 1000,
            "µs",
            at_most=1_000_000 / AT_LEAST,
            how=f"SQLite, wall clock, {1000 / middle(found):,.0f} a second",
        )
    small, large = (middle(found) for found in taken.values())
    yield Figure(f"{SIZES[1]:,} to {SIZES[0]:,} open ones", large / small, "×", at_most=1.5, how=f"{ROUNDS} rounds")


def _milliseconds(size: int) -> list[float]:
    with TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/okr.db")
        migrate(engine)
        endpoint = fill(engine, size)
        found = [_round(engine, endpoint) for _ in range(ROUNDS)]
        engine.dispose()
    return found


def _round(engine: Engine, endpoint: UUID) -> float:
    begun = time.perf_counter()
    for number in range(PER_ROUND):
        with writing(engine, actor=SCHEDULE.code) as session:
            claimed = claim(session, SCHEDULE, endpoint, holder=f"bench-{number}")
        assert claimed is not None
        with writing(engine, actor=SCHEDULE.code) as session:
            delivered(session, SCHEDULE, claimed, TaskRef("ref"))
    return (time.perf_counter() - begun) * 1000 / PER_ROUND


def fill(engine: Engine, size: int) -> UUID:
    """So many open deliveries to one endpoint, three of each action."""
    with writing(engine, actor=SCHEDULE.code) as session:
        unit, endpoint = OrgUnit(code="county"), TaskEndpoint(code="automation", platform="embedded")
        session.add_all([unit, endpoint])
        session.flush()
        actions = [uuid4() for _ in range(size // STEPS + 1)]
        sources = [{"id": uuid4(), "code": f"s-{number}"} for number in range(len(actions))]
        _insert(session, Source, [_source(one, unit.id) for one in sources])
        about = zip(actions, sources, strict=True)
        _insert(session, CorrectiveAction, [_action(action, source["id"]) for action, source in about])
        places = [(action, number) for action in actions for number in range(1, STEPS + 1)][:size]
        messages = [
            {"id": uuid4(), "action_id": action, "number": number, "kind": "raised", "at": now(), "task": {}}
            for action, number in places
        ]
        _insert(session, OutboxMessage, messages)
        _insert(session, Delivery, [_delivery(one, endpoint.id) for one in messages])
        return session.exec(select(TaskEndpoint.id)).one()


def _insert(session: Session, noun: type, rows: list[dict[str, object]]) -> None:
    session.execute(insert(table_of(noun)), rows)


def _source(one: dict[str, object], unit: UUID) -> dict[str, object]:
    timetable = {"rhythm": "day", "at": "06:00", "day": 1, "working_days_only": False, "paused": False}
    return {**one, **timetable, "connector": "files", "settings": {}, "unit_id": unit, "version": 1}


def _action(action: UUID, source: object) -> dict[str, object]:
    quarter = Period.parse("2026-Q3")
    why = {"action": "a", "rule": "r", "rule_version": "1", "facts": {}, "because": {}}
    state = {"state": "raised", "level": 0, "due": quarter.end, "raised_at": now(), "version": 1}
    return {"id": action, "code": f"CA-{action}", "source_id": source, "period": quarter, **why, **state}


def _delivery(message: dict[str, object], endpoint: UUID) -> dict[str, object]:
    return {
        "id": uuid4(),
        "message_id": message["id"],
        "endpoint_id": endpoint,
        "action_id": message["action_id"],
        "number": message["number"],
        "state": "waiting",
        "attempts": 0,
        "due_at": now() if message["number"] == 1 else None,
    }
