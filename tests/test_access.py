"""Who may do what, and where: the whole table, and the shape of the reach."""

from uuid import UUID, uuid4

import pytest

from okr_engine.access import OPERATOR, Actor, Grant, Permission, may, may_somewhere, require
from okr_engine.errors import NotAllowed
from okr_engine.services.people import units_below
from okr_engine.terms import RoleKind
from okr_engine.words import Language

TABLE = """
                  viewer leadership_group sponsor goal_owner data_steward strategy_office administrator
read              yes    yes              yes     yes        yes          yes             yes
enter_value       no     no               no      yes        yes          yes             yes
write_narrative   no     no               no      yes        no           yes             yes
assess            no     no               no      yes        no           yes             yes
work_on_action    no     yes              yes     yes        no           yes             yes
import            no     no               no      no         yes          yes             yes
evaluate          no     no               no      no         no           yes             yes
manage_sources    no     no               no      no         yes          yes             yes
accept_deviation  no     yes              yes     no         no           yes             yes
publish_rules     no     no               no      no         no           yes             yes
verify_effect     no     yes              yes     no         no           yes             yes
"""
"""What each kind of role allows in the unit it is held for."""

REACH = {"own unit": True, "unit below": True, "two units below": True, "unit above": False, "sibling": False}
"""Where a role counts that is held for «own unit»."""

UNITS = {place: uuid4() for place in REACH}
PARENTS: dict[UUID, UUID | None] = {
    UNITS["unit above"]: None,
    UNITS["own unit"]: UNITS["unit above"],
    UNITS["sibling"]: UNITS["unit above"],
    UNITS["unit below"]: UNITS["own unit"],
    UNITS["two units below"]: UNITS["unit below"],
}


def table() -> list[tuple[RoleKind, Permission, bool]]:
    """Every cell of the table."""
    heading, *rows = (line.split() for line in TABLE.strip().splitlines())
    return [
        (RoleKind(kind), Permission(permission), cell == "yes")
        for permission, *cells in rows
        for kind, cell in zip(heading, cells, strict=True)
    ]


def holding(*kinds: RoleKind, place: str = "own unit") -> Actor:
    """Somebody in those roles for the unit."""
    grants = tuple(Grant(kind, uuid4(), units_below(PARENTS, UNITS[place])) for kind in kinds)
    return Actor(code="somebody", name="Somebody", language=Language.EN, grants=grants)


@pytest.mark.parametrize("place", REACH)
@pytest.mark.parametrize(("kind", "permission", "allowed"), table())
def test_a_role_allows_what_the_table_says_in_its_unit_and_below(
    kind: RoleKind, permission: Permission, allowed: bool, place: str
) -> None:
    assert may(holding(kind), permission, UNITS[place]) == (allowed and REACH[place])


def test_the_table_has_every_role_and_every_permission_once() -> None:
    told = [(kind, permission) for kind, permission, _ in table()]

    assert sorted(told) == sorted((kind, permission) for kind in RoleKind for permission in Permission)


@pytest.mark.parametrize("permission", Permission)
def test_somebody_without_a_role_may_do_nothing_anywhere(permission: Permission) -> None:
    nobody = holding()

    assert not any(may(nobody, permission, unit) for unit in UNITS.values())
    assert not may_somewhere(nobody, permission)


@pytest.mark.parametrize("permission", Permission)
def test_the_operator_may_do_everything_everywhere(permission: Permission) -> None:
    assert all(may(OPERATOR, permission, unit) for unit in [*UNITS.values(), uuid4()])


def test_two_roles_add_up_but_each_counts_only_where_it_is_held() -> None:
    owner, viewer = holding(RoleKind.GOAL_OWNER), holding(RoleKind.VIEWER, place="unit above")
    both = Actor(code="both", name="Both", language=Language.EN, grants=owner.grants + viewer.grants)

    assert may(both, Permission.READ, UNITS["sibling"])
    assert not may(both, Permission.ENTER_VALUE, UNITS["sibling"])
    assert may(both, Permission.ENTER_VALUE, UNITS["own unit"])


@pytest.mark.parametrize(("kind", "permission", "allowed"), table())
def test_being_allowed_somewhere_is_being_allowed_in_any_unit(
    kind: RoleKind, permission: Permission, allowed: bool
) -> None:
    assert may_somewhere(holding(kind), permission) == allowed


@pytest.mark.parametrize("permission", Permission)
def test_a_refusal_says_who_what_and_whom_to_ask(permission: Permission) -> None:
    with pytest.raises(NotAllowed) as refused:
        require(holding(), permission, UNITS["own unit"])

    assert refused.value.what.key == f"error.not_allowed.{permission.value}"
    assert refused.value.what.values == {"name": "Somebody"}
    assert refused.value.remedy


def test_what_is_allowed_is_not_refused() -> None:
    require(holding(RoleKind.VIEWER), Permission.READ, UNITS["unit below"])


def test_a_circle_of_units_reaches_each_of_them_once() -> None:
    here, there = uuid4(), uuid4()

    assert units_below({here: there, there: here}, here) == {here, there}
