"""Files of every kind and condition are read row by row, and what is wrong with them is said."""

import gzip
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from openpyxl import Workbook
from pyarrow import parquet
from pydantic import ValidationError

from connectors.files.source import Settings
from connectors.files.tables import headings_of
from connectors.registry import own_source
from okr_engine.errors import InvalidInput, InvalidSettings, OkrError, SchemaChanged, SourceUnavailable
from okr_engine.measuring.sources import Batch, Page, Watermark
from okr_engine.testing.sources import SourceCase

SOURCE = own_source("files")
SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples"
HEAD = "id;unit;start\n"
CONTACTS = {
    "table": "service_event",
    "columns": {"source_event_id": "id", "unit_id": "unit", "start_ts_utc": "start"},
}


def case_for(address: Path | str, **settings: Any) -> SourceCase:
    return SourceCase(
        source=SOURCE, settings={"source_system": "ehr", "address": str(address), "columns": CONTACTS, **settings}
    )


def names(batches: list[Batch]) -> list[object]:
    return [event.values["source_event_id"] for batch in batches for event in batch.events]


def units(batches: list[Batch]) -> list[object]:
    return [event.values["unit_id"] for batch in batches for event in batch.events]


def test_excel_parquet_ndjson_and_csv_tell_the_same(tmp_path: Path) -> None:
    moment = datetime(2026, 3, 2, 9, 30)
    book = Workbook()
    assert book.active is not None
    for row in (["id", "unit", "start"], [1, "hc", moment], [None, None, None], [2, "hc", "2.3.2026 9.30"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    rows = [{"id": 1, "unit": "hc", "start": moment}, {"id": 2, "unit": "hc", "start": moment}]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "b.parquet")
    told = [{**row, "start": "2026-03-02T09:30:00"} for row in rows]
    (tmp_path / "c.ndjson").write_text("\n".join(map(json.dumps, told)), "utf-8")
    (tmp_path / "d.csv").write_text(HEAD + "1;hc;2.3.2026 9:30\n\n2;hc;2026-03-02 09:30\n", "utf-8")

    found = {path.suffix: case_for(path).read() for path in sorted(tmp_path.iterdir())}

    events = {kind: {repr(event) for batch in batches for event in batch.events} for kind, batches in found.items()}
    assert events[".xlsx"] == events[".parquet"] == events[".ndjson"] == events[".csv"]
    assert len(events[".csv"]) == 2


@pytest.mark.parametrize(
    "content",
    [
        (HEAD + "1;Päivystys;2026-03-02 09:30\n").encode("utf-8-sig"),
        (HEAD + "1;Päivystys;2026-03-02 09:30\n").encode("cp1252"),
        (HEAD + "1;Päivystys;2026-03-02 09:30\n").encode("utf-16"),
        (HEAD + "1;Päivystys;2026-03-02 09:30").replace(";", "\t").encode(),
        (HEAD + "1;Päivystys;2026-03-02 09:30\n").replace("\n", "\r\n").replace(";", ",").encode(),
        gzip.compress((HEAD + '1;"Päivystys";2026-03-02 09:30\n').encode()),
    ],
)
def test_encoding_and_delimiter_are_found_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)

    assert units(case_for(tmp_path).read()) == ["Päivystys"]


def test_lines_of_different_encodings_in_one_file_are_each_read(tmp_path: Path) -> None:
    lines = [HEAD.encode(), "1;Töölö;2026-03-02 09:30\n".encode(), "2;Töölö;2026-03-02 09:30\n".encode("cp1252")]
    (tmp_path / "a.csv").write_bytes(b"".join(lines))

    assert units(case_for(tmp_path).read()) == ["Töölö", "Töölö"]


