"""A file that cannot be used says where it is wrong and what to do, whatever somebody uploads."""

import struct
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from okr_engine.errors import InvalidWorkbook, Mistake
from okr_engine.i18n import speak
from okr_engine.words import Language
from okr_engine.workbook import read_measurements_csv, read_workbook
from tests.workbook.samples import FILE, county_workbook, measurements_only, saved

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def mistakes_of(data: bytes, *, max_mb: int = 50) -> tuple[Mistake, ...]:
    with pytest.raises(InvalidWorkbook) as caught:
        read_workbook(data, file=FILE, max_mb=max_mb)
    return caught.value.mistakes


def only_mistake(data: bytes) -> Mistake:
    (mistake,) = mistakes_of(data)
    assert mistake.allowed is not None
    assert "«" not in speak(mistake.what, Language.FI) + speak(mistake.allowed, Language.FI)
    return mistake


def repacked(data: bytes, edit: Callable[[str, bytes], bytes]) -> bytes:
    """The workbook with the XML of its parts edited."""
    result = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(result, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, edit(name, source.read(name)))
    return result.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    result = BytesIO(data)
    with ZipFile(result, "a", ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return result.getvalue()


def encrypted_zip() -> bytes:
    """A zip whose table of contents says that its parts are locked."""
    data = bytearray(county_workbook())
    at = data.index(b"PK\x01\x02")
    data[at + 8 : at + 10] = struct.pack("<H", 1)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "workbook.empty_file"),
        (b"%PDF-1.7 renamed", "workbook.not_a_workbook"),
        (b"name;value\n", "workbook.not_a_workbook"),
        (OLE + b"\x00" * 600, "workbook.old_excel"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "workbook.has_password"),
        (encrypted_zip(), "workbook.has_password"),
        (county_workbook()[:-300], "workbook.broken_file"),
        (county_workbook()[:2000], "workbook.broken_file"),
        (with_part(county_workbook(), "xl/media/bomb.bin", bytes(60 * 2**20)), "workbook.swollen"),
        (repacked(county_workbook(), lambda name, xml: xml[: len(xml) // 2]), "workbook.broken_file"),
    ],
    ids=["empty", "pdf", "csv", "xls", "encrypted", "locked zip", "truncated", "torn", "bomb", "half of each part"],
)
def test_what_is_no_readable_workbook_is_refused_with_the_remedy(data: bytes, key: str):
    assert only_mistake(data).what.key == key


def test_a_zip_that_is_no_workbook_is_told_apart():
    zipped = BytesIO()
    with ZipFile(zipped, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")

    assert only_mistake(zipped.getvalue()).what.key == "workbook.not_a_workbook"


def test_a_file_above_the_limit_is_refused_before_it_is_opened():
    (mistake,) = mistakes_of(bytes(3 * 2**20), max_mb=2)

    assert (mistake.what.key, mistake.what.values["size"]) == ("workbook.too_large", 3)


def test_entities_in_the_xml_are_refused():
    def bomb(name: str, xml: bytes) -> bytes:
        if name != "xl/workbook.xml":
            return xml
        entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        return entities + xml.split(b"?>", 1)[-1]

    assert only_mistake(repacked(county_workbook(), bomb)).what.key == "workbook.broken_file"


def edited(cell: str, value: Any, sheet: str = "Mittaustulokset") -> bytes:
    def edit(workbook: Any) -> None:
        workbook[sheet][cell] = value

    return county_workbook(edit)


@pytest.mark.parametrize(
    ("cell", "value", "key"),
    [
        ("D2", "hyvä", "workbook.not_a_number"),
        ("D2", "1 2,5", "workbook.not_a_number"),
        ("D2", "nan", "workbook.not_a_number"),
        ("D2", "1e400", "workbook.number_too_large"),
        ("D2", "1e300", "workbook.number_too_large"),
        ("D2", "9" * 100, "workbook.not_a_number"),
        ("D2", 1e13, "workbook.value_not_allowed"),
        ("D2", "=1+1", "workbook.formula"),
        ("D2", "#N/A", "workbook.error_value"),
        ("D2", True, "workbook.not_a_number"),
        ("D2", datetime(2025, 6, 30), "workbook.not_a_number"),
        ("D2", None, "workbook.row_contradicts"),
        ("E2", "ei kerätty", "workbook.row_contradicts"),
        ("E2", "muusta syystä", "workbook.not_a_choice"),
        ("C2", "Q5/2025", "error.no_such_period"),
        ("C2", "13/2025", "error.no_such_period"),
        ("C2", "kesä", "error.not_a_period"),
        ("C2", None, "workbook.cell_empty"),
        ("H2", 12.5, "workbook.not_whole"),
        ("H2", -1, "workbook.value_not_allowed"),
        ("A2", "ei kelpaa!", "workbook.value_not_allowed"),
        ("A2", datetime(2025, 1, 1), "workbook.day_for_a_code"),
        ("M2", "ehkä", "workbook.not_yes_or_no"),
        ("O2", "x" * 501, "workbook.text_too_long"),
        ("P2", "eksynyt", "workbook.value_without_heading"),
    ],
)
def test_a_mistake_in_a_cell_names_the_cell_and_the_remedy(cell: str, value: Any, key: str):
    mistake = only_mistake(edited(cell, value))

    assert mistake.what.key == key
    assert mistake.place.sheet == "Mittaustulokset"
    assert mistake.place.cell in (cell, "A2")


@pytest.mark.parametrize("written", [b"NaN", b"abc", b"INF"])
def test_a_number_cell_that_holds_no_number_is_found_in_the_sheet_itself(written: bytes):
    broken = repacked(edited("D2", 4711), lambda name, xml: xml.replace(b"<v>4711</v>", b"<v>" + written + b"</v>"))

    mistake = only_mistake(broken)

    assert (mistake.what.key, mistake.place.cell) == ("workbook.not_a_number", "D2")


def test_a_number_cell_beyond_all_numbers_is_a_mistake_at_its_cell():
    broken = repacked(edited("D2", 4711), lambda name, xml: xml.replace(b"<v>4711</v>", b"<v>1e400</v>"))

    mistake = only_mistake(broken)

    assert (mistake.what.key, mistake.place.cell) == ("workbook.number_too_large", "D2")


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "rule"),
    [
        ("Strategiat", "G2", "1.1.2020", "workbook.rule_ends"),
        ("Avaintulokset", "L2", "1.1.2020", "workbook.rule_due"),
        ("Mittarit", "K3", 500, "workbook.rule_lowest_below_highest"),
        ("Organisaatio", "B2", None, "workbook.rule_name"),
        ("Tavoitetasot", "D2", None, "workbook.rule_value_or_range"),
        ("Tavoitetasot", "C2", "1.1.2020", "workbook.rule_ends"),
        ("Mittaustulokset", "E2", "myöhässä", "workbook.rule_value_or_reason"),
    ],
)
def test_a_rule_between_the_cells_of_a_row_is_told_in_words(sheet: str, cell: str, value: Any, rule: str):
    mistake = only_mistake(edited(cell, value, sheet))

    assert mistake.allowed is not None
    assert mistake.allowed.key == rule


