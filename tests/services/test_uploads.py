"""Files of events brought in by hand: what is proposed, shown, stored, set aside and remembered."""

import gzip
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from openpyxl import Workbook
from pyarrow import parquet
from sqlalchemy import Engine
from sqlmodel import col, select

from okr_engine.access import Actor
from okr_engine.database import writing
from okr_engine.errors import InvalidInput, InvalidSettings, NotAllowed, OkrError, SchemaChanged
from okr_engine.measuring.folders import opened, parquet_files, rows_of
from okr_engine.measuring.set_aside import records_set_aside
from okr_engine.measuring.tables import TABLES
from okr_engine.model import Calculation, Indicator, Measurement, OrgUnit, RememberedMapping, Source
from okr_engine.services.column_guesses import guessed_columns, guessed_table, guessed_words
from okr_engine.services.finality import declare_final, reopen
from okr_engine.services.findings import FigureKey
from okr_engine.services.installation import Installation
from okr_engine.services.people import actor_with_code
from okr_engine.services.uploads import (
    Brought,
    Meaning,
    Preview,
    Sample,
    UploadedFile,
    bring_in,
    code_guesses,
    preview_of,
    proposed_meaning,
    sample_of,
)
from okr_engine.settings import Settings
from tests.services.small_county import DATA_STEWARD, FIRST_LINE_OWNER, NOW, Q2, STRATEGY_OFFICE, TODAY, SmallCounty

HETU = "131052-308T"
HEAD = "Tapahtuma;Hetu;Yksikkö;Saapui;Lähti\n"
VISITS = (
    HEAD
    + f"1;{HETU};Malmi;2.6.2025 8.30;2.6.2025 9.15\n"
    + f"2;{HETU};Malmi;3.6.2025 8.30;3.6.2025 7.15\n"
    + "3;010190-123A;Jorvi;4.6.2025 8.30;\n"
)


CONTACTS = (
    "Tapahtuma;Yksikkö;Yhteystapa;Alkupäivä\n"
    "1;Malmi;vastaanotto;2.6.2025\n2;Malmi;vastaanotto;3.6.2025\n3;Jorvi;kotikäynti;4.6.2025\n"
)


class Upload:
    """A county into which files are brought."""

    def __init__(self, engine: Engine, folder: Path, **settings: Any) -> None:
        county = SmallCounty.laid_out(engine)
        known: dict[str, Any] = {"person_key": "a key of sixteen or more", "events": folder} | settings
        self.place = Installation(Settings(**known), engine, county.rulebooks, clock=lambda: NOW)
        self.folder = folder

    def who(self, code: str = DATA_STEWARD) -> Actor:
        return self.place.ask(actor_with_code, code, today=TODAY)

    def sample(self, content: str | bytes = VISITS, name: str = "visits.csv", who: str = DATA_STEWARD) -> Sample:
        raw = content.encode() if isinstance(content, str) else content
        return sample_of(self.who(who), UploadedFile(name, raw), max_mb=self.place.settings.max_upload_mb)

    def proposal(self, sample: Sample) -> Meaning:
        return self.place.ask(proposed_meaning, self.who(), sample)

    def meaning(self, sample: Sample, **more: Any) -> Meaning:
        more = {"constants": {"kind": "ED"}} | more
        return replace(self.proposal(sample), **more)

    def preview(self, sample: Sample, **more: Any) -> Preview:
        return preview_of(self.who(), sample, self.meaning(sample, **more), self.place.settings, now=NOW)

    def bring(self, sample: Sample, who: str = DATA_STEWARD, **more: Any) -> Brought:
        return bring_in(self.place, self.who(who), sample, self.meaning(sample, **more))

    def stored(self, table: str = "visit") -> list[dict[str, Any]]:
        if not (files := parquet_files(self.folder, table)):
            return []
        with opened() as connection:
            found = connection.execute(f"SELECT * FROM {rows_of(files)} ORDER BY 2")  # noqa: S608 - our own files
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def compute_service_events(self) -> None:
        """Let an indicator without a figure be computed from the events from the second quarter on."""
        with writing(self.place.engine, actor="test", now=NOW) as session:
            indicator = session.exec(select(Indicator).where(Indicator.code == "events")).one()
            unit = session.exec(select(OrgUnit).where(OrgUnit.code == "county.integrated")).one()
            source = Source(code="registers", name_fi="Rekisterit", connector="files", unit_id=unit.id)
            session.add(source)
            session.flush()
            session.add(
                Calculation(
                    kpi="service_events",
                    indicator_id=indicator.id,
                    unit_id=unit.id,
                    source_id=source.id,
                    first_period=Q2,
                )
            )

    def figures(self) -> list[Measurement]:
        """The indicator's figures of the second quarter."""
        query = (
            select(Measurement)
            .join(Indicator, col(Indicator.id) == col(Measurement.indicator_id))
            .where(Indicator.code == "events", col(Measurement.period) == Q2)
        )
        return self.place.ask(lambda session: list(session.exec(query)))

    def remembered(self) -> list[RememberedMapping]:
        return self.place.ask(lambda session: list(session.exec(select(RememberedMapping))))


