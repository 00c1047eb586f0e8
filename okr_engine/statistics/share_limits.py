"""The lines of a chart of shares: each point has its own, the wider the smaller the whole it was counted in."""

from collections.abc import Sequence
from math import sqrt

from okr_engine.statistics.p_charts import ChartedShare, ShareChart, p_prime_chart
from okr_engine.statistics.shares import Share
from okr_engine.statistics.xmr_limits import GRAIN, LIMIT_FACTOR, Limits, MovingRanges


def limits_of_shares(shares: Sequence[Share | None], *, baseline: int | None = None) -> list[Limits | None]:
    """The lines at each of `shares` in time order, in per cent between 0 and 100; None at a missing one.

    Those of Laney's p′ chart (`p_prime_chart`), of the first `baseline` shares or of all. The average moving range is
    the one that such lines would come from. ValueError with fewer than two shares.
    """
    known = [share for share in shares if share]
    rest_on = min(baseline or len(known), len(known))
    chart = p_prime_chart(known, baseline=rest_on)
    drawn = iter(chart.points)
    return [_lines(chart, next(drawn), rest_on) if share else None for share in shares]


def _lines(chart: ShareChart, point: ChartedShare, rest_on: int) -> Limits:
    reach = 300 * chart.widened * sqrt(chart.centre * (1 - chart.centre) / point.share.of)
    average = reach / LIMIT_FACTOR
    limits, near = point.limits.times(100), point.near.times(100)
    return Limits(
        points=rest_on,
        mean=100 * chart.centre,
        lower=limits.low,
        upper=limits.high,
        near_lower=near.low,
        near_upper=near.high,
        moving_ranges=MovingRanges(rest_on - 1, average, average),
        grain=100 * GRAIN,
    )
