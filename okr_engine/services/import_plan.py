"""What an import would do: the file's rows compared with what is known, once for the preview and for the deed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, cast
from uuid import UUID, uuid4

from sqlmodel import Session, col, select

from okr_engine.access import Actor
from okr_engine.database import was_current
from okr_engine.errors import Place
from okr_engine.model import (
    GoalForm,
    KeyResultForm,
    Measurement,
    MeasurementForm,
    NarrativeForm,
    OrgUnitForm,
    PersonForm,
    TargetForm,
)
from okr_engine.model.rows import Form, Recorded, Row
from okr_engine.periods import Cadence, Period
from okr_engine.services.import_known import Known, load_known
from okr_engine.services.import_reach import Reach
from okr_engine.services.import_scales import Scales
from okr_engine.words import Message, Words, message
from okr_engine.workbook.cells import readable_text
from okr_engine.workbook.choices import CHOICES, NO, YES
from okr_engine.workbook.content import Content, Entry
from okr_engine.workbook.mistakes import Mistakes, nearest
from okr_engine.workbook.template import SHEETS, Column, Kind, Sheet, sheet_named


class StepKind(StrEnum):
    """What becomes of a row of the file."""

    ADDED = "added"
    CHANGED = "changed"
    RESTATED = "restated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Step:
    """A row that changes something: which noun, where it stands in the file, and what was known before.

    `before` holds the fields that differ, references as codes; nothing was before an added row.
    """

    kind: StepKind
    sheet: str
    entry: Entry[Form]
    identity: tuple[object, ...]
    before: Mapping[str, object]

    @property
    def place(self) -> Place:
        """The row's first cell."""
        return self.entry.place

    @property
    def reason(self) -> str | None:
        """Why a known figure changes, if the row says so."""
        return getattr(self.entry.form, "reason", None)

    @property
    def after(self) -> Mapping[str, object]:
        """What the file says: of an added row everything it says, otherwise the fields that differ."""
        form = self.entry.form
        if self.kind == StepKind.ADDED:
            sheet = sheet_named(self.sheet)
            told = {column.field: getattr(form, column.field) for column in sheet.columns}
            told.update(zip(sheet.identity, self.identity, strict=True))
            return {name: value for name, value in told.items() if value not in (None, "")}
        return {name: getattr(form, name) for name in self.before}


@dataclass(frozen=True, slots=True)
class Deed:
    """A step as it is stored: the row's attributes, over the row that is known, if there is one."""

    sheet: Sheet
    kind: StepKind
    values: Mapping[str, Any]
    known: Row | None
    id: UUID


@dataclass(frozen=True)
class Plan:
    """Everything that an import shows and does."""

    steps: tuple[Step, ...]
    deeds: tuple[Deed, ...]
    counts: Mapping[str, Mapping[StepKind, int]]
    touched: frozenset[Period]


def plan_import(session: Session, actor: Actor, content: Content) -> Plan:
    """Compare the content with the database in a constant number of queries; InvalidWorkbook with every mistake."""
    known = load_known(session, content)
    return _Planner(content, known, actor).plan(session)


@dataclass
class _Affected:
    """Whose statuses may come out differently."""

    periods: set[Period] = field(default_factory=set)
    indicators: set[UUID] = field(default_factory=set)


