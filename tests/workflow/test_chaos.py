"""Whatever is killed, refused or lost on the way: each step of an action takes effect exactly once, and in order."""

import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from okr_engine.access import OPERATOR
from okr_engine.database import connect, writing
from okr_engine.model import Delivery, DeliveryState
from tests.services.small_county import SmallCounty
from tests.workflow.receiving_server import SECRET, Receiver, chance, receiving
from tests.workflow.steps import KINDS, rows, step, with_actions, with_endpoint

WORKER = Path(__file__).with_name("delivering_worker.py")


@pytest.mark.parametrize(
    ("actions", "kills"), [(20, 3), pytest.param(200, 12, marks=[pytest.mark.slow, pytest.mark.timeout(900)])]
)
def test_every_step_takes_effect_once_and_in_order_however_often_workers_are_killed(
    database_url: str, actions: int, kills: int
) -> None:
    engine = connect(database_url)
    SmallCounty.laid_out(engine)
    with receiving(refuse=busy(seed=5), loses_answers=chance(0.1, seed=7)) as receiver:
        with_endpoint(engine, receiver.address)
        subjects = with_actions(engine, actions)
        wanted = actions * len(KINDS)
        with writing(engine, actor=OPERATOR.code) as session:
            for action in subjects:
                step(session, action, KINDS[0])

        with workers(database_url) as crew:
            for kind in KINDS[1:]:
                for action in subjects:
                    with writing(engine, actor=OPERATOR.code) as session:
                        step(session, action, kind)
            for number in range(kills):
                reached(receiver, (number + 1) * wanted // (kills + 2))
                crew.kill_one()
            until(lambda: not open_deliveries(engine))

    assert len(receiver.arrived) == len(receiver.ids) == wanted
    assert in_order(receiver)
    assert receiver.repeated > 0
    assert set(rows(engine, select(Delivery.state))) == {DeliveryState.DELIVERED}
    engine.dispose()


def busy(seed: int):
    drawn = random.Random(seed)

    def answer() -> tuple[int, Mapping[str, str]] | None:
        number = drawn.random()
        return (500, {}) if number < 0.1 else (429, {"Retry-After": "0"}) if number < 0.15 else None

    return answer


class Crew:
    """Two worker processes; one that is killed is replaced."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.processes = [self._start(), self._start()]

    def kill_one(self) -> None:
        first, second = self.processes
        first.kill()
        first.wait(10)
        self.processes = [second, self._start()]

    def _start(self) -> subprocess.Popen[bytes]:
        env = {**os.environ, "OKR_SECRET_HOOK": SECRET}
        root = Path(__file__).parents[2]
        return subprocess.Popen([sys.executable, WORKER, self.url], env=env, cwd=root)


@contextmanager
def workers(url: str) -> Iterator[Crew]:
    crew = Crew(url)
    try:
        yield crew
    finally:
        for process in crew.processes:
            process.kill()
            process.wait(10)


def until(condition) -> None:
    while not condition():
        time.sleep(0.05)


def reached(receiver: Receiver, count: int) -> None:
    until(lambda: len(receiver.arrived) >= count)


def open_deliveries(engine: Engine) -> int:
    return len(rows(engine, select(Delivery.id).where(col(Delivery.finished_at).is_(None)).limit(1)))


def in_order(receiver: Receiver) -> bool:
    numbers = defaultdict(list)
    for event in receiver.arrived:
        numbers[event["subject"]].append(int(str(event["sequence"])))
    return all(found == list(range(1, len(KINDS) + 1)) for found in numbers.values())
