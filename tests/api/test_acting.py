"""What programs do to corrective actions: a step over the version they have read, once."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Api, Program
from tests.services.small_county import FIRST_LINE_OWNER, INTEGRATED_OWNER, OUTSIDER, VIEWER

ACTION = "/actions/CA-2025-Q2-1"
ACKNOWLEDGE = {"kind": "acknowledge"}
DELEGATE = {"kind": "delegate", "role": "sponsor", "due": "2025-08-15"}


def send(program: Program, body: Any, version: int | None = 1, *, key: str | None = None) -> httpx.Response:
    given = {"If-Match": f'"{version}"' if version is not None else None, "Idempotency-Key": key}
    headers = {name: value for name, value in given.items() if value is not None}
    return program.ask("POST", f"{ACTION}/events", json=body, headers=headers)


def test_an_action_is_acknowledged_and_its_history_says_by_whom(api: Api) -> None:
    program = api.program()

    answer = send(program, ACKNOWLEDGE)

    assert answer.json() == {"code": "CA-2025-Q2-1", "version": 2, "state": "acknowledged", "is_repeated": False}
    assert answer.headers["etag"] == '"2"'
    told = program.get(ACTION).json()
    assert [(one["kind"], one["actor"]) for one in told["history"]][-1] == ("acknowledged", FIRST_LINE_OWNER)
    assert (told["state"], told["version"]) == ("acknowledged", 2)
    assert told["next_at"] > told["history"][-1]["at"]


def test_it_is_given_to_somebody_else(api: Api) -> None:
    program = api.program()

    answer = send(program, DELEGATE)

    assert answer.status_code == 200
    told = program.get(ACTION).json()
    assert (told["assigned_to"]["fi"], told["due"]) == ("Asiakaspalvelujen johtaja", "2025-08-15")


def test_the_list_says_when_somebody_is_asked_next(api: Api) -> None:
    [told] = api.program(VIEWER).get("/actions").json()["items"]

    assert told["next_at"]


def test_a_repeated_request_is_done_once(api: Api) -> None:
    program = api.program()

    first, again = (send(program, ACKNOWLEDGE, key="k-1") for _ in range(2))
    other = send(program, DELEGATE, 2, key="k-1")

    assert (first.json()["version"], again.json()["version"], again.json()["is_repeated"]) == (2, 2, True)
    assert other.json()["type"] == "urn:okr-engine:problem:key-used-again"


def test_a_step_needs_the_version_it_is_based_on(api: Api) -> None:
    program = api.program()

    without, stale = send(program, ACKNOWLEDGE, None), send(program, ACKNOWLEDGE, 7)

    assert (without.status_code, stale.status_code) == (428, 412)


def test_what_may_not_happen_now_is_refused_with_what_is_next(api: Api) -> None:
    program = api.program()
    send(program, ACKNOWLEDGE)

    answer = send(program.speaking("en"), ACKNOWLEDGE, 2)

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:okr-engine:problem:invalid")
    assert "plan" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body", [{}, {"kind": "close"}, {"kind": "delegate"}, ACKNOWLEDGE | {"by": "me"}, DELEGATE | {"due": "yesterday"}]
)
def test_what_is_no_step_is_refused(api: Api, body: dict[str, str]) -> None:
    assert send(api.program(), body).status_code == 422


@pytest.mark.parametrize(("person", "status"), [(VIEWER, 403), (INTEGRATED_OWNER, 403), (OUTSIDER, 403)])
def test_only_who_may_work_on_it_moves_it(api: Api, person: str, status: int) -> None:
    assert send(api.program(person), ACKNOWLEDGE).status_code == status


@pytest.mark.parametrize("person", [INTEGRATED_OWNER, OUTSIDER])
def test_whoever_may_not_read_it_does_not_find_it(api: Api, person: str) -> None:
    assert api.program(person).get(ACTION).status_code == 404
