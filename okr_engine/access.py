"""Who may do what: one table and one question, asked by every service before it acts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from okr_engine.errors import NotAllowed
from okr_engine.terms import RoleKind
from okr_engine.words import Language, message


class Permission(StrEnum):
    """What a role can allow."""

    READ = "read"
    ENTER_VALUE = "enter_value"
    WRITE_NARRATIVE = "write_narrative"
    ASSESS = "assess"
    WORK_ON_ACTION = "work_on_action"
    IMPORT = "import"
    EVALUATE = "evaluate"
    MANAGE_SOURCES = "manage_sources"
    ACCEPT_DEVIATION = "accept_deviation"
    PUBLISH_RULES = "publish_rules"
    VERIFY_EFFECT = "verify_effect"


_EVERYTHING = frozenset(Permission)
_LEADING = frozenset(
    {Permission.READ, Permission.WORK_ON_ACTION, Permission.ACCEPT_DEVIATION, Permission.VERIFY_EFFECT}
)

ALLOWED: Mapping[RoleKind, frozenset[Permission]] = {
    RoleKind.VIEWER: frozenset({Permission.READ}),
    RoleKind.LEADERSHIP_GROUP: _LEADING,
    RoleKind.SPONSOR: _LEADING,
    RoleKind.GOAL_OWNER: frozenset(
        {
            Permission.READ,
            Permission.ENTER_VALUE,
            Permission.WRITE_NARRATIVE,
            Permission.ASSESS,
            Permission.WORK_ON_ACTION,
        }
    ),
    RoleKind.DATA_STEWARD: frozenset(
        {Permission.READ, Permission.ENTER_VALUE, Permission.IMPORT, Permission.MANAGE_SOURCES}
    ),
    RoleKind.STRATEGY_OFFICE: _EVERYTHING,
    RoleKind.ADMINISTRATOR: _EVERYTHING,
}


@dataclass(frozen=True)
class Grant:
    """A role somebody holds today, and the units it reaches: its own and all below it."""

    kind: RoleKind
    role_id: UUID
    units: frozenset[UUID]


@dataclass(frozen=True)
class Actor:
    """Whoever acts: a person with the roles of today, or the operator at the command line, who may do everything."""

    code: str
    name: str
    language: Language
    grants: tuple[Grant, ...] = ()
    person_id: UUID | None = None
    is_operator: bool = False

    @property
    def role_ids(self) -> frozenset[UUID]:
        """The roles held today."""
        return frozenset(grant.role_id for grant in self.grants)


OPERATOR = Actor(code="operator", name="operator", language=Language.EN, is_operator=True)
SCHEDULE = Actor(code="schedule", name="schedule", language=Language.EN, is_operator=True)
"""Who acts when nobody is there: what is due is read, computed and decided in its name."""


def may(actor: Actor, permission: Permission, unit: UUID) -> bool:
    """Whether one of the actor's roles allows `permission` in `unit`."""
    return actor.is_operator or any(permission in ALLOWED[grant.kind] and unit in grant.units for grant in actor.grants)


def may_somewhere(actor: Actor, permission: Permission) -> bool:
    """Whether the actor has `permission` in any unit at all."""
    return actor.is_operator or any(permission in ALLOWED[grant.kind] for grant in actor.grants)


def require(actor: Actor, permission: Permission, unit: UUID) -> None:
    """Refuse with NotAllowed what `may` does not allow."""
    if not may(actor, permission, unit):
        raise NotAllowed(
            message(f"error.not_allowed.{permission.value}", name=actor.name),
            remedy=message("error.not_allowed_remedy"),
        )