def test_all_mistakes_are_told_at_once():
    def edit(workbook: Any) -> None:
        workbook["Mittaustulokset"]["D2"] = "hyvä"
        workbook["Mittaustulokset"]["C3"] = "kesä"
        workbook["Avaintulokset"]["I2"] = "ylös"

    assert {mistake.place.cell for mistake in mistakes_of(county_workbook(edit))} == {"D2", "C3", "I2"}


def test_beyond_five_hundred_mistakes_the_rest_are_counted():
    mistakes = mistakes_of(measurements_only(*[("nps", "county", "2025-H1", "huono")] * 600))

    assert len(mistakes) == 501
    assert (mistakes[-1].what.key, mistakes[-1].what.values["count"]) == ("workbook.more_mistakes", 100)


def test_a_renamed_column_is_named_with_the_heading_it_resembles():
    mistake = only_mistake(edited("C1", "Jaksot"))

    assert (mistake.what.key, mistake.place.cell) == ("workbook.unknown_heading", "C1")
    assert mistake.allowed is not None
    assert speak(mistake.allowed, Language.FI) == "Tarkoititko: Jakso?"


def test_a_required_column_that_is_gone_is_missed():
    mistakes = mistakes_of(edited("C1", "Kissa"))

    assert [(one.what.key, one.place.cell) for one in mistakes] == [
        ("workbook.unknown_heading", "C1"),
        ("workbook.heading_missing", "A1"),
    ]