@pytest.fixture
def upload(memory_engine: Engine, tmp_path: Path) -> Upload:
    return Upload(memory_engine, tmp_path / "events")


def test_a_finnish_heading_tells_what_its_column_means(upload: Upload) -> None:
    assert upload.proposal(upload.sample()) == Meaning(
        "visits",
        "visit",
        {
            "source_event_id": "Tapahtuma",
            "person_key": "Hetu",
            "unit_id": "Yksikkö",
            "arrival_ts_utc": "Saapui",
            "departure_ts_utc": "Lähti",
        },
    )


@pytest.mark.parametrize(
    ("headings", "table"),
    [
        (["Händelse", "Personbeteckning", "Enhet", "Ankomst", "Avgång"], "visit"),
        (["source_event_id", "unit_id", "contact_kind", "start_date_local"], "service_event"),
        (["Odotus", "Yksikkö", "Palveluluokka", "Alkupäivä", "Päättyi", "Päättymissyy"], "waiting_episode"),
        (["Vastaus", "Mittari", "Yksikkö", "Vastattu", "Arvo"], "survey_response"),
        (["Tunnusluku", "Alue", "Jakso alkaa", "Jakso päättyy", "Arvo"], "observation"),
    ],
)
def test_the_headings_tell_what_the_rows_are(headings: list[str], table: str) -> None:
    assert guessed_table(headings) == table


def test_no_heading_means_two_things() -> None:
    for table in TABLES:
        found = guessed_columns(table, ["id", "Alkoi", "Päättyi", "Mittari", "Arvo", "Yksikkö"])
        assert len(set(found.values())) == len(found)


@pytest.mark.parametrize(
    ("name", "system"), [("Käynnit 2025-06.csv", "kaynnit"), ("acute_er_01.csv.gz", "acute-er"), ("2025.csv", "upload")]
)
def test_the_source_system_is_proposed_by_the_files_name(upload: Upload, name: str, system: str) -> None:
    assert upload.proposal(upload.sample(gzip.compress(VISITS.encode()), name)).source_system == system


def test_codes_are_guessed_from_their_words() -> None:
    kind = TABLES["visit"].column("kind")
    assert guessed_words(kind, ["Päivystys", "ED", "mottagning", "X9"]) == {
        "Päivystys": "ED",
        "ED": "ED",
        "mottagning": "AMB",
    }


def test_a_code_nobody_knows_waits_for_its_word(upload: Upload) -> None:
    sample = upload.sample("Tapahtuma;Yksikkö;Saapui;Laji\n1;Malmi;2.6.2025 8.30;X9\n2;Malmi;2.6.2025 8.30;Päivystys\n")

    assert code_guesses(sample, TABLES["visit"].column("kind"), "Laji") == {"Päivystys": "ED", "X9": None}


