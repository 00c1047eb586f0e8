"""A small county whose access times are computed from a source, and a source that tells what a test wrote."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import select

from connectors.registry import Registry
from okr_engine.database import reading, writing
from okr_engine.errors import Place
from okr_engine.measuring.events import Event, event
from okr_engine.measuring.sources import Page, Record, SourceSettings, Watermark
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
    Source,
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

    @property
    def source_id(self) -> UUID:
        """The identity of the one source."""
        found: UUID = self.rows(select(Source))[0].id
        return found

    def pull(self, code: str = "registers", **more: Any) -> Any:
        return pull(self.installation, code, asked_by="schedule", **more)

    def rows(self, query: Any) -> list[Any]:
        with reading(self.installation.engine) as session:
            return list(session.exec(query))

    def change(self, row: type[Row], code: str | None = None, **values: Any) -> None:
        """Change the one row there is, or the one of that code."""
        with writing(self.installation.engine, actor="test", now=self.watch.now) as session:
            found = session.exec(select(row) if code is None else select(row).filter_by(code=code)).one()
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

    @property
    def computed(self) -> list[Measurement]:
        """The figures in force that a run has computed, or called missing."""
        query = select(Measurement).where(Measurement.superseded_at == None)  # noqa: E711
        return [row for row in self.rows(query) if row.source.startswith("run:")]

    def figure(self, period: Period) -> Measurement:
        [one] = [row for row in self.computed if row.period == period]
        return one


def pulled_county(engine: Engine, folder: Path) -> PulledCounty:
    """The county in `engine`, on the second of October 2025, with nothing read yet."""
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
    settings = Settings(events=folder / "events", person_key="a-key-of-sixteen-characters")
    return PulledCounty(Installation(settings, engine, read_rulebooks(), watch), watch, folder / "events")


@dataclass(frozen=True)
class Scripted:
    """A source that tells what a test wrote, and fails where it says."""

    told: list[Any]
    until: Watermark | None = None

    Settings = SourceSettings

    def probe(self, settings: Any, client: Any) -> None: ...

    def pages(self, settings: Any, client: Any, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
        for number, page in enumerate(self.told):
            if isinstance(page, Exception):
                raise page
            yield Page([Record(Place(record=f"{number}.{i}"), each) for i, each in enumerate(page)])
        yield Page((), self.until or Watermark(moment=now))

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


def scripted(*told: Any, until: Watermark | None = None) -> dict[str, Any]:
    return {"registry": Registry({"demo": Scripted(list(told), until)}, {})}
