"""What the committed description promises, held against whatever it allows and whatever it forbids."""

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.applications import Starlette
from starlette.routing import Mount

from okr_engine.access import OPERATOR
from okr_engine.api.application import application
from okr_engine.model import TokenScope
from okr_engine.services.api_tokens import create_token
from okr_engine.services.installation import Installation
from okr_engine.settings import Settings
from tests.conftest import connected
from tests.services.small_county import NOW, STRATEGY_OFFICE, SmallCounty
from tests.workflow.receiving_server import SECRET
from tests.workflow.steps import with_endpoint

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"
OFTEN = Settings(api_requests_per_minute=10**6)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def schema(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BaseSchema, str]]:
    """The description with the county's API behind it, and a token that may write."""
    folder = tmp_path_factory.mktemp("schema")
    with (
        pytest.MonkeyPatch.context() as patch,
        connected(f"sqlite:///{copy(sqlite_template, folder / 'okr.db')}") as db,
    ):
        patch.setenv("OKR_SECRET_HOOK", SECRET)
        county = SmallCounty.laid_out(db)
        with_endpoint(db, "https://automation.example/hook")
        place = Installation(OFTEN, db, county.rulebooks, clock=lambda: NOW)
        scope = TokenScope.WRITE
        _, secret = place.act(OPERATOR, create_token, STRATEGY_OFFICE, purpose="test", scope=scope, days=30)
        loaded = schemathesis.openapi.from_dict(json.loads(COMMITTED.read_text("utf-8")))
        loaded.app = Starlette(routes=[Mount("/api", application(lambda: place, OFTEN))])
        yield loaded, secret


LONGEST_SECONDS = 120
"""A machine under load takes its time; what never comes fails all the same."""


@pytest.mark.parametrize("mode", list(GenerationMode))
@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_every_answer_is_one_that_the_description_names(
    schema: tuple[BaseSchema, str], mode: GenerationMode, data: st.DataObject
) -> None:
    described, secret = schema
    case = data.draw(described.as_strategy(mode))

    answer = case.call(headers={"Authorization": f"Bearer {secret}"}, timeout=LONGEST_SECONDS)

    case.validate_response(answer, checks=CHECKS)
