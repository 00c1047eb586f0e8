"""What programs write: over what they have read, once, and never half."""

import json
from typing import Any

import pytest
from sqlmodel import col, select

from okr_engine.model import Indicator, Measurement
from tests.api.conftest import SETTINGS, Api
from tests.services.small_county import DATA_STEWARD, FIRST_LINE_OWNER, INTEGRATED_OWNER, STRATEGY_OFFICE

NEW = {"key_result": "A1.1", "period": "2025-Q3", "value": "92.5"}
RESTATED = {"key_result": "A1.1", "period": "2025-Q2", "value": "71.4", "reason": "Kaksi toimipistettä puuttui"}
WORDS = {"goal": "A1", "period": "2025-Q2", "language": "fi", "summary": "Ruuhka purkautuu."}


def revisions(api: Api, period: str) -> list[str]:
    rows = api.county.rows(
        select(Measurement)
        .join(Indicator, col(Indicator.id) == col(Measurement.indicator_id))
        .where(Indicator.code == "promise")
        .order_by(col(Measurement.revision))
    )
    return [str(row.value) for row in rows if row.period.code == period]


def test_a_figure_is_entered_and_its_status_decided(api: Api) -> None:
    program = api.program()

    answer = program.put("/measurements", NEW, If_None_Match="*")

    assert answer.status_code == 200
    assert answer.headers["etag"] == '"1"'
    told = answer.json()
    assert (told["figure"]["value"], told["figure"]["recorded_by"], told["is_new"]) == ("92.5", FIRST_LINE_OWNER, True)
    found = program.get("/statuses?period=2025-Q3").json()["items"]
    assert next(one["value"] for one in found if one["key_result"] == "A1.1") == "92.5"


def test_a_restatement_needs_its_reason_and_the_revision_it_corrects(api: Api) -> None:
    program = api.program()
    without_reason = {name: value for name, value in RESTATED.items() if name != "reason"}

    assert program.put("/measurements", without_reason, If_Match='"1"').status_code == 422
    answer = program.put("/measurements", RESTATED, If_Match='"1"')

    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert revisions(api, "2025-Q2") == ["70.11", "71.4"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"If_Match": "1"}, {"If_Match": "*"}, {"If_Match": '"x"'}, {"If_Match": '"1"', "If_None_Match": "*"}],
)
def test_who_does_not_say_what_they_write_over_does_not_write(api: Api, headers: dict[str, str]) -> None:
    answer = api.program().put("/measurements", RESTATED, **headers)

    assert answer.status_code == 428
    assert revisions(api, "2025-Q2") == ["70.11"]


@pytest.mark.parametrize("headers", [{"If_Match": '"7"'}, {"If_None_Match": "*"}])
def test_a_stale_write_is_refused_with_both_values(api: Api, headers: dict[str, str]) -> None:
    answer = api.program().put("/measurements", RESTATED, **headers)

    assert answer.status_code == 412
    assert (answer.json()["theirs"], answer.json()["yours"]) == ("70.11", "71.4")
    assert revisions(api, "2025-Q2") == ["70.11"]


def test_the_same_figure_again_changes_nothing(api: Api) -> None:
    program = api.program()
    program.put("/measurements", NEW, If_None_Match="*")

    again = program.put("/measurements", NEW, If_None_Match="*")

    assert (again.status_code, again.json()["is_new"]) == (200, False)
    assert revisions(api, "2025-Q3") == ["92.5"]


def test_a_repeated_request_is_done_once_and_answered_alike(api: Api) -> None:
    program = api.program()
    first = program.put("/measurements", RESTATED, If_Match='"1"', Idempotency_Key="k-1")
    back = RESTATED | {"value": "70.11", "reason": "Sittenkin oikein"}
    program.put("/measurements", back, If_Match='"2"', Idempotency_Key="k-2")

    again = program.put("/measurements", RESTATED, If_Match='"1"', Idempotency_Key="k-1")

    assert again.json() == first.json() | {"is_repeated": True}
    assert revisions(api, "2025-Q2") == ["70.11", "71.4", "70.11"]


