"""Content written as files: the same content in the same language gives the same bytes, on any day."""

import csv
from collections.abc import Sequence
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import ExcelWriter

from okr_engine.i18n import say, spoken
from okr_engine.model import MeasurementForm
from okr_engine.model.rows import Form
from okr_engine.periods import Period
from okr_engine.words import Language, Words
from okr_engine.workbook.cells import FIRST_YEAR, plain, readable_text
from okr_engine.workbook.choices import CHOICES, NO, YES
from okr_engine.workbook.content import Content
from okr_engine.workbook.csv_text import is_guarded
from okr_engine.workbook.template import GUIDE, SHEETS, Column, Kind, Sheet, sheet_named, sheet_of

_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 workbook properties and zip entries have no zone
_LAST_ROW = 10_000
_DIGITS_KEPT = 15
_DAY_FORMAT = {Language.FI: "d.m.yyyy", Language.SV: "d.m.yyyy", Language.EN: "yyyy-mm-dd"}
_AS_TEXT = "@"
_LIST_LIMIT = 255
_WIDTHS = {
    Kind.CODE: 18,
    Kind.TEXT: 34,
    Kind.FIGURE: 14,
    Kind.NUMBER: 14,
    Kind.WHOLE: 12,
    Kind.DAY: 14,
    Kind.PERIOD: 12,
    Kind.YES_NO: 12,
    Kind.CHOICE: 22,
}
_GUIDANCE = (
    "workbook.guide_how_to",
    "workbook.guide_keys",
    "workbook.guide_corrections",
    "workbook.guide_numbers",
    "workbook.guide_periods",
    "workbook.guide_formulas",
)
_GUIDE_HEADINGS = (
    "workbook.guide_sheet",
    "workbook.guide_column",
    "workbook.guide_required",
    "workbook.guide_allowed",
)
_GUIDE_TO_KIND = {
    Kind.CODE: "workbook.guide_kind_code",
    Kind.TEXT: "workbook.guide_kind_text",
    Kind.FIGURE: "workbook.guide_kind_figure",
    Kind.NUMBER: "workbook.guide_kind_number",
    Kind.WHOLE: "workbook.guide_kind_whole",
    Kind.DAY: "workbook.guide_kind_day",
    Kind.PERIOD: "workbook.guide_kind_period",
    Kind.YES_NO: "workbook.guide_kind_yes_no",
    Kind.CHOICE: "workbook.guide_kind_choice",
}
_REQUIRED_FILL = PatternFill("solid", fgColor="D9E4EC")
_HEADING_FILL = PatternFill("solid", fgColor="F0F2F4")
_HEADING_FONT = Font(bold=True)
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def write_workbook(content: Content, language: Language) -> bytes:
    """The template filled with the content, its headings and list words in `language`."""
    workbook = Workbook(write_only=True)
    workbook.properties.creator = "okr-engine"
    workbook.properties.created = workbook.properties.modified = _EPOCH
    _write_guide(workbook, language)
    for sheet in SHEETS:
        _write_sheet(workbook, sheet, content.forms(sheet.form), language)
    return _packed(workbook)


def empty_template(language: Language) -> bytes:
    """The template without a row."""
    return write_workbook(Content("", {}), language)


def write_measurements_csv(content: Content, language: Language) -> bytes:
    """The measurements alone, as UTF-8 with a byte order mark, in the style that spreadsheets of the language open."""
    sheet = sheet_of(MeasurementForm)
    text = StringIO(newline="")
    lines = csv.writer(text, delimiter="," if language == Language.EN else ";")
    lines.writerow([spoken(column.heading, language) for column in sheet.columns])
    for form in content.forms(MeasurementForm):
        lines.writerow([_field(getattr(form, column.field), language) for column in sheet.columns])
    return text.getvalue().encode("utf-8-sig")


def _write_guide(workbook: Workbook, language: Language) -> None:
    guide = workbook.create_sheet(spoken(GUIDE, language))
    for letter, width in zip("ABCD", (26, 34, 14, 90), strict=True):
        guide.column_dimensions[letter].width = width
    guide.append([_styled(guide, say(language, "workbook.guide_title"), font=Font(bold=True, size=14))])
    for key in _GUIDANCE:
        guide.append([say(language, key)])
    guide.append([])
    guide.append(
        [_styled(guide, say(language, key), font=_HEADING_FONT, fill=_HEADING_FILL) for key in _GUIDE_HEADINGS]
    )
    for sheet in SHEETS:
        guide.append(
            [
                _styled(guide, spoken(sheet.heading, language), font=_HEADING_FONT),
                None,
                None,
                spoken(sheet.about, language),
            ]
        )
        for column in sheet.columns:
            required = spoken(YES, language) if column.required else None
            explained = _styled(guide, _explained(column, language), alignment=_WRAPPED)
            guide.append([None, spoken(column.heading, language), required, explained])


def _explained(column: Column, language: Language) -> str:
    parts = [spoken(column.help, language)] if column.help else []
    if column.choices:
        parts.append(", ".join(spoken(words, language) for words in CHOICES[column.choices].values()))
    if column.refers:
        parts.append(say(language, "workbook.guide_refers", sheet=sheet_named(column.refers).heading))
    if not parts:
        parts.append(say(language, _GUIDE_TO_KIND[column.kind]))
    return " ".join(parts)


