"""Figures of an indicator in words and numbers."""

from decimal import Decimal
from typing import Protocol

from app_pages.components.here import language, t
from app_pages.components.tables import Part, note, text
from okr_engine.i18n import figure, number, spoken
from okr_engine.i18n.formats import rounded
from okr_engine.model import MeasureUnit
from okr_engine.services.figure_series import Observed
from okr_engine.services.indicator_lists import NewestFigure
from okr_engine.services.unit_views import UnitView


class Measured(Protocol):
    """An indicator's unit and decimals, as a line of the list and a report have them."""

    @property
    def measure(self) -> MeasureUnit: ...
    @property
    def decimals(self) -> int: ...


def value_told(one: Observed | NewestFigure, indicator: Measured) -> str:
    """A figure in the indicator's unit and decimals, or why there is none."""
    if one.value is None:
        return t(f"no_data.{one.no_data_reason}") if one.no_data_reason else "–"
    return figure(one.value, indicator.measure, language(), decimals=indicator.decimals, short=True)


def value_part(one: Observed | NewestFigure, indicator: Measured) -> Part:
    """The same in a cell of a table, smaller where there is no figure."""
    told = value_told(one, indicator)
    return text(told) if one.value is not None else note(told)


def count_told(count: Decimal | int) -> str:
    """A count as people read it, with at most two decimals where it is not whole."""
    exact = Decimal(count)
    return number(exact, language(), decimals=0 if exact == exact.to_integral_value() else 2)


def counts_told(numerator: Decimal | None, denominator: Decimal | None) -> str:
    """The numerator over the denominator, or the one there is."""
    return " / ".join(count_told(each) for each in (numerator, denominator) if each is not None)


def percent(share: float | Decimal) -> str:
    """A share, 0 to 1, as a percentage with one decimal."""
    return figure(rounded(Decimal(str(share)) * 100, 1), "percent", language(), decimals=1)


def between(low: float | Decimal, high: float | Decimal, indicator: Measured) -> str:
    """Two ends in the indicator's unit, with a decimal even where the figure itself has none."""
    decimals = max(1, indicator.decimals)
    ends = [rounded(Decimal(str(end)), decimals) for end in (low, high)]
    first, last = number(ends[0], language()), figure(ends[1], indicator.measure, language(), short=True)
    return f"{first} … {last}" if ends[0] < 0 else f"{first}–{last}"


def unit_called(one: UnitView) -> str:
    """What a unit that the events name is called here."""
    if not one.name:
        return t("indicator.unit_unknown")
    return spoken(one.called, language()) if one.called else one.name