def test_a_key_is_not_used_for_something_else(api: Api) -> None:
    program = api.program()
    program.put("/measurements", NEW, If_None_Match="*", Idempotency_Key="k-1")

    answer = program.put("/measurements", NEW | {"value": "93"}, If_Match='"1"', Idempotency_Key="k-1")

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:okr-engine:problem:key-used-again"


def test_another_program_may_have_the_same_key(api: Api) -> None:
    api.program().put("/measurements", NEW, If_None_Match="*", Idempotency_Key="k-1")

    other = api.program(STRATEGY_OFFICE).put("/measurements", RESTATED, If_Match='"1"', Idempotency_Key="k-1")

    assert other.status_code == 200


def test_nobody_writes_for_another_unit(api: Api) -> None:
    assert api.program(INTEGRATED_OWNER).put("/measurements", NEW, If_None_Match="*").status_code == 403
    assert api.program(DATA_STEWARD).put("/narratives", WORDS, If_None_Match="*").status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        "text",
        NEW | {"value": "much"},
        NEW | {"value": None},
        NEW | {"value": "NaN"},
        NEW | {"value": "1e999999"},
        NEW | {"value": "123"},
        NEW | {"value": True},
        NEW | {"no_data_reason": "late"},
        NEW | {"key_result": "A\u0000"},
        NEW | {"key_result": ""},
        NEW | {"period": "2025-06"},
        NEW | {"period": "9999-Q1"},
        NEW | {"comment": "x" * 5000, "extra": 1},
        NEW | {"reason": ["why"]},
    ],
)
def test_a_bad_body_is_answered_with_what_to_correct(api: Api, body: Any) -> None:
    answer = api.program().put("/measurements", body, If_None_Match="*")

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert revisions(api, "2025-Q3") == []


@pytest.mark.parametrize("comment", ["a\u0000b", "\ud800", "\u202e", "x" * 4000])
def test_texts_that_no_database_keeps_never_break_the_server(api: Api, comment: str) -> None:
    content = json.dumps(NEW | {"comment": comment}).encode()

    answer = api.program().ask(
        "PUT", "/measurements", content=content, headers={"If-None-Match": "*", "Content-Type": "application/json"}
    )

    assert answer.status_code in (200, 422)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\xfa", b'{"a": "\xe4"}', b"{", b"", b"[" * 5000, b'{"value": ' + b"9" * 5000 + b"}"]
)
def test_what_is_not_json_in_utf_8_is_called_unreadable(api: Api, content: bytes) -> None:
    answer = api.program().ask(
        "PUT", "/measurements", content=content, headers={"If-None-Match": "*", "Content-Type": "application/json"}
    )

    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_oversized_body_is_not_read(api: Api) -> None:
    body = NEW | {"comment": "x" * SETTINGS.api_max_body_kb * 1024}

    assert api.program().put("/measurements", body, If_None_Match="*").status_code == 413


def test_the_fields_at_fault_are_named_in_the_language_that_was_asked_for(api: Api) -> None:
    answer = api.program().speaking("sv").put("/measurements", {"colour": 1}, If_None_Match="*")

    assert {(one["pointer"], one["code"]) for one in answer.json()["errors"]} == {
        ("/body/key_result", "missing"),
        ("/body/period", "missing"),
        ("/body/colour", "extra_forbidden"),
    }
    assert answer.json()["title"] == "Begäran behöver rättas"


def test_the_owners_words_are_versions_too(api: Api) -> None:
    program = api.program()

    first = program.put("/narratives", WORDS, If_None_Match="*")
    stale = program.put("/narratives", WORDS | {"summary": "Toista."}, If_None_Match="*")
    second = program.put("/narratives", WORDS | {"summary": "Toista."}, If_Match=first.headers["etag"])

    assert [one.status_code for one in (first, stale, second)] == [200, 412, 200]
    [told] = program.get("/goals/A1?period=2025-Q2").json()["narratives"]
    assert (told["texts"]["summary"], told["revision"]) == ("Toista.", 2)


def test_addresses_take_only_their_own_methods(api: Api) -> None:
    answer = api.program().ask("DELETE", "/measurements")

    assert answer.status_code == 405
    assert answer.json()["type"] == "urn:okr-engine:problem:no-such-method"
