"""However much there is, each list of the API asks the database as often."""

from pathlib import Path
from shutil import copy

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from okr_engine.access import OPERATOR
from okr_engine.api.application import application
from okr_engine.database import writing
from okr_engine.model import Person, Role, RoleHolding, TokenScope
from okr_engine.services.api_tokens import create_token
from okr_engine.services.installation import Installation, read_rulebooks
from tests.api.conftest import SETTINGS, Program
from tests.conftest import connected
from tests.services.test_query_counts import NOW, START, counted, decided

LISTS = (
    "/strategies",
    "/goals?period=2025-Q3",
    "/statuses?period=2025-Q3",
    "/measurements?indicator=i0",
    "/actions",
)


@pytest.fixture(scope="module")
def counts(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int]]:
    """How often each list asks the database with three key results that are red, and with thirty."""
    folder = tmp_path_factory.mktemp("counts")
    with connected(f"sqlite:///{copy(sqlite_template, folder / 'okr.db')}") as engine:
        place = Installation(SETTINGS, engine, read_rulebooks(), clock=lambda: NOW)
        decided(engine, range(3))
        program = Program(application(lambda: place, SETTINGS), secret_of_somebody(place))
        few = [asked_by(program, path, engine) for path in LISTS]
        decided(engine, range(3, 30))
        many = [asked_by(program, path, engine) for path in LISTS]
    return dict(zip(LISTS, zip(few, many, strict=True), strict=True))


def asked_by(program: Program, path: str, engine: Engine) -> int:
    with counted(engine) as statements:
        answer = program.get(path)
    assert answer.json()["items"], answer.text
    return len(statements)


def secret_of_somebody(place: Installation) -> str:
    """A token of somebody with the owner's role, whose use has been noted already."""
    with writing(place.engine, actor=OPERATOR.code, now=NOW) as session:
        person = Person(code="reader", name="Reader")
        session.add(person)
        session.flush()
        for role in session.exec(select(Role.id)):
            session.add(RoleHolding(role_id=role, person_id=person.id, starts=START))
    _, secret = place.act(OPERATOR, create_token, "reader", purpose="test", scope=TokenScope.READ, days=30)
    Program(application(lambda: place, SETTINGS), secret).get("/actions")
    return secret


@pytest.mark.parametrize("path", LISTS)
def test_a_list_asks_the_database_as_often_for_thirty_as_for_three(
    counts: dict[str, tuple[int, int]], path: str
) -> None:
    few, many = counts[path]

    assert few == many > 0
