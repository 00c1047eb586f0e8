"""What we write is the same bytes on any day, explains itself, and holds no formula."""

import time
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from okr_engine.i18n import spoken
from okr_engine.model import MeasurementForm, OrgUnitForm
from okr_engine.periods import Period
from okr_engine.words import Language
from okr_engine.workbook import SHEETS, content_of, empty_template, read_workbook, write_workbook
from tests.workbook.samples import FILE, county


@pytest.mark.parametrize("language", list(Language))
def test_the_same_content_is_the_same_bytes_a_moment_later(language: Language):
    first = write_workbook(county(), language)
    time.sleep(2.1)

    assert write_workbook(county(), language) == first


@pytest.mark.parametrize("language", list(Language))
def test_an_empty_template_is_read_as_nothing(language: Language):
    content = read_workbook(empty_template(language), file=FILE, max_mb=5)

    assert not any(content.entries.values())


@pytest.mark.parametrize("language", list(Language))
def test_the_guide_names_every_column_of_every_sheet(language: Language):
    workbook = load_workbook(BytesIO(empty_template(language)))
    said = {(row[0], row[1]) for row in workbook.worksheets[0].iter_rows(values_only=True)}

    for sheet in SHEETS:
        assert (spoken(sheet.heading, language), None) in said
        assert {(None, spoken(column.heading, language)) for column in sheet.columns} <= said
        assert sheet.letters.keys() == sheet.form.model_fields.keys()


def test_headings_stay_in_sight_and_lists_offer_what_is_allowed():
    sheet = load_workbook(BytesIO(empty_template(Language.FI)))["Mittaustulokset"]

    lists = {str(each.sqref): each.formula1 for each in sheet.data_validations.dataValidation}
    assert sheet.freeze_panes == "A2"
    assert lists["A2:A10000"] == "'Mittarit'!$A$2:$A$10000"
    assert "liian vähän vastauksia" in str(lists["E2:E10000"])


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@a", "#N/A", "TRUE"])
def test_text_is_text_in_a_cell_whatever_it_begins_with(text: str):
    content = content_of([OrgUnitForm(code="u", name_fi=text)], file=FILE)

    written = write_workbook(content, Language.FI)

    cell = load_workbook(BytesIO(written))["Organisaatio"]["B2"]
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix or text[0] not in "=+-@"
    assert read_workbook(written, file=FILE, max_mb=5).forms(OrgUnitForm) == content.forms(OrgUnitForm)


@pytest.mark.parametrize("value", ["90.81", "-100", "0.1234567890123456789", "999999999999.123456", "1E+3", "0.000"])
def test_every_figure_is_read_back_exactly(value: str):
    content = content_of(
        [MeasurementForm(indicator="s", unit="c", period=Period.parse("2025"), value=Decimal(value))], file=FILE
    )

    read = read_workbook(write_workbook(content, Language.FI), file=FILE, max_mb=5)

    assert read.forms(MeasurementForm)[0].value == Decimal(value)