def test_what_is_still_needed_is_named(upload: Upload) -> None:
    assert upload.proposal(upload.sample()).still_needed == ("kind",)


def test_a_preview_shows_events_and_what_is_set_aside_and_stores_nothing(upload: Upload) -> None:
    preview = upload.preview(upload.sample())

    assert (preview.read, preview.usable) == (3, 2)
    assert [(one.place.line, one.reason.key) for one in preview.set_aside] == [(3, "events.ends_before_start")]
    assert preview.events[0]["arrival_ts_utc"] == datetime(2025, 6, 2, 5, 30, tzinfo=UTC)
    assert not upload.folder.exists()


def test_a_preview_never_shows_an_identifier_even_in_a_column_where_it_does_not_belong(upload: Upload) -> None:
    sample = upload.sample()
    columns = {**upload.proposal(sample).columns, "triage": "Hetu"}

    shown = repr(upload.preview(sample, columns=columns))

    assert HETU not in shown
    assert all(len(str(event["person_key"])) == 9 for event in upload.preview(sample).events)


def test_without_a_key_for_persons_the_remedy_is_said(memory_engine: Engine, tmp_path: Path) -> None:
    upload = Upload(memory_engine, tmp_path, person_key=None)
    with pytest.raises(InvalidSettings) as refused:
        upload.preview(upload.sample())

    assert refused.value.remedy is not None


def test_without_persons_no_key_is_needed(memory_engine: Engine, tmp_path: Path) -> None:
    upload = Upload(memory_engine, tmp_path, person_key=None)
    sample = upload.sample("Tapahtuma;Yksikkö;Saapui\n1;Malmi;2.6.2025 8.30\n")

    assert upload.bring(sample).stored.added == 1


def test_what_is_brought_in_is_stored_with_its_run_and_the_rest_is_listed(upload: Upload) -> None:
    done = upload.bring(upload.sample())

    assert (done.read, done.stored.added, done.set_aside) == (3, 2, 1)
    assert {row["run"] for row in upload.stored()} == {done.run} == {"upload-20250715T090000Z"}
    (aside,) = records_set_aside(upload.folder, done.run)
    assert (aside.place.file, aside.place.line) == ("visits.csv", 3)


def test_no_identifier_reaches_the_disk(upload: Upload) -> None:
    upload.bring(upload.sample())

    assert all(HETU.encode() not in path.read_bytes() for path in upload.folder.rglob("*") if path.is_file())


def test_the_same_file_again_changes_nothing(upload: Upload) -> None:
    upload.bring(upload.sample())

    again = upload.bring(upload.sample())

    assert (again.stored.added, again.stored.replaced, again.stored.unchanged) == (0, 0, 2)


def test_the_mapping_is_remembered_for_the_same_headings_in_any_order(upload: Upload) -> None:
    upload.bring(upload.sample(), source_system="acute")

    other = upload.sample("Lähti;Saapui;Yksikkö;Hetu;Tapahtuma\n;2.6.2025 8.30;Malmi;;9\n")

    known = upload.proposal(other)
    assert (known.remembered_from, known.source_system, known.constants) == (DATA_STEWARD, "acute", {"kind": "ED"})


def test_a_corrected_mapping_takes_the_place_of_the_first(upload: Upload) -> None:
    upload.bring(upload.sample())
    upload.bring(upload.sample(), who=STRATEGY_OFFICE, constants={"kind": "AMB"})

    (known,) = upload.remembered()
    assert (known.saved_by, known.column_map["constants"], known.version) == (STRATEGY_OFFICE, {"kind": "AMB"}, 2)