class _Planner:
    def __init__(self, content: Content, known: Known, actor: Actor) -> None:
        self._content = content
        self._known = known
        self._mistakes = Mistakes(content.file)
        self._ids = {key: dict(ids) for key, ids in known.ids.items()}
        self._codes = dict(known.codes)
        self._steps: list[Step] = []
        self._deeds: list[Deed] = []
        self._counts: dict[str, Counter[StepKind]] = {sheet.key: Counter() for sheet in SHEETS}
        self._affected = _Affected()
        self._scales = Scales(content, known)
        self._unit_of_goals = {form.code: form.unit for form in content.forms(GoalForm)}
        self._learn_codes()
        self._reach = Reach(actor, known, self._new_units())

    def plan(self, session: Session) -> Plan:
        for sheet in SHEETS:
            taken: dict[tuple[object, ...], Entry[Form]] = {}
            for entry in self._content.of(sheet.form):
                self._take(sheet, entry, taken)
        self._check_tree()
        self._check_emails()
        self._mistakes.raise_any()
        counts = {key: dict(counter) for key, counter in self._counts.items() if counter}
        return Plan(tuple(self._steps), tuple(self._deeds), counts, self._touched(session))

    def _learn_codes(self) -> None:
        for sheet in SHEETS:
            if sheet.identity != ("code",):
                continue
            ids = self._ids[sheet.key]
            for entry in self._content.of(sheet.form):
                code = getattr(entry.form, "code")  # noqa: B009 every form of these sheets has one
                if code not in ids:
                    ids[code] = uuid4()
                    self._codes[ids[code]] = code

    def _new_units(self) -> dict[UUID, UUID | None]:
        ids, stored = self._ids["units"], self._known.ids["units"]
        added = [form for form in self._content.forms(OrgUnitForm) if form.code not in stored]
        return {ids[form.code]: ids.get(form.parent or "") for form in added}

    def _take(self, sheet: Sheet, entry: Entry[Form], taken: dict[tuple[object, ...], Entry[Form]]) -> None:
        before = len(self._mistakes)
        values = self._values(sheet, entry)
        self._scales.settle(sheet, entry, values, self._mistakes)
        if len(self._mistakes) > before:
            return
        identity = tuple([values[attribute] for attribute in sheet.identity_attributes])
        if (other := taken.setdefault(identity, entry)) is not entry:
            self._mistakes.add(
                entry.place,
                message("import.row_twice", other=str(other.place)),
                message("import.row_twice_remedy"),
            )
            return
        self._decide(sheet, entry, values, self._known.rows[sheet.key].get(identity))

    def _values(self, sheet: Sheet, entry: Entry[Form]) -> dict[str, Any]:
        """The row's attributes, references as identities; the unknown ones are noted."""
        form = entry.form
        values: dict[str, Any] = {}
        for column in sheet.columns:
            value = getattr(form, column.field)
            if column.refers and value is not None:
                value = self._resolved(column, value, entry)
            values[column.row_attribute] = value
        if isinstance(form, KeyResultForm) and form.unit is None and values["goal_id"]:
            values["unit_id"] = self._unit_of_goal(form.goal)
        return values

    def _unit_of_goal(self, goal: str) -> UUID | None:
        unit = self._unit_of_goals.get(goal)
        return self._known.unit_of[self._ids["goals"][goal]] if unit is None else self._ids["units"].get(unit)

    def _resolved(self, column: Column, code: str, entry: Entry[Form]) -> UUID | None:
        refers = str(column.refers)
        found = self._ids[refers].get(code)
        if found is None:
            near = nearest(code, self._ids[refers])
            sheet = sheet_named(refers).heading
            self._mistakes.add(
                entry.place_of(column.field),
                message("import.unknown_code", heading=column.heading, code=code),
                message("import.nearest_codes", codes=near, sheet=sheet)
                if near
                else message("import.add_the_code", sheet=sheet),
            )
        return found

    def _decide(self, sheet: Sheet, entry: Entry[Form], values: dict[str, Any], known: Row | None) -> None:
        if known is None:
            row_id = self._ids[sheet.key][values["code"]] if "code" in values else uuid4()
            self._keep(Deed(sheet, StepKind.ADDED, values, None, row_id), entry, {})
            return
        told = {
            column.row_attribute: column
            for column in sheet.columns
            if column.field not in (*sheet.identity, "reason") and (column.field in entry.columns or column.essential)
        }
        differing = [name for name in told if not _same(getattr(known, name), values[name])]
        if not differing:
            self._counts[sheet.key][StepKind.UNCHANGED] += 1
            return
        restated = sheet.is_recorded and not isinstance(entry.form, NarrativeForm)
        kind = StepKind.RESTATED if restated else StepKind.CHANGED
        before = {told[name].field: self._shown(getattr(known, name)) for name in differing}
        kept = {
            name: values[name]
            for name in (*sheet.identity_attributes, *told, *(["reason"] if sheet.is_recorded else []))
        }
        if self._keep(Deed(sheet, kind, kept, known, known.id), entry, before) and sheet.is_recorded:
            self._require_reason(entry, cast("Recorded", known), told[differing[0]], before)

    def _keep(self, deed: Deed, entry: Entry[Form], before: Mapping[str, object]) -> bool:
        if refusal := self._reach.refusal(deed.sheet.key, deed.id, deed.values, deed.known):
            self._mistakes.add(entry.place, refusal, message("error.not_allowed_remedy"))
            return False
        sheet = deed.sheet
        identity = tuple([self._shown(deed.values[attribute]) for attribute in sheet.identity_attributes])
        self._counts[sheet.key][deed.kind] += 1
        self._deeds.append(deed)
        self._steps.append(Step(deed.kind, sheet.key, entry, identity, before))
        self._affect(sheet, entry.form, deed)
        return True

    def _require_reason(
        self, entry: Entry[Form], known: Recorded, column: Column, before: Mapping[str, object]
    ) -> None:
        reason = getattr(entry.form, "reason", None)
        if reason and reason != known.reason:
            return
        said = _spoken(before[column.field], column)
        what = (
            message("import.reason_is_old", heading=column.heading, known=said)
            if reason
            else message("import.reason_needed", heading=column.heading, known=said)
        )
        self._mistakes.add(entry.place_of("reason"), what, message("import.reason_remedy"))

    def _shown(self, value: object) -> object:
        return self._codes.get(value, value) if isinstance(value, UUID) else value

    def _affect(self, sheet: Sheet, form: Form, deed: Deed) -> None:
        if sheet.key == "measurements":
            period: Period = deed.values["period"]
            self._affected.periods.add(period)
        elif sheet.key == "indicators" and deed.known is not None:
            self._affected.indicators.add(deed.id)
        elif sheet.key == "targets" and isinstance(form, TargetForm):
            self._affected.indicators.add(self._ids["indicators"][self._scales.indicator_of[form.key_result]])
        elif sheet.key in ("key_results", "limits", "breaks"):
            self._affected.indicators.add(self._ids["indicators"][getattr(form, "indicator")])  # noqa: B009

    def _touched(self, session: Session) -> frozenset[Period]:
        periods = set(self._affected.periods)
        if self._affected.indicators:
            query = select(col(Measurement.period)).where(
                was_current(Measurement, None), col(Measurement.indicator_id).in_(self._affected.indicators)
            )
            periods.update(session.exec(query.distinct()))
            codes = {self._codes[indicator] for indicator in self._affected.indicators}
            periods.update(form.period for form in self._content.forms(MeasurementForm) if form.indicator in codes)
        return frozenset(Period.containing(period.end, Cadence.QUARTER) for period in periods)

    def _check_tree(self) -> None:
        """No unit may be under itself once the file is in."""
        entries = self._content.of(OrgUnitForm)
        parents = dict(self._known.parents) | {
            entry.form.code: entry.form.parent for entry in entries if "parent" in entry.columns
        }
        for entry in entries:
            seen = {entry.form.code}
            above = parents.get(entry.form.code)
            while above is not None and above not in seen:
                seen.add(above)
                above = parents.get(above)
            if above == entry.form.code:
                self._mistakes.add(
                    entry.place_of("parent"),
                    message("import.unit_under_itself", code=entry.form.code),
                    message("import.unit_under_itself_remedy"),
                )

    def _check_emails(self) -> None:
        """An address belongs to one person, whatever the case of its letters."""
        held = dict(self._known.emails)
        for entry in self._content.of(PersonForm):
            if not entry.form.email:
                continue
            holder = held.setdefault(entry.form.email.lower(), entry.form.code)
            if holder != entry.form.code:
                self._mistakes.add(
                    entry.place_of("email"),
                    message("import.email_taken", email=entry.form.email, person=holder),
                    message("import.email_taken_remedy"),
                )


def _same(known: object, told: object) -> bool:
    if known == told:
        return True
    texts = (known or "", told or "")
    return all(isinstance(text, str) for text in texts) and readable_text(str(texts[0])) == texts[1]


def _spoken(value: object, column: Column) -> object:
    if column.kind == Kind.YES_NO:
        return YES if value else NO
    if column.choices and isinstance(value, StrEnum):
        return CHOICES[column.choices][value]
    return value if isinstance(value, Decimal | date | Period | Words | Message) else value and str(value)