def _write_sheet(workbook: Workbook, sheet: Sheet, forms: Sequence[Form], language: Language) -> None:
    worksheet: Any = workbook.create_sheet(spoken(sheet.heading, language))
    # A sheet that tells its size first is opened without being read through.
    size = f"A1:{list(sheet.letters.values())[-1]}{len(forms) + 1}"
    worksheet.calculate_dimension = lambda: size
    worksheet.freeze_panes = "A2"
    for letter, column in zip(sheet.letters.values(), sheet.columns, strict=True):
        dimension = worksheet.column_dimensions[letter]
        dimension.width = max(_WIDTHS[column.kind], len(spoken(column.heading, language)) + 3)
        dimension.number_format = _format_of(column, language)
        if validation := _validation(column, language):
            validation.add(f"{letter}2:{letter}{_LAST_ROW}")
            worksheet.data_validations.append(validation)
    worksheet.append([_heading(worksheet, column, language) for column in sheet.columns])
    writers = [_CellWriter(worksheet, column, language) for column in sheet.columns]
    for form in forms:
        worksheet.append([writer.cell(getattr(form, writer.field)) for writer in writers])


def _heading(worksheet: Any, column: Column, language: Language) -> Any:
    text = spoken(column.heading, language) + (" *" if column.required else "")
    return _styled(worksheet, text, font=_HEADING_FONT, fill=_REQUIRED_FILL if column.required else _HEADING_FILL)


def _styled(worksheet: Any, value: str, **styles: Any) -> Any:
    cell = WriteOnlyCell(worksheet, value)
    for name, style in styles.items():
        setattr(cell, name, style)
    return cell


def _format_of(column: Column, language: Language) -> str:
    match column.kind:
        case Kind.CODE | Kind.TEXT | Kind.PERIOD:
            return _AS_TEXT
        case Kind.DAY:
            return _DAY_FORMAT[language]
        case _:
            return "General"


def _validation(column: Column, language: Language) -> DataValidation | None:
    if column.refers:
        source = quote_sheetname(spoken(sheet_named(column.refers).heading, language))
        # Another sheet's codes may be missing here because the database has them: a warning, not a wall.
        return DataValidation(
            "list",
            f"{source}!$A$2:$A${_LAST_ROW}",
            allowBlank=True,
            errorStyle="warning",
            showErrorMessage=True,
        )
    words: list[Words] = []
    if column.choices:
        words = list(CHOICES[column.choices].values())
    elif column.kind == Kind.YES_NO:
        words = [YES, NO]
    if not words:
        return None
    listed = ",".join(spoken(each, language) for each in words)
    if len(listed) > _LIST_LIMIT:
        raise ValueError(f"the list of {column.field} is longer than a spreadsheet allows")
    return DataValidation("list", f'"{listed}"', allowBlank=True, showErrorMessage=True)


class _CellWriter:
    """Writes the cells of one column, all in one style."""

    def __init__(self, worksheet: Any, column: Column, language: Language) -> None:
        self.field = column.field
        self._worksheet = worksheet
        self._language = language
        self._text = WriteOnlyCell(worksheet, "")
        self._text.number_format = _AS_TEXT
        self._quoted = WriteOnlyCell(worksheet, "")
        self._quoted.number_format = _AS_TEXT
        self._quoted.quotePrefix = True
        self._day = WriteOnlyCell(worksheet, "")
        self._day.number_format = _DAY_FORMAT[language]

    def cell(self, value: object) -> Any:
        """The value as a cell; text stays text whatever it begins with, and so does a number with too many digits."""
        match value:
            case None | "":
                return None
            case bool():
                return spoken(YES if value else NO, self._language)
            case int():
                return value
            case Decimal():
                digits = plain(value)
                fits = sum(character.isdigit() for character in digits.lstrip("-0.")) <= _DIGITS_KEPT
                return Decimal(digits) if fits else self._string(digits)
            case date() if value.year > FIRST_YEAR:
                return self._like(self._day, value, "d")
            case StrEnum():
                return spoken(CHOICES[type(value)][value], self._language)
            case _:
                return self._string(readable_text(str(value)))

    def _string(self, text: str) -> Any:
        return self._like(self._quoted if is_guarded(text) else self._text, text, "s")

    def _like(self, pattern: Any, value: object, data_type: str) -> Any:
        cell: Any = WriteOnlyCell(self._worksheet)
        cell._style = copy(pattern._style)
        cell._value = value
        cell.data_type = data_type
        return cell


def _field(value: object, language: Language) -> str:
    match value:
        case None:
            return ""
        case bool():
            return spoken(YES if value else NO, language)
        case Decimal():
            digits = plain(value)
            return digits if language == Language.EN else digits.replace(".", ",")
        case Period():
            return value.code
        case StrEnum():
            return spoken(CHOICES[type(value)][value], language)
        case str():
            text = readable_text(value)
            return f"'{text}" if is_guarded(text) else text
        case _:
            return str(value)


def _packed(workbook: Workbook) -> bytes:
    loose = BytesIO()
    with ZipFile(loose, "w") as archive:
        ExcelWriter(workbook, archive).write_data()
    packed = BytesIO()
    with ZipFile(loose) as archive, ZipFile(packed, "w", ZIP_DEFLATED) as result:
        for part in archive.infolist():
            same_every_day = ZipInfo(part.filename, _EPOCH.timetuple()[:6])
            same_every_day.external_attr = 0o600 << 16
            result.writestr(same_every_day, archive.read(part), ZIP_DEFLATED)
    return packed.getvalue()
