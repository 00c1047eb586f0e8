"""A source that is read on schedule: its events become values, statuses and, where red, an action."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from okr_engine.database import reading, writing
from okr_engine.model import (
    Calculation,
    Direction,
    Goal,
    Indicator,
    KeyResult,
    KeyResultKind,
    Measurement,
    MeasureUnit,
    OrgUnit,
    Polarity,
    Role,
    RunState,
    Source,
    Status,
    StatusDecision,
    Target,
    TargetBasis,
)
from okr_engine.model.rows import Row
from okr_engine.periods import Period
from okr_engine.services.installation import Installation, read_rulebooks
from okr_engine.services.pulls import pull
from okr_engine.settings import Settings
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
