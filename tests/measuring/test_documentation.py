"""docs/events.md tells the truth about tables, columns, words and KPIs."""

import re
from pathlib import Path

import pytest

from okr_engine.measuring.definition import kpis
from okr_engine.measuring.tables import TABLES

PAPER = (Path(__file__).parents[2] / "docs" / "events.md").read_text("utf-8")
ROWS = {found[1]: found[0] for found in re.finditer(r"^\| `([a-z_`, ]+)` \|.*$", PAPER, re.MULTILINE)}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_described_column_by_column(name: str) -> None:
    _, _, identity, columns, _ = (cell.strip() for cell in ROWS[name].split("|"))
    table = TABLES[name]
    bold = {column.strip() for part in re.findall(r"\*\*(.+?)\*\*", columns) for column in part.split(",")}

    assert tuple(identity.split(", ")) == table.identity
    assert sorted(columns.replace("**", "").split(", ")) == sorted(table.names)
    assert bold == {column.name for column in table.columns if column.required and not column.local_day_of}


def test_the_words_of_every_coded_column_are_listed() -> None:
    coded = {column.name: column.words for table in TABLES.values() for column in table.columns if column.words}

    listed = {name: re.findall(r"`(\w+)`", ROWS[name].split("|")[2]) for name in coded}

    assert listed == {name: list(words) for name, words in coded.items()}


def test_every_kpi_is_listed() -> None:
    listed = {kpi for row in ROWS for kpi in re.split(r"`, `", row)}

    assert set(kpis()) <= listed
