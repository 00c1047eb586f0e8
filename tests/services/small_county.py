"""A small county to write in: one goal of the first line, one of integrated services, and people in their roles."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Self, TypeVar

from sqlalchemy import Engine
from sqlmodel import SQLModel

from okr_engine.access import OPERATOR
from okr_engine.database import reading, writing
from okr_engine.model import (
    Direction,
    Goal,
    Indicator,
    KeyResult,
    KeyResultKind,
    Measurement,
    MeasureUnit,
    OrgUnit,
    Person,
    Polarity,
    Priority,
    Role,
    RoleHolding,
    RoleKind,
    Strategy,
    Target,
    TargetBasis,
)
from okr_engine.periods import Cadence, Period
from okr_engine.services.evaluation import evaluate
from okr_engine.services.installation import Rulebooks, read_rulebooks
from okr_engine.services.people import actor_with_code

R = TypeVar("R")

Q1, Q2, Q3 = (Period.parse(f"2025-Q{number}") for number in (1, 2, 3))
NOW = datetime(2025, 7, 15, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
JANUARY = date(2025, 1, 1)
DECEMBER = date(2025, 12, 31)

FIRST_LINE_OWNER = "first-line-owner"
FIRST_LINE_DEPUTY = "first-line-deputy"
INTEGRATED_OWNER = "integrated-owner"
SPONSOR = "sponsor"
LEADERSHIP = "leadership"
STRATEGY_OFFICE = "strategy-office"
DATA_STEWARD = "data-steward"
VIEWER = "viewer"
OUTSIDER = "outsider"


@dataclass(frozen=True)
class SmallCounty:
    """The county's database, and the ways to act in it as one of its people."""

    engine: Engine
    rulebooks: Rulebooks

    @classmethod
    def laid_out(cls, engine: Engine) -> Self:
        """The county in `engine`, its first two quarters decided."""
        rulebooks = read_rulebooks()
        with writing(engine, actor=OPERATOR.code, now=NOW) as session:
            for rows in _everything():
                session.add_all(rows)
                session.flush()
            evaluate(session, OPERATOR, [Q1, Q2], rulebooks)
        return cls(engine, rulebooks)

    def act(self, who: str, service: Callable[..., R], /, *args: Any, now: datetime = NOW, **kwargs: Any) -> R:
        """Let a person do one thing."""
        with writing(self.engine, actor=who, now=now) as session:
            return service(session, actor_with_code(session, who, today=now.date()), *args, **kwargs)

    def ask(self, service: Callable[..., R], /, *args: Any, **kwargs: Any) -> R:
        """Read something."""
        with reading(self.engine) as session:
            return service(session, *args, **kwargs)

    def see(self, who: str, service: Callable[..., R], /, *args: Any, **kwargs: Any) -> R:
        """Read something as a person."""
        with reading(self.engine) as session:
            return service(session, actor_with_code(session, who, today=TODAY), *args, **kwargs)

    def rows(self, query: Any) -> list[Any]:
        """What the database holds."""
        with reading(self.engine) as session:
            return list(session.exec(query))


