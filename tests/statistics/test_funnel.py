"""A funnel: it agrees with published software, and neither chance nor what all units share puts one outside."""

from typing import Any

import pytest

from okr_engine.statistics.funnel import (
    FEWEST_FOR_DISPERSION,
    Funnel,
    Place,
    Unit,
    binomial_limits,
    dispersed_limits,
    funnel,
)
from okr_engine.statistics.intervals import Z_95, Z_998
from tests.statistics.vectors import vectors

SMALL, EMERGENCY = "proportions/funnel_small_units", "proportions/funnel_ae_2018"
# FunnelPlotR rounds its quantiles to six decimals.
ROUNDED = 1e-6


def drawn(told: dict[str, Any]) -> Funnel:
    units = [Unit(str(number), one["num"], one["den"]) for number, one in enumerate(told["points"])]
    found = funnel(units)
    assert found is not None
    return found


@pytest.mark.parametrize("name", [SMALL, EMERGENCY])
def test_the_share_of_all_units_and_their_dispersion_agree_with_published_software(name: str) -> None:
    told = vectors(name)

    found = drawn(told)

    assert found.dispersion is not None
    assert found.overall == pytest.approx(told["overall"], rel=1e-9)
    assert found.dispersion.phi == pytest.approx(told["phi"], rel=1e-9)
    assert found.dispersion.tau2 == pytest.approx(told["tau2"], rel=1e-9)


def test_the_limits_of_chance_agree_with_published_software() -> None:
    told = vectors(EMERGENCY)
    for one in told["points"]:
        for z, low, high in ((Z_95, "phe_l95", "phe_u95"), (Z_998, "phe_l998", "phe_u998")):
            ends = binomial_limits(told["overall"], one["den"], z=z)

            assert (ends.low, ends.high) == pytest.approx((one[low], one[high]), rel=1e-9)


@pytest.mark.parametrize(("name", "ends"), [(SMALL, "OD{level}{end}"), (EMERGENCY, "fp_OD{end}{level}")])
def test_the_widened_limits_agree_with_published_software(name: str, ends: str) -> None:
    told = vectors(name)
    for one in told["points"]:
        for z, level in ((Z_95, "95"), (Z_998, "99")):
            found = dispersed_limits(told["overall"], one["den"], tau2=told["tau2"], z=z)
            low, high = (one[ends.format(level=level, end=end)] for end in ("LCL", "UCL"))

            assert (found.low, found.high) == pytest.approx((low, high), abs=ROUNDED)


def test_units_are_called_outside_chance_where_published_software_calls_them_so() -> None:
    told = vectors(SMALL)
    chance = Funnel(told["overall"], (), None)

    outside = {one["unit"] for one in told["points"] if chance.place(Unit("", one["num"], one["den"])) != Place.WITHIN}

    assert outside == {one["unit"] for one in told["points"] if one["significance"] != "Not significant"}


def test_a_larger_unit_is_judged_more_strictly() -> None:
    small, large = binomial_limits(0.05, 100, z=Z_95), binomial_limits(0.05, 10_000, z=Z_95)

    assert small.low < large.low < 0.05 < large.high < small.high


@pytest.mark.parametrize(("count", "place"), [(50, Place.WITHIN), (120, Place.ABOVE_998), (10, Place.BELOW_998)])
def test_a_unit_lies_where_chance_or_something_else_puts_it(count: int, place: Place) -> None:
    asked = Unit("a", count, 1000)
    found = funnel((asked, Unit("b", 5000, 100_000), Unit("c", 5000, 100_000)))

    assert found is not None
    assert found.place(asked) == place


def test_what_all_units_differ_by_puts_none_of_them_outside() -> None:
    units = [Unit(str(number), 40_000 + 1_000 * number, 1_000_000) for number in range(FEWEST_FOR_DISPERSION)]
    many, few = funnel(units), funnel(units[::3])

    assert many is not None
    assert few is not None
    assert {many.place(one) for one in units} == {Place.WITHIN}
    assert Place.WITHIN not in {few.place(one) for one in units[::9]}


@pytest.mark.parametrize("count", [0, 100])
def test_where_nobody_or_everybody_is_counted_no_unit_lies_outside(count: int) -> None:
    units = [Unit(str(number), count, 100) for number in range(FEWEST_FOR_DISPERSION)]
    found = funnel(units)

    assert found is not None
    assert {found.place(one) for one in units} == {Place.WITHIN}


def test_two_units_are_no_funnel() -> None:
    assert funnel((Unit("a", 1, 10), Unit("b", 1, 10), Unit("c", 0, 0))) is None
