"""JSON services, OData and the statistics banks: what is special about each."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from okr_engine.errors import CredentialsRefused, SchemaChanged, SourceUnavailable
from okr_engine.measuring.sources import Batch, Watermark
from okr_engine.testing.sources import SourceCase
from tests.connectors.cases import http_json_case, odata_case, pxweb_case, served, sotkanet_case


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKR_SECRET_TEST", "not-a-real-token")


def told(found: list[Batch]) -> list[Any]:
    return [event.values for batch in found for event in batch.events]


def answering(case: SourceCase, response: httpx.Response, **settings: object) -> SourceCase:
    return SourceCase(
        source=case.source, settings={**case.settings, **settings}, client=served(lambda request: response)
    )


def test_of_an_item_told_twice_the_last_counts_and_a_deleted_one_is_passed_over(tmp_path: Path) -> None:
    values = {each["period_start"]: each["value"] for each in told(odata_case(tmp_path).read())}

    assert values == {date(2026, 9, 1): Decimal(67), date(2026, 8, 1): Decimal("66.5")}


def test_a_delta_link_that_is_too_old_means_everything_once_more(tmp_path: Path) -> None:
    case = odata_case(tmp_path)
    kept = case.read()[-1].watermark
    assert kept is not None
    assert kept.cursor == "https://api.example/items/delta?token=latest"

    assert len(told(case.read(since=kept))) == 2


def test_a_refused_client_secret_is_for_someone_to_renew(tmp_path: Path) -> None:
    with pytest.raises(CredentialsRefused):
        answering(odata_case(tmp_path), httpx.Response(400, json={"error": "invalid_client"})).read()


def test_news_are_asked_for_with_an_overlap_in_the_service_s_own_writing(tmp_path: Path) -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, json={"data": {"items": []}})

    case = http_json_case(tmp_path, since_parameter="from", overlap_hours=24)
    for written in ("iso", "day", "unix"):
        settings = {**case.settings, "since_as": written}
        quiet = SourceCase(source=case.source, settings=settings, client=served(answer))
        quiet.read(since=Watermark(moment=datetime(2026, 3, 2, 23, 30, tzinfo=UTC)))

    assert [url.params["from"] for url in asked] == ["2026-03-01T23:30:00Z", "2026-03-02", "1772407800"]


def test_an_empty_page_is_no_error_and_moves_nothing(tmp_path: Path) -> None:
    kept = Watermark(moment=datetime(2026, 3, 2, tzinfo=UTC))

    found = answering(http_json_case(tmp_path), httpx.Response(200, json={"data": {"items": []}})).read(since=kept)

    assert told(found) == []
    assert found[-1].watermark == kept


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({"data": {"items": [{"id": 1, "class": "SHL", "begun": "2026-09-01"}]}}, SchemaChanged),
        ({"data": {"rows": []}}, SchemaChanged),
        ([], SchemaChanged),
        ("down for maintenance", SchemaChanged),
    ],
)
def test_a_changed_answer_is_named(tmp_path: Path, content: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        answering(http_json_case(tmp_path), httpx.Response(200, json=content)).read()


def test_a_web_page_instead_of_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable) as refused:
        answering(http_json_case(tmp_path), httpx.Response(200, html="<html></html>")).read()

    assert refused.value.what.key == "sources.web_page_instead"


def test_sotkanet_is_read_again_only_when_the_indicator_was_updated(tmp_path: Path) -> None:
    case = sotkanet_case(tmp_path)
    first = case.read()

    again = case.read(since=first[-1].watermark)

    assert len(told(first)) == 4
    assert told(again) == []


def test_sotkanet_s_areas_are_found_by_code_and_a_year_without_a_figure_has_none(tmp_path: Path) -> None:
    found = told(sotkanet_case(tmp_path).read())

    values = {(each["area_id"], each["period_start"].year): each["value"] for each in found}
    assert values == {
        ("whole-country", 2024): Decimal("3.4"),
        ("county", 2023): Decimal(2),
        ("county", 2024): Decimal("1.7"),
        ("county", 2025): None,
    }


def test_an_area_that_the_bank_does_not_know_is_named(tmp_path: Path) -> None:
    case = sotkanet_case(tmp_path)
    settings = {**case.settings, "areas": {"HYVINVOINTIALUE:99": "county"}}

    with pytest.raises(SchemaChanged, match="HYVINVOINTIALUE:99"):
        SourceCase(source=case.source, settings=settings, client=case.client).read()


def test_months_of_a_statistical_table_become_periods(tmp_path: Path) -> None:
    found = told(pxweb_case(tmp_path).read())

    assert [(each["period_start"], each["period_end"], each["value"]) for each in found] == [
        (date(2026, 7, 1), date(2026, 7, 31), Decimal(549000)),
        (date(2026, 8, 1), date(2026, 8, 31), None),
    ]
    assert found[0]["decimals"] == 0


def test_a_renamed_variable_is_named_together_with_those_there_are(tmp_path: Path) -> None:
    case = pxweb_case(tmp_path)
    settings = {**case.settings, "time_variable": "Vuosi"}

    with pytest.raises(SchemaChanged, match="Kuukausi"):
        SourceCase(source=case.source, settings=settings, client=case.client).read()


def test_a_cube_of_thl_is_read_by_its_labels(tmp_path: Path) -> None:
    sample = Path(__file__).parents[3] / "shared" / "data" / "samples" / "constructed" / "thl_cube_jsonstat.json"
    if not sample.exists():
        pytest.skip("the sample cube is not beside the repository")
    cube = answering(
        pxweb_case(tmp_path),
        httpx.Response(200, json=json.loads(sample.read_text("utf-8"))),
        selection=None,
        by_label=True,
        time_variable="aika",
        area_variable="alue",
        areas={"Alue A": "county"},
        measure_variable="measure",
        measures={"Osuus 14 vrk, %": "within-14-days"},
    )

    found = told(cube.read())

    assert [(each["indicator"], each["period_start"], each["value"]) for each in found] == [
        ("within-14-days", date(2026, 9, 1), Decimal("81.4")),
        ("within-14-days", date(2026, 10, 1), Decimal(79)),
    ]
