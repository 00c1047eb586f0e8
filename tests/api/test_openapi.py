"""The committed description of the API is the API, and the command line does without either."""

import json
import subprocess
import sys
from pathlib import Path

from okr_engine.api.__main__ import description
from okr_engine.api.problems import Problem
from tests.api.conftest import Api, Program

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_committed_description_is_true() -> None:
    assert COMMITTED.read_text("utf-8") == description(), "python -m okr_engine.api > docs/openapi.json"


def test_the_api_describes_itself_to_everybody(api: Api) -> None:
    told = Program(api.app, None).get("/openapi.json").json()

    assert told == json.loads(COMMITTED.read_text("utf-8"))


def test_it_is_openapi_3_1_and_every_address_says_what_may_go_wrong() -> None:
    described = json.loads(description())

    assert described["openapi"].startswith("3.1")
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert {"401", "403", "404", "429"} <= set(operation["responses"])
            assert {"200", "202"} & set(operation["responses"])
            assert operation.get("security") or path == "/v1/inbound/{endpoint}", "a report is signed instead"


def test_every_body_to_write_has_an_example() -> None:
    schemas = json.loads(description())["components"]["schemas"]

    assert schemas["FigureSent"]["example"]
    assert schemas["NarrativeSent"]["example"]
    assert schemas["Delegated"]["example"]


def test_commands_do_not_wait_for_the_api_to_be_imported() -> None:
    look = "import sys, okr_engine.cli.main; sys.exit('fastapi' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


def test_the_documentation_lists_every_kind_of_problem_and_every_address() -> None:
    told = (COMMITTED.parent / "api.md").read_text("utf-8")
    read = [path.removeprefix("/v1") for path, one in json.loads(description())["paths"].items() if "get" in one]

    assert [one for one in Problem if f"`{one.value.replace('_', '-')}`" not in told] == []
    assert [path for path in read if f"`{path}" not in told] == []
