"""A large county to measure on: 10 priorities, 100 goals, 500 key results, 20 quarters, 10,000 measurements."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Self

from okr_engine.access import OPERATOR
from okr_engine.database import connect
from okr_engine.migrations import migrate
from okr_engine.model import (
    BreakKind,
    ComparabilityBreakForm,
    Direction,
    GoalForm,
    IndicatorForm,
    KeyResultForm,
    LimitForm,
    MeasurementForm,
    MeasureUnit,
    NoDataReason,
    OrgUnitForm,
    PersonForm,
    Polarity,
    PriorityForm,
    RoleForm,
    RoleHoldingForm,
    RoleKind,
    StrategyForm,
    TargetBasis,
    TargetForm,
)
from okr_engine.model.rows import Form
from okr_engine.periods import Period
from okr_engine.services.importing import import_and_evaluate
from okr_engine.services.installation import Installation, open_installation
from okr_engine.settings import Settings
from okr_engine.words import Language
from okr_engine.workbook import content_of, read_workbook, write_workbook

FILE = "large_county.xlsx"
MOST_MB = 50
STARTS, ENDS = date(2021, 1, 1), date(2025, 12, 31)
QUARTERS = tuple(Period.parse("2021-Q1").shifted(steps) for steps in range(20))
LAST = QUARTERS[-1]
READER = "lukija"
GOAL = "P1.avosairaanhoito"

_SERVICES = {
    "avosairaanhoito": "Avosairaanhoito",
    "suun-terveys": "Suun terveydenhuolto",
    "neuvolat": "Neuvolat ja kouluterveydenhuolto",
    "mielenterveys": "Mielenterveys- ja päihdepalvelut",
    "kuntoutus": "Kuntoutus",
    "kotihoito": "Kotihoito",
    "asuminen": "Asumispalvelut",
    "lapsiperheet": "Lapsiperheiden sosiaalipalvelut",
    "vammaispalvelut": "Vammaispalvelut",
    "paivystys": "Päivystys ja ensihoito",
}


@dataclass(frozen=True)
class _Commitment:
    """What each of a priority's goals commits to, wherever the service is given."""

    name: str
    unit: MeasureUnit
    better: Polarity
    direction: Direction
    baseline: str
    target: str | None
    basis: TargetBasis = TargetBasis.OWN


_PERCENT, _DAYS, _NUMBER = MeasureUnit.PERCENT, MeasureUnit.DAYS, MeasureUnit.NUMBER
_UP, _DOWN = Polarity.HIGHER, Polarity.LOWER
_KINDS = (
    _Commitment("osuus luvatussa ajassa", _PERCENT, _UP, Direction.AT_LEAST, "82.4", "90", TargetBasis.STATUTORY),
    _Commitment("odotusaika", _DAYS, _DOWN, Direction.DECREASE, "21.5", "14"),
    _Commitment("käyntejä asiakasta kohden", _NUMBER, _DOWN, Direction.IMPROVE, "6.8", None),
    _Commitment("tyytyväisten osuus", _PERCENT, _UP, Direction.INCREASE, "71.2", "85"),
    _Commitment("henkilöstön vaihtuvuus", _PERCENT, _DOWN, Direction.AT_MOST, "14.1", "10"),
)
_PRIORITIES = (
    "Hoitoon pääsee ajallaan",
    "Asia ratkeaa ensimmäisellä yhteydenotolla",
    "Palvelut toimivat yhdessä",
    "Koti on ensisijainen paikka",
    "Lasten ja nuorten tuki tulee ajoissa",
    "Digitaaliset palvelut ovat helppoja",
    "Hoito on turvallista ja vaikuttavaa",
    "Henkilöstö voi hyvin ja pysyy",
    "Talous on tasapainossa",
    "Yhdenvertaisuus toteutuu koko alueella",
)


@dataclass(frozen=True)
class LargeCounty:
    """The county as a workbook and as an installation with every quarter decided, in `folder`."""

    folder: Path
    data: bytes
    place: Installation
    import_seconds: float

    @classmethod
    def made_in(cls, folder: Path) -> Self:
        """Write the workbook, and bring it into a new database the way everybody's comes in."""
        data = write_workbook(content_of(_forms(), file=FILE), Language.FI)
        place = empty_in(folder / "county")
        begun = time.process_time()
        place.act(OPERATOR, import_and_evaluate, read_workbook(data, file=FILE, max_mb=MOST_MB), place.rulebooks)
        return cls(folder, data, place, time.process_time() - begun)


