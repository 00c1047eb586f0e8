"""Files read into content: the workbook, and a CSV file with measurements alone."""

import re
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import islice
from pathlib import PurePath
from typing import Any
from zipfile import BadZipFile, ZipFile

from defusedxml.ElementTree import iterparse
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from okr_engine.errors import InvalidWorkbook, Mistake, Place
from okr_engine.model import MeasurementForm
from okr_engine.model.rows import Form
from okr_engine.words import Message, message
from okr_engine.workbook.archive import IS_BROKEN, check_size, check_workbook, merged_ranges, refused
from okr_engine.workbook.choices import spellings
from okr_engine.workbook.content import Content, Entry
from okr_engine.workbook.csv_text import (
    MOST_ROWS,
    TextCell,
    csv_lines,
    decoded,
    next_line,
    tell_too_many,
    without_guard,
)
from okr_engine.workbook.mistakes import Mistakes, nearest
from okr_engine.workbook.rows import SheetRows, folded, headings_of
from okr_engine.workbook.template import GUIDE, SHEETS, Sheet, sheet_of

MOST_COLUMNS = 100
CSV_SUFFIXES = (".csv", ".txt", ".tsv")

_FOREIGN = (
    AttributeError,
    BadZipFile,
    EOFError,
    IndexError,
    InvalidFileException,
    KeyError,
    NotImplementedError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    zlib.error,
)
"""What the workbook library and those below it raise over a damaged file."""


def read_file(data: bytes, *, file: str, max_mb: int) -> Content:
    """The measurements of a .csv, .txt or .tsv file, of any other everything that it says as a workbook.

    InvalidWorkbook with all mistakes where it has any.
    """
    is_csv = PurePath(file).suffix.lower() in CSV_SUFFIXES
    return (read_measurements_csv if is_csv else read_workbook)(data, file=file, max_mb=max_mb)


def read_workbook(data: bytes, *, file: str, max_mb: int) -> Content:
    """Everything an .xlsx workbook says, checked cell by cell; InvalidWorkbook with all mistakes where it has any."""
    check_workbook(data, file=file, max_mb=max_mb)
    mistakes = Mistakes(file)
    notes: list[Message] = []
    entries: dict[type[Form], tuple[Entry[Form], ...]] = {}
    try:
        workbook = load_workbook(BytesIO(data), read_only=True, keep_links=False)
    except _FOREIGN as error:
        raise refused(file, *IS_BROKEN) from error
    with ZipFile(BytesIO(data)) as archive:
        for name, sheet in _known_sheets(workbook, mistakes, notes):
            rows = _read_sheet(workbook[name], sheet, archive, mistakes)
            entries[sheet.form] = tuple(rows)
    mistakes.raise_any()
    return Content(file, entries, tuple(notes))


def read_measurements_csv(data: bytes, *, file: str, max_mb: int) -> Content:
    """The measurements of a CSV file with the headings of the measurements sheet; InvalidWorkbook with all mistakes.

    The fields may be parted by semicolons, commas or tabs; the text may be UTF-8, UTF-16 or, with a note, Windows-1252.
    """
    check_size(data, file=file, max_mb=max_mb)
    text, notes = decoded(data, file)
    mistakes = Mistakes(file)
    lines = csv_lines(text, headings_of(sheet_of(MeasurementForm)))
    entries = _read_lines(lines, mistakes)
    mistakes.raise_any()
    return Content(file, {MeasurementForm: tuple(entries)}, notes)


def _known_sheets(workbook: Workbook, mistakes: Mistakes, notes: list[Message]) -> list[tuple[str, Sheet]]:
    by_name = {folded(name): sheet for sheet in SHEETS for name in (sheet.key, *spellings(sheet.heading))}
    found: dict[str, tuple[str, Sheet]] = {}
    unknown: list[str] = []
    hidden: set[str] = set()
    for sheet in workbook.worksheets:
        known = by_name.get(folded(sheet.title))
        if folded(sheet.title) in {folded(name) for name in (*spellings(GUIDE), "guide")}:
            continue
        if sheet.sheet_state != "visible":
            notes.append(message("workbook.hidden_sheet", sheet=sheet.title))
            hidden.update([known.key] if known else [])
        elif known is None:
            unknown.append(sheet.title)
        elif known.key in found:
            mistakes.add(
                Place(file=mistakes.file, sheet=sheet.title),
                message("workbook.sheet_twice", sheet=known.heading),
                message("workbook.sheet_twice_remedy"),
            )
        else:
            found[known.key] = (sheet.title, known)
    _tell_unknown(unknown, found, mistakes, notes)
    _tell_missing(found, hidden, mistakes)
    return [found[sheet.key] for sheet in SHEETS if sheet.key in found]


def _tell_unknown(
    unknown: list[str], found: dict[str, tuple[str, Sheet]], mistakes: Mistakes, notes: list[Message]
) -> None:
    free = {name: sheet for sheet in SHEETS if sheet.key not in found for name in spellings(sheet.heading)}
    for title in unknown:
        if near := nearest(title, free, count=1):
            mistakes.add(
                Place(file=mistakes.file, sheet=title),
                message("workbook.unknown_sheet", sheet=title),
                message("workbook.did_you_mean", known=free[near[0]].heading),
            )
        else:
            notes.append(message("workbook.extra_sheet", sheet=title))


