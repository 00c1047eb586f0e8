"""workbook → nouns and measurements: first shown, then done in one transaction; importing twice changes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlmodel import Session

from okr_engine.access import Actor, Permission, may_somewhere
from okr_engine.database import insert_all, moment_of, supersede
from okr_engine.errors import NotAllowed
from okr_engine.model import Measurement, OrgUnit
from okr_engine.model.rows import Recorded
from okr_engine.periods import Period
from okr_engine.services.evaluation import Evaluation, Track, evaluate, with_later_quarters
from okr_engine.services.import_plan import Deed, Plan, Step, StepKind, plan_import
from okr_engine.services.installation import Rulebooks
from okr_engine.words import Message, message
from okr_engine.workbook.content import Content
from okr_engine.workbook.template import SHEETS

__all__ = [
    "ImportPreview",
    "Step",
    "StepKind",
    "import_and_evaluate",
    "import_content",
    "preview_import",
]

_SOURCE_LENGTH = 200


@dataclass(frozen=True)
class ImportPreview:
    """What an import changes: how many rows of each sheet, and each of those that are not as they were."""

    file: str
    counts: Mapping[str, Mapping[StepKind, int]]
    steps: tuple[Step, ...]
    notes: tuple[Message, ...]
    touched: frozenset[Period]

    def count(self, kind: StepKind) -> int:
        """How many rows come out that way, over all sheets."""
        return sum(by_kind.get(kind, 0) for by_kind in self.counts.values())

    def of_kind(self, kind: StepKind) -> tuple[Step, ...]:
        """The steps of one kind, in the order of the template's sheets."""
        return tuple(step for step in self.steps if step.kind == kind)

    @property
    def changes_nothing(self) -> bool:
        """Whether all that the file says is known already."""
        return not self.steps


def preview_import(session: Session, actor: Actor, content: Content) -> ImportPreview:
    """What `import_content` would do; InvalidWorkbook with every mistake, NotAllowed for who may not import at all."""
    return _preview(_plan(session, actor, content), content)


def import_content(session: Session, actor: Actor, content: Content) -> ImportPreview:
    """Store what the content adds, changes and restates, all of it or nothing, and tell what that was.

    A row that the file does not have stays as it is. A changed figure, target, limit or break supersedes the known one
    and needs a reason. Raises as `preview_import` does.
    """
    plan = _plan(session, actor, content)
    _store(session, plan, source=f"file:{content.file}"[:_SOURCE_LENGTH], by=actor.code)
    return _preview(plan, content)


def import_and_evaluate(
    session: Session, actor: Actor, content: Content, rulebooks: Rulebooks, *, track: Track = iter
) -> tuple[ImportPreview, Evaluation]:
    """Import, and in the same transaction decide the quarters that it bears on."""
    preview = import_content(session, actor, content)
    return preview, evaluate(session, actor, with_later_quarters(session, preview.touched), rulebooks, track=track)


def _plan(session: Session, actor: Actor, content: Content) -> Plan:
    if not may_somewhere(actor, Permission.IMPORT):
        raise NotAllowed(
            message("error.not_allowed.import", name=actor.name), remedy=message("error.not_allowed_remedy")
        )
    return plan_import(session, actor, content)


def _preview(plan: Plan, content: Content) -> ImportPreview:
    return ImportPreview(content.file, plan.counts, plan.steps, content.notes, plan.touched)


def _store(session: Session, plan: Plan, *, source: str, by: str) -> None:
    now = moment_of(session)
    for sheet in SHEETS:
        added = [deed for deed in plan.deeds if deed.known is None and deed.sheet is sheet]
        rows = [_new_row(deed, source=source, by=by, now=now) for deed in added]
        insert_all(session, sheet.row, _parents_first(rows) if sheet.row is OrgUnit else rows)
    for deed in plan.deeds:
        if isinstance(deed.known, Recorded):
            successor = deed.sheet.row(**_new_row(deed, source=source, by=by, now=now))
            supersede(session, deed.known, cast("Recorded", successor))
        elif deed.known is not None:
            for name, value in deed.values.items():
                if getattr(deed.known, name) != value:
                    setattr(deed.known, name, value)
    session.flush()


def _new_row(deed: Deed, *, source: str, by: str, now: datetime) -> dict[str, Any]:
    """What the row that a deed adds holds; of what the file does not say, what the row it supersedes held."""
    values: dict[str, Any] = dict(deed.values)
    if deed.known is not None:
        values = {
            column.row_attribute: getattr(deed.known, column.row_attribute) for column in deed.sheet.columns
        } | values
    else:
        values["id"] = deed.id
    if deed.sheet.is_recorded:
        values.update(recorded_at=now, recorded_by=by)
    if deed.sheet.row is Measurement:
        values.update(period_start=values["period"].start, source=source)
    return values


def _parents_first(units: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    waiting = {unit["id"]: unit for unit in units}
    placed: list[dict[str, Any]] = []
    while waiting:
        ready: list[UUID] = [unit_id for unit_id, unit in waiting.items() if unit["parent_id"] not in waiting]
        placed += [waiting.pop(unit_id) for unit_id in ready]
    return placed