def test_a_column_that_is_there_twice_is_refused():
    assert only_mistake(edited("N1", "Arvo")).what.key == "workbook.heading_twice"


def test_merged_cells_are_named():
    data = county_workbook(lambda workbook: workbook["Mittaustulokset"].merge_cells("D2:D3"))

    mistake = next(one for one in mistakes_of(data) if one.what.key == "workbook.merged_cells")

    assert (mistake.place.sheet, mistake.place.cell) == ("Mittaustulokset", "D2:D3")


def test_a_sheet_that_was_deleted_is_missed():
    mistake = only_mistake(county_workbook(lambda workbook: workbook.remove(workbook["Tavoitteet"])))

    assert mistake.what.key == "workbook.sheet_missing"
    assert speak(mistake.what, Language.FI) == "Taulukko Tavoitteet puuttuu."


def test_a_misspelt_sheet_is_named_with_the_one_it_resembles():
    def rename(workbook: Any) -> None:
        workbook["Mittaustulokset"].title = "Mittaustuloset"

    unknown = next(one for one in mistakes_of(county_workbook(rename)) if one.what.key == "workbook.unknown_sheet")

    assert unknown.place.sheet == "Mittaustuloset"
    assert unknown.allowed is not None
    assert "Mittaustulokset" in speak(unknown.allowed, Language.FI)


def test_a_workbook_with_none_of_our_sheets_says_which_they_are():
    assert only_mistake(saved(Workbook())).what.key == "workbook.no_sheet_of_ours"


def test_extra_and_hidden_sheets_are_passed_over_with_a_note():
    def edit(workbook: Any) -> None:
        workbook.create_sheet("Omat muistiinpanot")
        workbook.create_sheet("Laskenta").sheet_state = "hidden"

    notes = read_workbook(county_workbook(edit), file=FILE, max_mb=5).notes

    assert {note.key for note in notes} == {"workbook.hidden_sheet", "workbook.extra_sheet"}


def test_two_million_rows_are_refused_without_reading_them_all():
    line = b"nps;county;2025-H1;1\n"

    with pytest.raises(InvalidWorkbook) as caught:
        read_measurements_csv(b"indicator;unit;period;value\n" + line * 2_000_000, file="m.csv", max_mb=100)

    assert [mistake.what.key for mistake in caught.value.mistakes] == ["workbook.too_many_rows"]


def test_a_value_on_the_last_row_a_sheet_can_have_does_not_hold_up_the_reading():
    (mistake,) = mistakes_of(edited("A1048576", "nps"))

    assert mistake.what.key == "workbook.too_many_rows"


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("indicator;unit;value\nnps;county;1\n", "workbook.heading_missing", 1),
        ("indicator;unit;period;valuee\nnps;county;2025;1\n", "workbook.unknown_heading", 1),
        ("indicator,unit,period,value\nnps,county,2025,90,81\n", "workbook.too_many_fields", 2),
        ("indicator;unit;period;value\n\nnps;county;2025;huono\n", "workbook.not_a_number", 3),
        ('indicator;unit;period;value\nnps;county;2025;"1', "workbook.broken_line", 2),
    ],
)
def test_a_mistake_in_a_csv_file_names_the_line_and_the_remedy(text: str, key: str, line: int):
    with pytest.raises(InvalidWorkbook) as caught:
        read_measurements_csv(text.encode(), file="m.csv", max_mb=1)

    (mistake,) = caught.value.mistakes
    assert (mistake.what.key, mistake.place.line) == (key, line)
    assert mistake.allowed is not None


@pytest.mark.parametrize("data", [b"indicator;unit\x81\x00", b"\xff\xfea", b"PK\x03\x04", b"%PDF-1.7"])
def test_a_csv_file_that_is_no_text_is_refused(data: bytes):
    with pytest.raises(InvalidWorkbook) as caught:
        read_measurements_csv(data, file="m.csv", max_mb=1)

    assert [mistake.what.key for mistake in caught.value.mistakes] == ["workbook.not_text"]
