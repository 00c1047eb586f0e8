"""Cells are read as people type them: Finnish decimals, percent cells, dates and quarters in many spellings."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from okr_engine.model import MeasurementForm, OrgUnitForm, RoleHoldingForm
from okr_engine.periods import Cadence, Period
from okr_engine.words import Language
from okr_engine.workbook import content_of, read_measurements_csv, read_workbook, write_measurements_csv
from okr_engine.workbook.cells import exact, plain, settled_period
from okr_engine.workbook.choices import CHOICES, choices_by_word, spellings
from okr_engine.workbook.content import Entry
from tests.workbook.samples import FILE, county, county_workbook, measurements_only, saved


def the_measurement(data: bytes) -> Entry[MeasurementForm]:
    (entry,) = read_workbook(data, file=FILE, max_mb=5).of(MeasurementForm)
    return entry


def with_value(value: object) -> Entry[MeasurementForm]:
    return the_measurement(measurements_only(("solved", "county", "2025-Q2", value)))


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        (90.81, "90.81"),
        (0.1 + 0.2, "0.3"),
        (90, "90"),
        ("90,81", "90.81"),
        (" 90.81 ", "90.81"),
        ("-5", "-5"),
        ("\N{MINUS SIGN}5,5", "-5.5"),
        ("12\u00a0345,6", "12345.6"),
        ("12 345", "12345"),
        ("1.234.567,8", "1234567.8"),
        ("1,234,567.8", "1234567.8"),
        ("1,5E-3", "0.0015"),
    ],
)
def test_numbers_are_exact_in_whichever_way_they_are_typed(typed: object, value: str):
    assert with_value(typed).form.value == Decimal(value)


def test_a_percent_cell_and_a_percent_sign_are_read_in_percent_and_marked():
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Mittaustulokset"
    sheet.append(["Mittari", "Yksikkö", "Jakso", "Arvo"])
    sheet.append(["solved", "county", "2025-Q1", 0.9081])
    sheet.append(["solved", "county", "2025-Q2", "70,11 %"])
    sheet["D2"].number_format = "0.00%"

    entries = read_workbook(saved(workbook), file=FILE, max_mb=5).of(MeasurementForm)

    assert [entry.form.value for entry in entries] == [Decimal("90.81"), Decimal("70.11")]
    assert all(entry.percentages == {"value"} for entry in entries)


@pytest.mark.parametrize("typed", ["2025-Q2", "Q2/2025", "2025Q2", " 2025 - Q2 "])
def test_quarters_are_read_in_several_spellings(typed: str):
    assert the_measurement(measurements_only(("s", "c", typed, 1))).form.period.code == "2025-Q2"


def test_a_year_typed_as_a_number_is_a_period():
    assert the_measurement(measurements_only(("s", "c", 2025, 1))).form.period.code == "2025"


@pytest.mark.parametrize(
    ("typed", "cadence", "code"),
    [
        ("2/2025", Cadence.QUARTER, "2025-Q2"),
        ("2/2025", Cadence.MONTH, "2025-02"),
        ("2/2025", Cadence.HALF_YEAR, "2025-H2"),
        (date(2025, 6, 30), Cadence.QUARTER, "2025-Q2"),
        (date(2025, 6, 1), Cadence.MONTH, "2025-06"),
    ],
)
def test_a_number_and_a_year_wait_for_the_indicators_cadence(typed: Any, cadence: Cadence, code: str):
    entry = the_measurement(measurements_only(("s", "c", typed, 1)))

    assert entry.typed_period == typed
    assert settled_period(entry.typed_period, cadence).code == code


@pytest.mark.parametrize("typed", ["30.6.2025", "2025-06-30", date(2025, 6, 30), datetime(2025, 6, 30), " 30.06.2025"])
def test_dates_are_read_in_several_spellings(typed: object):
    data = county_workbook(lambda workbook: workbook["Roolien haltijat"].__setitem__("D2", typed))

    assert read_workbook(data, file=FILE, max_mb=5).forms(RoleHoldingForm)[0].ends == date(2025, 6, 30)


@pytest.mark.parametrize("typed", ["kyllä", "Kyllä ", "ja", "yes", "x", 1, "1", True])
def test_yes_is_yes_in_three_languages_and_as_a_cross(typed: object):
    data = county_workbook(lambda workbook: workbook["Roolien haltijat"].__setitem__("E2", typed))

    assert read_workbook(data, file=FILE, max_mb=5).forms(RoleHoldingForm)[0].deputy is True


@pytest.mark.parametrize(("typed", "code"), [(1.1, "1.1"), (5, "5"), (5.0, "5"), (" A1.1 ", "A1.1")])
def test_codes_typed_as_numbers_or_with_spaces_are_codes(typed: object, code: str):
    assert the_measurement(measurements_only((typed, "county", "2025", 1))).form.indicator == code


def test_blank_rows_between_are_passed_over_and_places_stay_right():
    data = measurements_only(("s", "c", "2025", 1), (None, " ", None, None), ("s", "c", "2026", 2))

    entries = read_workbook(data, file=FILE, max_mb=5).of(MeasurementForm)

    assert [str(entry.place_of("value")) for entry in entries] == [
        f"{FILE} : Mittaustulokset : D2",
        f"{FILE} : Mittaustulokset : D4",
    ]


@pytest.mark.parametrize("language", list(Language))
def test_a_template_is_understood_in_every_language(language: Language):
    content = read_workbook(county_workbook(language=language), file=FILE, max_mb=5)

    assert all(content.forms(form) == county().forms(form) for form in county().entries)


def test_headings_may_be_the_fields_own_names_and_differ_in_case():
    data = measurements_only(("s", "c", "2025", 1), headings=("INDICATOR", "unit", "Jakso *", "värde"))

    assert the_measurement(data).form.value == 1


@pytest.mark.parametrize("choices", CHOICES)
def test_no_word_means_two_things_in_a_list(choices: Any):
    words = {word.casefold() for each in CHOICES[choices].values() for word in spellings(each)}
    by_member = [{word.casefold() for word in spellings(each)} for each in CHOICES[choices].values()]

    assert set(CHOICES[choices]) == set(choices)
    assert sum(len(each) for each in by_member) == len(words)
    assert set(choices_by_word(choices)) >= words


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_files_come_with_any_delimiter_and_mark(delimiter: str, encoding: str):
    lines = [["Mittari", "Yksikkö", "Jakso", "Arvo", "Huomautus"], ["nps", "county", "H1/2025", '"-5,5"', "Yö"]]
    data = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)

    content = read_measurements_csv(data, file="m.csv", max_mb=1)

    (form,) = content.forms(MeasurementForm)
    assert (form.value, form.comment, content.notes) == (Decimal("-5.5"), "Yö", ())


def test_a_csv_file_in_windows_1252_is_read_with_a_note():
    content = read_measurements_csv(
        "Mittari;Yksikkö;Jakso;Arvo\nnps;county;2025;1\n".encode("cp1252"), file="m.csv", max_mb=1
    )

    assert [note.key for note in content.notes] == ["workbook.not_utf8"]
    assert len(content.forms(MeasurementForm)) == 1


@given(st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, places=6))
def test_every_number_has_one_spelling_that_is_read_back(value: Decimal):
    assert Decimal(plain(value)) == value


@given(st.integers(-(10**14), 10**14), st.integers(0, 6))
def test_a_spreadsheets_number_of_fifteen_digits_is_exact(digits: int, places: int):
    value = Decimal(digits).scaleb(-places)

    assert exact(float(value)) == value


@given(st.text(max_size=40))
def test_any_comment_survives_a_csv_file(text: str):
    form = MeasurementForm(indicator="s", unit="c", period=Period.parse("2025"), value=Decimal(1), comment=text)
    once = read_measurements_csv(
        write_measurements_csv(content_of([form], file=FILE), Language.FI), file=FILE, max_mb=1
    )

    again = read_measurements_csv(write_measurements_csv(once, Language.FI), file=FILE, max_mb=1)

    assert again.forms(MeasurementForm) == once.forms(MeasurementForm)


@pytest.mark.parametrize("text", ["=1+1", "+358", "-vähenee", "@nimi", "'=x", "''=x", "'sitaatti"])
def test_text_that_begins_like_a_formula_is_no_formula_in_a_csv_file(text: str):
    form = MeasurementForm(indicator="s", unit="c", period=Period.parse("2025"), value=Decimal(-1), comment=text)

    written = write_measurements_csv(content_of([form], file=FILE), Language.FI)

    fields = written.decode("utf-8-sig").splitlines()[1].split(";")
    assert fields[13].startswith("'")
    assert fields[3] == "-1"
    assert read_measurements_csv(written, file=FILE, max_mb=1).forms(MeasurementForm) == [form]


def test_a_unit_name_is_text_even_where_excel_sees_a_number():
    data = county_workbook(lambda workbook: workbook["Organisaatio"].__setitem__("B2", 112))

    assert read_workbook(data, file=FILE, max_mb=5).forms(OrgUnitForm)[0].name_fi == "112"