def _tell_missing(found: dict[str, tuple[str, Sheet]], hidden: set[str], mistakes: Mistakes) -> None:
    """A file may hold the measurements alone; otherwise a sheet that is gone was lost, not left empty."""
    if set(found) == {sheet_of(MeasurementForm).key}:
        return
    if not found and not len(mistakes):
        raise refused(
            mistakes.file,
            message("workbook.no_sheet_of_ours"),
            message("workbook.sheets_allowed", sheets=[sheet.heading for sheet in SHEETS]),
        )
    for sheet in SHEETS:
        if sheet.key not in found and sheet.key not in hidden:
            mistakes.add(
                Place(file=mistakes.file),
                message("workbook.sheet_missing", sheet=sheet.heading),
                message("workbook.sheet_missing_remedy"),
            )


def _read_sheet(worksheet: Any, sheet: Sheet, archive: ZipFile, mistakes: Mistakes) -> list[Entry[Form]]:
    title, path = worksheet.title, worksheet._worksheet_path.lstrip("/")
    try:
        merged = _merged_cells(archive, path)
    except _FOREIGN as error:
        raise refused(mistakes.file, *IS_BROKEN) from error
    for cells in merged:
        mistakes.add(
            Place(file=mistakes.file, sheet=title, cell=cells),
            message("workbook.merged_cells"),
            message("workbook.merged_cells_remedy"),
        )
    worksheet.reset_dimensions()
    headings = _headings(worksheet, archive, path, mistakes)
    width = len(headings) + 1
    letters = [get_column_letter(number) for number in range(1, width + 1)]
    rows = SheetRows(sheet, [*headings, ""], letters, sheet_name=title, mistakes=mistakes)
    if not rows.is_usable:
        return []
    body = _rows(worksheet, archive, path, mistakes, first=2, width=width)
    for number, row in enumerate(body, start=2):
        if number > MOST_ROWS + 1:
            tell_too_many(Place(file=mistakes.file, sheet=title, cell=f"A{number}"), mistakes)
            break
        rows.read(row, number)
    return rows.entries


def _merged_cells(archive: ZipFile, path: str) -> list[str]:
    with archive.open(path) as source:
        return list(islice(merged_ranges(source), 100))


def _headings(worksheet: Any, archive: ZipFile, path: str, mistakes: Mistakes) -> list[str]:
    first = next(_rows(worksheet, archive, path, mistakes, first=1, width=MOST_COLUMNS), ())
    headings = ["" if cell.value is None else str(cell.value).strip() for cell in first]
    while headings and not headings[-1]:
        headings.pop()
    return headings


def _rows(
    worksheet: Any, archive: ZipFile, path: str, mistakes: Mistakes, *, first: int, width: int
) -> Iterator[Sequence[Any]]:
    rows = worksheet.iter_rows(min_row=first, max_col=width)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except ValueError as error:
            raise _unreadable_number(archive, path, worksheet.title, mistakes.file) from error
        except _FOREIGN as error:
            raise refused(mistakes.file, *IS_BROKEN) from error
        yield row


def _unreadable_number(archive: ZipFile, path: str, title: str, file: str) -> InvalidWorkbook:
    """The library stops at a number cell without a number, such as NaN, and does not say where; the sheet does."""
    try:
        with archive.open(path) as source:
            for _, element in iterparse(source):
                cell = element.get("r")
                if (typed := _wrong_number(element)) is not None:
                    place = Place(file=file, sheet=title, cell=cell)
                    allowed = message("workbook.numbers_allowed")
                    return InvalidWorkbook(
                        file, [Mistake(place, message("workbook.not_a_number", typed=typed), allowed)]
                    )
    except _FOREIGN:
        pass
    return refused(file, *IS_BROKEN)


def _wrong_number(element: Any) -> str | None:
    if not element.tag.endswith("}c") or element.get("t", "n") != "n":
        return None
    value = next((child.text for child in element if child.tag.endswith("}v")), None)
    element.clear()
    return value if value and not re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", value) else None


def _read_lines(lines: Any, mistakes: Mistakes) -> list[Entry[Form]]:
    headings = [heading.strip() for heading in next_line(lines, mistakes) or []]
    while headings and not headings[-1]:
        headings.pop()
    rows = SheetRows(sheet_of(MeasurementForm), [*headings, ""], [*headings, "–"], sheet_name=None, mistakes=mistakes)
    if not rows.is_usable:
        return []
    count = 0
    while (line := next_line(lines, mistakes)) is not None:
        count += 1
        if count > MOST_ROWS:
            tell_too_many(Place(file=mistakes.file, line=lines.line_num), mistakes)
            break
        if any(line[len(headings) :]):
            mistakes.add(
                Place(file=mistakes.file, line=lines.line_num),
                message("workbook.too_many_fields"),
                message("workbook.too_many_fields_remedy"),
            )
            continue
        rows.read([TextCell(without_guard(field)) for field in line], lines.line_num)
    return rows.entries
