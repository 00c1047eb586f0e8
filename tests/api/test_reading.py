"""What programs read: as their person sees it, as of any moment, page by page, and not twice."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from okr_engine.services.measurements import Entry, enter_value
from tests.api.conftest import Api, Program
from tests.services.small_county import (
    FIRST_LINE_OWNER,
    INTEGRATED_OWNER,
    NOW,
    OUTSIDER,
    Q2,
    VIEWER,
)

EVERYTHING = (
    "/strategies",
    "/goals?period=2025-Q2",
    "/statuses?period=2025-Q2",
    "/actions",
)


def items(program: Program, path: str) -> list[dict[str, Any]]:
    answer = program.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_a_strategy_comes_with_its_quarters_and_goals(api: Api) -> None:
    [strategy] = items(api.program(VIEWER), "/strategies")

    assert (strategy["code"], strategy["quarters"]) == ("COUNTY", ["2025-Q2", "2025-Q1"])
    assert strategy["goals"] == ["A1", "A2"]


def test_a_goal_comes_with_its_counts_and_coverage(api: Api) -> None:
    first, second = items(api.program(VIEWER), "/goals?period=2025-Q2&strategy=COUNTY")

    assert (first["code"], first["key_results"], first["kpis"]) == ("A1", ["A1.1"], ["A1.NPS"])
    assert (first["standing"]["measured"], first["standing"]["of"]) == (1, 1)
    assert second["standing"]["status"] == "no_data"


def test_a_goal_is_told_whole(api: Api) -> None:
    told = api.program(VIEWER).get("/goals/A1?period=2025-Q2").json()

    assert [one["key_result"] for one in told["statuses"]] == ["A1.1", "A1.NPS"]
    assert told["goal"]["actions"] == [one["code"] for one in told["actions"]] != []


def test_a_status_comes_with_its_reason_in_three_languages_and_its_facts(api: Api) -> None:
    found = items(api.program(VIEWER), "/statuses?period=2025-Q2")
    told = next(one for one in found if one["key_result"] == "A1.1")

    assert set(told["reason"]) == {"fi", "sv", "en"}
    assert all(told["reason"].values())
    assert told["facts"]["value"] == 70.11
    assert told["rule"]
    assert told["rule_version"]


def test_a_status_leads_to_its_whole_explanation(api: Api) -> None:
    program = api.program(VIEWER)
    found = items(program, "/statuses?period=2025-Q2")
    address = next(one["explanation"] for one in found if one["key_result"] == "A1.1")

    told = program.get(address.removeprefix("/api/v1")).json()

    assert "70,11" in told["reason"]["fi"]
    assert set(told["origins"]) == set(told["facts"])
    assert told["what_would_change_it"]["en"]
    assert told["evidence"]["sentence"]["sv"]


@pytest.mark.parametrize("path", EVERYTHING)
def test_whoever_has_no_role_sees_nothing(api: Api, path: str) -> None:
    assert items(api.program(OUTSIDER), path) == []


def test_an_owner_sees_their_own_goal_and_no_other(api: Api) -> None:
    program = api.program(INTEGRATED_OWNER)

    assert [one["code"] for one in items(program, "/goals?period=2025-Q2")] == ["A2"]
    for path in ("/goals/A1?period=2025-Q2", "/key-results/A1.1?period=2025-Q2"):
        assert program.get(path).status_code == 404
    assert items(program, "/measurements?indicator=promise") == []


def test_figures_are_exact_and_say_where_they_come_from(api: Api) -> None:
    figures = items(api.program(VIEWER), "/measurements?indicator=promise&unit=county.first-line")

    assert [(one["period"], one["value"]) for one in figures] == [("2025-Q1", "90.81"), ("2025-Q2", "70.11")]
    assert {one["source"] for one in figures} == {"file:county.xlsx"}


def test_a_restated_figure_is_still_told_as_it_was_known(api: Api) -> None:
    entry = Entry(Decimal("71.4"), reason="Kaksi toimipistettä puuttui")
    later = NOW + timedelta(hours=1)
    api.county.act(
        FIRST_LINE_OWNER, enter_value, "A1.1", Q2, entry, based_on=1, rulebooks=api.county.rulebooks, now=later
    )
    program = api.program(VIEWER)

    now = items(program, "/measurements?indicator=promise")
    then = items(program, f"/measurements?indicator=promise&as_of={NOW:%Y-%m-%dT%H:%M}Z")

    assert [(one["value"], one["revision"]) for one in now if one["period"] == "2025-Q2"] == [("71.4", 2)]
    assert [(one["value"], one["revision"]) for one in then if one["period"] == "2025-Q2"] == [("70.11", 1)]


def test_pages_together_tell_everything_once(api: Api) -> None:
    program = api.program(VIEWER)
    found, cursor = list[str](), ""
    while True:
        page = program.get(f"/statuses?period=2025-Q2&limit=3{cursor}").json()
        found += [one["key_result"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert found == ["A1.1", "A1.NPS", "A2.1", "A2.NPS"]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "bnVsbA", "WzFd", "W1tbW1s", "%00", "ä"])
def test_a_cursor_of_ones_own_making_is_refused(api: Api, cursor: str) -> None:
    answer = api.program(VIEWER).get(f"/strategies?cursor={cursor}")

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_has_not_changed_is_not_sent_again(api: Api) -> None:
    program = api.program(FIRST_LINE_OWNER)
    path = "/measurements?indicator=promise"
    tag = program.get(path).headers["etag"]

    again = program.get(path, headers={"If-None-Match": tag})
    body = {"key_result": "A1.1", "period": "2025-Q3", "value": 92.5}
    program.put("/measurements", body, If_None_Match="*")
    changed = program.get(path, headers={"If-None-Match": tag})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/goals", 422),
        ("/goals?period=yesterday", 422),
        ("/goals?period=2025-06", 422),
        ("/goals?period=2025-Q2&as_of=0001-01-01T00:00%2B14:00", 422),
        ("/goals?period=2025-Q2&as_of=never", 422),
        ("/goals?period=2025-Q2&limit=0", 422),
        ("/goals?period=2025-Q2&limit=" + "9" * 5000, 422),
        ("/goals?period=2025-Q2&strategy=%00", 422),
        ("/goals/%00?period=2025-Q2", 422),
        ("/goals/A9?period=2025-Q2", 404),
        ("/key-results/A9.9?period=2025-Q2", 404),
        ("/measurements?indicator=nothing", 404),
        ("/measurements?indicator=promise&unit=nowhere", 404),
        ("/nothing", 404),
    ],
)
def test_what_is_asked_wrongly_is_said_to_be_so(api: Api, path: str, status: int) -> None:
    answer = api.program(VIEWER).get(path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


@pytest.mark.parametrize(
    ("languages", "expected"),
    [("sv-FI, fi;q=0.8", "Hittas inte"), ("en", "Not found"), ("de, fi", "Ei löydy"), ("", "Ei löydy")],
)
def test_a_problem_is_told_in_the_language_that_was_asked_for(api: Api, languages: str, expected: str) -> None:
    answer = api.program(VIEWER).speaking(languages).get("/goals/A9?period=2025-Q2")

    assert answer.json()["title"] == expected
