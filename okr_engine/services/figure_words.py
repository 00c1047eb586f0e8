"""Figures, differences and targets of a key result in the unit and decimals of its indicator."""

from decimal import Decimal

from okr_engine.i18n import figure
from okr_engine.model import MeasureUnit
from okr_engine.services.commitments import Commitment
from okr_engine.services.status_evidence import DatedLimit
from okr_engine.words import Language


def figure_told(value: Decimal | None, of: Commitment, language: Language) -> str:
    """A figure; a dash where there is none."""
    return figure(value, of.measure, language, decimals=of.decimals, short=True)


def change_told(value: Decimal, of: Commitment, language: Language) -> str:
    """A difference between two figures; between percentages, in points."""
    unit = "points" if of.measure == MeasureUnit.PERCENT else of.measure
    return figure(value, unit, language, decimals=of.decimals)


def limit_told(limit: DatedLimit | None, of: Commitment, language: Language) -> str:
    """A target or limit: its value, or both ends of its range; a dash where there is none."""
    if limit is None or limit.value is not None:
        return figure_told(limit.value if limit else None, of, language)
    return "–".join(figure_told(end, of, language) for end in (limit.low, limit.high))
