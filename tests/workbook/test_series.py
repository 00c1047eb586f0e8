"""A series from a CSV file, however it was typed; what cannot be read is named with its line."""

from datetime import date
from decimal import Decimal

import pytest

from okr_engine.errors import InvalidWorkbook
from okr_engine.i18n import speak
from okr_engine.statistics.xmr import Observation
from okr_engine.words import Language
from okr_engine.workbook.series import read_series_csv

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)


def read(data: bytes | str, *, max_mb: int = 1) -> list[Observation]:
    return read_series_csv(data.encode() if isinstance(data, str) else data, file="s.csv", max_mb=max_mb)


def mistakes_of(data: bytes | str, *, max_mb: int = 1) -> list[tuple[int | None, str]]:
    with pytest.raises(InvalidWorkbook) as caught:
        read(data, max_mb=max_mb)
    for mistake in caught.value.mistakes:
        assert mistake.allowed is not None
        assert "«" not in speak(mistake.what, Language.FI) + speak(mistake.allowed, Language.FI)
    return [(mistake.place.line, mistake.what.key) for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    "text",
    [
        "date,value\n2025-01-01,1234.5\n2025-02-01,-3\n",
        "date;value\n2025-01-01;1234,5\n2025-02-01;−3\n",
        "Value\tDate\tnote\r\n1 234,5\t1.1.2025\tx\r\n-3\t1.2.2025\t\r\n",
        '\ufeff"date","value"\n"2025-01-01","1234,5"\n\n"2025-02-01",-3',
        "date;value\r2025-01-01;1234.5\r2025-02-01;-3\r",
    ],
)
def test_a_series_is_read_however_it_was_typed(text: str) -> None:
    assert read(text) == [Observation(JANUARY, Decimal("1234.5")), Observation(FEBRUARY, Decimal(-3))]


def test_another_encoding_is_read_too() -> None:
    assert read("date;value;yksikkö\n2025-01-01;1;Hyvinkää\n".encode("cp1252")) == [Observation(JANUARY, Decimal(1))]


def test_an_empty_value_is_a_missing_one() -> None:
    assert read("date;value\n2025-01-01;\n2025-02-01\n") == [Observation(JANUARY, None), Observation(FEBRUARY, None)]


@pytest.mark.parametrize("value", ["abc", "inf", "-Infinity", "NaN", "NA", "1e400", "90 %", "1,2,3", "=1+1"])
def test_what_is_no_number_is_named_with_its_line(value: str) -> None:
    [(line, key)] = mistakes_of(f'date;value\n2025-01-01;1\n2025-02-01;"{value}"\n')

    assert line == 3
    assert key in {"workbook.not_a_number", "workbook.number_too_large", "workbook.percentage_not_meant"}


@pytest.mark.parametrize("day", ["", "2025-13-01", "soon", "2025-02-30", "9999-01-01"])
def test_what_is_no_day_is_named_with_its_line(day: str) -> None:
    [(line, key)] = mistakes_of(f"date;value\n{day};1\n")

    assert line == 2
    assert key in {"workbook.not_a_day", "workbook.day_out_of_reach"}


def test_a_day_told_twice_names_both_lines() -> None:
    with pytest.raises(InvalidWorkbook) as caught:
        read("date;value\n2025-01-01;1\n2025-02-01;2\n1.1.2025;3\n")

    [mistake] = caught.value.mistakes
    assert (mistake.place.line, speak(mistake.what, Language.EN)) == (4, "The day 1 Jan 2025 is already on line 2.")


def test_every_mistake_is_told_at_once() -> None:
    assert mistakes_of("date;value\n2025-01-01;x\nsoon;y\n2025-03-01;1;2\n") == [
        (2, "workbook.not_a_number"),
        (3, "workbook.not_a_number"),
        (3, "workbook.not_a_day"),
        (4, "workbook.too_many_fields"),
    ]


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "workbook.empty_file"),
        (b" \n\n", "workbook.empty_file"),
        (b"\xef\xbb\xbf", "workbook.heading_missing"),
        (b"date;value\n", "workbook.empty_file"),
        (b"day;value\n2025-01-01;1\n", "workbook.heading_missing"),
        (b"date;value;value\n2025-01-01;1;2\n", "workbook.heading_twice"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "workbook.not_text"),
        (b"PK\x03\x04abc", "workbook.not_text"),
        (bytes(range(256)), "workbook.not_text"),
        (b'date;value\n"2025-01-01;1\n', "workbook.broken_line"),
        (b"date;value\n" + b"x" * 2**20, "workbook.too_large"),
    ],
)
def test_a_file_that_is_no_series_is_refused(data: bytes, key: str) -> None:
    assert key in {found for _, found in mistakes_of(data)}
