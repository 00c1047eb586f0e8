"""A sweep of the escalation clocks: ten thousand open actions, a hundred of them due."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from sqlalchemy import Engine, insert
from sqlmodel import Session, select

from benchmarks.figures import Figure, middle, spread
from benchmarks.large_county import LargeCounty
from okr_engine.access import SCHEDULE
from okr_engine.database import connect, reading, table_of, writing
from okr_engine.migrations import migrate
from okr_engine.model import ActionStep, CorrectiveAction, OrgUnit, Person, Role, RoleHolding, RoleKind, Source
from okr_engine.periods import Period
from okr_engine.services.escalation import clocks_are_due, fire_due_clocks

OPEN, DUE, ROUNDS = 10_000, 100, 7
NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
CHAIN = (RoleKind.DATA_STEWARD, RoleKind.STRATEGY_OFFICE)


def measure(_county: LargeCounty) -> Iterator[Figure]:
    """Look whether anything is due, and let what is due fire: who is asked found anew, history and audit written."""
    with TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/okr.db")
        migrate(engine)
        _fill(engine)
        looked = [_looking(engine) for _ in range(ROUNDS)]
        fired = [_firing(engine, day) for day in range(ROUNDS)]
        engine.dispose()
    how = f"SQLite, CPU, {ROUNDS} rounds"
    yield Figure(f"look for clocks that are due, of {OPEN:,} open actions", middle(looked) * 1000, "µs", 5000, how)
    yield Figure(
        f"{DUE} clocks that are due, beside {OPEN:,} open actions",
        middle(fired),
        "ms",
        250,
        f"{how}, {spread(fired)} ms",
    )


def _looking(engine: Engine) -> float:
    begun = time.process_time()
    with reading(engine) as session:
        assert not clocks_are_due(session, NOW - timedelta(days=1))
    return (time.process_time() - begun) * 1000


def _firing(engine: Engine, day: int) -> float:
    """A hundred that are due in this round; each round has its own, an hour later than the last."""
    now = NOW + timedelta(minutes=day)
    begun = time.process_time()
    with writing(engine, actor=SCHEDULE.code, now=now) as session:
        assert fire_due_clocks(session, SCHEDULE) == DUE
    return (time.process_time() - begun) * 1000


def _fill(engine: Engine) -> None:
    with writing(engine, actor=SCHEDULE.code, now=NOW) as session:
        unit = OrgUnit(code="county")
        session.add(unit)
        session.flush()
        roles = [_held_role(session, kind, unit.id) for kind in CHAIN]
        sources = [{"id": uuid4(), "code": f"s-{number}"} for number in range(OPEN)]
        _insert(session, Source, [_source(one, unit.id) for one in sources])
        actions = [_action(number, one["id"], roles[0]) for number, one in enumerate(sources)]
        _insert(session, CorrectiveAction, actions)
        steps = [
            {"id": uuid4(), "action_id": action["id"], "level": level, "kind": kind, "role_id": role}
            for action in actions
            for level, (kind, role) in enumerate(zip(CHAIN, roles, strict=True))
        ]
        _insert(session, ActionStep, steps)
        assert len(session.exec(select(CorrectiveAction.id)).all()) == OPEN


def _held_role(session: Session, kind: RoleKind, unit: UUID) -> UUID:
    role = Role(code=kind.value, kind=kind, unit_id=unit, name_fi=kind.value)
    person = Person(code=kind.value, name=kind.value)
    session.add_all([role, person])
    session.flush()
    session.add(RoleHolding(role_id=role.id, person_id=person.id, starts=date(2020, 1, 1)))
    return role.id


def _action(number: int, source: object, role: UUID) -> dict[str, object]:
    """The first hundred are due in the first round, the next in the second, and so on; the rest much later."""
    quarter = Period.parse("2026-Q3")
    why = {"action": "a", "rule": "r", "rule_version": "1", "facts": {}, "because": {}}
    place = number // DUE
    clock = NOW + (timedelta(minutes=place) if place < ROUNDS else timedelta(days=30))
    state = {"state": "notified", "level": 0, "due": quarter.end, "raised_at": NOW, "since": NOW, "version": 1}
    counts = {"round": 1, "reminders": 0, "extensions": 0, "clock_at": clock, "assigned_role_id": role}
    own = {"id": uuid4(), "code": f"CA-{number}", "source_id": source, "period": quarter}
    return {**own, **why, **state, **counts}


def _source(one: dict[str, object], unit: UUID) -> dict[str, object]:
    timetable = {"rhythm": "day", "at": "06:00", "day": 1, "working_days_only": False, "paused": False}
    return {**one, **timetable, "connector": "files", "settings": {}, "unit_id": unit, "version": 1}


def _insert(session: Session, noun: type, rows: list[dict[str, object]]) -> None:
    session.execute(insert(table_of(noun)), rows)
