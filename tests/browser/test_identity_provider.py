"""Signing in through an identity provider, from the first button to the overview, in a real browser."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine
from sqlmodel import col, select

from okr_engine.access import OPERATOR
from okr_engine.database import connect, reading, writing
from okr_engine.model import AuditEntry, Person
from okr_engine.words import Language
from tests.browser.conftest import App, served
from tests.browser.identity_provider import IdentityProvider, provider_for, running
from tests.ports import free_port
from tests.services.small_county import (
    DATA_STEWARD,
    FIRST_LINE_DEPUTY,
    FIRST_LINE_OWNER,
    INTEGRATED_OWNER,
    LEADERSHIP,
    NOW,
    OUTSIDER,
    SPONSOR,
    STRATEGY_OFFICE,
    VIEWER,
    SmallCounty,
)

SWEDISH = VIEWER
WAY_IN = re.compile("^(Kirjaudu sisään|Logga in)$")
WAY_OUT = re.compile("^(Kirjaudu ulos|Logga ut)$")


@dataclass(frozen=True)
class House:
    """An organisation with its own identity provider: where the product is, and what is in its database."""

    url: str
    engine: Engine
    provider: IdentityProvider

    def subject_of(self, code: str) -> str | None:
        """Whom of the provider's accounts the person is bound to."""
        with reading(self.engine) as session:
            return session.exec(select(Person.subject).where(Person.code == code)).one()

    def bindings_of(self, code: str) -> list[tuple[str, object, object]]:
        """What the audit log says of it: who, from what, to what."""
        with reading(self.engine) as session:
            person = session.exec(select(Person).where(Person.code == code)).one()
            entries = session.exec(
                select(AuditEntry).where(AuditEntry.row == str(person.id)).order_by(col(AuditEntry.number))
            ).all()
            return [
                (one.actor, one.before["subject"], one.after["subject"]) for one in entries if "subject" in one.before
            ]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The small county's product, told about its provider and, which must not matter, to offer demo accounts."""
    folder = tmp_path_factory.mktemp("house")
    url = f"http://127.0.0.1:{free_port()}"
    with running(provider_for(url)) as provider:
        environment = os.environ | {
            "OKR_ADDRESS": "127.0.0.1",
            "OKR_COOKIE_SECRET": "a secret of this test, as long as it should be",
            "OKR_DATABASE_URL": f"sqlite:///{folder / 'okr.db'}",
            "OKR_DEMO": "1",
            "OKR_OIDC_CLIENT_ID": provider.client_id,
            "OKR_OIDC_CLIENT_SECRET": provider.client_secret,
            "OKR_OIDC_METADATA_URL": provider.metadata_url,
            "OKR_OIDC_REDIRECT_URL": provider.redirect_url,
            "OKR_PORT": url.rpartition(":")[2],
        }
        okr = str(Path(sys.executable).with_name("okr"))
        subprocess.run([okr, "migrate"], cwd=folder, env=environment, check=True)
        engine = connect(environment["OKR_DATABASE_URL"])
        SmallCounty.laid_out(engine)
        with writing(engine, actor=OPERATOR.code, now=NOW) as session:
            session.exec(select(Person).where(Person.code == SWEDISH)).one().language = Language.SV
        with served([okr, "serve"], folder, environment, url=url):
            yield House(url, engine, provider)
        engine.dispose()


@pytest.fixture
def app_url(house: House) -> str:
    return house.url


@pytest.fixture
def neighbours(house: House) -> tuple[str, ...]:
    return (house.provider.url,)


def test_a_verified_address_leads_to_the_overview_of_that_person(app: App, house: House) -> None:
    house.provider.know("sub-owner", email="First-Line-Owner@County.example", email_verified=True)

    sign_in(app, "sub-owner")

    expect(app.page.get_by_text("First line owner", exact=True)).to_be_visible()
    expect(app.page.get_by_role("link", name="A1 Asiakas saa yhteyden helposti")).to_be_visible()
    expect(app.page.get_by_text("Ammattilaiset yhdessä")).to_have_count(0)


def test_somebody_is_met_in_their_own_language(app: App, house: House) -> None:
    house.provider.know("sub-swedish", email=f"{SWEDISH}@county.example", email_verified=True)

    sign_in(app, "sub-swedish")

    expect(app.page.get_by_role("button", name="Logga ut")).to_be_visible()
    expect(app.page.locator("html")).to_have_attribute("lang", "sv")


def test_the_first_sign_in_binds_the_account_and_leaves_a_trace(app: App, house: House) -> None:
    house.provider.know("sub-sponsor", email=f"{SPONSOR}@county.example", email_verified=True)

    sign_in(app, "sub-sponsor")

    expect(app.page.get_by_text("Sponsor", exact=True)).to_be_visible()
    assert house.subject_of(SPONSOR) == "sub-sponsor"
    assert house.bindings_of(SPONSOR) == [(SPONSOR, None, "sub-sponsor")]