def test_a_line_feed_in_quotation_marks_is_part_of_its_field(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id;note;unit;start\n1;"a\nb;""c""";hc;2026-03-02 09:30\n', "utf-8")

    assert names(case_for(tmp_path).read()) == ["1"]


def test_a_file_that_breaks_off_gives_what_came_before_and_heals_when_it_is_whole(tmp_path: Path) -> None:
    rows = HEAD + "".join(f"{number};hc;2026-03-02 09:30\n" for number in range(60_000))
    whole = gzip.compress(rows.encode(), mtime=0)
    path = tmp_path / "a.csv.gz"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    case = case_for(path)
    pages: list[Page] = []

    with case.client() as client, pytest.raises(SourceUnavailable) as broken:
        for page in SOURCE.pages(case.checked_settings(), client, since=None, now=case.now):
            pages += [page]
    path.write_bytes(whole)

    assert broken.value.what.key == "sources.file_damaged"
    assert 0 < sum(len(page.records) for page in pages) < 60_000
    assert all(page.watermark is None for page in pages)
    assert len(names(case.read())) == 60_000


def test_a_file_is_read_again_only_when_it_has_changed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "1;hc;2026-03-02 09:30\n", "utf-8")
    (tmp_path / "b.csv").write_text(HEAD + "2;hc;2026-03-02 09:30\n", "utf-8")
    case = case_for(tmp_path)
    kept = case.read()[-1].watermark
    unchanged = case.read(since=kept)
    (tmp_path / "b.csv").write_text(HEAD + "2;hc;2026-03-02 09:30\n3;hc;2026-03-02 09:30\n", "utf-8")

    assert names(unchanged) == []
    assert names(case.read(since=kept)) == ["2", "3"]


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("a.csv", b"", "sources.file_empty"),
        ("a.csv", b"id;unit;begin\n", "sources.columns_missing"),
        ("a.csv", b"id;unit;start;unit\n", "sources.columns_doubled"),
        ("a.xlsx", b"PK\x03\x04 no workbook", "sources.file_damaged"),
        ("a.parquet", b"PAR1 no table", "sources.file_damaged"),
        ("a.csv.gz", b"\x1f\x8b\x08 no gzip", "sources.file_damaged"),
        ("a.csv", b"id;unit;start\n1;" + b"x" * 17_000_000, "sources.file_damaged"),
        (
            "a.csv.gz",
            gzip.compress(HEAD.encode() + (b"1;" + b"x" * 99_000 + b"\n") * 300),
            "sources.grows_without_bound",
        ),
        ("a.pdf", b"%PDF", "sources.no_files"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(
    tmp_path: Path, name: str, content: bytes, key: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(OkrError) as refused:
        case_for(tmp_path).read()

    assert refused.value.what.key == key
    assert isinstance(refused.value, SchemaChanged | SourceUnavailable | InvalidInput)


def test_a_workbook_made_to_fill_the_memory_is_not_opened(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 200_000_000)
    (tmp_path / "a.xlsx").write_bytes(packed.getvalue())

    with pytest.raises(InvalidInput) as refused:
        case_for(tmp_path).read()

    assert refused.value.what.key == "sources.grows_without_bound"


@pytest.mark.parametrize("dictionary", [True, False], ids=["one text repeated", "a page of nothing"])
def test_a_table_made_to_fill_the_memory_is_not_spelled_out(tmp_path: Path, dictionary: bool) -> None:
    rows, text = (5_000, "x" * 1_000_000) if dictionary else (2_000, "x" * 40_000)
    one = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * rows, pyarrow.int32()), pyarrow.array([text]))
    column = one if dictionary else pyarrow.array([text] * rows)
    table = pyarrow.table({"id": column, "unit": ["hc"] * rows, "start": ["2026-03-02 09:30"] * rows})
    parquet.write_table(table, tmp_path / "a.parquet", compression="zstd", use_dictionary=dictionary)

    with pytest.raises(InvalidInput) as refused:
        case_for(tmp_path).read()

    assert refused.value.what.key == "sources.grows_without_bound"


