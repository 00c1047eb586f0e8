"""What a workbook says: checked forms, each with the place it was read from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar, cast

from okr_engine.errors import Place
from okr_engine.model.rows import Form
from okr_engine.words import Message
from okr_engine.workbook.template import SHEETS, sheet_of

F = TypeVar("F", bound=Form)


@dataclass(frozen=True, slots=True)
class Entry(Generic[F]):
    """One row: its form, and where each field stands.

    What only the indicator can settle is kept as it was typed: figures given as percentages (already × 100), and a
    period such as 2/2025, which the form holds as a first guess.
    """

    form: F
    file: str
    sheet: str | None
    row: int
    columns: Mapping[str, str]
    percentages: frozenset[str] = frozenset()
    typed_period: str | date | None = None

    @property
    def place(self) -> Place:
        """The row's first cell."""
        return self.place_of(next(iter(self.columns)))

    def place_of(self, field: str) -> Place:
        """The cell of a field: sheet and address in a workbook, line and heading in a CSV file."""
        column = self.columns.get(field) or next(iter(self.columns.values()))
        if self.sheet is None:
            return Place(file=self.file, cell=column, line=self.row)
        return Place(file=self.file, sheet=self.sheet, cell=f"{column}{self.row}")


@dataclass(frozen=True)
class Content:
    """Everything read from one file; `notes` are for a person to know, none of them stops the import."""

    file: str
    entries: Mapping[type[Form], tuple[Entry[Form], ...]]
    notes: tuple[Message, ...] = ()

    def of(self, form: type[F]) -> tuple[Entry[F], ...]:
        """The rows of one form, in the order of the file."""
        return cast("tuple[Entry[F], ...]", self.entries.get(form, ()))

    def forms(self, form: type[F]) -> list[F]:
        """The forms alone."""
        return [entry.form for entry in self.of(form)]


def content_of(forms: Iterable[Form], *, file: str) -> Content:
    """Forms made in code, as the content of a workbook that holds them in this order."""
    gathered: dict[type[Form], list[Entry[Form]]] = {sheet.form: [] for sheet in SHEETS}
    for form in forms:
        sheet = sheet_of(type(form))
        entries = gathered[sheet.form]
        entries.append(Entry(form, file, sheet.heading.fi, len(entries) + 2, sheet.letters))
    return Content(file, {form: tuple(entries) for form, entries in gathered.items()})
