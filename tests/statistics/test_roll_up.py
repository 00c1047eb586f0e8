"""How key results add up: nothing that needs support is ever hidden, and nothing is good for lack of data."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.statistics.roll_up import Member, Policy, rolled_up
from okr_engine.terms import RollUpMethod, Status

GREEN, AMBER, RED, GREY, WHITE = (
    Status.ON_TRACK,
    Status.CHALLENGES,
    Status.NEEDS_SUPPORT,
    Status.NO_DATA,
    Status.NOT_ASSESSED,
)
BY_WEIGHT = Policy(RollUpMethod.WEIGHTED, Decimal("0.8"))
members = st.lists(st.builds(Member, st.sampled_from(Status), st.decimals("0.1", 100, places=1)), max_size=8)


def of(*statuses: Status, heavy: int = 1) -> list[Member]:
    """Members of these statuses; the first one weighs `heavy`."""
    return [Member(one, Decimal(heavy if place == 0 else 1)) for place, one in enumerate(statuses)]


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [
        ((GREEN, AMBER, RED), RED),
        ((GREEN, AMBER, GREY), AMBER),
        ((GREEN, GREY), GREY),
        ((GREEN, WHITE), GREEN),
        ((WHITE,), WHITE),
        ((), WHITE),
    ],
)
def test_the_worst_decides(statuses: tuple[Status, ...], worst: Status) -> None:
    found = rolled_up(of(*statuses))

    assert found.status is worst
    assert found.on_track_share is None
    assert found.of == len(statuses)


def test_a_light_challenge_can_be_outweighed_and_is_then_told_as_hidden() -> None:
    found = rolled_up(of(GREEN, AMBER, heavy=9), BY_WEIGHT)

    assert (found.status, found.on_track_share) == (GREEN, Decimal("0.9"))
    assert found.hidden == {AMBER: 1}


def test_no_weight_hides_one_that_needs_support() -> None:
    found = rolled_up(of(GREEN, RED, heavy=1000), BY_WEIGHT)

    assert found.status is RED
    assert found.hidden == {RED: 1}


def test_a_missing_figure_counts_as_not_on_track() -> None:
    assert rolled_up(of(GREEN, GREY, heavy=3), BY_WEIGHT).status is GREY
    assert rolled_up(of(GREEN, AMBER, GREY), BY_WEIGHT).status is AMBER


def test_what_is_not_assessed_weighs_nothing() -> None:
    assert rolled_up(of(WHITE, GREEN, heavy=50), BY_WEIGHT).on_track_share == 1
    assert rolled_up(of(WHITE), BY_WEIGHT).status is WHITE


@given(members)
def test_needs_support_is_seen_whatever_the_weights(found: list[Member]) -> None:
    is_red = any(one.status is RED for one in found)

    for policy in (Policy(), BY_WEIGHT, Policy(RollUpMethod.WEIGHTED, Decimal("0.01"))):
        assert (rolled_up(found, policy).status is RED) == is_red


@pytest.mark.parametrize("share", ["0", "-0.1", "1.01"])
def test_a_policy_asks_for_a_share_of_something(share: str) -> None:
    with pytest.raises(ValueError, match="share"):
        Policy(RollUpMethod.WEIGHTED, Decimal(share))


@given(members, st.sampled_from([Policy(), BY_WEIGHT]))
def test_nothing_is_on_track_that_was_not_measured(found: list[Member], policy: Policy) -> None:
    if rolled_up(found, policy).status is GREEN:
        assert any(one.status is GREEN for one in found)


@given(members)
def test_by_weight_is_never_stricter_than_the_worst(found: list[Member]) -> None:
    order = [WHITE, GREEN, GREY, AMBER, RED]

    assert order.index(rolled_up(found, BY_WEIGHT).status) <= order.index(rolled_up(found).status)
