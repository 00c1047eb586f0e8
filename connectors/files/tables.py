"""Rows of CSV, Excel, Parquet and NDJSON files as they stream by, each with its place."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import SEEK_END
from itertools import islice
from typing import IO, Any

from connectors.kit.answers import lines
from connectors.kit.columns import check_columns, check_headings
from connectors.kit.opened_files import MOST_SHRUNK, check_archive, damaged, refuse_bomb, text_lines, unpacked
from connectors.kit.rows import Row, json_lines, unreadable
from okr_engine.errors import Place, SchemaChanged
from okr_engine.measuring.sources import Record, SetAside
from okr_engine.words import message

_TEXT = (".csv", ".tsv", ".txt", ".ndjson", ".jsonl")
SUFFIXES = (*_TEXT, *(f"{suffix}.gz" for suffix in _TEXT), ".xlsx", ".parquet")

_DELIMITERS = ";,\t|"
_LONGEST_FIELD = 1024 * 1024
_ROWS = 5_000
_FIRST_RECORDS = 200
_FIELD_BYTES = 16 * 1024


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
            return _csv_rows(_csv_text(file, name, encoding), name, wanted, delimiter)


def headings_of(file: IO[bytes], *, name: str) -> list[str]:
    """The headings of a file as it spells them, in their order; of NDJSON the names in its first records.

    SchemaChanged where there are none; SourceUnavailable or InvalidInput for a file that cannot be read.
    """
    match name.lower().removesuffix(".gz").rpartition(".")[2]:
        case "xlsx":
            with _opened_sheet(file, name, None) as tab:
                found = _named(next(_grid(tab, name), ()))
        case "parquet":
            found = _parquet_headings(file, name)
        case "ndjson" | "jsonl":
            first = islice(_json_rows(file, name), _FIRST_RECORDS)
            names = (str(each) for row in first if isinstance(row, Record) for each in row.content)
            found = list(dict.fromkeys(names))
        case _:
            found, _ = _csv_reader(_csv_text(file, name, None), name, None)
    headings = [heading for heading in found if heading]
    if not headings:
        raise _empty(name)
    return headings


def _csv_text(file: IO[bytes], name: str, encoding: str | None) -> Iterator[str]:
    cut = partial(lines, too_long=lambda: damaged(name))
    return text_lines(unpacked(file, name=name), split=cut, encoding=encoding)


def _csv_reader(text: Iterator[str], name: str, delimiter: str | None) -> tuple[list[str], Any]:
    """The headings, and the reader that has come past them."""
    csv.field_size_limit(_LONGEST_FIELD)
    head = next(text, None)
    if head is None or not head.strip():
        raise _empty(name)
    delimiter = delimiter or max(_DELIMITERS, key=head.count)
    # Lines come without their ends; a field in quotation marks may hold some, and they are given back to it.
    reader = csv.reader(_with_ends(head, text), delimiter=delimiter)
    try:
        return [heading.strip() for heading in next(reader)], reader
    except csv.Error as error:
        raise damaged(name) from error


def _csv_rows(text: Iterator[str], name: str, wanted: frozenset[str], delimiter: str | None) -> Iterator[Row]:
    headings, reader = _csv_reader(text, name, delimiter)
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
    with _opened_sheet(file, name, sheet) as tab:
        grid = _grid(tab, name)
        headings = _named(next(grid, ()))
        check_headings(headings, wanted, source=name)
        for number, row in enumerate(grid, 2):
            if any(value is not None for value in row):
                yield Record(Place(file=name, sheet=tab.title, line=number), dict(zip(headings, row, strict=False)))


@contextmanager
def _opened_sheet(file: IO[bytes], name: str, sheet: str | None) -> Iterator[Any]:
    from openpyxl import load_workbook

    check_archive(file, name=name)
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl lets through whatever its XML and zip readers raise
        raise damaged(name) from error
    try:
        check_columns(book.sheetnames, {sheet} if sheet else set(), source=name)
        if not book.worksheets:
            raise _empty(name)
        yield book[sheet] if sheet else book.worksheets[0]
    finally:
        book.close()


def _grid(tab: Any, name: str) -> Iterator[Sequence[Any]]:
    try:
        yield from tab.iter_rows(values_only=True)
    except Exception as error:  # a sheet is read only now, by the same readers
        raise damaged(name) from error


def _named(row: Sequence[Any]) -> list[str]:
    return [str(value).strip() if value is not None else "" for value in row]


def _empty(name: str) -> SchemaChanged:
    return SchemaChanged(message("sources.file_empty", file=name), remedy=message("sources.schema_remedy"))


def _parquet_headings(file: IO[bytes], name: str) -> list[str]:
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        return list(ParquetFile(file).schema_arrow.names)
    except (ArrowException, OSError) as error:
        raise damaged(name) from error


def _parquet_rows(file: IO[bytes], name: str, wanted: frozenset[str]) -> Iterator[Row]:
    from pyarrow import ArrowException, types
    from pyarrow.parquet import ParquetFile

    try:
        schema = ParquetFile(file).schema_arrow
        check_columns(schema.names, wanted, source=name)
        # A text that is repeated stays one in memory until its true size is known.
        texts = [field.name for field in schema if types.is_string(field.type) or types.is_binary(field.type)]
        table = ParquetFile(file, read_dictionary=texts)
        groups = [table.metadata.row_group(number) for number in range(table.metadata.num_row_groups)]
        refuse_bomb(sum(group.total_byte_size for group in groups), file.seek(0, SEEK_END), name=name)
        number = 0
        for batch in table.iter_batches(batch_size=_ROWS, columns=sorted(wanted)):
            refuse_bomb(_text_bytes(batch), _ROWS * _FIELD_BYTES // MOST_SHRUNK, name=name)
            for row in _spelled_out(batch).to_pylist():
                number += 1
                yield Record(Place(file=name, record=str(number)), row)
    except (ArrowException, OSError) as error:
        raise damaged(name) from error


def _text_bytes(batch: Any) -> int:
    """How much text a batch holds once it is spelled out."""
    from pyarrow import compute, types

    found = 0
    for column in batch.columns:
        if types.is_dictionary(column.type):
            lengths = compute.binary_length(column.dictionary)
            found += compute.sum(compute.take(lengths, column.indices)).as_py() or 0
    return found


def _spelled_out(batch: Any) -> Any:
    from pyarrow import RecordBatch, types

    columns = [one.dictionary_decode() if types.is_dictionary(one.type) else one for one in batch.columns]
    return RecordBatch.from_arrays(columns, names=batch.schema.names)
