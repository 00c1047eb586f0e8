"""Figures of the desk in words: which one, what it is, where it comes from, and what is suspicious about it."""

from decimal import Decimal

from app_pages.components.answers import name_of
from app_pages.components.here import language, t
from okr_engine.i18n import figure, number, spoken
from okr_engine.model import MeasureUnit
from okr_engine.services.data_desk import DeskFigure
from okr_engine.services.findings import Finding
from okr_engine.statistics.suspicion import CoverageFell, DefinitionChanged, Outlier, SuddenDenominator


def named(one: DeskFigure) -> str:
    """Which figure, as it is chosen from a list."""
    return f"{one.key_result} {spoken(one.name, language())} · {spoken(one.unit, language())}"


def shown(one: DeskFigure, value: Decimal | None) -> str:
    """A value in the indicator's own unit and decimals."""
    return figure(value, one.measure, language(), decimals=one.decimals)


def source_of(one: DeskFigure) -> str:
    """Where the figure comes from: a person, a run or a file."""
    kind, _, what = one.source.partition(":")
    match kind:
        case "person":
            return t("data_desk.source_person", name=name_of(what))
        case "run":
            return t("data_desk.source_run", run=what)
        case "file":
            return t("data_desk.source_file", file=what)
        case _:
            return one.source


def what_is_suspicious(one: DeskFigure, finding: Finding) -> str:
    """The finding as one plain sentence: what, and by how much."""
    match finding.evidence:
        case Outlier() as found:
            key = "data_desk.outlier_above" if found.beyond > 0 else "data_desk.outlier_below"
            edge = found.high if found.beyond > 0 else found.low
            by = _difference(one, abs(found.beyond))
            return t(key, value=shown(one, found.value), by=by, edge=shown(one, edge), count=found.points)
        case SuddenDenominator() as found:
            key = "data_desk.denominator_larger" if found.change > 0 else "data_desk.denominator_smaller"
            return t(
                key,
                denominator=number(found.denominator, language()),
                usual=number(found.usual, language()),
                change=_percent(abs(found.change)),
            )
        case CoverageFell() as found:
            by = figure(_hundredfold(found.fall), "points", language(), decimals=1)
            return t("data_desk.coverage_fell", now=_percent(found.now), before=_percent(found.before), by=by)
        case DefinitionChanged() as found:
            return t("data_desk.definition_changed", now=found.now, before=found.before)


def _difference(one: DeskFigure, by: Decimal) -> str:
    unit = "points" if one.measure == MeasureUnit.PERCENT else one.measure
    return figure(by, unit, language(), decimals=one.decimals)


def _percent(share: Decimal) -> str:
    return figure(_hundredfold(share), "percent", language(), decimals=1)


def _hundredfold(share: Decimal) -> Decimal:
    return share.scaleb(2)
