"""Sources: who may look after them, what is refused with its remedy, and how each one does in a word."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from okr_engine.errors import (
    CredentialsRefused,
    InputError,
    InvalidInput,
    InvalidSource,
    InvalidSourceSettings,
    NotAllowed,
    SchemaChanged,
    StaleEdit,
)
from okr_engine.measuring.sources import Watermark
from okr_engine.model import Calculation, CalculationForm, Rhythm, Schedule, Source, SourceForm
from okr_engine.periods import Period
from okr_engine.services.connections import try_connection
from okr_engine.services.source_files import bring_in, read_source_file
from okr_engine.services.source_views import Health, runs_of, source_seen, sources_seen
from okr_engine.services.sources import add_source, ask_for_pull, save_calculation, save_source
from okr_engine.words import message
from tests.services.pulled_county import OCTOBER, PulledCounty, pulled_county, scripted, wait
from tests.services.small_county import SmallCounty
from tests.services.test_connections import COLUMNS
from tests.services.test_query_counts import counted

ZONE = ZoneInfo("Europe/Helsinki")
STEWARD = "data-steward"


@pytest.fixture
def pulled(memory_engine: Engine, tmp_path: Path) -> PulledCounty:
    return pulled_county(memory_engine, tmp_path)


@pytest.fixture
def county(pulled: PulledCounty) -> SmallCounty:
    return SmallCounty(pulled.installation.engine, pulled.installation.rulebooks)


def form(**changes: Any) -> SourceForm:
    told = {
        "code": "registers",
        "name_fi": "Rekisterit",
        "connector": "demo",
        "settings": {"source_system": "demo", "size": 0.002, "first_month": "2025-07-01"},
        "unit": "county",
        "steward": STEWARD,
    }
    return SourceForm.model_validate(told | changes)


def save(county: SmallCounty, *, who: str = STEWARD, based_on: int = 1, **changes: Any) -> bool:
    return county.act(who, save_source, form(**changes), based_on=based_on, zone=ZONE, now=OCTOBER)


def schedule(county: SmallCounty) -> Schedule:
    found: Schedule = county.rows(select(Schedule))[0]
    return found


def test_a_changed_timetable_says_when_the_source_is_read_next(county: SmallCounty) -> None:
    save(county, rhythm="week", day=1, at="4:30")

    assert schedule(county).next_due.astimezone(ZONE).isoformat() == "2025-10-06T04:30:00+03:00"  # type: ignore[union-attr]
    assert county.rows(select(Source))[0].rhythm == Rhythm.WEEK


def test_saving_the_same_again_changes_nothing(county: SmallCounty) -> None:
    assert not save(county, based_on=0)


def test_a_stale_save_is_refused(county: SmallCounty) -> None:
    save(county, name_fi="Uusi nimi")

    with pytest.raises(StaleEdit) as refused:
        save(county, name_fi="Toinen nimi")

    assert refused.value.saved_by == "Data steward"


@pytest.mark.parametrize("who", ["viewer", "first-line-owner", "sponsor", "leadership", "outsider"])
def test_who_does_not_look_after_sources_may_not_change_one(county: SmallCounty, who: str) -> None:
    for deed, more in ((save_source, {"based_on": 1, "zone": ZONE}), (add_source, {"zone": ZONE})):
        with pytest.raises(NotAllowed):
            county.act(who, deed, form(code="other" if deed is add_source else "registers", paused=True), **more)
    with pytest.raises(NotAllowed):
        county.act(who, ask_for_pull, "registers")
    assert county.see(who, sources_seen, now=OCTOBER) == []


@pytest.mark.parametrize(
    "settings", [{"source_system": "demo", "size": "large"}, {"source_system": "demo", "no_such": 1}, {}]
)
def test_settings_that_the_connector_does_not_take_are_named(county: SmallCounty, settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidSourceSettings) as refused:
        save(county, settings=settings)

    assert all(one.place.record for one in refused.value.mistakes)


def test_a_connector_there_is_not_is_refused_with_those_there_are(county: SmallCounty) -> None:
    with pytest.raises(InvalidInput) as refused:
        save(county, connector="no-such")

    assert refused.value.remedy is not None
    assert "demo" in str(refused.value.remedy.values["allowed"])


def test_another_connector_reads_from_the_start_and_other_settings_go_on(
    pulled: PulledCounty, county: SmallCounty
) -> None:
    pulled.change(Source, settings={"source_system": "x"})
    pulled.pull(**scripted([wait(1, 10)]))
    kept = schedule(county).watermark
    assert kept == Watermark(moment=OCTOBER).model_dump(mode="json")

    save(county, based_on=2, settings={"source_system": "demo", "size": 0.003})
    assert schedule(county).watermark == kept
    save(
        county,
        based_on=3,
        connector="sotkanet",
        settings={"source_system": "sotkanet", "indicators": [5033], "areas": {"658": "county"}},
    )

    assert schedule(county).watermark is None


def test_asked_for_a_source_is_due_at_once_and_a_paused_one_is_not(county: SmallCounty) -> None:
    county.act(STEWARD, ask_for_pull, "registers", now=OCTOBER)
    assert schedule(county).next_due == OCTOBER
    save(county, paused=True)

    with pytest.raises(InvalidInput):
        county.act(STEWARD, ask_for_pull, "registers", now=OCTOBER)


def test_what_was_set_aside_is_read_again_from_the_start(pulled: PulledCounty, county: SmallCounty) -> None:
    pulled.change(Source, settings={"source_system": "x"})
    pulled.pull(**scripted([wait(1, -3)]))

    county.act(STEWARD, ask_for_pull, "registers", from_the_start=True, now=OCTOBER)

    assert schedule(county).watermark is None


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"parameters": {"no_such": 1}}, "measuring.unknown_parameter"),
        ({"parameters": {"by": "unit"}}, "calculation.by_itself"),
        ({"kpi": "no_such"}, "measuring.no_such_kpi"),
        ({"kpi": "nps"}, "calculation.unit_differs"),
        ({"first_period": "2025-07"}, "calculation.other_cadence"),
        ({"indicator": "no-such"}, "error.no_such_code"),
    ],
)
def test_a_calculation_that_cannot_be_is_refused(county: SmallCounty, changes: dict[str, Any], key: str) -> None:
    told = {
        "indicator": "access",
        "unit": "county",
        "source": "registers",
        "kpi": "access_time",
        "first_period": Period.parse("2025-Q3"),
    }

    with pytest.raises(InputError) as refused:
        county.act(STEWARD, save_calculation, CalculationForm.model_validate(told | changes), based_on=1)

    assert refused.value.what.key == key


def test_health_is_told_in_a_word(pulled: PulledCounty, county: SmallCounty) -> None:
    pulled.change(Source, settings={"source_system": "x"})

    def health() -> Health:
        found: Health = county.see(STEWARD, source_seen, "registers", now=pulled.watch.now).health
        return found

    assert health() == Health.NEVER_READ
    pulled.pull(**scripted([wait(1, 10)]))
    assert health() == Health.WORKING
    pulled.watch.now += timedelta(days=3)
    assert health() == Health.LATE
    pulled.pull(**scripted(SchemaChanged(message("sources.interrupted"))))
    assert health() == Health.FAILING
    pulled.change(Source, paused=True)
    assert health() == Health.PAUSED


def test_runs_are_told_the_newest_first_with_what_went_wrong(pulled: PulledCounty, county: SmallCounty) -> None:
    pulled.change(Source, settings={"source_system": "x"})
    pulled.pull(**scripted([wait(1, 10)]))
    pulled.change(Source, connector="no-such")
    pulled.pull()

    failed, done = county.see(STEWARD, runs_of, "registers")

    assert (done.number, done.records_read, done.error) == (1, 1, None)
    assert failed.error is not None
    assert failed.error.key == "sources.no_such_connector"


def test_the_list_asks_as_often_for_twenty_sources_as_for_one(county: SmallCounty) -> None:
    with counted(county.engine) as for_one:
        county.see(STEWARD, sources_seen, now=OCTOBER)
    for number in range(19):
        county.act(STEWARD, add_source, form(code=f"source-{number}"), zone=ZONE)

    with counted(county.engine) as for_twenty:
        assert len(county.see(STEWARD, sources_seen, now=OCTOBER)) == 20

    assert len(for_twenty) == len(for_one)


def test_the_connection_of_a_source_is_tried_by_those_who_look_after_it(
    pulled: PulledCounty, county: SmallCounty, tmp_path: Path
) -> None:
    settings = {
        "source_system": "x",
        "address": str(tmp_path / "nothing"),
        "columns": {"table": "visit", "columns": {}},
    }
    steward = county.ask(actor, STEWARD)

    try_connection(pulled.installation, steward, "registers", "demo", {"source_system": "demo"})
    with pytest.raises(InvalidSourceSettings):
        try_connection(pulled.installation, steward, "new", "files", settings)
    with pytest.raises(NotAllowed):
        try_connection(pulled.installation, county.ask(actor, "viewer"), "new", "demo", {"source_system": "demo"})


def test_a_secret_kept_for_other_sources_is_refused(
    pulled: PulledCounty, county: SmallCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {
        "source_system": "x",
        "address": "https://own.example/api",
        "token_variable": "OKR_SECRET_PATIENT_REGISTER",
        "columns": COLUMNS,
    }
    monkeypatch.setenv("OKR_SECRET_PATIENT_REGISTER", "a token")
    monkeypatch.setenv("OKR_SECRET_PATIENT_REGISTER_SOURCES", "patient-register, visits")

    with pytest.raises(CredentialsRefused) as refused:
        try_connection(pulled.installation, county.ask(actor, STEWARD), "own", "http_json", told)

    assert refused.value.what.key == "sources.secret_of_another"


FILE = """
sources:
  - code: answers
    name_fi: Vastaukset
    connector: demo
    settings: {source_system: demo, size: 0.01, first_month: 2025-07-01}
    unit: county
