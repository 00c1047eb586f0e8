"""How far an actor's import reaches: only into their own units, and never to give away more than they hold."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from okr_engine.access import ALLOWED, Actor, Permission, may
from okr_engine.model import Role, RoleKind
from okr_engine.model.rows import Row
from okr_engine.services.import_known import Known
from okr_engine.words import Message, message

_IN_UNIT = ("roles", "strategies", "goals", "key_results", "measurements")
_UNDER = {
    "holdings": "role_id",
    "priorities": "strategy_id",
    "key_results": "goal_id",
    "targets": "key_result_id",
    "narratives": "goal_id",
}


class Reach:
    """Answers for one actor and one file; what the file adds belongs where the file puts it."""

    def __init__(self, actor: Actor, known: Known, new_units: Mapping[UUID, UUID | None]) -> None:
        self._actor = actor
        self._roles_of = known.roles_of
        self._unit_of = dict(known.unit_of)
        self._kind_of = {row.id: cast("Role", row).kind for row in known.rows["roles"].values()}
        self._new_units = new_units

    def refusal(self, noun: str, row_id: UUID, values: Mapping[str, Any], known: Row | None) -> Message | None:
        """Why the actor may not add or change this row, if they may not; a row that is added is remembered."""
        if self._actor.is_operator:
            return None
        told = [values, *([] if known is None else [_attributes(known)])]
        if noun == "units":
            return self._refuse_unit(row_id, told)
        if noun == "people" and known is not None:
            return self._refuse_person(row_id)
        units = {unit for one in told for unit in self._units(noun, one)}
        if not all(self._reaches(Permission.IMPORT, unit) for unit in units):
            return message("import.unit_out_of_reach")
        if noun == "narratives" and not all(self._reaches(Permission.WRITE_NARRATIVE, unit) for unit in units):
            return message("import.words_of_others")
        if noun in ("roles", "holdings") and not all(self._holds(*self._role(noun, one)) for one in told):
            return message("import.role_beyond_own")
        if known is None:
            self._remember(noun, row_id, values)
        return None

    def _units(self, noun: str, values: Mapping[str, Any]) -> list[UUID]:
        units = [values["unit_id"]] if noun in _IN_UNIT and values.get("unit_id") else []
        if (above := values.get(_UNDER.get(noun, ""))) in self._unit_of:
            units.append(self._unit_of[cast("UUID", above)])
        return units

    def _refuse_unit(self, row_id: UUID, told: list[Mapping[str, Any]]) -> Message | None:
        parents = {one["parent_id"] for one in told if "parent_id" in one}
        if len(told) == 1 or len(parents) > 1:
            if None in parents:
                return message("import.top_unit_by_operator")
            if not all(self._reaches(Permission.IMPORT, parent) for parent in parents):
                return message("import.unit_out_of_reach")
        return None if self._reaches(Permission.IMPORT, row_id) else message("import.unit_out_of_reach")

    def _refuse_person(self, row_id: UUID) -> Message | None:
        """Whoever can change an address can sign in with it, so it takes all that the person holds."""
        holds = all(self._holds(role.kind, role.unit_id) for role in self._roles_of.get(row_id, []))
        return None if holds else message("import.person_out_of_reach")

    def _role(self, noun: str, values: Mapping[str, Any]) -> tuple[RoleKind, UUID]:
        if noun == "roles":
            return values["kind"], values["unit_id"]
        return self._kind_of[values["role_id"]], self._unit_of[values["role_id"]]

    def _holds(self, kind: RoleKind, unit: UUID) -> bool:
        return all(self._reaches(permission, unit) for permission in ALLOWED[kind])

    def _reaches(self, permission: Permission, unit: UUID | None) -> bool:
        seen = set[UUID]()
        while unit is not None and unit in self._new_units and unit not in seen:
            seen.add(unit)
            unit = self._new_units[unit]
        return unit is not None and may(self._actor, permission, unit)

    def _remember(self, noun: str, row_id: UUID, values: Mapping[str, Any]) -> None:
        if noun in _IN_UNIT:
            self._unit_of[row_id] = values["unit_id"]
        elif noun == "priorities" and values["strategy_id"] in self._unit_of:
            self._unit_of[row_id] = self._unit_of[values["strategy_id"]]
        if noun == "roles":
            self._kind_of[row_id] = values["kind"]


def _attributes(row: Row) -> Mapping[str, Any]:
    return {name: getattr(row, name) for name in type(row).model_fields}
