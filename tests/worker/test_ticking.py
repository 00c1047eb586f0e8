"""Without a hand on it: a month of events becomes values, statuses and, where red, an action."""

import shutil
import time
from datetime import datetime
from pathlib import Path

from sqlmodel import select

from okr_engine.database import connect, writing
from okr_engine.model import CorrectiveAction, PullRun, RunState, Source, StatusDecision
from okr_engine.services.schedules import schedule_of
from okr_engine.worker.ticking import running_worker
from tests.services.pulled_county import Q3, PulledCounty, pulled_county

PATIENCE_SECONDS = 60


def test_a_due_source_is_read_measured_and_decided_without_a_hand_on_it(sqlite_template: Path, tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'okr.db')}")
    county = pulled_county(engine, tmp_path)
    make_due(county, county.watch.now)

    with running_worker(county.installation):
        wait_for_a_run(county)

    [run] = county.rows(select(PullRun))
    assert (run.state, run.asked_by, run.values_written) == (RunState.DONE, "schedule", 1)
    assert county.figure(Q3).value is not None
    assert [one for one in county.rows(select(StatusDecision)) if one.period == Q3 and one.facts.get("has_value")]
    assert [one for one in county.rows(select(CorrectiveAction)) if one.period == Q3]
    engine.dispose()


def test_a_worker_that_is_stopped_lets_go_of_what_it_reads_and_keeps_what_it_read(
    sqlite_template: Path, tmp_path: Path
) -> None:
    engine = connect(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'okr.db')}")
    county = pulled_county(engine, tmp_path)
    county.change(Source, settings={"source_system": "demo", "size": 0.05, "first_month": "2025-01-01"})
    make_due(county, county.watch.now)

    with running_worker(county.installation):
        wait_until(lambda: bool(county.rows(select(PullRun))))

    [run] = county.rows(select(PullRun))
    assert run.state in (RunState.FAILED, RunState.DONE)
    assert run.state == RunState.DONE or run.error["key"] == "sources.interrupted"
    engine.dispose()


def make_due(county: PulledCounty, moment: datetime) -> None:
    with writing(county.installation.engine, actor="test", now=moment) as session:
        schedule_of(session, county.source_id).next_due = moment


def wait_for_a_run(county: PulledCounty) -> None:
    wait_until(lambda: any(run.state == RunState.DONE for run in county.rows(select(PullRun))))


def wait_until(holds: object) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    assert callable(holds)
    while not holds():
        assert time.monotonic() < give_up, "the worker did nothing"
        time.sleep(0.2)
