"""Deliveries claimed and finished, beside a thousand and beside a hundred thousand open ones."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
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
from tests.postgres import programs, running_cluster

ROUNDS, PER_ROUND, STEPS = 5, 150, 3
SIZES = (1_000, 100_000)
AT_LEAST = {"SQLite": 1_500, "PostgreSQL": 700}


def measure(_county: LargeCounty) -> Iterator[Figure]:
    """Finish one and claim the next in one transaction, as a worker does, without the sending in between."""
    for kind, at_least in AT_LEAST.items():
        with _databases(kind) as database:
            if database is None:
                continue
            taken = {size: _rounds(database, size) for size in SIZES}
        for size, found in taken.items():
            yield Figure(
                f"{kind}: one delivery claimed and finished, beside {size:,} open ones",
                middle(found) * 1000,
                "µs",
                at_most=1_000_000 / at_least,
                how=f"wall clock, {1000 / middle(found):,.0f} a second",
            )
        small, large = (middle(found) for found in taken.values())
        name = f"{kind}: {SIZES[1]:,} to {SIZES[0]:,} open ones"
        yield Figure(name, large / small, "×", at_most=1.5, how=f"{ROUNDS} rounds")


@contextmanager
def _databases(kind: str) -> Iterator[Callable[[], AbstractContextManager[str]] | None]:
    """Addresses of empty databases; None where there is no PostgreSQL to start."""
    if kind == "SQLite":
        yield _file
    elif (folder := programs()) is None:
        yield None
    else:
        with running_cluster(folder) as cluster:
            yield cluster.database


@contextmanager
def _file() -> Iterator[str]:
    with TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/okr.db"


def _rounds(database: Callable[[], AbstractContextManager[str]], size: int) -> list[float]:
    with database() as url:
        engine = connect(url)
        migrate(engine)
        endpoint = fill(engine, size)
        gc.collect()
        gc.freeze()
        found = [_round(engine, endpoint) for _ in range(ROUNDS)]
        gc.unfreeze()
        engine.dispose()
    return found


def _round(engine: Engine, endpoint: UUID) -> float:
    begun, claimed = time.perf_counter(), None
    for _ in range(PER_ROUND + 1):
        with writing(engine, actor=SCHEDULE.code) as session:
            if claimed is not None:
                delivered(session, SCHEDULE, claimed, TaskRef("ref"))
            claimed = claim(session, SCHEDULE, endpoint, holder=f"bench-{uuid4()}")
        assert claimed is not None
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
    moment = now()
    state = {"state": "raised", "level": 0, "due": quarter.end, "raised_at": moment, "since": moment, "version": 1}
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
