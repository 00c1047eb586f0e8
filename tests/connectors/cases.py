"""For every source of ours: settings, payloads, the persons named in them, and how many records are unusable."""

import gzip
import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import httpx

from connectors.demo.county import identity_code
from connectors.kit.addresses import Reach
from connectors.kit.client import open_client
from connectors.registry import own_source
from okr_engine.testing.sources import SourceCase

PAYLOADS = Path(__file__).parent / "payloads"
PERSONS = ("010190-123A", "131052-308T", "150365-9977")

VISITS = {
    "table": "visit",
    "columns": {
        "source_event_id": "Tapahtuma",
        "person_key": "Hetu",
        "unit_id": "Yksikkö",
        "kind": "Laji",
        "arrival_ts_utc": "Saapui",
        "departure_ts_utc": "Lähti",
        "planned": "Ajanvaraus",
    },
    "codes": {"kind": {"P": "ED", "A": "AMB"}},
}


def files_case(folder: Path) -> SourceCase:
    rows = (PAYLOADS / "files" / "visits.csv").read_bytes()
    (folder / "visits.csv").write_bytes(rows)
    (folder / "visits2.csv.gz").write_bytes(gzip.compress(rows.replace(b"T-", b"U-")))
    return SourceCase(
        source=own_source("files"),
        settings={"source_system": "ehr", "address": str(folder), "columns": VISITS},
        identifiers=PERSONS,
        set_aside=10,
        reaches_out=False,
    )


def demo_case(folder: Path) -> SourceCase:
    return SourceCase(
        source=own_source("demo"),
        settings={"source_system": "demo", "size": 0.001, "first_month": "2026-09-01"},
        identifiers=tuple(identity_code(person) for person in range(160)),
        set_aside=3 * 3,
        reaches_out=False,
    )


ENCOUNTERS = PAYLOADS / "fhir" / "Encounter.000.ndjson"
FHIR = {"source_system": "ehr", "area": "county"}
PATIENTS = ("010190-123A", "kaisa-17", "veikko-2")


def fhir_search_case(folder: Path) -> SourceCase:
    resources = [json.loads(line) for line in ENCOUNTERS.read_text("utf-8").splitlines()]

    def answer(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params.get("_offset", "0"))
        more = [{"relation": "next", "url": f"/fhir/Encounter?_offset={start + 4}"}] if start == 0 else []
        entry = [{"resource": resource} for resource in resources[start : start + 4]]
        return httpx.Response(200, json={"resourceType": "Bundle", "entry": entry, "link": more})

    return SourceCase(
        source=own_source("fhir"),
        settings={**FHIR, "address": "https://ehr.example/fhir/", "token_variable": "OKR_SECRET_TEST"},
        client=served(answer),
        identifiers=PATIENTS,
        set_aside=2,
    )


def fhir_export_case(folder: Path) -> SourceCase:
    polled: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        match request.url.path:
            case "/fhir/Encounter":
                return httpx.Response(200, json={"resourceType": "Bundle"})
            case "/fhir/$export":
                return httpx.Response(202, headers={"Content-Location": "https://ehr.example/status/7"})
            case "/status/7" if not polled:
                polled.append(request.url)
                return httpx.Response(202, headers={"Retry-After": "0"})
            case "/status/7":
                outputs = [
                    {"type": "Encounter", "url": "https://files.example/Encounter.000.ndjson"},
                    {"type": "Patient", "url": "https://files.example/Patient.000.ndjson"},
                ]
                return httpx.Response(200, json={"transactionTime": "2026-10-24T01:00:00Z", "output": outputs})
            case "/Encounter.000.ndjson":
                return httpx.Response(200, content=ENCOUNTERS.read_bytes() + b'{"resourceType": "Encoun')
            case _:
                return httpx.Response(404)

    return SourceCase(
        source=own_source("fhir"),
        settings={
            **FHIR,
            "address": "https://ehr.example/fhir",
            "way": "export",
            "file_hosts": ["files.example"],
            "overlap_hours": 24 * 31,
        },
        client=served(answer),
        identifiers=PATIENTS,
        set_aside=3,
    )


def fhir_folder_case(folder: Path) -> SourceCase:
    (folder / "Encounter.000.ndjson.gz").write_bytes(gzip.compress(ENCOUNTERS.read_bytes() + b"{]\n"))
    return SourceCase(
        source=own_source("fhir"),
        settings={**FHIR, "folder": str(folder)},
        identifiers=PATIENTS,
        set_aside=3,
        reaches_out=False,
    )


