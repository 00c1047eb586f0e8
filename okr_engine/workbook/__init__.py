"""The workbook: one template in and out of files, described once, and checked before anything reaches the database."""

from okr_engine.workbook.content import Content, Entry, content_of
from okr_engine.workbook.reading import read_file, read_measurements_csv, read_workbook
from okr_engine.workbook.template import SHEETS, Column, Sheet
from okr_engine.workbook.writing import empty_template, write_measurements_csv, write_workbook

__all__ = [
    "SHEETS",
    "Column",
    "Content",
    "Entry",
    "Sheet",
    "content_of",
    "empty_template",
    "read_file",
    "read_measurements_csv",
    "read_workbook",
    "write_measurements_csv",
    "write_workbook",
]
