"""What the database knows of the nouns that a file names, read in a constant number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from okr_engine.database import was_current
from okr_engine.model import (
    Goal,
    KeyResult,
    Measurement,
    MeasurementForm,
    Narrative,
    NarrativeForm,
    OrgUnit,
    Person,
    Priority,
    Role,
    RoleHolding,
    Strategy,
)
from okr_engine.model.rows import Recorded, Row
from okr_engine.workbook.content import Content
from okr_engine.workbook.template import SHEETS, Sheet

Rows = Mapping[tuple[object, ...], Row]


@dataclass(frozen=True)
class Known:
    """The current rows by sheet and identity, and what follows from them."""

    rows: Mapping[str, Rows]
    ids: Mapping[str, Mapping[str, UUID]]
    codes: Mapping[UUID, str]
    unit_of: Mapping[UUID, UUID]
    parents: Mapping[str, str | None]
    emails: Mapping[str, str]
    roles_of: Mapping[UUID, list[Role]]


def load_known(session: Session, content: Content) -> Known:
    """One query per noun; figures and narratives only of the indicators and goals in the content."""
    rows: dict[str, Rows] = {}
    ids: dict[str, dict[str, UUID]] = {}
    for sheet in SHEETS:
        rows[sheet.key] = _current_rows(session, sheet, _narrowed(sheet, content, ids))
        if sheet.identity == ("code",):
            ids[sheet.key] = {str(identity[0]): row.id for identity, row in rows[sheet.key].items()}
    codes = {row_id: code for by_code in ids.values() for code, row_id in by_code.items()}
    units = cast("list[OrgUnit]", list(rows["units"].values()))
    people = cast("list[Person]", list(rows["people"].values()))
    return Known(
        rows=rows,
        ids=ids,
        codes=codes,
        unit_of=_units(rows),
        parents={unit.code: codes[unit.parent_id] if unit.parent_id else None for unit in units},
        emails={person.email.lower(): person.code for person in people if person.email},
        roles_of=_roles_of(rows),
    )


def _narrowed(sheet: Sheet, content: Content, ids: Mapping[str, Mapping[str, UUID]]) -> ColumnElement[bool] | None:
    if sheet.row is Measurement:
        indicators = {form.indicator for form in content.forms(MeasurementForm)}
        return col(Measurement.indicator_id).in_(
            [ids["indicators"][code] for code in indicators & set(ids["indicators"])]
        )
    if sheet.row is Narrative:
        goals = {form.goal for form in content.forms(NarrativeForm)}
        return col(Narrative.goal_id).in_([ids["goals"][code] for code in goals & set(ids["goals"])])
    return None


def _current_rows(session: Session, sheet: Sheet, narrowed: ColumnElement[bool] | None) -> Rows:
    query: Any = select(sheet.row)
    if issubclass(sheet.row, Recorded):
        query = query.where(was_current(sheet.row, None))
    if narrowed is not None:
        query = query.where(narrowed)
    return {tuple([getattr(row, name) for name in sheet.identity_attributes]): row for row in session.exec(query)}


def _units(rows: Mapping[str, Rows]) -> dict[UUID, UUID]:
    """The unit that each role, strategy, priority, goal and key result belongs to."""
    units: dict[UUID, UUID] = {}
    for key in ("roles", "strategies", "goals", "key_results"):
        for row in rows[key].values():
            units[row.id] = cast("Role | Strategy | Goal | KeyResult", row).unit_id
    for row in rows["priorities"].values():
        units[row.id] = units[cast("Priority", row).strategy_id]
    return units


def _roles_of(rows: Mapping[str, Rows]) -> dict[UUID, list[Role]]:
    roles = {row.id: cast("Role", row) for row in rows["roles"].values()}
    held: dict[UUID, list[Role]] = {}
    for row in rows["holdings"].values():
        holding = cast("RoleHolding", row)
        held.setdefault(holding.person_id, []).append(roles[holding.role_id])
    return held