def test_excel_parquet_and_ndjson_are_read_as_well(upload: Upload) -> None:
    row = {"Tapahtuma": "1", "Hetu": HETU, "Yksikkö": "Malmi", "Saapui": "2025-06-02T08:30:00", "Lähti": None}
    book, packed, saved = Workbook(), io.BytesIO(), io.BytesIO()
    assert book.active is not None
    book.active.append(list(row))
    book.active.append(list(row.values()))
    book.save(saved)
    parquet.write_table(pyarrow.Table.from_pylist([row]), packed)
    files = {"a.xlsx": saved.getvalue(), "a.parquet": packed.getvalue(), "a.ndjson": json.dumps(row).encode()}

    shown = [upload.preview(upload.sample(content, name)).events for name, content in files.items()]

    assert shown[0] == shown[1] == shown[2]
    assert len(shown[0]) == 1


def test_lines_of_mixed_encodings_are_each_read(upload: Upload) -> None:
    lines = [
        HEAD.encode(),
        b"1;;T\xc3\xb6\xc3\xb6l\xc3\xb6;2.6.2025 8.30;\n",
        "2;;Töölö;2.6.2025 8.30;\n".encode("cp1252"),
    ]

    events = upload.preview(upload.sample(b"".join(lines))).events

    assert [event["unit_id"] for event in events] == ["Töölö", "Töölö"]


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 100_000_000)
    return packed.getvalue()