def test_a_bound_account_is_the_same_person_after_a_change_of_address(app: App, house: House) -> None:
    house.provider.know("sub-leader", email=f"{LEADERSHIP}@county.example", email_verified=True)
    sign_in(app, "sub-leader")
    sign_out(app)
    house.provider.know("sub-leader", email=f"{DATA_STEWARD}@county.example", email_verified=False)

    sign_in(app, "sub-leader")

    expect(app.page.get_by_text("Leadership", exact=True)).to_be_visible()
    assert house.subject_of(DATA_STEWARD) is None


def test_an_address_does_not_take_over_a_person_bound_to_another_account(app: App, house: House) -> None:
    house.provider.know("sub-office", email=f"{STRATEGY_OFFICE}@county.example", email_verified=True)
    sign_in(app, "sub-office")
    sign_out(app)
    house.provider.know("sub-heir", email=f"{STRATEGY_OFFICE}@county.example", email_verified=True)

    sign_in(app, "sub-heir")

    is_refused(app, "toisella tunnuksella", "jota käytit ensimmäisellä kerralla")
    assert house.subject_of(STRATEGY_OFFICE) == "sub-office"


def test_an_address_that_is_not_verified_is_refused_with_a_remedy(app: App, house: House) -> None:
    house.provider.know("sub-unverified", email=f"{INTEGRATED_OWNER}@county.example", email_verified=False)

    sign_in(app, "sub-unverified")

    is_refused(app, f"{INTEGRATED_OWNER}@county.example", "Vahvista osoite")
    assert house.subject_of(INTEGRATED_OWNER) is None


def test_somebody_unknown_is_told_whom_to_ask(app: App, house: House) -> None:
    house.provider.know("sub-stranger", email="stranger@elsewhere.example", email_verified=True)

    sign_in(app, "sub-stranger")

    is_refused(app, "stranger@elsewhere.example", "Pyydä strategiayksikköä lisäämään sinut")


def test_a_refused_visitor_can_leave_and_come_back_as_somebody_else(app: App, house: House) -> None:
    house.provider.know("sub-nobody", email="nobody@elsewhere.example", email_verified=True)
    house.provider.know("sub-deputy", email=f"{FIRST_LINE_DEPUTY}@county.example", email_verified=True)
    sign_in(app, "sub-nobody")
    sign_out(app)

    sign_in(app, "sub-deputy")

    expect(app.page.get_by_text("First line deputy", exact=True)).to_be_visible()


def test_somebody_without_a_role_sees_only_whom_to_ask(app: App, house: House) -> None:
    house.provider.know("sub-outsider", email=f"{OUTSIDER}@county.example", email_verified=True)

    sign_in(app, "sub-outsider")

    for path in ("", "goal?code=A1", "my_work", "data"):
        app.open(path)
        expect(app.page.get_by_role("heading", name="Sinulla ei ole vielä roolia")).to_be_visible()
        expect(app.page.get_by_text("Asiakas saa yhteyden helposti")).to_have_count(0)


def test_signing_out_ends_the_session(app: App, house: House) -> None:
    house.provider.know("sub-owner", email=f"{FIRST_LINE_OWNER}@county.example", email_verified=True)
    sign_in(app, "sub-owner")

    sign_out(app)
    app.open()

    expect(app.page.get_by_role("button", name=WAY_IN)).to_be_visible()
    assert [one["name"] for one in app.page.context.cookies() if one["name"].startswith("_streamlit_user")] == []


def test_a_provider_leaves_no_room_for_demo_accounts(app: App, house: House) -> None:
    app.open()

    expect(app.page.get_by_role("button", name=WAY_IN)).to_be_visible()
    expect(app.page.get_by_text("Esittely", exact=False)).to_have_count(0)
    assert app.page.request.get(f"{house.url}/demo/sign-in/{SPONSOR}", max_redirects=0).status == 404


def test_a_forged_demo_cookie_is_nobody_where_people_sign_in_through_a_provider(app: App, house: House) -> None:
    app.page.context.add_cookies([{"name": "okr_demo_account", "value": SPONSOR, "url": house.url}])

    app.open()

    expect(app.page.get_by_role("button", name=WAY_IN)).to_be_visible()


def sign_in(app: App, subject: str) -> None:
    """From the product to the provider, choose the account there, and come back."""
    app.open()
    app.page.get_by_role("button", name=WAY_IN).click()
    app.page.get_by_role("button", name=subject).click()
    app.page.wait_for_url(f"{app.url}/**")
    expect(app.page.get_by_role("button", name=WAY_OUT)).to_be_visible()
    app.idle()


def sign_out(app: App) -> None:
    app.page.get_by_role("button", name=WAY_OUT).click()
    expect(app.page.get_by_role("button", name=WAY_IN)).to_be_visible()
    app.idle()


def is_refused(app: App, why: str, remedy: str) -> None:
    """The page says that the person is not known here, why, and what to do."""
    expect(app.page.get_by_role("heading", name="Sinua ei vielä tunneta täällä")).to_be_visible()
    expect(app.page.get_by_role("alert")).to_contain_text(why)
    expect(app.page.get_by_role("alert")).to_contain_text(remedy)
