"""A source that is read on schedule: its events become values, statuses and, where red, an action."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from connectors.registry import Registry
from okr_engine.access import OPERATOR
from okr_engine.database import writing
from okr_engine.errors import CredentialsRefused, EventsBusy, Place, SchemaChanged, SourceUnavailable
from okr_engine.measuring.set_aside import records_set_aside
from okr_engine.measuring.sources import Page, Watermark
from okr_engine.model import (
    ActionState,
    Calculation,
    CorrectiveAction,
    Indicator,
    MeasureUnit,
    NoDataReason,
    PullRun,
    Role,
    RunState,
    Schedule,
    Source,
    Status,
    StatusDecision,
)
from okr_engine.periods import Period
from okr_engine.services.pulls import pull
from okr_engine.services.source_views import run_with_set_aside, runs_of
from okr_engine.words import message
from tests.services.pulled_county import OCTOBER, Q3, PulledCounty, Scripted, pulled_county, scripted, wait


@pytest.fixture
def county(engine: Engine, tmp_path: Path) -> PulledCounty:
    return pulled_county(engine, tmp_path)


def test_events_become_a_value_a_status_and_where_red_an_action(county: PulledCounty) -> None:
    report = county.pull()

    assert (report.state, report.error, report.values_written) == (RunState.DONE, None, 1)
    figure = county.figure(Q3)
    assert figure.value is not None
    assert figure.value < 90
    assert figure.numerator is not None
    assert figure.denominator is not None
    assert abs(figure.value - 100 * figure.numerator / figure.denominator) < Decimal("1e-9")
    [decision] = [
        row
        for row in county.rows(select(StatusDecision))
        if row.period == Q3 and row.facts.get("statutory_target") and row.facts.get("value")
    ]
    assert decision.status in (Status.CHALLENGES, Status.NEEDS_SUPPORT)
    assert report.actions_raised


@pytest.fixture
def scripted_county(county: PulledCounty) -> PulledCounty:
    county.change(Source, settings={"source_system": "x"})
    return county


def test_a_second_reading_changes_nothing(county: PulledCounty) -> None:
    county.pull()
    before = county.figure(Q3)
    county.watch.now += timedelta(hours=1)

    again = county.pull()

    assert (again.events_added, again.values_written) == (0, 0)
    assert county.figure(Q3).id == before.id


def test_a_corrected_event_restates_the_figure_with_its_reason(scripted_county: PulledCounty) -> None:
    county = scripted_county
    county.pull(**scripted([wait(1, 10), wait(2, 20)]))
    county.watch.now += timedelta(days=1)

    county.pull(**scripted([wait(2, 12, version_no=2)]))

    figure = county.figure(Q3)
    assert (figure.value, figure.revision) == (Decimal(100), 2)
    assert "registers-2" in str(figure.reason)
    assert figure.lineage is not None
    assert figure.lineage["run"] == {"source": "registers", "number": 2}


def test_a_failed_source_leaves_the_last_good_figure_and_says_why_others_are_missing(
    scripted_county: PulledCounty,
) -> None:
    county = scripted_county
    county.pull(**scripted([wait(1, 10)]))
    county.watch.now = datetime(2026, 1, 10, 4, tzinfo=UTC)

    report = county.pull(**scripted(SourceUnavailable(message("sources.interrupted"))))

    assert report.state == RunState.FAILED
    assert county.figure(Q3).value == 100
    missing = county.figure(Period.parse("2025-Q4"))
    assert (missing.value, missing.no_data_reason) == (None, NoDataReason.SOURCE_FAILED)


def test_work_on_a_source_that_still_fails_begins_another_round(scripted_county: PulledCounty) -> None:
    county = scripted_county
    county.watch.now = datetime(2026, 1, 10, 4, tzinfo=UTC)
    county.pull(**scripted(CredentialsRefused(message("sources.interrupted"))))
    with writing(county.installation.engine, actor="data-steward", now=county.watch.now) as session:
        action = session.exec(select(CorrectiveAction).where(col(CorrectiveAction.source_id).is_not(None))).one()
        action.state, action.done_by = ActionState.DONE, "data-steward"
        session.add(action)
    county.watch.now += timedelta(hours=1)

    county.pull(**scripted(CredentialsRefused(message("sources.interrupted"))))

    [action] = [one for one in county.rows(select(CorrectiveAction)) if one.source_id]
    assert (action.state, action.round, action.closed_at) == (ActionState.NOTIFIED, 2, None)


def test_a_failed_source_is_an_action_of_its_data_steward_until_it_works_again(scripted_county: PulledCounty) -> None:
    county = scripted_county
    county.watch.now = datetime(2026, 1, 10, 4, tzinfo=UTC)
    failed = county.pull(**scripted(CredentialsRefused(message("sources.interrupted"))))
    [action] = [one for one in county.rows(select(CorrectiveAction)) if one.source_id]
    steward = county.rows(select(Role).where(Role.code == "data-steward"))[0]
    assert action.code in failed.actions_raised
    assert action.assigned_role_id == steward.id
    county.watch.now += timedelta(hours=1)
    county.pull(**scripted(CredentialsRefused(message("sources.interrupted"))))
    assert len([one for one in county.rows(select(CorrectiveAction)) if one.source_id]) == 1
    county.watch.now += timedelta(hours=1)

    county.pull(**scripted([wait(1, 10)]))

    [action] = [one for one in county.rows(select(CorrectiveAction)) if one.source_id]
    assert action.state == ActionState.VERIFIED
    assert action.closed_at is not None


def test_what_was_read_before_a_failure_is_kept_and_the_next_reading_completes_it(
    scripted_county: PulledCounty,
) -> None:
    county = scripted_county
    county.pull(**scripted([wait(1, 10)], SourceUnavailable(message("sources.interrupted"))))
    county.watch.now += timedelta(hours=1)

    report = county.pull(**scripted([wait(1, 10), wait(2, 30)]))

    assert (report.events_added, report.events_unchanged) == (1, 1)
    assert county.figure(Q3).value == 50


def test_a_figure_is_not_computed_from_a_reading_that_broke_off(scripted_county: PulledCounty) -> None:
    report = scripted_county.pull(**scripted([wait(1, 10)], SourceUnavailable(message("sources.interrupted"))))

    assert (report.values_written, report.events_added) == (0, 1)


def test_a_reading_of_another_source_does_not_compute_from_what_broke_off(scripted_county: PulledCounty) -> None:
    county = scripted_county
    another_source(county)
    county.pull(**scripted([wait(1, 10), wait(2, 20)]))
    county.watch.now += timedelta(days=1)
    county.pull(**scripted([wait(3, 20)], SourceUnavailable(message("sources.interrupted"))))

    county.pull("surveys", **scripted([]))

    assert county.figure(Q3).value == 50
    county.watch.now += timedelta(days=1)
    county.pull(**scripted([wait(3, 10, version_no=2)]))
    assert county.figure(Q3).denominator == 3
    county.watch.now += timedelta(days=1)
    county.pull("surveys", **scripted([wait(4, 20)]))
    assert county.figure(Q3).denominator == 4


def test_nothing_counts_as_read_that_could_not_be_stored(
    scripted_county: PulledCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    county = scripted_county
    monkeypatch.setattr("okr_engine.services.pulls._PATIENCE", timedelta(0))
    county.events.mkdir(parents=True)
    with closing(sqlite3.connect(county.events / ".lock", isolation_level=None)) as somebody:
        somebody.execute("BEGIN EXCLUSIVE")
        report = county.pull(**scripted([wait(1, 10)]))

    assert isinstance(report.error, EventsBusy)
    assert county.rows(select(Schedule))[0].watermark is None


def test_a_reading_that_is_interrupted_is_no_failure_of_the_source(scripted_county: PulledCounty) -> None:
    county = scripted_county
    county.watch.now = datetime(2026, 1, 10, 4, tzinfo=UTC)
    going = iter([True, False])

    report = county.pull(**scripted([wait(1, 10)], [wait(2, 20)]), keep_going=lambda: next(going))

    [schedule] = county.rows(select(Schedule))
    assert (report.state, report.events_added, report.actions_raised) == (RunState.FAILED, 1, ())
    assert (schedule.failures, schedule.next_due) == (0, county.watch.now)
    assert not county.computed


def test_a_source_that_was_taken_by_another_concludes_nothing(scripted_county: PulledCounty) -> None:
    county = scripted_county

    def taken() -> bool:
        county.change(Schedule, held_by="another", held_until=county.watch.now + timedelta(minutes=5))
        return True

    report = county.pull(**scripted([wait(1, 10)]), keep_going=taken)

    [schedule] = county.rows(select(Schedule))
    assert (report, schedule.held_by) == (None, "another")
    assert not county.computed


def test_figures_that_cannot_be_computed_are_a_failure_that_is_told(scripted_county: PulledCounty) -> None:
    county = scripted_county
    county.change(Indicator, "access", unit=MeasureUnit.DAYS)

    report = county.pull(**scripted([wait(1, 10)]))

    [schedule] = county.rows(select(Schedule))
    assert (report.state, report.error.what.key) == (RunState.FAILED, "calculation.unit_differs")
    assert (schedule.failures, schedule.last_good_at) == (0, county.watch.now)
    [action] = [one for one in county.rows(select(CorrectiveAction)) if one.source_id]
    assert (action.rule, report.actions_raised) == ("figures_not_computed", (action.code,))
    county.change(Indicator, "access", unit=MeasureUnit.PERCENT)
    county.watch.now += timedelta(days=1)
    assert county.pull(**scripted([])).state == RunState.DONE
    assert next(one for one in county.rows(select(CorrectiveAction)) if one.source_id).state == ActionState.VERIFIED


def test_a_figure_that_stays_missing_is_recorded_once(scripted_county: PulledCounty) -> None:
    county = scripted_county
    county.change(Indicator, "access", lag_days=30)
    county.pull(**scripted([wait(1, 10, unit_id="elsewhere", service_class="HAMMAS")]))
    before = county.figure(Q3)
    county.watch.now += timedelta(days=1)

    county.pull(**scripted([]))

    assert (before.no_data_reason, before.provisional) == (NoDataReason.NOT_YET_DUE, False)
    assert county.figure(Q3).id == before.id


def test_a_calculation_that_cannot_be_done_is_not_blamed_on_another_source(scripted_county: PulledCounty) -> None:
    county = scripted_county
    another_source(county)
    county.pull(**scripted([wait(1, 10)]))
    county.change(Calculation, event_unit="no-such-unit")
    county.watch.now += timedelta(days=1)

    assert county.pull("surveys", **scripted([])).state == RunState.DONE


def test_every_run_sees_the_events_complete_to_the_same_moment(scripted_county: PulledCounty) -> None:
    county = scripted_county
    another_source(county)
    still_waiting = {**wait(2, 10, start=date(2025, 9, 25)), "end_date_local": None}
    standing = Watermark(moment=datetime(2025, 9, 20, tzinfo=UTC))
    county.pull(**scripted([wait(1, 10), still_waiting], until=standing))
    before = county.figure(Q3)

    for hours in range(1, 5):
        county.watch.now = OCTOBER + timedelta(hours=hours)
        county.pull("surveys" if hours % 2 else "registers", **scripted([], until=standing))

    assert county.figure(Q3).id == before.id


def test_a_source_that_works_again_says_why_its_figures_are_still_missing(scripted_county: PulledCounty) -> None:
    county = scripted_county
    county.watch.now = datetime(2026, 1, 10, 4, tzinfo=UTC)
    county.pull(**scripted(SourceUnavailable(message("sources.interrupted"))))
    assert county.figure(Q3).no_data_reason == NoDataReason.SOURCE_FAILED
    county.watch.now += timedelta(days=1)

    county.pull(**scripted([]))

    assert county.figure(Q3).no_data_reason == NoDataReason.LATE


def test_a_changed_count_of_those_asked_is_a_revision(scripted_county: PulledCounty) -> None:
    county = scripted_county
    county.pull(**scripted([wait(1, 10), wait(2, 20)]))
    county.watch.now += timedelta(days=1)

    county.pull(**scripted([wait(3, 10), wait(4, 20)]))

    figure = county.figure(Q3)
    assert (figure.value, figure.denominator, figure.revision) == (Decimal(50), Decimal(4), 2)


def test_counts_too_few_to_be_told_are_not_recorded(scripted_county: PulledCounty) -> None:
    county = scripted_county
    county.change(Calculation, fewest=5)

    county.pull(**scripted([wait(1, 10), wait(2, 20)]))

    figure = county.figure(Q3)
    assert (figure.no_data_reason, figure.numerator, figure.denominator) == (NoDataReason.TOO_FEW_ANSWERS, None, None)


def test_records_stand_aside_until_the_source_is_read_from_its_beginning_without_them(
    scripted_county: PulledCounty,
) -> None:
    county = scripted_county
    bad = wait(2, 10) | {"service_class": ""}
    county.pull(**scripted([wait(1, 10), bad]))
    county.watch.now += timedelta(days=1)
    county.pull(**scripted([wait(number, 10) for number in range(3, 30)]))
    assert standing_aside(county) == 1

    county.change(Schedule, watermark=None)
    county.watch.now += timedelta(days=1)
    county.pull(**scripted([wait(1, 10), wait(2, 10)]))

    assert standing_aside(county) is None
    [action] = [one for one in county.rows(select(CorrectiveAction)) if one.source_id]
    assert (action.rule, action.state) == ("much_set_aside", ActionState.VERIFIED)


def test_a_failure_is_told_from_its_run_as_it_was_told_at_once(scripted_county: PulledCounty) -> None:
    county = scripted_county
    again = OCTOBER + timedelta(hours=2)
    said = message("sources.busy", moment=again, what=message("sources.steward"))

    county.pull(**scripted(SourceUnavailable(said, try_again=again)))

    [told] = county.installation.ask(runs_of, OPERATOR, "registers")
    assert told.error == said


def test_a_busy_source_is_tried_when_it_said_and_a_changed_one_at_its_next_time(scripted_county: PulledCounty) -> None:
    county = scripted_county
    later = OCTOBER + timedelta(hours=1)
    county.pull(**scripted(SourceUnavailable(message("sources.interrupted"), try_again=later)))
    assert county.rows(select(Schedule))[0].next_due == later

    county.pull(**scripted(SchemaChanged(message("sources.interrupted"))))
    assert county.rows(select(Schedule))[0].next_due == datetime(2025, 10, 3, 3, 0, tzinfo=UTC)


def test_a_connector_that_crashes_takes_nobody_with_it(scripted_county: PulledCounty) -> None:
    report = scripted_county.pull(**scripted(ZeroDivisionError()))

    assert report.state == RunState.FAILED
    [run] = scripted_county.rows(select(PullRun))
    assert (run.state, run.error["values"]["reason"]) == (RunState.FAILED, "ZeroDivisionError")


def test_records_that_cannot_be_used_are_counted_and_found_again(scripted_county: PulledCounty) -> None:
    report = scripted_county.pull(**scripted([wait(1, 10), wait(2, -3), wait(3, 5)]))

    assert (report.records_read, report.records_set_aside) == (3, 1)
    [aside] = records_set_aside(scripted_county.events, "registers-1")
    assert aside.place == Place(record="0.1")


def test_what_has_not_happened_yet_is_set_aside(scripted_county: PulledCounty) -> None:
    tomorrow, later = wait(1, 0, start=date(2025, 10, 3)), wait(2, 0, start=date(2098, 6, 10))

    report = scripted_county.pull(**scripted([tomorrow, later]))

    assert (report.events_added, report.records_set_aside) == (1, 1)
    [aside] = records_set_aside(scripted_county.events, "registers-1")
    assert aside.reason.values == {"day": date(2098, 6, 10), "column": "start_date_local"}


def test_a_source_is_never_read_twice_at_once(scripted_county: PulledCounty) -> None:
    county, seen = scripted_county, []

    class Nested(Scripted):
        def pages(self, *args: Any, **kwargs: Any) -> Iterator[Page]:
            seen.append(county.pull(**scripted()))
            return super().pages(*args, **kwargs)

    county.pull(registry=Registry({"demo": Nested([[wait(1, 10)]])}, {}))

    assert seen == [None]


def test_a_claim_that_nobody_renews_is_free_again_and_its_run_is_lost(scripted_county: PulledCounty) -> None:
    county = scripted_county
    county.pull(**scripted([wait(1, 10)]))
    county.change(Schedule, held_by="a process that is no more", held_until=OCTOBER + timedelta(minutes=5))
    county.change(PullRun, state=RunState.RUNNING, finished_at=None)
    assert county.pull(**scripted()) is None
    county.watch.now += timedelta(minutes=6)

    assert county.pull(**scripted()) is not None
    assert [run.state for run in county.rows(select(PullRun).order_by("number"))] == [RunState.LOST, RunState.DONE]


def test_a_figure_that_a_person_has_entered_is_not_overruled(scripted_county: PulledCounty) -> None:
    county = scripted_county
    county.pull(**scripted([wait(1, 10)]))
    county.act_as_steward(Q3, "91.5")
    county.watch.now += timedelta(hours=1)

    report = county.pull(**scripted([wait(2, 30)]))

    assert report.values_written == 0


def test_settings_that_the_connector_does_not_take_fail_the_run_and_name_the_field(county: PulledCounty) -> None:
    county.change(Source, settings={"source_system": "demo", "no_such_setting": 1})

    report = county.pull()

    assert report.error is not None
    assert "no_such_setting" in str(report.error.mistakes[0].place)


def test_a_person_named_without_a_key_fails_the_run_with_its_remedy(county: PulledCounty) -> None:
    keyless = replace(
        county.installation, settings=county.installation.settings.model_copy(update={"person_key": None})
    )

    report = pull(keyless, "registers", asked_by="schedule")

    assert report is not None
    assert report.error is not None
    assert report.error.what.key == "events.no_person_key"


def another_source(county: PulledCounty) -> None:
    """A second source, with no figures of its own."""
    with writing(county.installation.engine, actor="operator", now=county.watch.now) as session:
        first = session.get_one(Source, county.source_id)
        session.add(Source(**first.model_dump(exclude={"id"}) | {"code": "surveys"}))


def standing_aside(county: PulledCounty) -> int | None:
    found = run_with_set_aside(county.installation.ask(runs_of, OPERATOR, "registers"))
    return found.number if found else None
