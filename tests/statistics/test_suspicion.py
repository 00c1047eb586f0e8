"""What is suspicious about a figure beside its earlier ones, and when there is too little to say so."""

import random
from decimal import Decimal

import pytest

from okr_engine.statistics.suspicion import (
    FEWEST_VALUES,
    CoverageFell,
    DefinitionChanged,
    Point,
    drift,
    outlier,
    sudden_denominator,
)

STEADY = [Decimal(value) for value in ("90", "91", "89", "90", "92", "88")]


def decimals(*values: str) -> list[Decimal]:
    return [Decimal(value) for value in values]


def share(value: str) -> Point:
    return Point(Decimal(50), coverage=Decimal(value))


@pytest.mark.parametrize("value", ["70", "110"])
def test_a_value_far_from_the_earlier_ones_is_unusual_on_either_side(value: str) -> None:
    assert outlier(STEADY, Decimal(value), decimals=1) is not None


def test_a_value_among_the_earlier_ones_is_not() -> None:
    assert outlier(STEADY, Decimal(91), decimals=1) is None


def test_fewer_than_five_earlier_values_say_nothing() -> None:
    assert outlier(STEADY[: FEWEST_VALUES - 1], Decimal(10), decimals=1) is None
    assert outlier(STEADY[:FEWEST_VALUES], Decimal(10), decimals=1) is not None


def test_the_interval_is_the_one_of_the_textbook() -> None:
    # Ten values of mean 50 and standard deviation 3; t(0.995, 9) = 3.250: 50 ± 3.250 · 3 · √1.1 = 50 ± 10.226.
    spread = Decimal(3) * (Decimal(9) / 10).sqrt()
    known = [Decimal(50) + spread] * 5 + [Decimal(50) - spread] * 5

    found = outlier(known, Decimal(80), decimals=6)

    assert found is not None
    assert (round(found.low, 2), round(found.high, 2)) == (Decimal("39.77"), Decimal("60.23"))


@pytest.mark.parametrize("count", [5, 8, 12, 24])
def test_where_nothing_has_changed_one_in_a_hundred_is_called_unusual(count: int) -> None:
    chance = random.Random(count)

    def drawn() -> Decimal:
        return Decimal(chance.gauss(50, 5))

    called = sum(outlier([drawn() for _ in range(count)], drawn(), decimals=6) is not None for _ in range(3_000))

    assert 15 <= called <= 48


def test_rounding_alone_is_never_unusual() -> None:
    assert outlier(decimals("90.1", "90.1", "90.1", "90.1", "90.1"), Decimal("90.14"), decimals=1) is None
    assert outlier(decimals("90.1", "90.1", "90.1", "90.1", "90.1"), Decimal("90.2"), decimals=1) is not None


def test_only_the_last_two_years_of_months_count() -> None:
    long_ago = [Decimal(1000)] * 30

    found = outlier([*long_ago, *STEADY * 4], Decimal(1000), decimals=1)

    assert found is not None
    assert found.points == 24


@pytest.mark.parametrize(("denominator", "is_sudden"), [("130", False), ("131", True), ("70", False), ("69", True)])
def test_a_denominator_is_sudden_beyond_thirty_per_cent_either_way(denominator: str, is_sudden: bool) -> None:
    found = sudden_denominator(decimals("90", "100", "110"), Decimal(denominator))

    assert (found is not None) == is_sudden


def test_one_earlier_denominator_says_nothing() -> None:
    assert sudden_denominator(decimals("100"), Decimal(1000)) is None


def test_one_odd_denominator_among_the_earlier_ones_does_not_set_the_measure() -> None:
    assert sudden_denominator(decimals("100", "5000", "102"), Decimal(101)) is None


def test_a_usual_denominator_of_nothing_says_nothing() -> None:
    assert sudden_denominator(decimals("0", "0"), Decimal(10)) is None


def test_coverage_that_falls_by_more_than_five_points_is_a_drift() -> None:
    assert drift(share("0.99"), share("0.94")) is None
    assert drift(share("0.99"), share("0.939")) == CoverageFell(Decimal("0.99"), Decimal("0.939"))


def test_coverage_that_rises_is_none() -> None:
    assert drift(share("0.80"), share("0.99")) is None


def test_coverage_that_nobody_knows_is_not_compared() -> None:
    assert drift(Point(Decimal(50)), share("0.5")) is None


def test_another_version_of_the_definition_is_told_before_its_coverage() -> None:
    before, now = (
        Point(Decimal(50), coverage=Decimal(cover), definition=f"nps {v}") for cover, v in (("1", 1), ("0", 2))
    )

    assert drift(before, now) == DefinitionChanged("nps 1", "nps 2")
