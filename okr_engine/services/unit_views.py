"""The units behind a figure, as its events name them: each with its part, and how it stands beside all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.model import Calculation, MeasureUnit, OrgUnit, Polarity
from okr_engine.services.lineage_views import Group, LineageView
from okr_engine.statistics.funnel import FEWEST_UNITS, Funnel, Place, Unit, funnel
from okr_engine.words import Words

_A_POINT = Decimal(1)


class Verdict(StrEnum):
    """How a unit stands beside all of them, seen from which way is better."""

    LIKE_ALL = "like_all"
    BETTER = "better"
    WORSE = "worse"
    DIFFERENT = "different"


@dataclass(frozen=True)
class UnitView:
    """A unit's part of a figure; without `place` nothing can be said of it, and a withheld one has no figures."""

    name: str
    called: Words
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    is_withheld: bool
    place: Place | None
    verdict: Verdict | None


def is_share(value: Decimal, count: Decimal, of: Decimal) -> bool:
    """Whether a percentage is that of a whole that was counted; a mean or a weighted figure is not."""
    are_counts = count == int(count) and of == int(of) and 0 <= count <= of and of > 0
    return are_counts and abs(value - 100 * count / of) < _A_POINT


def funnel_of(measure: MeasureUnit, told: LineageView | None, everything: LineageView | None) -> Funnel | None:
    """The units of a percentage that are told, around the share of everything; None with fewer than three of them."""
    if measure != MeasureUnit.PERCENT or told is None or everything is None:
        return None
    units, found = _units(told.groups), funnel(_units(everything.groups))
    return replace(found, units=units) if found and len(units) >= FEWEST_UNITS else None


def unit_views(
    groups: Iterable[Group], found: Funnel | None, better: Polarity, called: Mapping[str, Words]
) -> tuple[UnitView, ...]:
    """Every unit with its figures and its place in the funnel."""
    places = {unit.name: found.place(unit) for unit in found.units} if found else {}
    return tuple(
        UnitView(
            name=one.name,
            called=called.get(one.name, Words()),
            value=one.value,
            numerator=one.numerator,
            denominator=one.denominator,
            is_withheld=one.is_withheld,
            place=(place := places.get(one.name)),
            verdict=_verdict(place, better) if place else None,
        )
        for one in groups
    )


def names_of_units(session: Session, readable: Mapping[UUID, OrgUnit], groups: Iterable[Group]) -> Mapping[str, Words]:
    """What the units that the events name are called here: as a calculation says, or by the same code."""
    named = {one.name for one in groups}
    found = {one.code: one.name for one in readable.values() if one.code in named}
    for row in session.exec(select(Calculation).where(col(Calculation.event_unit).in_(named))):
        if row.event_unit and row.unit_id in readable:
            found[row.event_unit] = readable[row.unit_id].name
    return found


def _units(groups: Iterable[Group]) -> tuple[Unit, ...]:
    return tuple(
        Unit(one.name, int(one.numerator), int(one.denominator))
        for one in groups
        if one.name and one.value is not None and one.numerator is not None and one.denominator is not None
        if is_share(one.value, one.numerator, one.denominator)
    )


def _verdict(place: Place, better: Polarity) -> Verdict:
    if place == Place.WITHIN:
        return Verdict.LIKE_ALL
    if better == Polarity.NEITHER:
        return Verdict.DIFFERENT
    return Verdict.BETTER if place.is_above == (better == Polarity.HIGHER) else Verdict.WORSE
