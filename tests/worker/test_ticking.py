"""Without a hand on it: a month of events becomes values, statuses and, where red, an action."""

import shutil
import time
from datetime import datetime
from pathlib import Path

import pytest
from pyarrow import parquet
from sqlalchemy import Engine
from sqlmodel import select

from okr_engine.access import OPERATOR
from okr_engine.database import connect, writing
from okr_engine.measuring.folders import parquet_files
from okr_engine.measuring.tables import TABLES
from okr_engine.model import ActionState, CorrectiveAction, PullRun, RunState, Schedule, Source, StatusDecision
from okr_engine.services.escalation_policies import policy_followed, publish_policy
from okr_engine.services.installation import Installation
from okr_engine.services.schedules import FIRST_RETRY, schedule_of
from okr_engine.settings import Settings
from okr_engine.worker.ticking import escalate, look_after_actions, pull_due_sources, running_worker
from okr_engine.workflow.policy_text import shipped_text
from tests.services.pulled_county import Q3, PulledCounty, pulled_county
from tests.services.small_county import NOW, TODAY, SmallCounty

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


def test_a_reading_that_cannot_be_recorded_keeps_no_other_from_being_read(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = connect(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'okr.db')}")
    county = pulled_county(engine, tmp_path)
    with writing(engine, actor="test", now=county.watch.now) as session:
        first = session.get_one(Source, county.source_id)
        session.add(Source(**first.model_dump(exclude={"id"}) | {"code": "a-broken-one", "settings": {}}))
        session.flush()
        for source_id in session.exec(select(Source.id)):
            schedule_of(session, source_id).next_due = county.watch.now

    def broken(source: Source, *_args: object, **_more: object) -> None:
        if source.code == "a-broken-one":
            raise RuntimeError("a defect of ours")

    monkeypatch.setattr("okr_engine.services.pulls._move_on", lambda session, place, source, *more: broken(source))

    pull_due_sources(county.installation, lambda: True)

    states = {run.source_id == county.source_id: run.state for run in county.rows(select(PullRun))}
    assert states == {True: RunState.DONE, False: RunState.LOST}
    again = [row.next_due for row in county.rows(select(Schedule)) if row.source_id != county.source_id]
    assert again == [county.watch.now + FIRST_RETRY]
    engine.dispose()


def test_a_worker_that_is_stopped_lets_go_of_what_it_reads_and_keeps_what_it_read(
    sqlite_template: Path, tmp_path: Path
) -> None:
    engine = connect(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'okr.db')}")
    county = pulled_county(engine, tmp_path)
    county.change(Source, settings={"source_system": "demo", "size": 1, "first_month": "2024-01-01"})
    make_due(county, county.watch.now)

    with running_worker(county.installation):
        wait_until(lambda: bool(county.rows(select(PullRun))))

    [run] = county.rows(select(PullRun))
    [schedule] = county.rows(select(Schedule))
    assert (run.state, run.error["key"]) == (RunState.FAILED, "sources.interrupted")
    assert (schedule.held_by, schedule.failures) == (None, 0)
    assert run.events_added == events_in(county.events)
    engine.dispose()


def test_the_worker_lets_clocks_fire_and_actions_adopt_the_policy_in_force(memory_engine: Engine) -> None:
    county = SmallCounty.laid_out(memory_engine)
    settings = Settings(database_url="sqlite://")
    place = Installation(settings, memory_engine, county.rulebooks, clock=lambda: NOW)
    slower = shipped_text().replace("reminders: 1", "reminders: 3")

    assert escalate(place, lambda: True) == 1
    place.act(OPERATOR, publish_policy, slower, reason="Kokemus", valid_from=TODAY, today=TODAY)
    assert (look_after_actions(place, lambda: True), look_after_actions(place, lambda: True)) == (1, 0)

    [action] = county.rows(select(CorrectiveAction))
    assert (action.state, county.ask(policy_followed, action.policy_id).reminders) == (ActionState.NOTIFIED, 3)


def events_in(folder: Path) -> int:
    return sum(parquet.read_metadata(file).num_rows for table in TABLES for file in parquet_files(folder, table))


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
