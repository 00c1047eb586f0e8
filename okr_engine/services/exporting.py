"""nouns and measurements → workbook: what is known, for whoever may read it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, cast
from uuid import UUID

from sqlmodel import Session, select

from okr_engine.access import Actor, Permission, may, may_somewhere
from okr_engine.database import known_at, was_current
from okr_engine.model import Goal, Priority, RoleHolding
from okr_engine.model.rows import Editable, Form, Recorded, Row
from okr_engine.workbook.content import Content, content_of
from okr_engine.workbook.template import SHEETS, Sheet

FILE = "okr-engine.xlsx"

Rows = Mapping[str, list[Row]]
Shows = Callable[[Any], bool]


def export_content(session: Session, actor: Actor, as_of: datetime | None = None) -> Content:
    """Everything the actor may read, as it was known at `as_of` (None: now), in an order that stays."""
    rows = {sheet.key: _rows(session, sheet, as_of) for sheet in SHEETS}
    codes = {row.id: str(row.code) for each in rows.values() for row in each if hasattr(row, "code")}
    shows = _shown_to(actor, rows)
    forms: list[Form] = []
    for sheet in SHEETS:
        seen = [_form(sheet, row, codes) for row in rows[sheet.key] if shows[sheet.key](row)]
        forms += sorted(seen, key=partial(_order, sheet))
    return content_of(forms, file=FILE)


def _rows(session: Session, sheet: Sheet, as_of: datetime | None) -> list[Row]:
    if issubclass(sheet.row, Editable):
        return list(known_at(session, sheet.row, as_of))
    recorded = cast("type[Recorded]", sheet.row)
    facts: Sequence[Recorded] = session.exec(select(recorded).where(was_current(recorded, as_of))).all()
    return list(facts)


def _shown_to(actor: Actor, rows: Rows) -> Mapping[str, Shows]:
    """What each sheet shows: the actor's own units and what gives them a meaning; people only to who maintains them."""
    units = {unit.id for unit in rows["units"] if may(actor, Permission.READ, unit.id)}
    maintained = {unit.id for unit in rows["units"] if may(actor, Permission.IMPORT, unit.id)}
    goals = _those(rows["goals"], lambda goal: goal.unit_id in units)
    key_results = _those(rows["key_results"], lambda key_result: key_result.unit_id in units)
    own_strategies = _those(rows["strategies"], lambda strategy: strategy.unit_id in units)
    used = {cast("Goal", goal).priority_id for goal in rows["goals"] if goal.id in goals}
    priorities = _those(rows["priorities"], lambda one: one.strategy_id in own_strategies or one.id in used)
    strategies = {cast("Priority", one).strategy_id for one in rows["priorities"] if one.id in priorities}
    roles = _those(rows["roles"], lambda role: role.unit_id in maintained)
    people = {
        cast("RoleHolding", one).person_id for one in rows["holdings"] if cast("RoleHolding", one).role_id in roles
    }
    everyone = len(maintained) == len(rows["units"])
    anything = may_somewhere(actor, Permission.READ)
    return {
        "units": lambda unit: unit.id in units,
        "people": lambda person: everyone or person.id in people,
        "roles": lambda role: role.unit_id in units,
        "holdings": lambda holding: holding.role_id in roles,
        "strategies": lambda strategy: strategy.id in own_strategies or strategy.id in strategies,
        "priorities": lambda priority: priority.id in priorities,
        "goals": lambda goal: goal.id in goals,
        "indicators": lambda _: anything,
        "key_results": lambda key_result: key_result.id in key_results,
        "targets": lambda target: target.key_result_id in key_results,
        "limits": lambda _: anything,
        "measurements": lambda measurement: measurement.unit_id in units,
        "breaks": lambda _: anything,
        "narratives": lambda narrative: narrative.goal_id in goals,
    }


def _those(rows: list[Row], shows: Shows) -> set[UUID]:
    return {row.id for row in rows if shows(row)}


def _form(sheet: Sheet, row: Row, codes: Mapping[UUID, str]) -> Form:
    values: dict[str, Any] = {}
    for column in sheet.columns:
        value = getattr(row, column.row_attribute)
        if isinstance(value, UUID):
            value = codes[value]
        values[column.field] = value
    return sheet.form.model_construct(**values)


def _order(sheet: Sheet, form: Form) -> tuple[object, ...]:
    """By what a row belongs to, its position there, and its own code or day."""
    above = [column.field for column in sheet.columns if column.refers and column.required]
    position = [getattr(form, "position")] if "position" in sheet.by_field else []  # noqa: B009
    belongs = [] if sheet.identity == ("code",) and not position else [getattr(form, above[0])]
    own = [getattr(form, name) for name in sheet.identity]
    return (*belongs, *position, *own)