def _everything() -> Iterable[list[SQLModel]]:
    county = OrgUnit(code="county", name_fi="Hyvinvointialue", name_sv="Välfärdsområdet", name_en="County")
    yield [county]
    first_line = OrgUnit(code="county.first-line", name_fi="Ensilinja", parent_id=county.id)
    integrated = OrgUnit(code="county.integrated", name_fi="Yhteiset palvelut", parent_id=county.id)
    yield [first_line, integrated]
    roles = {
        "first-line-owner": _role(
            "first-line-owner", "Tavoitteen omistaja, ensilinja", RoleKind.GOAL_OWNER, first_line
        ),
        "integrated-owner": _role("integrated-owner", "Tavoitteen omistaja, yhteiset", RoleKind.GOAL_OWNER, integrated),
        "sponsor": _role("sponsor", "Asiakaspalvelujen johtaja", RoleKind.SPONSOR, county),
        "leadership": _role("leadership", "Johtoryhmä", RoleKind.LEADERSHIP_GROUP, county),
        "strategy-office": _role("strategy-office", "Strategiayksikkö", RoleKind.STRATEGY_OFFICE, county),
        "data-steward": _role("data-steward", "Tietovastaava", RoleKind.DATA_STEWARD, county),
        "viewer": _role("viewer", "Lukija", RoleKind.VIEWER, county),
    }
    yield [*roles.values()]
    people = {code: _person(code) for code in [*roles, FIRST_LINE_DEPUTY, OUTSIDER]}
    yield [*people.values()]
    yield [RoleHolding(role_id=role.id, person_id=people[code].id, starts=JANUARY) for code, role in roles.items()]
    owner = roles["first-line-owner"]
    yield [RoleHolding(role_id=owner.id, person_id=people[FIRST_LINE_DEPUTY].id, starts=JANUARY, deputy=True)]
    strategy = Strategy(code="COUNTY", name_fi="Strategia", unit_id=county.id, starts=JANUARY, ends=date(2026, 12, 31))
    yield [strategy]
    priority = Priority(code="PA", name_fi="Oikea polku", strategy_id=strategy.id)
    yield [priority]
    a1 = _goal("A1", "Asiakas saa yhteyden helposti", priority, first_line, owner, roles["sponsor"])
    a2 = _goal("A2", "Ammattilaiset yhdessä", priority, integrated, roles["integrated-owner"], roles["sponsor"])
    yield [a1, a2]
    promise = Indicator(
        code="promise", name_fi="Yhteys luvatussa ajassa", unit=MeasureUnit.PERCENT, decimals=2, better=Polarity.HIGHER
    )
    events = Indicator(
        code="events", name_fi="Tapahtumia asiakasta kohden", unit=MeasureUnit.NUMBER, better=Polarity.LOWER
    )
    nps = Indicator(
        code="nps",
        name_fi="Suositteluindeksi",
        unit=MeasureUnit.INDEX,
        better=Polarity.HIGHER,
        cadence=Cadence.HALF_YEAR,
        lowest=Decimal(-100),
        highest=Decimal(100),
        steward_role_id=roles["data-steward"].id,
    )
    yield [promise, events, nps]
    a11 = _key_result("A1.1", a1, promise, first_line, Direction.AT_LEAST)
    a21 = _key_result("A2.1", a2, events, integrated, Direction.DECREASE, baseline=Decimal("140.6"))
    a1_nps = _key_result("A1.NPS", a1, nps, county, Direction.NEUTRAL, kind=KeyResultKind.KPI)
    a2_nps = _key_result("A2.NPS", a2, nps, county, Direction.NEUTRAL, kind=KeyResultKind.KPI)
    yield [a11, a21, a1_nps, a2_nps]
    yield [
        Target(
            key_result_id=a11.id,
            value=Decimal(100),
            basis=TargetBasis.STATUTORY,
            valid_from=JANUARY,
            recorded_at=NOW,
            recorded_by=OPERATOR.code,
        )
    ]
    yield [
        _figure(promise, first_line, Q1, "90.81"),
        _figure(promise, first_line, Q2, "70.11"),
        _figure(events, integrated, Q1, "139.4"),
        _figure(nps, county, Period.parse("2025-H1"), "85.5", responses=420, sample=900),
    ]


def _role(code: str, name: str, kind: RoleKind, unit: OrgUnit) -> Role:
    return Role(code=code, name_fi=name, kind=kind, unit_id=unit.id)


def _person(code: str) -> Person:
    return Person(code=code, name=code.replace("-", " ").capitalize(), email=f"{code}@county.example")


def _goal(code: str, name: str, priority: Priority, unit: OrgUnit, owner: Role, sponsor: Role) -> Goal:
    return Goal(
        code=code,
        name_fi=name,
        priority_id=priority.id,
        unit_id=unit.id,
        owner_role_id=owner.id,
        sponsor_role_id=sponsor.id,
    )


def _key_result(
    code: str,
    goal: Goal,
    indicator: Indicator,
    unit: OrgUnit,
    direction: Direction,
    *,
    kind: KeyResultKind = KeyResultKind.KEY_RESULT,
    baseline: Decimal | None = None,
) -> KeyResult:
    return KeyResult(
        code=code,
        goal_id=goal.id,
        indicator_id=indicator.id,
        unit_id=unit.id,
        kind=kind,
        direction=direction,
        baseline=baseline,
        starts=JANUARY,
        due=DECEMBER,
    )


def _figure(indicator: Indicator, unit: OrgUnit, period: Period, value: str, **background: Any) -> Measurement:
    return Measurement(
        indicator_id=indicator.id,
        unit_id=unit.id,
        period=period,
        period_start=period.start,
        value=Decimal(value),
        recorded_at=NOW,
        recorded_by=OPERATOR.code,
        source="file:county.xlsx",
        **background,
    )
