"""Series of figures as services hand them over, built by the test that looks at their chart."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from okr_engine.model import BreakKind, MeasureUnit, NoDataReason, TargetBasis
from okr_engine.periods import Period
from okr_engine.services.figure_series import BreakMark, FigureSeries, Observed
from okr_engine.services.status_evidence import DatedLimit
from okr_engine.services.variation import variation_of
from okr_engine.statistics.aims import Aim
from okr_engine.statistics.xmr_charts import Chart
from okr_engine.words import Words

FIRST = Period.parse("2024-01")
RECORDED = datetime(2026, 1, 1, tzinfo=UTC)
STEADY = [80.0, 82.0, 81.0, 83.0, 80.0, 82.0, 81.0, 83.0, 80.0, 82.0, 81.0, 83.0, 82.0]


def month(number: int, value: float | None, **more: Any) -> Observed:
    figure = Observed(
        period=FIRST.shifted(number),
        value=None if value is None else Decimal(str(value)),
        no_data_reason=NoDataReason.LATE if value is None else None,
        provisional=False,
        comment=None,
        revision=1,
        reason=None,
        recorded_at=RECORDED,
        recorded_by="operator",
        source="file:county.xlsx",
    )
    return replace(figure, **more)


def monthly(values: Sequence[float | None], **more: Any) -> FigureSeries:
    figures = tuple(month(number, value) for number, value in enumerate(values))
    series = FigureSeries(
        code="A1.1",
        name=Words("Ensikontakti luvatussa ajassa", "Första kontakten i tid", "First contact in time"),
        measure=MeasureUnit.PERCENT,
        decimals=1,
        figures=figures,
        limits=(),
        breaks=(),
        starts=FIRST.start,
        due=figures[-1].period.end,
    )
    return replace(series, **more)


def counted(count: int, *, last: int = 80) -> FigureSeries:
    """Shares of large and small wholes by turns, four in five of each but of the `last` per cent."""
    wholes = [400 if number % 2 else 60 for number in range(count - 1)] + [400]
    cases = [of * 4 // 5 + (number % 3 - 1) * of // 40 for number, of in enumerate(wholes[:-1])] + [4 * last]
    figures = [
        month(number, round(100 * of_them / of, 10), numerator=Decimal(of_them), denominator=Decimal(of))
        for number, (of_them, of) in enumerate(zip(cases, wholes, strict=True))
    ]
    return replace(monthly([80] * count), figures=tuple(figures))


def target(value: float, *, since: date = FIRST.start, until: date | None = None) -> DatedLimit:
    return DatedLimit(since, until, Decimal(str(value)), None, None, TargetBasis.OWN)


def break_on(day: date) -> BreakMark:
    return BreakMark(day, BreakKind.DEFINITION, Words("Uusi laskutapa", "Ny beräkning", "Counted anew"))


def control_chart_of(series: FigureSeries, sign: int = 1) -> Chart:
    return variation_of(series.figures, [one.day for one in series.breaks], Aim(sign))
