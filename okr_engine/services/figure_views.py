"""A figure as its own page shows it: the value or why there is none, what it rests on, and where it comes from."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from okr_engine.measuring.deadlines import Limits
from okr_engine.model import Measurement, NoDataReason
from okr_engine.periods import Period
from okr_engine.services.figure_series import Observed
from okr_engine.services.lineage_views import LineageView, lineage_view


class Origin(StrEnum):
    """How a figure came."""

    COMPUTED = "computed"
    ENTERED = "entered"
    IMPORTED = "imported"


@dataclass(frozen=True)
class FigureView:
    """A figure, or why there is none, with everything that lies behind it; shares are between 0 and 1."""

    observed: Observed
    numerator: Decimal | None
    denominator: Decimal | None
    n: int | None
    sample: int | None
    told_interval: tuple[Decimal, Decimal] | None
    lineage: LineageView | None

    @property
    def period(self) -> Period:
        """The period it tells of."""
        return self.observed.period

    @property
    def origin(self) -> Origin:
        """How it came; one that was computed and then vouched for is still computed."""
        return Origin.COMPUTED if self.lineage else origin_of(self.observed.source)

    @property
    def is_too_few(self) -> bool:
        """Whether it is not told because it would rest on too little."""
        return self.observed.no_data_reason == NoDataReason.TOO_FEW_ANSWERS

    @property
    def response_rate(self) -> Decimal | None:
        """The share of those asked who answered."""
        if self.lineage:
            return self.lineage.response_rate
        return Decimal(self.n) / self.sample if self.n is not None and self.sample else None


@dataclass(frozen=True)
class Restatement:
    """A figure that took another's place: when, by whom or which run, and why."""

    was: Observed
    became: Observed

    @property
    def run(self) -> str | None:
        """The run that computed it anew, if one did."""
        kind, _, run = self.became.source.partition(":")
        return run if kind == "run" else None

    @property
    def at(self) -> datetime:
        """When it was recorded."""
        return self.became.recorded_at


def origin_of(source: str) -> Origin:
    """How a figure from that source came."""
    kind = source.partition(":")[0]
    return {"run": Origin.COMPUTED, "file": Origin.IMPORTED}.get(kind, Origin.ENTERED)


def observed(row: Measurement) -> Observed:
    """The figure as a series shows it."""
    return Observed(**{name: getattr(row, name) for name in Observed.__dataclass_fields__}).as_told()


def figure_view(row: Measurement, *, fewest: int = 0, limits: Limits | None = None) -> FigureView:
    """The figure, without the counts behind it where it is not told for want of enough of them."""
    is_told = row.no_data_reason != NoDataReason.TOO_FEW_ANSWERS
    lineage = lineage_view(row.lineage, fewest=fewest, limits=limits) if row.lineage else None
    ends = (row.interval_low, row.interval_high)
    return FigureView(
        observed=observed(row),
        numerator=row.numerator if is_told else None,
        denominator=row.denominator if is_told else None,
        n=lineage.n if lineage else row.responses,
        sample=row.sample if is_told else None,
        told_interval=(ends[0], ends[1]) if is_told and ends[0] is not None and ends[1] is not None else None,
        lineage=lineage if lineage is None or is_told else lineage.without_counts(),
    )
