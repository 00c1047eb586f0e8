"""The text of CSV files: how it is written, what parts its fields, and its lines one by one."""

import csv
from collections.abc import Collection
from dataclasses import dataclass
from io import StringIO
from typing import Any

from okr_engine.errors import Place
from okr_engine.words import Message, message
from okr_engine.workbook.archive import refused
from okr_engine.workbook.mistakes import Mistakes
from okr_engine.workbook.rows import folded

MOST_ROWS = 200_000
DELIMITERS = ";,\t"
DANGEROUS = "=+-@\t\r"


@dataclass(frozen=True, slots=True)
class TextCell:
    """A field as the readers of cells take it."""

    value: str
    data_type: str = "s"
    number_format: str | None = None


def decoded(data: bytes, file: str) -> tuple[str, tuple[Message, ...]]:
    """The text of a file, UTF-8, UTF-16 or, with a note, Windows-1252; InvalidWorkbook for what is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text or text.startswith(("PK\x03\x04", "%PDF")):
            break
        return text, (message("workbook.not_utf8"),) if encoding == "cp1252" else ()
    raise refused(file, message("workbook.not_text"), message("workbook.save_as_csv"))


def csv_lines(text: str, known: Collection[str]) -> Any:
    """The lines, parted by the delimiter that finds most of the `known` headings, folded, on the first of them."""
    return csv.reader(StringIO(text, newline=""), delimiter=_delimiter_of(text, known), strict=True)


def next_line(lines: Any, mistakes: Mistakes) -> list[str] | None:
    """The fields of the next line; None at the end, and after noting a line that breaks the rest."""
    try:
        line: list[str] | None = next(lines, None)
    except csv.Error as error:
        mistakes.add(
            Place(file=mistakes.file, line=lines.line_num),
            message("workbook.broken_line", said=str(error)),
            message("workbook.broken_line_remedy"),
        )
        return None
    return line


def without_guard(field: str) -> str:
    """A CSV field without the apostrophe that keeps a spreadsheet from taking text for a formula."""
    return field[1:] if field.startswith("'") and is_guarded(field[1:]) else field


def is_guarded(text: str) -> bool:
    """Whether text needs an apostrophe before it: apostrophes or not, it begins like a formula."""
    return text.lstrip("'")[:1] in tuple(DANGEROUS)


def tell_too_many(place: Place, mistakes: Mistakes) -> None:
    """Note that there are more rows than are read."""
    mistakes.add(place, message("workbook.too_many_rows", limit=MOST_ROWS), message("workbook.too_many_rows_remedy"))


def _delimiter_of(text: str, known: Collection[str]) -> str:
    first = text.split("\n", 1)[0]

    def recognised(delimiter: str) -> int:
        return sum(folded(heading.strip('"\r')) in known for heading in first.split(delimiter))

    return max(DELIMITERS, key=recognised)
