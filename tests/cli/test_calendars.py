"""`okr calendars`: an address is made, listed and ended."""

import pytest
from sqlalchemy import Engine

from okr_engine.database import writing
from okr_engine.model import Person
from tests.cli.conftest import Okr

# What the services keep is shown on both kinds of database; here one is enough.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_an_address_is_shown_once_listed_and_ended(okr: Okr, engine: Engine) -> None:
    with writing(engine, actor="test") as session:
        session.add(Person(code="owner", name="Owner"))

    made = okr("calendars", "create", "owner")
    code = okr("calendars", "list").stdout.split()[0]
    ended = okr("calendars", "revoke", code)

    assert made.stdout.splitlines()[-1].startswith("/calendar/")
    assert ended.stdout == f"The address of the calendar {code} no longer works.\n"