calculations:
  - {indicator: access, unit: county, source: answers, kpi: access_time, first_period: 2025-Q3, fewest: 5}
"""


def test_a_file_brings_sources_and_calculations_once(county: SmallCounty, tmp_path: Path) -> None:
    told = read_source_file(written(tmp_path, FILE))

    first = county.act("strategy-office", bring_in, told, zone=ZONE)
    again = county.act("strategy-office", bring_in, told, zone=ZONE)

    assert (first.sources, first.calculations, again.sources, again.calculations) == (1, 1, 0, 0)
    assert county.rows(select(Calculation))[0].fewest == 5


def test_a_file_with_mistakes_brings_nothing_and_names_every_line(county: SmallCounty, tmp_path: Path) -> None:
    spoiled = FILE.replace("connector: demo", "connector: dmeo").replace("kpi: access_time", "kpi: acess_time")
    told = read_source_file(written(tmp_path, spoiled + "  - {indicator: access}\n"))

    with pytest.raises(InvalidSource) as refused:
        county.act("strategy-office", bring_in, told, zone=ZONE)

    assert {one.place.line for one in refused.value.mistakes} >= {3, 9, 10}
    assert len(county.rows(select(Source))) == 1


@pytest.mark.parametrize("text", ["", "sources: 7", "- a list", "sources: [", "surprise: []", "\tx"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, county: SmallCounty, text: str) -> None:
    with pytest.raises(InvalidSource):
        county.act("strategy-office", bring_in, read_source_file(written(tmp_path, text)), zone=ZONE)


def actor(session: Any, code: str) -> Any:
    from okr_engine.services.people import actor_with_code

    return actor_with_code(session, code, today=OCTOBER.date())


def written(folder: Path, text: str) -> Path:
    path = folder / "sources.yaml"
    path.write_text(text, "utf-8")
    return path
