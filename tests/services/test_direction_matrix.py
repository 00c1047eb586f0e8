"""Which way is better is honoured everywhere: every direction in every awkward relation of its numbers."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.model import Direction, IndicatorKind, KeyResultKind, MeasureUnit, Polarity, Status, TargetBasis
from okr_engine.packaged import rules_folder
from okr_engine.periods import Cadence, Period
from okr_engine.rulebook import Rulebook, read_rulebook
from okr_engine.services.status_evidence import DatedLimit, Evidence, Observation, Subject
from okr_engine.services.status_facts import facts_of
from okr_engine.services.statuses import decisions_from

QUARTER = Period.parse("2025-Q2")
TODAY = date(2025, 7, 31)
KEY_RESULT, INDICATOR, UNIT = UUID(int=1), UUID(int=2), UUID(int=3)
MIRROR = {
    Direction.INCREASE: Direction.DECREASE,
    Direction.AT_LEAST: Direction.AT_MOST,
    Direction.WITHIN: Direction.WITHIN,
    Direction.IMPROVE: Direction.IMPROVE,
}
MIRROR |= {there: here for here, there in MIRROR.items()}
DIRECTIONS = [one for one in Direction if one != Direction.NEUTRAL]


@dataclass(frozen=True)
class Situation:
    """A key result in its second quarter, told by its numbers alone."""

    direction: Direction
    value: Decimal
    previous: Decimal | None
    baseline: Decimal | None
    target: Decimal | None
    better: Polarity

    @property
    def sign(self) -> int:
        match self.direction:
            case Direction.INCREASE | Direction.AT_LEAST:
                return 1
            case Direction.DECREASE | Direction.AT_MOST:
                return -1
            case Direction.IMPROVE:
                return 1 if self.better == Polarity.HIGHER else -1
            case _:
                return 0

    @property
    def is_met(self) -> bool:
        if self.target is None:
            return False
        if self.direction == Direction.WITHIN:
            return self.target - 5 <= self.value <= self.target + 5
        return self.sign * (self.value - self.target) >= 0

    def mirrored(self) -> "Situation":
        return Situation(
            MIRROR[self.direction],
            -self.value,
            None if self.previous is None else -self.previous,
            None if self.baseline is None else -self.baseline,
            None if self.target is None else -self.target,
            {Polarity.HIGHER: Polarity.LOWER, Polarity.LOWER: Polarity.HIGHER}[self.better],
        )

    def shifted(self, by: Decimal) -> "Situation":
        return replace(
            self,
            value=self.value + by,
            previous=None if self.previous is None else self.previous + by,
            baseline=None if self.baseline is None else self.baseline + by,
            target=None if self.target is None else self.target + by,
        )


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return read_rulebook(rules_folder() / "status.yaml")


figures = st.decimals(min_value=-200, max_value=200, places=2)
RELATIONS = ("as_it_comes", "baseline_is_target", "beyond_target", "worse_than_baseline", "target_zero", "negative")


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    direction = draw(st.sampled_from(DIRECTIONS))
    better = draw(st.sampled_from([Polarity.HIGHER, Polarity.LOWER]))
    some = Situation(
        direction,
        draw(figures),
        draw(st.none() | figures),
        draw(st.none() | figures),
        draw(st.none() | figures),
        better,
    )
    distance = draw(st.decimals(min_value="0.01", max_value=60, places=2))
    match draw(st.sampled_from(RELATIONS)):
        case "baseline_is_target" if some.target is not None:
            return replace(some, baseline=some.target)
        case "beyond_target" if some.target is not None:
            return replace(some, value=some.target + some.sign * distance)
        case "worse_than_baseline" if some.baseline is not None:
            return replace(some, value=some.baseline - some.sign * distance)
        case "target_zero":
            return replace(some, target=Decimal(0))
        case "negative":
            return replace(some, value=-abs(some.value), target=None if some.target is None else -abs(some.target))
    return some


# Baseline, target and value as they are where more is better, and what follows: on a path, of a level, and in a range
# of five on either side of the target. Where less is better all of it is mirrored.
ON, CHALLENGED, SUPPORTED = Status.ON_TRACK, Status.CHALLENGES, Status.NEEDS_SUPPORT
MATRIX = {
    "baseline is the target, value short of it": ((80, 80, 74), (CHALLENGED, CHALLENGED, CHALLENGED)),
    "value beyond the target": ((60, 80, 90), (ON, ON, CHALLENGED)),
    "value worse than the baseline": ((60, 80, 50), (SUPPORTED, CHALLENGED, CHALLENGED)),
    "target nothing, ahead of the path": ((-20, 0, -5), (ON, CHALLENGED, ON)),
    "target nothing, value nothing": ((-20, 0, 0), (ON, ON, ON)),
    "negative, behind the path": ((-60, -40, -55), (CHALLENGED, CHALLENGED, CHALLENGED)),
    "negative, at the target": ((-60, -40, -40), (ON, ON, ON)),
    "no baseline, value short of the target": ((None, 80, 75), (CHALLENGED, CHALLENGED, ON)),
    "no baseline, value beyond the target": ((None, 80, 81), (ON, ON, ON)),
}
COLUMN = {Direction.INCREASE: 0, Direction.AT_LEAST: 1, Direction.WITHIN: 2}


@pytest.mark.parametrize("relation", MATRIX)
@pytest.mark.parametrize("direction", [one for one in DIRECTIONS if one != Direction.IMPROVE])
def test_every_direction_in_every_relation_has_the_status_it_should(
    rulebook: Rulebook, direction: Direction, relation: str
) -> None:
    numbers, statuses = MATRIX[relation]
    baseline, target, value = (None if one is None else Decimal(one) for one in numbers)
    assert target is not None
    assert value is not None
    upwards = direction if direction in COLUMN else MIRROR[direction]
    situation = Situation(upwards, value, None, baseline, target, Polarity.HIGHER)

    decided = status_of(rulebook, situation if upwards == direction else situation.mirrored())

    assert decided["status"] == statuses[COLUMN[upwards]]


@given(situations())
def test_every_situation_has_exactly_one_status_and_a_reason(rulebook: Rulebook, situation: Situation) -> None:
    decided = status_of(rulebook, situation)

    assert decided["status"] in (Status.ON_TRACK, Status.CHALLENGES, Status.NEEDS_SUPPORT, Status.NOT_ASSESSED)
    assert all(decided["because"].values())


@given(situations())
def test_a_mirrored_world_has_the_mirrored_status_by_the_same_rule(rulebook: Rulebook, situation: Situation) -> None:
    here, there = status_of(rulebook, situation), status_of(rulebook, situation.mirrored())

    assert (here["status"], here["rule"]) == (there["status"], there["rule"])


@given(situations(), figures)
def test_moving_the_zero_of_an_index_changes_no_status(rulebook: Rulebook, situation: Situation, by: Decimal) -> None:
    assert status_of(rulebook, situation)["status"] == status_of(rulebook, situation.shifted(by))["status"]


@given(situations())
def test_a_reached_target_is_on_track(rulebook: Rulebook, situation: Situation) -> None:
    if situation.is_met:
        assert status_of(rulebook, situation)["status"] == Status.ON_TRACK


@given(situations())
def test_a_value_worse_than_the_baseline_and_short_of_the_target_is_never_on_track(
    rulebook: Rulebook, situation: Situation
) -> None:
    is_worse = situation.baseline is not None and situation.sign * (situation.value - situation.baseline) < 0
    if is_worse and not situation.is_met:
        assert status_of(rulebook, situation)["status"] != Status.ON_TRACK


@given(situations())
def test_nothing_to_judge_against_is_not_assessed(rulebook: Rulebook, situation: Situation) -> None:
    bare = replace(situation, baseline=None, target=None, previous=None)

    assert status_of(rulebook, bare)["status"] == Status.NOT_ASSESSED


@given(situations(), st.decimals(min_value="0.01", max_value=50, places=2))
def test_a_better_value_is_never_judged_worse(rulebook: Rulebook, situation: Situation, more: Decimal) -> None:
    severity = [Status.ON_TRACK, Status.CHALLENGES, Status.NEEDS_SUPPORT]
    better = replace(situation, value=situation.value + situation.sign * more)
    before, after = status_of(rulebook, situation)["status"], status_of(rulebook, better)["status"]

    if before in severity and situation.sign:
        assert severity.index(after) <= severity.index(before)


def status_of(rulebook: Rulebook, situation: Situation) -> dict[str, Any]:
    [decided] = decisions_from(rulebook, [facts_of(subject_of(situation), evidence_of(situation), today=TODAY)])
    return decided


def subject_of(situation: Situation) -> Subject:
    return Subject(
        id=KEY_RESULT,
        code="K1",
        kind=KeyResultKind.KEY_RESULT,
        direction=situation.direction,
        baseline=situation.baseline,
        starts=date(2025, 1, 1),
        due=date(2025, 12, 31),
        indicator=INDICATOR,
        unit=UNIT,
        measure=MeasureUnit.INDEX,
        indicator_kind=IndicatorKind.OUTCOME,
        better=situation.better,
        cadence=Cadence.QUARTER,
        lag_days=0,
    )


def evidence_of(situation: Situation) -> Evidence:
    series = {QUARTER: Observation(situation.value, None)}
    if situation.previous is not None:
        series[QUARTER.shifted(-1)] = Observation(situation.previous, None)
    targets: dict[Hashable, list[DatedLimit]] = {}
    if situation.target is not None:
        is_range = situation.direction == Direction.WITHIN
        low, high = (situation.target - 5, situation.target + 5) if is_range else (None, None)
        value = None if is_range else situation.target
        targets[KEY_RESULT] = [DatedLimit(date(2025, 1, 1), None, value, low, high, TargetBasis.OWN)]
    points: dict[tuple[Hashable, Hashable], int] = {(INDICATOR, UNIT): len(series)}
    return Evidence(QUARTER, [subject_of(situation)], {(INDICATOR, UNIT): series}, targets, {}, {}, points)