def test_a_workbook_whose_sheet_breaks_off_is_damaged(tmp_path: Path) -> None:
    book, saved = Workbook(), io.BytesIO()
    assert book.active is not None
    for number in range(50):
        book.active.append(["id", "unit", "start", number])
    book.save(saved)
    with zipfile.ZipFile(saved) as whole, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        for part in whole.infolist():
            content = whole.read(part)
            archive.writestr(part, content[: len(content) // 2] if "sheet1" in part.filename else content)

    with pytest.raises(SourceUnavailable):
        case_for(tmp_path).read()


def test_the_headings_of_every_kind_of_file_are_told_in_their_order(tmp_path: Path) -> None:
    row, packed, saved, book = {"b": "1", "a": None}, io.BytesIO(), io.BytesIO(), Workbook()
    parquet.write_table(pyarrow.Table.from_pylist([row]), packed)
    assert book.active is not None
    book.active.append(["b", None, " a "])
    book.save(saved)
    files = {
        "a.csv": b"b;a\n1;\n",
        "a.csv.gz": gzip.compress(b'"b",a\n'),
        "a.ndjson": b'{"b": 1}\n\n{"a": 2, "b": 3}\n',
        "a.parquet": packed.getvalue(),
        "a.xlsx": saved.getvalue(),
    }

    found = {name: headings_of(io.BytesIO(content), name=name) for name, content in files.items()}

    assert all(headings == ["b", "a"] for headings in found.values()), found


def test_an_unclosed_quotation_mark_costs_records_but_not_the_run(tmp_path: Path) -> None:
    rows = "".join(f"{number};hc;2026-03-02 09:30\n" for number in range(3))
    (tmp_path / "a.csv").write_text(HEAD + rows + '3;"hc;2026-03-02 09:30\n' + rows, "utf-8")

    found = case_for(tmp_path).read()

    assert names(found) == ["0", "1", "2"]
    assert [each.place.line for batch in found for each in batch.set_aside] == [8]


def test_a_person_s_identity_in_the_wrong_column_is_not_repeated_in_the_reason(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id;unit;010190-123A\n1;hc;x\n", "utf-8")

    with pytest.raises(SchemaChanged) as refused:
        case_for(tmp_path).read()

    assert "010190" not in str(refused.value)


@pytest.mark.parametrize("address", ["https://county.example/a.csv", "ftp://x/a.csv", "simplecache::s3://b/a.csv", ""])
def test_addresses_that_go_round_the_guarded_client_are_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        case_for(address).checked_settings()


def test_a_store_whose_package_is_not_installed_says_what_to_install() -> None:
    with pytest.raises(InvalidSettings) as refused:
        case_for("gs://bucket/a.csv").read()

    assert refused.value.what.key == "sources.store_not_installed"


@pytest.mark.parametrize(
    "columns",
    [
        {"table": "visits", "columns": {"unit_id": "unit"}},
        {"table": "visit", "columns": {"unit": "unit"}},
        {"table": "visit", "columns": {"unit_id": "unit"}},
        {**CONTACTS, "constants": {"person_key": "1"}},
        {**CONTACTS, "codes": {"unknown": {}}},
    ],
)
def test_a_column_map_that_cannot_make_events_is_refused(columns: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"source_system": "ehr", "address": "/data", "columns": columns})


def test_a_mark_of_another_reading_is_harmless(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "1;hc;2026-03-02 09:30\n", "utf-8")
    gone = Watermark(moment=datetime(2026, 1, 1, tzinfo=UTC), cursor='{"/gone.csv": "12 1"}')

    assert names(case_for(tmp_path).read(since=gone)) == ["1"]


def test_the_encounters_of_synthea_load() -> None:
    folder = SAMPLES / "synthea_csv"
    if not folder.exists():
        pytest.skip("the sample encounters are not beside the repository")
    columns = {
        "table": "visit",
        "columns": {
            "source_event_id": "Id",
            "person_key": "PATIENT",
            "unit_id": "ORGANIZATION",
            "kind": "ENCOUNTERCLASS",
            "arrival_ts_utc": "START",
            "departure_ts_utc": "STOP",
        },
        "codes": {
            "kind": {
                "emergency": "ED",
                "urgentcare": "AMB",
                "ambulatory": "AMB",
                "outpatient": "AMB",
                "wellness": "AMB",
                "inpatient": "INP",
            }
        },
    }

    found = case_for(folder / "encounters.csv", columns=columns).read()

    visits = [event for batch in found for event in batch.events]
    aside = [each for batch in found for each in batch.set_aside]
    assert len(visits) + len(aside) == 604
    assert {each.reason.key for each in aside} <= {"events.out_of_calendar"}
    assert 0 < sum(visit.values["kind"] == "ED" for visit in visits) <= 17
