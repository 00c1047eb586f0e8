"""Whatever a program sends to any address that the description names: an answer of ours, and never a 5xx."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from okr_engine.api.__main__ import description
from okr_engine.api.application import application
from okr_engine.services.installation import Installation
from okr_engine.settings import Settings
from tests.api.conftest import Api, Clock
from tests.services.small_county import SmallCounty

PATHS = json.loads(description())["paths"]
READ = sorted(path.removeprefix("/v1") for path in PATHS if "get" in PATHS[path])
WRITTEN = sorted(
    (method.upper(), path.removeprefix("/v1")) for path in PATHS for method in PATHS[path] if method in ("put", "post")
)
KNOWN = (
    "A1",
    "A1.1",
    "CA-2025-Q2-1",
    "acknowledge",
    "delegate",
    "sponsor",
    "promise",
    "county",
    "COUNTY",
    "2025-Q2",
    "2025-07-31T12:00",
    "fi",
    "draft",
    "late",
    "1",
    "70.11",
)

words = st.one_of(st.sampled_from(KNOWN), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=8,
)
asked = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("period", "as_of", "strategy", "indicator", "unit", "limit", "cursor"), words),
)
bodies = st.one_of(
    values,
    st.fixed_dictionaries(
        {},
        optional={
            name: st.one_of(values, st.sampled_from(KNOWN))
            for name in (
                "kind",
                "role",
                "due",
                "key_result",
                "goal",
                "period",
                "language",
                "state",
                "value",
                "no_data_reason",
                "reason",
                "comment",
                "why",
            )
        },
    ),
)
revisions = st.sampled_from(['"1"', '"0"', '"999999999"', "*", "", 'W/"1"', '"1", "2"'])

EXAMPLES = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def api(engine: Engine) -> Api:
    """As before, but for a program that asks as often as it likes."""
    county, clock, often = SmallCounty.laid_out(engine), Clock(), Settings(api_requests_per_minute=10**6)
    place = Installation(often, engine, county.rulebooks, clock=clock)
    return Api(county, place, clock, application(lambda: place, often))


@pytest.fixture
def program(api: Api) -> Any:
    return api.program()


@EXAMPLES
@given(path=st.sampled_from(READ), code=words, query=asked)
def test_whatever_is_asked(program: Any, path: str, code: str, query: dict[str, str]) -> None:
    answer = program.get(f"{path.replace('{code}', quote(code, safe=''))}?{urlencode(query)}")

    assert answer.status_code in (200, 404, 422)
    assert answer.status_code == 200 or answer.headers["content-type"] == "application/problem+json"


@EXAMPLES
@given(address=st.sampled_from(WRITTEN), code=words, body=bodies, revision=revisions)
def test_whatever_is_written(program: Any, address: tuple[str, str], code: str, body: Any, revision: str) -> None:
    headers = {"Content-Type": "application/json", "If-Match": revision}

    method, path = address
    for place in ("{code}", "{endpoint}"):
        path = path.replace(place, quote(code, safe=""))

    answer = program.ask(method, path, content=json.dumps(body), headers=headers)

    assert answer.status_code in (200, 400, 403, 404, 412, 422, 428)
    assert answer.status_code == 200 or answer.headers["content-type"] == "application/problem+json"