def feedbackly_case(folder: Path) -> SourceCase:
    chains = json.loads((PAYLOADS / "feedbackly" / "chains.json").read_text("utf-8"))

    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers.get("Authorization") != "not-a-real-token":
            return httpx.Response(401)
        asked = request.url.params
        skip = int(asked["skip"]) if int(asked["createdTo"]) - int(asked["createdFrom"]) > 1 else len(chains)
        return httpx.Response(200, json={"data": chains[skip : skip + 3]})

    return SourceCase(
        source=own_source("feedbackly"),
        settings={
            "source_system": "feedbackly",
            "address": "https://api.example/v5",
            "token_variable": "OKR_SECRET_TEST",
            "unit_at": "/metadata/yksikko",
            "questions": {
                "q2": {"metric": "CSAT", "lowest": "1", "highest": "5", "told_lowest": "0", "told_highest": "1"}
            },
        },
        client=served(answer),
        identifiers=("kaisa@county.example", "010190-123A"),
        set_aside=2,
    )


def survey_export_case(folder: Path) -> SourceCase:
    (folder / "answers.csv").write_bytes(b"\xef\xbb\xbf" + (PAYLOADS / "survey_export" / "answers.csv").read_bytes())
    return SourceCase(
        source=own_source("survey_export"),
        settings={
            "source_system": "webropol",
            "address": str(folder / "answers.csv"),
            "respondent": "Vastaaja",
            "answered": "Vastausaika",
            "unit": "Yksikkö",
            "language": "Kieli",
            "survey": "after-visit",
            "questions": {
                "Suositteletko? (0-10)": {"metric": "NPS", "lowest": "0", "highest": "10"},
                "Tyytyväisyys (1-5)": {"metric": "CSAT", "lowest": "1", "highest": "5"},
                "Helppous (1-7)": {"metric": "CES", "lowest": "1", "highest": "7"},
            },
        },
        identifiers=("kaisa@county.example", "veikko@county.example", "helmi@county.example", "onni@county.example"),
        set_aside=5,
        reaches_out=False,
    )


def sotkanet_case(folder: Path) -> SourceCase:
    answers = {"/rest/indicators/5033": "indicator", "/rest/regions": "regions", "/rest/json": "data"}

    def answer(request: httpx.Request) -> httpx.Response:
        if "User-Agent" not in request.headers:
            return httpx.Response(403)
        return httpx.Response(200, content=(PAYLOADS / "sotkanet" / f"{answers[request.url.path]}.json").read_bytes())

    return SourceCase(
        source=own_source("sotkanet"),
        settings={
            "source_system": "sotkanet",
            "address": "https://api.example/rest",
            "indicators": [5033],
            "areas": {"HYVINVOINTIALUE:8": "county", "MAA:358": "whole-country"},
        },
        client=served(answer),
        set_aside=2,
    )


