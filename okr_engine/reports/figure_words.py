"""The figures of a series in words: in its unit and decimals, as each language writes them."""

from collections.abc import Iterable
from decimal import Decimal

from okr_engine.i18n import day, figure, number, period, say, spoken
from okr_engine.i18n.formats import rounded
from okr_engine.reports.canvas import Canvas
from okr_engine.services.figure_series import BreakMark, FigureSeries, Happening, Observed
from okr_engine.services.status_evidence import DatedLimit
from okr_engine.words import Language


def name_of(series: FigureSeries, language: Language) -> str:
    """Its code and name."""
    return f"{series.code} {spoken(series.name, language)}"


def told(series: FigureSeries, value: Decimal | None, language: Language) -> str:
    """A figure with its unit."""
    return figure(value, series.measure, language, decimals=series.decimals, short=True)


def told_observed(series: FigureSeries, one: Observed, language: Language) -> str:
    """A figure with its unit, or why there is none."""
    if one.value is None and one.no_data_reason:
        return say(language, f"no_data.{one.no_data_reason}")
    return told(series, one.value, language)


def told_level(series: FigureSeries, value: float, language: Language) -> str:
    """A computed level, with a decimal even where the figures themselves have none."""
    decimals = max(1, series.decimals)
    exact = rounded(Decimal(f"{value:.12g}"), decimals)
    return figure(exact, series.measure, language, decimals=decimals, short=True)


def told_between(series: FigureSeries, low: Decimal | float, high: Decimal | float, language: Language) -> str:
    """Two ends of one range: 88,4–93,3 %, and −5,0 … 3,2 where a dash would be read as a minus."""
    first = rounded(Decimal(f"{low:.12g}"), max(1, series.decimals))
    ends = (number(first, language), told_level(series, float(high), language))
    return " … ".join(ends) if first < 0 else "–".join(ends)


def told_aim(series: FigureSeries, one: DatedLimit, language: Language) -> str:
    """A target or limit: its value, or both ends of its range."""
    if one.value is not None:
        return told(series, one.value, language)
    return f"{told(series, one.low, language)}–{told(series, one.high, language)}"


def told_interval(series: FigureSeries, one: Observed, language: Language) -> str:
    """How sure a figure is; nothing where that is not known."""
    if one.interval_low is None or one.interval_high is None:
        return ""
    return told_between(series, one.interval_low, one.interval_high, language)


def told_break(one: BreakMark, language: Language) -> str:
    """What parts the figures from the earlier ones, in one sentence or two."""
    said = f"{say(language, f'break_kind.{one.kind}')} {day(one.day, language)}."
    return f"{said} {spoken(one.text, language)}" if one.text else said


def told_happening(one: Happening, canvas: Canvas) -> str:
    """What happened, on which day, and to the figure of which period."""
    return say(
        canvas.language,
        f"happening.{one.kind}",
        code=one.code,
        period=one.period,
        day=canvas.day_of(one.at),
        reason=one.reason or "–",
    )


def in_words(series: FigureSeries, language: Language) -> str:
    """What a chart of the series shows, from the same figures."""
    listed = [f"{period(one.period, language)} {told(series, one.value, language)}" for one in measured(series)]
    said = [say(language, "chart.alt", name=name_of(series, language), figures="; ".join(listed))]
    if series.baseline is not None:
        said.append(say(language, "chart.alt_baseline", value=told(series, series.baseline, language)))
    if series.target:
        said.append(say(language, "chart.alt_target", value=told_aim(series, series.target, language)))
    said += [say(language, "chart.alt_break", day=one.day, text=spoken(one.text, language)) for one in series.breaks]
    return " ".join(said)


def measured(series: FigureSeries) -> Iterable[Observed]:
    """The figures that are there."""
    return [one for one in series.figures if one.value is not None]
