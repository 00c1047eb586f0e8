"""Who is looking: what the identity provider says, weighed anew at every click."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select
from streamlit.testing.v1 import AppTest

from okr_engine.access import OPERATOR
from okr_engine.clock import now
from okr_engine.database import connect, reading, writing
from okr_engine.model import AuditEntry, Person, RoleHolding
from tests.pages.conftest import PROVIDER, Visit

EMAIL = "strategy-office@county.example"
OFFICE = "strategy-office"

Looking = Callable[..., AppTest]


def who_is_looking() -> None:
    import streamlit as st

    from app_pages.components.here import current_user
    from okr_engine.errors import NotAllowed

    try:
        actor = current_user()
    except NotAllowed as refused:
        st.text(refused.what.key)
    else:
        st.text(f"{actor.code} in {len(actor.grants)} roles" if actor else "nobody")


@pytest.fixture
def looking(visit: Visit) -> Looking:
    """A screen that says who is looking, given what the provider says of them."""

    def look(**claims: Any) -> AppTest:
        app = AppTest.from_function(who_is_looking, default_timeout=30)
        app.user = {"is_logged_in": True, "sub": "sub-1", **claims}
        return app.run()

    return look


@pytest.fixture
def engine(database: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{database}")
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": True},
        {"email_verified": "true"},
        {"xms_edov": True},
        {"xms_edov": "1"},
        {"xms_edov": 1},
    ],
)
def test_an_address_the_provider_vouches_for_leads_to_its_person(looking: Looking, claims: dict[str, Any]) -> None:
    assert said(looking(email=EMAIL, **claims)) == f"{OFFICE} in 1 roles"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email_verified": None},
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": False, "xms_edov": True},
        {"xms_edov": False},
        {"xms_edov": "0"},
    ],
)
def test_an_address_the_provider_does_not_vouch_for_leads_to_nobody(looking: Looking, claims: dict[str, Any]) -> None:
    assert said(looking(email=EMAIL, **claims)) == "error.email_not_verified"


def test_a_provider_that_tells_no_address_leads_to_nobody(looking: Looking) -> None:
    assert said(looking(email_verified=True)) == "error.identity_without_email"


def test_before_signing_in_nobody_is_looking(looking: Looking) -> None:
    assert said(looking(is_logged_in=False)) == "nobody"


def test_the_first_look_binds_the_account_and_the_next_ones_change_nothing(looking: Looking, engine: Engine) -> None:
    screen = looking(email=EMAIL, email_verified=True)
    bound = changes(engine)

    screen.run()
    looking(email=EMAIL, email_verified=True)

    assert bound[-1] == (OFFICE, "sub-1")
    assert changes(engine) == bound


def test_a_role_that_has_ended_counts_no_more_at_the_next_click(looking: Looking, engine: Engine) -> None:
    screen = looking(email=EMAIL, email_verified=True)

    with writing(engine, actor=OPERATOR.code, now=now()) as session:
        office = session.exec(select(Person.id).where(Person.code == OFFICE)).one()
        for holding in session.exec(select(RoleHolding).where(RoleHolding.person_id == office)):
            holding.ends = holding.starts = now().date() - timedelta(days=2)
    screen.run()

    assert said(screen) == f"{OFFICE} in 0 roles"


def test_without_any_way_in_nobody_is_looking(looking: Looking, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROVIDER:
        monkeypatch.delenv(name)

    assert said(looking(email=EMAIL, email_verified=True)) == "nobody"


def test_somebody_without_a_role_is_shown_nothing_but_whom_to_ask(visit: Visit, engine: Engine) -> None:
    with writing(engine, actor=OPERATOR.code, now=now()) as session:
        session.add(Person(code="newcomer", name="Newcomer", email="newcomer@county.example"))

    pages = [visit("newcomer@county.example", page=page) for page in (None, "goal.py", "my_work.py", "data.py")]

    assert {page.title[0].value for page in pages} == {"Sinulla ei ole vielä roolia"}
    assert {page.info[0].value for page in pages} == {
        "Näet strategian tavoitteet ja mittarit, kun strategiayksikkö on antanut sinulle roolin."
    }
    assert not any(page.metric or page.get("bidi_component")[1:] for page in pages)


def said(screen: AppTest) -> str:
    text: str = screen.text[0].value
    return text


def changes(engine: Engine) -> list[tuple[str, object]]:
    """Who changed whose account, in order."""
    with reading(engine) as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.number))).all()
        return [(one.actor, one.after["subject"]) for one in entries if "subject" in one.before]
