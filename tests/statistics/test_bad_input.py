"""What cannot be computed with is refused with a reason; nothing crashes, and nothing comes out as no number."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from math import inf, isfinite, nan

import pytest

from okr_engine.errors import InvalidInput
from okr_engine.statistics.evidence import expected_next, expected_next_share
from okr_engine.statistics.intervals import clopper_pearson, jeffreys, wilson
from okr_engine.statistics.means import prediction_band, sample_of
from okr_engine.statistics.p_charts import p_chart, p_prime_chart
from okr_engine.statistics.permutations import permutation_test
from okr_engine.statistics.rank_tests import kendall_trend, mann_whitney
from okr_engine.statistics.share_limits import limits_of_shares
from okr_engine.statistics.shares import Share
from okr_engine.statistics.xmr import Observation, xmr_chart
from okr_engine.statistics.xmr_icons import Improvement

FIRST = date(2000, 1, 1)
BAD = {
    "none": [],
    "one": [5.0],
    "constant": [7.0] * 12,
    "zeros": [0.0] * 12,
    "infinite": [1.0, 2.0, inf, 3.0],
    "minus_infinite": [1.0, 2.0, -inf, 3.0],
    "no_number": [1.0, nan, 2.0, 3.0],
    "beyond_what_can_be_squared": [1e300, -1e300] * 4,
    "as_large_as_can_be": [1e100, -1e100] * 4,
    "tiny": [5e-324, 0.0, 5e-324, 1e-300] * 3,
    "huge_and_tiny": [1e100, 5e-324, 0.0] * 4,
    "negative": [-3.0, -1.0, -2.0, -5.0],
    "ten_thousand": [float(at * 7919 % 101) for at in range(10_000)],
}


def charted(values: Sequence[float]) -> object:
    series = [Observation(FIRST + timedelta(days=at), value) for at, value in enumerate(values)]
    chart = xmr_chart(series, improvement=Improvement.INCREASE, target=1.0)
    return [chart.current.limits, chart.variation, chart.assurance, chart.trial_assurance, chart.signal]


def halves(values: Sequence[float]) -> tuple[Sequence[float], Sequence[float]]:
    return values[: len(values) // 2], values[len(values) // 2 :]


COMPUTATIONS: dict[str, Callable[[Sequence[float]], object]] = {
    "chart": charted,
    "band": lambda values: prediction_band(sample_of(values)),
    "next": expected_next,
    "permutations": lambda values: permutation_test(*halves(values)),
    "trend": kendall_trend,
    "shift": lambda values: mann_whitney(*halves(values)),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("computation", COMPUTATIONS)
def test_bad_values_are_refused_or_come_out_as_numbers(computation: str, name: str) -> None:
    try:
        found = COMPUTATIONS[computation](BAD[name])
    except (ValueError, InvalidInput):
        return
    assert all(isfinite(number) for number in numbers_in(found))


def numbers_in(found: object) -> Iterator[float]:
    if isinstance(found, float):
        yield found
    elif is_dataclass(found):
        for one in fields(found):
            yield from numbers_in(getattr(found, one.name))
    elif isinstance(found, list | tuple):
        for part in found:
            yield from numbers_in(part)


IMPOSSIBLE = [(1, 0), (0, 0), (1, -5), (-1, 5), (-1, -5), (6, 5), (inf, inf), (1, inf), (nan, 5), (1, nan)]


@pytest.mark.parametrize(("count", "of"), IMPOSSIBLE)
@pytest.mark.parametrize("made", [Share, wilson, clopper_pearson, jeffreys])
def test_counts_that_make_no_share_are_refused(made: Callable[[float, float], object], count: float, of: float) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        made(count, of)


SHARES = {
    "always_nothing": [Share(0, 10)] * 8,
    "always_all": [Share(10, 10)] * 8,
    "one_each": [Share(0, 1), Share(1, 1)] * 6,
    "tiny_and_huge": [Share(0, 1e-9), Share(1e11, 1e12)] * 4,
    "ten_thousand": [Share(at % 7, 7 + at % 50) for at in range(10_000)],
}


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("computation", [p_chart, p_prime_chart, limits_of_shares])
def test_odd_shares_have_limits_between_nothing_and_all(
    computation: Callable[[Sequence[Share]], object], name: str
) -> None:
    assert all(isfinite(number) for number in numbers_in(computation(SHARES[name])))


@pytest.mark.parametrize("name", SHARES)
def test_odd_shares_predict_a_share_or_nothing(name: str) -> None:
    band = expected_next_share(SHARES[name], of=10)

    assert band is None or 0 <= band.low <= band.high <= 1


@pytest.mark.parametrize("name", SHARES)
def test_odd_shares_are_charted(name: str) -> None:
    series = [Observation(FIRST + timedelta(days=at), 100 * one.value, one) for at, one in enumerate(SHARES[name])]

    current = xmr_chart(series, improvement=Improvement.DECREASE, target=50).current

    assert all(isfinite(number) for number in numbers_in([current.limits, *(point.limits for point in current.points)]))
