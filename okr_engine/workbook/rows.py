"""Rows under their headings, turned into forms; every mistake is noted at its cell."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from pydantic import ValidationError

from okr_engine.errors import InvalidInput, Place
from okr_engine.model.rows import Form
from okr_engine.words import Message, message
from okr_engine.workbook.cells import Cell, Converter, Percentage, TypedPeriod, converter_for
from okr_engine.workbook.choices import spellings
from okr_engine.workbook.content import Entry
from okr_engine.workbook.mistakes import Mistakes, nearest
from okr_engine.workbook.template import Column, Kind, Sheet


class SheetRows:
    """Reads the rows of one sheet: made from its heading row, then given one row after another.

    `names` are the columns' names where people look for them: letters in a workbook, headings in a CSV file, where
    there is no `sheet_name`.
    """

    def __init__(
        self, sheet: Sheet, headings: Sequence[str], names: Sequence[str], *, sheet_name: str | None, mistakes: Mistakes
    ) -> None:
        self.entries: list[Entry[Form]] = []
        self._sheet = sheet
        self._sheet_name = sheet_name
        self._names = names
        self._mistakes = mistakes
        self._readers: list[tuple[int, Column, Converter, bool]] = []
        self._unnamed: list[int] = []
        self._indexes: dict[str, int] = {}
        self._find_columns(headings)
        self._columns = {field: names[index] for field, index in self._indexes.items()}
        self._required = [
            (column, self._indexes[column.field])
            for column in sheet.columns
            if column.required and column.field in self._indexes
        ]

    @property
    def is_usable(self) -> bool:
        """Whether the columns without which no row says anything are there."""
        return all(column.field in self._indexes for column in self._sheet.columns if column.required)

    def read(self, cells: Sequence[Cell], row: int) -> None:
        """Take one row in; blank ones are passed over."""
        found: dict[str, object] = {}
        percentages: set[str] = set()
        typed_period: str | date | None = None
        before = len(self._mistakes)
        for index, column, convert, depends in self._readers:
            if index >= len(cells):
                continue
            cell = cells[index]
            value = cell.value
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            try:
                read = convert(cell) if cell.data_type not in _NO_VALUE else _refuse(cell)
            except InvalidInput as refusal:
                self._mistakes.add_refusal(self._place_of(index, row), refusal)
                continue
            if depends and type(read) is Percentage:
                percentages.add(column.field)
                read = read.value
            elif depends and type(read) is TypedPeriod:
                typed_period, read = read.typed, read.guess
            found[column.field] = read
        self._refuse_values_without_heading(cells, row)
        if len(self._mistakes) > before or not found or self._lacks_required(found, row):
            return
        if (form := self._form(found, row)) is not None:
            self.entries.append(
                Entry(
                    form,
                    self._mistakes.file,
                    self._sheet_name,
                    row,
                    self._columns,
                    frozenset(percentages),
                    typed_period,
                )
            )

    def _place_of(self, index: int, row: int) -> Place:
        name = self._names[index]
        if self._sheet_name is None:
            return Place(file=self._mistakes.file, cell=name, line=row)
        return Place(file=self._mistakes.file, sheet=self._sheet_name, cell=f"{name}{row}")

    def _find_columns(self, headings: Sequence[str]) -> None:
        known = headings_of(self._sheet)
        unknown: list[int] = []
        for index, heading in enumerate(headings):
            typed = folded(heading)
            if not typed:
                self._unnamed.append(index)
            elif (column := known.get(typed)) is None:
                unknown.append(index)
            elif column.field in self._indexes:
                self._mistakes.add(
                    self._place_of(index, 1),
                    message("workbook.heading_twice", heading=column.heading),
                    message("workbook.heading_twice_remedy"),
                )
            else:
                self._take_column(column, index)
        for index in unknown:
            self._tell_unknown(headings[index], index)
        for column in self._sheet.columns:
            if column.required and column.field not in self._indexes:
                self._mistakes.add(
                    self._place_of(0, 1),
                    message("workbook.heading_missing", heading=column.heading),
                    message("workbook.heading_missing_remedy"),
                )

    def _take_column(self, column: Column, index: int) -> None:
        self._indexes[column.field] = index
        depends = column.kind in (Kind.FIGURE, Kind.PERIOD)
        self._readers.append((index, column, converter_for(column), depends))

    def _tell_unknown(self, heading: str, index: int) -> None:
        """A renamed column is read as the one it resembles, so that its cells' own mistakes are told as well."""
        free = {
            spelling: column
            for column in self._sheet.columns
            if column.field not in self._indexes
            for spelling in (*spellings(column.heading), column.field)
        }
        what = message("workbook.unknown_heading", heading=heading[:60])
        if near := nearest(heading, free, count=1):
            column = free[near[0]]
            self._mistakes.add(self._place_of(index, 1), what, message("workbook.did_you_mean", known=column.heading))
            self._take_column(column, index)
        else:
            allowed = message("workbook.headings_allowed", known=[column.heading for column in self._sheet.columns])
            self._mistakes.add(self._place_of(index, 1), what, allowed)

    def _refuse_values_without_heading(self, cells: Sequence[Cell], row: int) -> None:
        for index in self._unnamed:
            if index < len(cells) and cells[index].value not in (None, ""):
                self._mistakes.add(
                    self._place_of(index, row),
                    message("workbook.value_without_heading"),
                    message("workbook.value_without_heading_remedy"),
                )

    def _lacks_required(self, found: Mapping[str, object], row: int) -> bool:
        lacking = [(column, index) for column, index in self._required if column.field not in found]
        for column, index in lacking:
            self._mistakes.add(
                self._place_of(index, row),
                message("workbook.cell_empty", heading=column.heading),
                message("workbook.help", help=column.help) if column.help else message("workbook.cell_empty_remedy"),
            )
        return bool(lacking)

    def _form(self, found: dict[str, object], row: int) -> Form | None:
        try:
            return self._sheet.form.model_validate(found)
        except ValidationError as error:
            for each in error.errors(include_url=False):
                field = str(each["loc"][0]) if each["loc"] else ""
                index = self._indexes.get(field, next(iter(self._indexes.values())))
                self._mistakes.add(self._place_of(index, row), *self._complaint(each, field))
            return None

    def _complaint(self, error: Any, field: str) -> tuple[Message, Message | None]:
        if not field:
            return message("workbook.row_contradicts"), row_rule(str(error["ctx"]["error"]))
        heading = self._sheet.by_field[field].heading
        typed = str(error["input"])[:60]
        limits = {
            name: str(limit) for name, limit in error.get("ctx", {}).items() if name in ("ge", "gt", "le", "max_length")
        }
        what = message("workbook.value_not_allowed", heading=heading, typed=typed)
        match error["type"]:
            case "string_pattern_mismatch":
                return what, message("workbook.codes_allowed")
            case "string_too_long":
                return message("workbook.text_too_long", heading=heading), message(
                    "workbook.longest_text", limit=limits["max_length"]
                )
            case "greater_than_equal":
                return what, message("workbook.at_least", limit=limits["ge"])
            case "greater_than":
                return what, message("workbook.more_than", limit=limits["gt"])
            case "less_than_equal":
                return what, message("workbook.at_most", limit=limits["le"])
            case _:
                return what, message("workbook.numbers_in_size")


