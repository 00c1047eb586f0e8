"""What would change a status: the figures that get each one, found by asking the rules themselves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.model import Direction, IndicatorKind, KeyResultKind, MeasureUnit, Polarity, Status, TargetBasis
from okr_engine.periods import Cadence, Period
from okr_engine.rulebook import StatusThen
from okr_engine.services.installation import read_rulebooks
from okr_engine.services.status_bands import Band, Scale, bands_of, status_bands
from okr_engine.services.status_evidence import DatedLimit, Evidence, Observation, Subject
from okr_engine.services.status_facts import facts_of

Q2 = Period.parse("2025-Q2")
TODAY = date(2025, 7, 31)
KEY_RESULT, INDICATOR, UNIT = UUID(int=1), UUID(int=2), UUID(int=3)
RULES = read_rulebooks().status
PERCENT = Scale(Decimal("0.1"), Decimal(0), Decimal(100))

SUBJECT = Subject(
    id=KEY_RESULT,
    code="A1.1",
    kind=KeyResultKind.KEY_RESULT,
    direction=Direction.AT_LEAST,
    baseline=None,
    starts=date(2025, 1, 1),
    due=date(2025, 12, 31),
    indicator=INDICATOR,
    unit=UNIT,
    measure=MeasureUnit.PERCENT,
    indicator_kind=IndicatorKind.OUTCOME,
    better=Polarity.HIGHER,
    cadence=Cadence.QUARTER,
    lag_days=0,
)


def evidence(target: str, *values: str, limit: str | None = None) -> Evidence:
    """The quarters up to Q2/2025 with those values, the last of them its own."""
    told = {Q2.shifted(-back): Observation(Decimal(value), None) for back, value in enumerate(reversed(values))}
    dated = DatedLimit(date(2020, 1, 1), None, Decimal(target), None, None, TargetBasis.OWN)
    return Evidence(
        quarter=Q2,
        subjects=[SUBJECT],
        observations={(INDICATOR, UNIT): told},
        targets={KEY_RESULT: [dated]},
        limits={INDICATOR: [dated._replace(value=Decimal(limit))]} if limit else {},
        breaks={},
        points={},
    )


def test_each_status_has_the_figures_that_would_get_it() -> None:
    found = status_bands(SUBJECT, evidence("80", "75", "72"), RULES, PERCENT, today=TODAY)

    assert found == (
        Band(Status.NEEDS_SUPPORT, Decimal(0), Decimal("69.9")),
        Band(Status.CHALLENGES, Decimal("70.0"), Decimal("79.9")),
        Band(Status.ON_TRACK, Decimal("80.0"), Decimal(100)),
    )
    assert [one.distance_from(Decimal(72)) for one in found] == [Decimal("-2.1"), Decimal(0), Decimal("8.0")]


def test_where_lower_is_better_the_bands_lie_the_other_way_round() -> None:
    fewer = SUBJECT._replace(direction=Direction.AT_MOST, better=Polarity.LOWER)

    found = status_bands(fewer, evidence("5", "20", "16"), RULES, PERCENT, today=TODAY)

    assert [one.status for one in found] == [Status.ON_TRACK, Status.CHALLENGES, Status.NEEDS_SUPPORT]
    assert (found[0].high, found[2].low) == (Decimal("5.0"), Decimal("20.1"))


def test_a_statutory_limit_that_would_be_missed_again_sets_an_edge() -> None:
    below_twice = evidence("80", "60", "62", limit="70")

    found = status_bands(SUBJECT, below_twice, RULES, PERCENT, today=TODAY)

    assert [(one.status, one.low) for one in found] == [
        (Status.NEEDS_SUPPORT, Decimal(0)),
        (Status.CHALLENGES, Decimal(70)),
        (Status.ON_TRACK, Decimal(80)),
    ]


def test_a_missing_figure_has_bands_as_well() -> None:
    before = evidence("80", "75", "0")
    missing = replace(before, observations={(INDICATOR, UNIT): {Q2.shifted(-1): Observation(Decimal(75), None)}})

    found = status_bands(SUBJECT, missing, RULES, PERCENT, today=TODAY)

    assert found[-1] == Band(Status.ON_TRACK, Decimal("80.0"), Decimal(100))


def test_a_quarter_in_which_nothing_is_measured_has_no_bands() -> None:
    yearly = SUBJECT._replace(cadence=Cadence.YEAR)

    assert status_bands(yearly, evidence("80", "72"), RULES, PERCENT, today=TODAY) == ()


def test_a_scale_without_ends_has_bands_without_ends() -> None:
    found = status_bands(SUBJECT, evidence("80", "75", "72"), RULES, Scale(Decimal(1)), today=TODAY)

    assert (found[0].low, found[-1].high) == (None, None)


@given(
    edges=st.lists(st.integers(-400, 400), min_size=1, max_size=4, unique=True),
    values=st.lists(st.integers(-500, 500), min_size=1, max_size=5),
)
def test_every_figure_lies_in_one_band_and_gets_its_status(edges: list[int], values: list[int]) -> None:
    statuses = [Status.NEEDS_SUPPORT, Status.CHALLENGES, Status.ON_TRACK, Status.CHALLENGES, Status.NO_DATA]

    def status_at(value: Decimal) -> Status:
        return statuses[sum(value >= edge for edge in edges)]

    scale = Scale(Decimal(1), Decimal(-500), Decimal(500))
    found = bands_of(lambda several: [status_at(one) for one in several], [Decimal(edge) for edge in edges], scale)

    for value in values:
        assert [one.status for one in found if one.distance_from(Decimal(value)) == 0] == [status_at(Decimal(value))]


@pytest.mark.parametrize("step", ["0.01", "1", "1000"])
def test_an_edge_is_exact_to_the_last_step(step: str) -> None:
    edge = Decimal(step) * 123_457

    def judge(values: Sequence[Decimal]) -> list[Status]:
        return [Status.ON_TRACK if value >= edge else Status.CHALLENGES for value in values]

    found = bands_of(judge, [edge + 1000 * Decimal(step)], Scale(Decimal(step)))

    assert [(one.low, one.high) for one in found] == [(None, edge - Decimal(step)), (edge, None)]


def test_the_largest_figures_are_searched_no_further_than_figures_go() -> None:
    found = status_bands(SUBJECT, evidence("900000000000", "1", "500000000000"), RULES, Scale(Decimal(1)), today=TODAY)

    assert (found[-1].status, found[-1].low) == (Status.ON_TRACK, Decimal(900_000_000_000))


@pytest.mark.parametrize(("target", "value"), [("-1000000000000", "1000000000000"), ("0.0001", "-999999999999")])
def test_figures_as_far_apart_as_figures_can_be_are_judged(target: str, value: str) -> None:
    counted = SUBJECT._replace(measure=MeasureUnit.NUMBER)
    told = facts_of(counted, evidence(target, "1", value), today=TODAY)

    assert any(isinstance(one.then, StatusThen) for one in RULES.judge([told]))
