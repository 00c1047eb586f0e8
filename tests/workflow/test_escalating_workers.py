"""However many workers there are and however often one is killed: each clock fires once."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import col, select

from okr_engine.database import connect
from okr_engine.model import ActionEvent, ActionEventKind, CorrectiveAction
from okr_engine.services.escalation import clocks_are_due
from tests.services.small_county import NOW, SmallCounty
from tests.workflow.steps import rows, with_actions

ROOT = Path(__file__).parents[2]
WORKER = Path(__file__).with_name("escalating_worker.py")
ACTIONS, KILLS, PATIENCE_SECONDS = 150, 2, 120


def test_each_clock_fires_once_though_two_workers_sweep_and_one_is_killed_again_and_again(database_url: str) -> None:
    engine = connect(database_url)
    county = SmallCounty.laid_out(engine)
    with_actions(engine, ACTIONS)
    crew = [worker(database_url), worker(database_url)]
    chance = random.Random(5)
    try:
        for _ in range(KILLS):
            assert crew[0].stdout is not None
            assert crew[0].stdout.readline() == b"working\n"
            time.sleep(chance.uniform(0.05, 0.3))
            crew[0].kill()
            crew[0].communicate()
            crew[0] = worker(database_url)
        give_up = time.monotonic() + PATIENCE_SECONDS
        while county.ask(clocks_are_due, NOW):
            assert time.monotonic() < give_up, "clocks are left that do not fire"
            time.sleep(0.2)
    finally:
        for one in crew:
            one.kill()
            one.communicate()

    assert told_of(engine) == dict.fromkeys(rows(engine, select(CorrectiveAction.id)), 1)
    assert set(rows(engine, select(CorrectiveAction.reminders))) == {0}
    engine.dispose()


def told_of(engine: Engine) -> Counter[object]:
    told = select(ActionEvent.action_id).where(col(ActionEvent.kind) == ActionEventKind.NOTIFIED)
    return Counter(rows(engine, told))


def worker(url: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, WORKER, url], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
