"""A source that is read on schedule: its events become values, statuses and, where red, an action."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from connectors.registry import Registry
from okr_engine.database import reading, writing
from okr_engine.errors import CredentialsRefused, Place, SchemaChanged, SourceUnavailable
from okr_engine.measuring.events import Event, event
from okr_engine.measuring.set_aside import records_set_aside
from okr_engine.measuring.sources import Page, Record, SourceSettings, Watermark
from okr_engine.model import (
    ActionState,
    Calculation,
    CorrectiveAction,
    Direction,
    Goal,
    Indicator,
    KeyResult,
    KeyResultKind,
    Measurement,
    MeasureUnit,
    NoDataReason,
    OrgUnit,
    Polarity,
    PullRun,
    Role,
    RunState,
    Schedule,
    Source,
    Status,
    StatusDecision,
    Target,
    TargetBasis,
)
from okr_engine.model.rows import Row
from okr_engine.periods import Period
from okr_engine.services.installation import Installation, read_rulebooks
from okr_engine.services.measurements import Entry, enter_value
from okr_engine.services.people import actor_with_code
from okr_engine.services.pulls import pull
from okr_engine.settings import Settings
from okr_engine.words import message
from tests.services.small_county import JANUARY, SmallCounty

Q3 = Period.parse("2025-Q3")
OCTOBER = datetime(2025, 10, 2, 3, 0, tzinfo=UTC)


@dataclass
class Watch:
    """A clock that stands until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class PulledCounty:
    """A county whose access times are computed from a demo source."""

    installation: Installation
    watch: Watch
    events: Path

    def pull(self, code: str = "registers", **more: Any) -> Any:
        return pull(self.installation, code, asked_by="schedule", **more)

    def rows(self, query: Any) -> list[Any]:
        with reading(self.installation.engine) as session:
            return list(session.exec(query))

    def change(self, row: type[Row], **values: Any) -> None:
        with writing(self.installation.engine, actor="test", now=self.watch.now) as session:
            found = session.exec(select(row)).one()
            for name, value in values.items():
                setattr(found, name, value)
            session.add(found)

    def act_as_steward(self, quarter: Period, value: str) -> None:
        """Enter another value than the computed one, with a reason."""
        with writing(self.installation.engine, actor="data-steward", now=self.watch.now) as session:
            entry = Entry(value=Decimal(value), reason="Korjattu käsin")
            actor = actor_with_code(session, "data-steward", today=self.watch.now.date())
            rulebooks = self.installation.rulebooks
            enter_value(session, actor, "A1.access", quarter, entry, based_on=1, rulebooks=rulebooks)

    def figure(self, period: Period) -> Measurement:
        query = select(Measurement).where(Measurement.superseded_at == None)  # noqa: E711
        one: Measurement
        [one] = [row for row in self.rows(query) if row.period == period and "run:" in row.source]
        return one


@pytest.fixture
def county(engine: Engine, tmp_path: Path) -> PulledCounty:
    SmallCounty.laid_out(engine)
    watch = Watch(OCTOBER)
    with writing(engine, actor="operator", now=OCTOBER) as session:
        whole = session.exec(select(OrgUnit).where(OrgUnit.code == "county")).one()
        goal = session.exec(select(Goal).where(Goal.code == "A1")).one()
        steward = session.exec(select(Role).where(Role.code == "data-steward")).one()
        access = Indicator(code="access", name_fi="Palveluajat", unit=MeasureUnit.PERCENT, better=Polarity.HIGHER)
        source = Source(
            code="registers",
            name_fi="Rekisterit",
            connector="demo",
            settings={"source_system": "demo", "size": 0.002, "first_month": "2025-07-01"},
            unit_id=whole.id,
            steward_role_id=steward.id,
        )
        session.add_all([access, source])
        session.flush()
        result = KeyResult(
            code="A1.access",
            goal_id=goal.id,
            indicator_id=access.id,
            unit_id=whole.id,
            kind=KeyResultKind.KEY_RESULT,
            direction=Direction.AT_LEAST,
            starts=JANUARY,
            due=date(2025, 12, 31),
        )
        session.add(result)
        session.flush()
        session.add_all(
            [
                Target(
                    key_result_id=result.id,
                    value=Decimal(100),
                    basis=TargetBasis.STATUTORY,
                    valid_from=JANUARY,
                    recorded_at=OCTOBER,
                    recorded_by="operator",
                ),
                Calculation(
                    indicator_id=access.id,
                    unit_id=whole.id,
                    source_id=source.id,
                    kpi="access_time",
                    first_period=Q3,
                ),
            ]
        )
    settings = Settings(events=tmp_path / "events", person_key="a-key-of-sixteen-characters")
    return PulledCounty(Installation(settings, engine, read_rulebooks(), watch), watch, tmp_path / "events")


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


@dataclass(frozen=True)
class Scripted:
    """A source that tells what a test wrote, and fails where it says."""

    told: list[Any]

    Settings = SourceSettings

    def probe(self, settings: Any, client: Any) -> None: ...

    def pages(self, settings: Any, client: Any, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
        for number, page in enumerate(self.told):
            if isinstance(page, Exception):
                raise page
            yield Page([Record(Place(record=f"{number}.{i}"), each) for i, each in enumerate(page)])
        yield Page((), Watermark(moment=now))

    def events_of(self, record: Record, settings: Any, *, person_key: Any) -> list[Event]:
        return [event("waiting_episode", source_system="x", **record.content)]


def wait(number: int, days: int, *, start: date = date(2025, 7, 1), **more: Any) -> dict[str, Any]:
    """A wait for non-urgent care of somebody under 23, whose limit is fourteen days."""
    return {
        "episode_id": f"w{number}",
        "unit_id": "county.first-line",
        "service_class": "PTH_SAIR",
        "start_date_local": start,
        "end_date_local": start + timedelta(days=days),
        "age_at_start": 10,
        **more,
    }


def scripted(*told: Any) -> dict[str, Any]:
    return {"registry": Registry({"demo": Scripted(list(told))}, {})}


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
