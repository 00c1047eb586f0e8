"""How sure a figure is: the interval in which chance alone may move it, from what it was counted from."""

from dataclasses import dataclass
from decimal import Decimal

from okr_engine.model import MeasureUnit
from okr_engine.services.unit_views import is_share
from okr_engine.statistics.intervals import FEWEST, Interval, net_promoter_score, wilson

ANSWERS = ("promoters", "passives", "detractors")


@dataclass(frozen=True)
class Counts:
    """What a figure rests on, as far as it is known: a count out of all, how many answered, and which way."""

    numerator: Decimal | None = None
    denominator: Decimal | None = None
    n: int | None = None
    answers: tuple[int, ...] = ()
    """Promoters, passives and detractors, where they were counted."""


def interval_of(measure: MeasureUnit, value: Decimal | None, counts: Counts) -> tuple[Interval | None, bool]:
    """The 95 % interval in the figure's own unit; and whether it is only missing for want of counts.

    That of a net promoter score where its answers are known, Wilson's of a share: of its counts, or else of how many
    answered. None for everything else.
    """
    if value is None:
        return None, False
    if len(counts.answers) == len(ANSWERS):
        enough = sum(counts.answers) >= FEWEST
        return (net_promoter_score(*counts.answers), False) if enough else (None, True)
    share = _share(value, counts) if measure == MeasureUnit.PERCENT else None
    if share is None:
        return None, False
    count, of = share
    return (wilson(count, of).times(100), False) if of >= FEWEST else (None, True)


def _share(value: Decimal, counts: Counts) -> tuple[float, float] | None:
    count, of = counts.numerator, counts.denominator
    if count is not None and of is not None:
        return (float(count), float(of)) if is_share(value, count, of) else None
    is_percentage = 0 <= value <= 100
    return (float(value) / 100 * counts.n, float(counts.n)) if counts.n and is_percentage else None