def pxweb_case(folder: Path) -> SourceCase:
    def answer(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        if request.method != "POST" or asked["query"][1]["selection"] != {"filter": "all", "values": ["*"]}:
            return httpx.Response(400)
        return httpx.Response(200, content=(PAYLOADS / "pxweb" / "population.json").read_bytes())

    return SourceCase(
        source=own_source("pxweb"),
        settings={
            "source_system": "statfin",
            "address": "https://api.example/StatFin/12tg.px",
            "selection": {"Alue": ["HVA08", "HVA99"], "Kuukausi": []},
            "time_variable": "Kuukausi",
            "area_variable": "Alue",
            "areas": {"HVA08": "county"},
            "measures": {"*": "population"},
        },
        client=served(answer),
        set_aside=1,
    )


def http_json_case(folder: Path, **paging: object) -> SourceCase:
    episodes = json.loads((PAYLOADS / "http_json" / "episodes.json").read_text("utf-8"))

    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers.get("X-Key") != "not-a-real-token":
            return httpx.Response(401)
        asked = request.url.params
        skip = int(asked.get("skip", 0)) + 4 * (int(asked.get("page", 1)) - 1)
        link = f"/episodes?skip={skip + 4}" if skip + 4 < len(episodes) else None
        return httpx.Response(200, json={"data": {"items": episodes[skip : skip + 4]}, "next": link})

    return SourceCase(
        source=own_source("http_json"),
        settings={
            "source_system": "case-system",
            "address": "https://api.example/episodes",
            "records_at": "/data/items",
            "token_variable": "OKR_SECRET_TEST",
            "header_name": "X-Key",
            "header_scheme": "",
            "changed_at": "/updated",
            "columns": {
                "table": "waiting_episode",
                "columns": {
                    "episode_id": "/id",
                    "person_key": "/client/ssn",
                    "service_class": "/class",
                    "start_date_local": "/opened",
                    "end_date_local": "/closed",
                },
                "constants": {"unit_id": "county.integrated-services"},
                "codes": {"service_class": {"SHL": "SHL_TOIMEENPANO"}},
            },
            **paging,
        },
        client=served(answer),
        identifiers=PERSONS,
        set_aside=4,
    )


def http_json_by_link_case(folder: Path) -> SourceCase:
    return http_json_case(folder, paging="next_link")


def http_json_by_skip_case(folder: Path) -> SourceCase:
    return http_json_case(folder, paging="skip")


def http_json_by_page_case(folder: Path) -> SourceCase:
    return http_json_case(folder, paging="page")


def odata_case(folder: Path) -> SourceCase:
    items = json.loads((PAYLOADS / "odata" / "items.json").read_text("utf-8"))

    def answer(request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": "for-an-hour"})
        if request.headers.get("Authorization") != "Bearer for-an-hour":
            return httpx.Response(401)
        if asked.get("token") == "latest":
            return httpx.Response(410)
        if "skiptoken" in asked:
            link = "https://api.example/items/delta?token=latest"
            return httpx.Response(200, json={"value": items[3:], "@odata.deltaLink": link})
        return httpx.Response(200, json={"value": items[:3], "@odata.nextLink": "/items/delta?skiptoken=2"})

    return SourceCase(
        source=own_source("odata"),
        settings={
            "source_system": "sharepoint",
            "address": "https://api.example/items/delta?$expand=fields",
            "token_address": "https://ehr.example/token",
            "client_id": "okr",
            "client_secret_variable": "OKR_SECRET_TEST",
            "columns": {
                "table": "observation",
                "columns": {
                    "indicator": "/fields/Mittari",
                    "period_start": "/fields/Alku",
                    "period_end": "/fields/Loppu",
                    "value": "/fields/Arvo",
                },
                "constants": {"area_id": "county"},
            },
        },
        client=served(answer),
        set_aside=2,
    )


def sql_case(folder: Path) -> SourceCase:
    with closing(sqlite3.connect(folder / "register.db")) as database:
        database.execute("CREATE TABLE visits (id, ssn, unit, kind, arrived, left_at, changed)")
        database.executemany("INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?, ?)", _REGISTER)
        database.commit()
    return SourceCase(
        source=own_source("sql"),
        settings={
            "source_system": "register",
            "address_variable": "OKR_SECRET_DATABASE",
            "query": "SELECT * FROM visits WHERE changed >= :since ORDER BY id -- newest versions",
            "changed_column": "changed",
            "columns": {
                "table": "visit",
                "columns": {
                    "source_event_id": "id",
                    "person_key": "ssn",
                    "unit_id": "unit",
                    "kind": "kind",
                    "arrival_ts_utc": "arrived",
                    "departure_ts_utc": "left_at",
                },
            },
        },
        identifiers=PERSONS,
        set_aside=2,
        reaches_out=False,
    )


_REGISTER = (
    (1, "010190-123A", "ed", "ED", "2026-10-01 08:00:00", "2026-10-01 11:00:00", "2026-10-01 12:00:00"),
    (2, "131052-308T", "ed", "ED", "2026-10-02 08:00:00", None, "2026-10-02 12:00:00"),
    (3, "150365-9977", "ed", "ED", "2026-10-03 08:00:00", "2026-10-02 11:00:00", "2026-10-03 12:00:00"),
    (4, "150365-9977", None, "ED", "2026-10-03 08:00:00", None, "2026-10-03 12:00:00"),
    (5, None, "ed", "AMB", "2026-10-03 08:00:00", None, "2026-10-03 12:00:00"),
)


def served(answer: Callable[[httpx.Request], httpx.Response]) -> Callable[[], httpx.Client]:
    """A client of the kit whose network is the function."""
    hosts = frozenset({"ehr.example", "files.example", "api.example"})
    return lambda: open_client(Reach(hosts), network=httpx.MockTransport(answer))


CASES: Mapping[str, Callable[[Path], SourceCase]] = {
    "demo": demo_case,
    "feedbackly": feedbackly_case,
    "fhir-export": fhir_export_case,
    "fhir-folder": fhir_folder_case,
    "fhir-search": fhir_search_case,
    "files": files_case,
    "http_json-link": http_json_by_link_case,
    "http_json-page": http_json_by_page_case,
    "http_json-skip": http_json_by_skip_case,
    "odata": odata_case,
    "pxweb": pxweb_case,
    "sotkanet": sotkanet_case,
    "sql": sql_case,
    "survey_export": survey_export_case,
}