def empty_in(folder: Path) -> Installation:
    """An installation with a migrated and empty SQLite file in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'okr.db'}"
    engine = connect(url)
    migrate(engine)
    engine.dispose()
    return open_installation(Settings(database_url=url))


def _forms() -> Iterator[Form]:
    chance = Random(2025)
    yield from _organisation()
    yield StrategyForm(code="S", name_fi="Hyvinvointialueen strategia", unit="alue", starts=STARTS, ends=ENDS)
    for number, name in enumerate(_PRIORITIES, start=1):
        yield PriorityForm(code=f"P{number}", name_fi=name, strategy="S", position=number)
        yield from _indicators(number, name)
        for service, title in _SERVICES.items():
            goal = f"P{number}.{service}"
            yield GoalForm(
                code=goal,
                name_fi=f"{name}: {title.lower()}",
                priority=f"P{number}",
                unit=service,
                owner=f"omistaja.{service}",
                sponsor="johtaja",
            )
            for place, kind in enumerate(_KINDS, start=1):
                yield from _key_result(f"{goal}.{place}", goal, f"m{number}.{place}", service, kind, chance)


def _organisation() -> Iterator[Form]:
    yield OrgUnitForm(code="alue", name_fi="Hyvinvointialue", name_sv="Välfärdsområdet", name_en="County")
    above = (
        ("johtaja", "Toimialajohtaja", RoleKind.SPONSOR),
        ("johtoryhma", "Johtoryhmä", RoleKind.LEADERSHIP_GROUP),
        (READER, "Lukija", RoleKind.VIEWER),
    )
    roles = [RoleForm(code=code, name_fi=name, kind=kind, unit="alue") for code, name, kind in above]
    for service, title in _SERVICES.items():
        yield OrgUnitForm(code=service, name_fi=title, parent="alue")
        owner = f"omistaja.{service}"
        roles.append(RoleForm(code=owner, name_fi=f"Palvelujohtaja, {title}", kind=RoleKind.GOAL_OWNER, unit=service))
    yield from roles
    for role in roles:
        yield PersonForm(code=role.code, name=role.code.capitalize(), email=f"{role.code}@alue.example")
        yield RoleHoldingForm(role=role.code, person=role.code, starts=STARTS)


def _indicators(number: int, priority: str) -> Iterator[Form]:
    for place, kind in enumerate(_KINDS, start=1):
        code = f"m{number}.{place}"
        yield IndicatorForm(
            code=code, name_fi=f"{priority}: {kind.name}", unit=kind.unit, better=kind.better, decimals=1, lag_days=20
        )
        if kind.basis == TargetBasis.STATUTORY:
            yield LimitForm(indicator=code, value=Decimal(80), valid_from=STARTS, section_of_law="THL 51 §")
    yield ComparabilityBreakForm(
        indicator=f"m{number}.3", day=date(2024, 1, 1), kind=BreakKind.SYSTEM, text_fi="Uusi asiakastietojärjestelmä"
    )


def _key_result(code: str, goal: str, indicator: str, unit: str, kind: _Commitment, chance: Random) -> Sequence[Form]:
    baseline = Decimal(kind.baseline)
    commitment = KeyResultForm(
        code=code, goal=goal, indicator=indicator, direction=kind.direction, baseline=baseline, starts=STARTS, due=ENDS
    )
    target = Decimal(kind.target) if kind.target else None
    targets = [TargetForm(key_result=code, value=target, basis=kind.basis, valid_from=STARTS)] if target else []
    step = chance.gauss(0.03, 0.04) * float((target or baseline * Decimal("0.9")) - baseline)
    return [commitment, *targets, *_figures(indicator, unit, float(baseline), step, chance)]


def _figures(indicator: str, unit: str, baseline: float, step: float, chance: Random) -> Iterator[Form]:
    """A figure that drifts from its baseline, and now and then is missing."""
    for number, quarter in enumerate(QUARTERS):
        if chance.random() < 0.02:
            yield MeasurementForm(
                indicator=indicator, unit=unit, period=quarter, no_data_reason=NoDataReason.TOO_FEW_ANSWERS
            )
            continue
        figure = min(100.0, max(0.0, baseline + step * number + chance.gauss(0, abs(baseline) / 40)))
        yield MeasurementForm(indicator=indicator, unit=unit, period=quarter, value=Decimal(f"{figure:.2f}"))
