"""Rows of CSV, Excel, Parquet and NDJSON files as they stream by, each with its place."""

import csv
from collections.abc import Iterable, Iterator
from functools import partial
from typing import IO

from connectors.kit.answers import lines
from connectors.kit.columns import check_columns, check_headings
from connectors.kit.opened_files import check_archive, damaged, text_lines, unpacked
from connectors.kit.rows import Row, json_lines, unreadable
from okr_engine.errors import Place, SchemaChanged
from okr_engine.measuring.sources import Record, SetAside
from okr_engine.words import message

_TEXT = (".csv", ".tsv", ".txt", ".ndjson", ".jsonl")
SUFFIXES = (*_TEXT, *(f"{suffix}.gz" for suffix in _TEXT), ".xlsx", ".parquet")

_DELIMITERS = ";,\t|"
_LONGEST_FIELD = 1024 * 1024
_ROWS = 5_000


def rows_of(
    file: IO[bytes],
    *,
    name: str,
    wanted: frozenset[str],
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Iterator[Row]:
    """The rows of a file, by the kind its name tells; SchemaChanged where a wanted column is missing.

    A row that cannot be read is set aside with its place. SourceUnavailable where the file breaks off: the rows
    before it have been given.
    """
    kind = name.lower().removesuffix(".gz").rpartition(".")[2]
    match kind:
        case "xlsx":
            return _excel_rows(file, name, wanted, sheet)
        case "parquet":
            return _parquet_rows(file, name, wanted)
        case "ndjson" | "jsonl":
            return _json_rows(file, name)
        case _:
            cut = partial(lines, too_long=lambda: damaged(name))
            text = text_lines(unpacked(file, name=name), split=cut, encoding=encoding)
            return _csv_rows(text, name, wanted, delimiter)


def _csv_rows(text: Iterator[str], name: str, wanted: frozenset[str], delimiter: str | None) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_FIELD)
    head = next(text, None)
    if head is None or not head.strip():
        raise SchemaChanged(message("sources.file_empty", file=name), remedy=message("sources.schema_remedy"))
    delimiter = delimiter or max(_DELIMITERS, key=head.count)
    # Lines come without their ends; a field in quotation marks may hold some, and they are given back to it.
    reader = csv.reader(_with_ends(head, text), delimiter=delimiter)
    headings = [heading.strip() for heading in next(reader)]
    check_headings(headings, wanted, source=name)
    while True:
        before = reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield unreadable(Place(file=name, line=max(before + 1, reader.line_num)))
            continue
        place = Place(file=name, line=reader.line_num)
        if len(row) == len(headings):
            yield Record(place, dict(zip(headings, row, strict=True)))
        elif any(row):
            yield SetAside(place, message("sources.fields_differ", found=len(row), expected=len(headings)))


def _with_ends(head: str, text: Iterable[str]) -> Iterator[str]:
    yield head + "\n"
    for line in text:
        yield line + "\n"


def _json_rows(file: IO[bytes], name: str) -> Iterator[Row]:
    cut = lines(unpacked(file, name=name), too_long=lambda: damaged(name))
    yield from json_lines(cut, name=name)


def _excel_rows(file: IO[bytes], name: str, wanted: frozenset[str], sheet: str | None) -> Iterator[Row]:
    from openpyxl import load_workbook

    check_archive(file, name=name)
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl lets through whatever its XML and zip readers raise
        raise damaged(name) from error
    try:
        check_columns(book.sheetnames, {sheet} if sheet else set(), source=name)
        tab = book[sheet] if sheet else book[book.sheetnames[0]]
        grid = tab.iter_rows(values_only=True)
        headings = [str(value).strip() if value is not None else "" for value in next(grid, ())]
        check_headings(headings, wanted, source=name)
        for number, row in enumerate(grid, 2):
            if any(value is not None for value in row):
                yield Record(Place(file=name, sheet=tab.title, line=number), dict(zip(headings, row, strict=False)))
    finally:
        book.close()


def _parquet_rows(file: IO[bytes], name: str, wanted: frozenset[str]) -> Iterator[Row]:
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        table = ParquetFile(file)
        check_columns(table.schema_arrow.names, wanted, source=name)
        number = 0
        for batch in table.iter_batches(batch_size=_ROWS, columns=sorted(wanted)):
            for row in batch.to_pylist():
                number += 1
                yield Record(Place(file=name, record=str(number)), row)
    except (ArrowException, OSError) as error:
        raise damaged(name) from error
