"""Tokens: which hold, what they allow, and that each asks only so often."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from okr_engine.access import OPERATOR
from okr_engine.database import data_version
from okr_engine.errors import InvalidInput, NotAllowed, NotFound
from okr_engine.model import ApiToken, AuditEntry, TokenScope
from okr_engine.services.api_tokens import SEEN_EVERY, create_token, revoke_token, tokens
from tests.api.conftest import SETTINGS, Api, Program
from tests.services.small_county import NOW, STRATEGY_OFFICE, VIEWER

ENTRY = {"key_result": "A1.1", "period": "2025-Q3", "value": "92.5"}


def test_without_a_token_nothing_is_told(api: Api) -> None:
    answer = Program(api.app, None).get("/strategies")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"] == "urn:okr-engine:problem:token-refused"


@pytest.mark.parametrize("secret", ["okr_nobody", "ä", "a b", "\x7f"])
def test_an_unknown_token_is_refused(api: Api, secret: str) -> None:
    answer = Program(api.app, None).get("/strategies", headers={"Authorization": f"Bearer {secret}".encode()})

    assert answer.status_code == 401


def test_a_token_ends_on_its_day(api: Api) -> None:
    program = api.program(days=1)
    assert program.get("/strategies").status_code == 200

    api.clock.now = NOW + timedelta(days=1)

    assert program.get("/strategies").status_code == 401


def test_a_revoked_token_ends_at_once(api: Api) -> None:
    program = api.program()
    [token] = api.place.ask(tokens, OPERATOR)

    api.place.act(OPERATOR, revoke_token, token.code)

    assert program.get("/strategies").status_code == 401


def test_a_token_for_reading_does_not_write(api: Api) -> None:
    answer = api.program(scope=TokenScope.READ).put("/measurements", ENTRY, If_None_Match="*")

    assert answer.status_code == 403


def test_a_token_reaches_no_further_than_its_person(api: Api) -> None:
    answer = api.program(VIEWER).put("/measurements", ENTRY, If_None_Match="*")

    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:okr-engine:problem:not-allowed"


def test_the_secret_is_kept_nowhere(api: Api) -> None:
    program = api.program()
    assert program.token

    kept = api.county.rows(select(ApiToken)) + api.county.rows(select(AuditEntry))

    assert program.token not in " ".join(str(row.model_dump()) for row in kept)


def test_it_is_kept_when_a_token_was_last_used_and_the_data_count_as_unchanged(api: Api) -> None:
    program = api.program()
    before = api.county.ask(data_version)
    api.clock.now = NOW + SEEN_EVERY

    program.get("/strategies")

    assert [one.last_used_at for one in api.place.ask(tokens, OPERATOR)] == [api.clock.now]
    assert api.county.ask(data_version) == before


def test_a_token_asks_only_so_often_and_is_told_how_long_to_wait(api: Api) -> None:
    program, other = api.program(), api.program(STRATEGY_OFFICE)

    answers = [program.get("/actions") for _ in range(SETTINGS.api_requests_per_minute + 1)]

    assert [one.status_code for one in answers[-2:]] == [200, 429]
    assert answers[-1].headers["retry-after"] == "2"
    assert other.get("/actions").status_code == 200
    api.clock.now = NOW + timedelta(seconds=2)
    assert program.get("/actions").status_code == 200


@pytest.mark.parametrize(
    ("service", "words", "more"),
    [
        (create_token, [VIEWER], {"purpose": "x", "scope": TokenScope.READ, "days": 1}),
        (tokens, [], {}),
        (revoke_token, ["T-1"], {}),
    ],
)
def test_only_the_operator_makes_lists_and_revokes_tokens(
    api: Api, service: Callable[..., Any], words: list[str], more: dict[str, Any]
) -> None:
    with pytest.raises(NotAllowed):
        api.county.act(STRATEGY_OFFICE, service, *words, **more)


@pytest.mark.parametrize(
    ("person", "purpose", "days", "error"),
    [
        ("nobody", "x", 1, NotFound),
        (VIEWER, " ", 1, InvalidInput),
        (VIEWER, "x", 0, InvalidInput),
        (VIEWER, "x", 400, InvalidInput),
    ],
)
def test_a_token_needs_a_person_a_purpose_and_an_end(
    api: Api, person: str, purpose: str, days: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        api.place.act(OPERATOR, create_token, person, purpose=purpose, scope=TokenScope.READ, days=days)