def row_rule(broken: str) -> Message:
    """The sentence for a rule that the cells of a row keep together, found by the form's own words for it."""
    key = _ROW_RULES.get(broken)
    return message(key) if key else message("workbook.rule_other", rule=broken)


@cache
def headings_of(sheet: Sheet) -> Mapping[str, Column]:
    """Every spelling of the sheet's headings: three languages and the field's own name."""
    known: dict[str, Column] = {}
    for column in sheet.columns:
        for spelling in (column.field, *spellings(column.heading)):
            known[folded(spelling)] = column
    return known


def folded(text: str) -> str:
    """A heading or sheet name as it is compared: no case, one space, no star of a required column."""
    return " ".join(text.replace("*", " ").split()).casefold()


def _refuse(cell: Cell) -> object:
    what, remedy = _NO_VALUE[cell.data_type]
    raise InvalidInput(what, remedy=remedy)


_NO_VALUE: Mapping[str, tuple[Message, Message]] = {
    "f": (message("workbook.formula"), message("workbook.paste_as_value")),
    "e": (message("workbook.error_value"), message("workbook.paste_as_value")),
}

_ROW_RULES: Mapping[str, str] = {
    "a due day after the start": "workbook.rule_due",
    "a lowest value below the highest": "workbook.rule_lowest_below_highest",
    "a name in at least one language": "workbook.rule_name",
    "an end on or after the start": "workbook.rule_ends",
    "either a value or the reason why there is none": "workbook.rule_value_or_reason",
    "either a value, or a low and a high end in that order": "workbook.rule_value_or_range",
}
