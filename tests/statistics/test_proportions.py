"""Shares: the interval agrees with published software, and chance alone puts no unit outside the funnel."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.statistics.proportions import Z_95, Z_998, Place, Unit, funnel, limits, wilson

VECTORS = Path(__file__).parents[3] / "shared" / "data" / "statistics_vectors" / "proportions"


def vectors(name: str) -> dict[str, object]:
    path = VECTORS / f"{name}.json"
    if not path.exists():
        pytest.skip(f"no {name} here: the statistics vectors lie in shared/data")
    found: dict[str, object] = json.loads(path.read_text("utf-8"))
    return found


def test_the_wilson_interval_agrees_with_published_software() -> None:
    cases = vectors("prop_intervals")["cases"]
    assert isinstance(cases, list)
    for case in cases:
        for z, name in ((Z_95, "95_0cl"), (Z_998, "99_8cl")):
            ends = wilson(case["x"], case["n"], z=z)

            assert ends.low == pytest.approx(case[f"lower{name}"], rel=1e-9, abs=1e-12)
            assert ends.high == pytest.approx(case[f"upper{name}"], rel=1e-9, abs=1e-12)


def test_the_share_of_all_units_and_their_places_agree_with_published_software() -> None:
    told = vectors("funnel_small_units")
    points = told["points"]
    assert isinstance(points, list)

    found = funnel(tuple(Unit(one["unit"], one["num"], one["den"]) for one in points))

    assert found is not None
    assert found.overall == pytest.approx(told["overall"], rel=1e-9)
    outside = {unit.name for unit, place in found.units if place != Place.WITHIN}
    assert outside == {one["unit"] for one in points if one["significance"] != "Not significant"}


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_holds_its_share_and_mirrors(case: tuple[int, int]) -> None:
    count, of = case
    ends, mirrored = wilson(count, of), wilson(of - count, of)

    assert 0 <= ends.low <= count / of + 1e-12
    assert count / of - 1e-12 <= ends.high <= 1
    assert ends.low == pytest.approx(1 - mirrored.high, abs=1e-12)


def test_a_larger_unit_is_judged_more_strictly() -> None:
    small, large = limits(0.05, 100, z=Z_95), limits(0.05, 10_000, z=Z_95)

    assert small.low < large.low < 0.05 < large.high < small.high


@pytest.mark.parametrize(("count", "place"), [(50, Place.WITHIN), (120, Place.ABOVE_998), (10, Place.BELOW_998)])
def test_a_unit_lies_where_chance_or_something_else_puts_it(count: int, place: Place) -> None:
    found = funnel((Unit("a", count, 1000), Unit("b", 5000, 100_000), Unit("c", 5000, 100_000)))

    assert found is not None
    assert found.units[0][1] == place


def test_two_units_are_no_funnel() -> None:
    assert funnel((Unit("a", 1, 10), Unit("b", 1, 10), Unit("c", 0, 0))) is None


@pytest.mark.parametrize(("count", "of"), [(1, 0), (-1, 10), (11, 10)])
def test_a_share_that_is_none_is_refused(count: int, of: int) -> None:
    with pytest.raises(ValueError, match="a count between"):
        wilson(count, of)