def broken_sheet() -> bytes:
    """A workbook whose sheet breaks off in the middle of its XML."""
    book, saved, cut = Workbook(), io.BytesIO(), io.BytesIO()
    assert book.active is not None
    for number in range(50):
        book.active.append(["Tapahtuma", number])
    book.save(saved)
    with zipfile.ZipFile(saved) as whole, zipfile.ZipFile(cut, "w") as archive:
        for part in whole.infolist():
            content = whole.read(part)
            archive.writestr(part, content[: len(content) // 2] if "sheet1" in part.filename else content)
    return cut.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("a.csv", b"", "sources.file_empty"),
        ("a.csv", b"\n\n", "sources.file_empty"),
        ("a.csv", HEAD.encode(), "uploads.no_records"),
        ("a.csv", b"\x00\x01\x02\xff\xfe" * 100, "uploads.no_records"),
        ("a.csv.gz", gzip.compress(VISITS.encode() * 1000)[:400], "sources.file_damaged"),
        ("a.csv.gz", b"\x1f\x8b\x08 no gzip", "sources.file_damaged"),
        (
            "a.csv.gz",
            gzip.compress(HEAD.encode() + (b"1;" + b"x" * 99_000 + b"\n") * 300),
            "sources.grows_without_bound",
        ),
        ("a.csv", HEAD.encode() + b"1;" + b"x" * 17_000_000, "sources.file_damaged"),
        ("a.xlsx", b"PK\x03\x04 no workbook", "sources.file_damaged"),
        ("a.xlsx", bomb(), "sources.grows_without_bound"),
        ("a.xlsx", broken_sheet(), "sources.file_damaged"),
        ("a.parquet", b"PAR1 no table PAR1", "sources.file_damaged"),
        ("a.ndjson", b"no json\n[1]\n", "sources.file_empty"),
        ("a.pdf", b"%PDF", "uploads.unknown_kind"),
        ("a", b"x", "uploads.unknown_kind"),
        ("a.csv", f"1;{HETU};Malmi;2.6.2025 8.30;\n2;010190-123A;Malmi;;\n".encode(), "uploads.no_headings"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_used_is_a_sentence(upload: Upload, name: str, content: bytes, key: str) -> None:
    with pytest.raises(OkrError) as refused:
        upload.sample(content, name)

    assert refused.value.what.key == key
    assert HETU not in str(refused.value)


def test_a_column_that_is_not_there_when_the_file_is_read_stores_nothing(upload: Upload) -> None:
    sample = upload.sample()
    with pytest.raises(SchemaChanged):
        upload.bring(sample, columns={**upload.proposal(sample).columns, "unit_id": "Toimipiste"})

    assert upload.stored() == []


def test_a_file_that_breaks_off_after_its_sample_stores_nothing(upload: Upload) -> None:
    rows = "".join(f"{number};;Malmi;2.6.2025 8.30;\n" for number in range(60_000))
    cut = gzip.compress((HEAD + rows).encode(), mtime=0)
    sample = upload.sample(cut[: len(cut) * 2 // 3], "visits.csv.gz")
    with pytest.raises(OkrError):
        upload.bring(sample)

    assert not sample.is_whole
    assert upload.stored() == []
    assert upload.remembered() == []


def test_a_file_too_large_is_not_read(memory_engine: Engine, tmp_path: Path) -> None:
    upload = Upload(memory_engine, tmp_path, max_upload_mb=1)
    with pytest.raises(InvalidInput):
        upload.sample(HEAD + "x" * 1_000_001)


def test_a_name_that_leads_elsewhere_stays_in_its_folder(upload: Upload) -> None:
    done = upload.bring(upload.sample(VISITS, "../../*[a]/visits.csv"))

    assert done.stored.added == 2


@pytest.mark.parametrize("system", ["", "kaksi sanaa", "ä" * 80])
def test_a_source_system_is_one_word(upload: Upload, system: str) -> None:
    with pytest.raises(InvalidInput):
        upload.bring(upload.sample(), source_system=system)


def test_the_name_of_a_system_that_is_read_is_kept_for_whoever_looks_after_it(upload: Upload) -> None:
    with writing(upload.place.engine, actor="operator") as session:
        elsewhere = OrgUnit(code="elsewhere", name_fi="Muualla")
        session.add(elsewhere)
        session.flush()
        settings = {"source_system": "registers"}
        session.add(Source(code="rekisterit", name_fi="R", connector="demo", settings=settings, unit_id=elsewhere.id))
    sample = upload.sample()
    meaning = replace(upload.meaning(sample), source_system="registers")

    with pytest.raises(NotAllowed) as refused:
        bring_in(upload.place, upload.who(), sample, meaning)

    assert refused.value.what.key == "error.source_system_is_read"
    assert not list(upload.folder.rglob("*.parquet"))


def test_whoever_may_not_import_brings_nothing_in(upload: Upload) -> None:
    with pytest.raises(NotAllowed):
        upload.sample(who=FIRST_LINE_OWNER)
    with pytest.raises(NotAllowed):
        upload.bring(upload.sample(), who=FIRST_LINE_OWNER)


def test_the_figures_that_rest_on_the_events_are_computed_and_their_statuses_decided(upload: Upload) -> None:
    upload.compute_service_events()

    done = upload.bring(upload.sample(CONTACTS), constants={})

    assert done.error is None
    assert done.recomputed is not None
    assert (done.recomputed.kept.written, done.recomputed.evaluation.quarters[0]) == (1, Q2)
    [figure] = upload.figures()
    assert (figure.value, figure.source, figure.recorded_by) == (Decimal(3), f"run:{done.run}", DATA_STEWARD)


def test_what_was_interrupted_after_the_storing_is_computed_when_the_file_comes_again(upload: Upload) -> None:
    upload.bring(upload.sample(CONTACTS), constants={})
    upload.compute_service_events()

    again = upload.bring(upload.sample(CONTACTS), constants={})

    assert again.recomputed is not None
    assert (again.stored.unchanged, again.recomputed.kept.written) == (3, 1)


def test_a_figure_declared_final_is_not_changed_by_more_events_until_it_is_opened_again(upload: Upload) -> None:
    upload.compute_service_events()
    upload.bring(upload.sample(CONTACTS), constants={})
    [first] = upload.figures()
    key = FigureKey(first.indicator_id, first.unit_id, Q2)
    upload.place.act(upload.who(), declare_final, key, reason=None, based_on=1)
    more = CONTACTS + "4;Jorvi;kotikäynti;5.6.2025\n"

    upload.bring(upload.sample(more), constants={})
    stood = [one.value for one in upload.figures() if one.superseded_at is None]
    upload.place.act(upload.who(), reopen, key, reason="Lisää tapahtumia", based_on=2)
    upload.bring(upload.sample(more), constants={})

    assert stood == [Decimal(3)]
    assert [one.value for one in upload.figures() if one.superseded_at is None] == [Decimal(4)]
