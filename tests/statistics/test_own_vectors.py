"""The statistics agree with numbers of our own, worked out on paper or printed in tables, wherever the tests run."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from okr_engine.statistics.distributions import t_quantile
from okr_engine.statistics.intervals import wilson
from okr_engine.statistics.p_charts import p_prime_chart
from okr_engine.statistics.permutations import smallest_permutation_p
from okr_engine.statistics.rank_tests import kendall_trend
from okr_engine.statistics.shares import Share
from okr_engine.statistics.xmr import Observation, xmr_chart
from okr_engine.statistics.xmr_icons import Improvement, VariationIcon

OWN: dict[str, Any] = json.loads((Path(__file__).parent / "own_vectors.json").read_text("utf-8"))


def test_every_vector_says_where_its_numbers_come_from() -> None:
    assert all(one["source"].strip() for one in OWN.values())


def test_the_limits_of_an_xmr_chart() -> None:
    told = OWN["xmr"]
    series = [Observation(date(2025, 1, 1) + timedelta(days=at), value) for at, value in enumerate(told["values"])]

    chart = xmr_chart(series, improvement=Improvement.INCREASE, screen=False)

    limits = chart.current.limits
    assert limits is not None
    for line in ("mean", "lower", "upper", "near_lower", "near_upper"):
        assert getattr(limits, line) == pytest.approx(told[line], rel=1e-9), line
    assert limits.moving_ranges.average == pytest.approx(told["average"], rel=1e-9)
    assert chart.variation == VariationIcon.COMMON_CAUSE


def test_the_limits_of_a_chart_of_shares() -> None:
    told = OWN["p_prime"]

    chart = p_prime_chart([Share(count, of) for count, of in told["shares"]])

    assert chart.centre == pytest.approx(told["centre"], rel=1e-9)
    assert chart.sigma_z == pytest.approx(told["sigma_z"], abs=1e-5)
    found = [bound for point in chart.points for bound in (point.limits.low, point.limits.high)]
    assert found == pytest.approx([bound for pair in told["limits"] for bound in pair], abs=2e-5)


@pytest.mark.parametrize(("count", "of", "low", "high"), OWN["wilson"]["cases"])
def test_wilson_intervals(count: int, of: int, low: float, high: float) -> None:
    found = wilson(count, of)

    assert (found.low, found.high) == pytest.approx((low, high), abs=5.1e-5)


@pytest.mark.parametrize(("df", "quantile"), OWN["t"]["cases"])
def test_quantiles_of_t(df: int, quantile: float) -> None:
    assert t_quantile(0.975, df) == pytest.approx(quantile, abs=5.1e-4)


@pytest.mark.parametrize(("before", "after", "p"), OWN["smallest_p"]["cases"])
def test_the_smallest_p_that_so_few_values_can_have(before: int, after: int, p: float) -> None:
    assert smallest_permutation_p(before, after) == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize(("values", "p"), OWN["kendall"]["cases"])
def test_the_exact_p_of_a_trend(values: list[int], p: float) -> None:
    assert kendall_trend(values).p == pytest.approx(p, rel=1e-9)
