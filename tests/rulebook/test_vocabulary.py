"""The rules' words are names of their own, and the engine keeps none of them for itself."""

from okr_engine.rulebook import VOCABULARY, ChainRole
from okr_engine.terms import RoleKind


def test_a_chain_is_made_of_roles_that_people_can_hold() -> None:
    assert {role.value for role in ChainRole} < {role.value for role in RoleKind}


def test_no_fact_has_a_name_that_the_engine_uses_itself() -> None:
    names = {name for facts in VOCABULARY.values() for name in facts}

    assert not names & {"id", "sid", "type", "key", "_one"}
    assert not any(name.startswith(("$", "x")) for name in names)
