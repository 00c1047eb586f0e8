"""The page behind a link in a mail: looking changes nothing, one click acknowledges, and no other link does."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from pydantic import SecretStr
from sqlmodel import select

from okr_engine.access import OPERATOR
from okr_engine.clock import now
from okr_engine.database import writing
from okr_engine.model import ActionEvent, ActionEventKind, ActionState, CorrectiveAction, Person
from okr_engine.services.acknowledge_links import LASTS, AcknowledgeLink, signed_link
from okr_engine.words import Language
from tests.pages.beside_the_screens import Browser, served_county
from tests.services.small_county import FIRST_LINE_OWNER, SPONSOR, VIEWER, SmallCounty

KEY = SecretStr("a key as long as a real key would be")
ACTION = "CA-2025-Q2-1"
LINK = AcknowledgeLink(FIRST_LINE_OWNER, ACTION, 1)


@pytest.fixture
def county(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCounty]:
    path = Path(shutil.copy(sqlite_template, tmp_path / "okr.db"))
    with served_county(path, monkeypatch, OKR_LINK_KEY=KEY.get_secret_value()) as county:
        yield county


@pytest.fixture
def browser(county: SmallCounty) -> Browser:
    return Browser()


def path_of(link: AcknowledgeLink = LINK, *, key: SecretStr = KEY, at: datetime | None = None) -> str:
    return f"/acknowledge/{signed_link(key, link, now=at or now())}"


def state(county: SmallCounty) -> ActionState:
    [found] = county.rows(select(CorrectiveAction.state).where(CorrectiveAction.code == ACTION))
    return ActionState(found)


def test_looking_shows_the_action_and_changes_nothing(browser: Browser, county: SmallCounty) -> None:
    page = browser.get(path_of())

    assert page.status_code == 200
    assert "Yhteys luvatussa ajassa" in page.text
    assert "Vastaanotto kirjataan nimellä First line owner." in page.text
    assert state(county) == ActionState.RAISED


def test_the_click_acknowledges_in_the_persons_name(browser: Browser, county: SmallCounty) -> None:
    page = browser.post(path_of())

    assert "Toimenpide on otettu vastaan." in page.text
    assert state(county) == ActionState.ACKNOWLEDGED
    acknowledged = select(ActionEvent.actor).where(ActionEvent.kind == ActionEventKind.ACKNOWLEDGED)
    assert county.rows(acknowledged) == [FIRST_LINE_OWNER]


def test_a_link_is_used_once(browser: Browser, county: SmallCounty) -> None:
    browser.post(path_of())

    again, looked = browser.post(path_of()), browser.get(path_of())

    assert again.status_code == 403
    assert "on jo otettu vastaan" in again.text
    assert "on jo otettu vastaan" in looked.text
    assert "<form" not in looked.text


def test_a_link_of_an_earlier_round_does_not_acknowledge_the_next(browser: Browser, county: SmallCounty) -> None:
    with writing(county.engine, actor=OPERATOR.code) as session:
        session.exec(select(CorrectiveAction).where(CorrectiveAction.code == ACTION)).one().round = 2

    assert browser.post(path_of()).status_code == 403
    assert state(county) == ActionState.RAISED


@pytest.mark.parametrize(
    "path",
    [
        path_of(key=SecretStr("the key of somebody else, as long as ours")),
        path_of(at=now() - LASTS - timedelta(seconds=1)),
        path_of(AcknowledgeLink("nobody", ACTION, 1)),
        path_of(AcknowledgeLink(FIRST_LINE_OWNER, "CA-NONE", 1)),
        path_of(AcknowledgeLink(VIEWER, ACTION, 1)),
        path_of()[:-4] + "AAAA",
        path_of().replace(".", ""),
        "/acknowledge/x.",
        "/acknowledge/ä.ö",
        "/acknowledge/bnVsbA.bnVsbA",
        "/acknowledge/" + "x" * 5000,
    ],
    ids=range(11),
)
def test_no_other_link_shows_or_acknowledges_anything(browser: Browser, county: SmallCounty, path: str) -> None:
    clicked = browser.post(path)

    assert clicked.status_code == 403
    assert 'role="alert"' in clicked.text
    assert state(county) == ActionState.RAISED


def test_the_link_of_one_person_cannot_be_made_into_that_of_another(browser: Browser, county: SmallCounty) -> None:
    own, others = (path_of(AcknowledgeLink(one, ACTION, 1)) for one in (VIEWER, SPONSOR))
    mixed = others.partition(".")[0] + "." + own.partition(".")[2]

    assert browser.post(mixed).status_code == 403
    assert state(county) == ActionState.RAISED


def test_the_page_speaks_the_language_of_its_person_and_not_of_the_browser(
    browser: Browser, county: SmallCounty
) -> None:
    with writing(county.engine, actor=OPERATOR.code) as session:
        session.exec(select(Person).where(Person.code == FIRST_LINE_OWNER)).one().language = Language.SV

    page = browser.get(path_of(), Accept_Language="en")

    assert 'lang="sv"' in page.text
    assert "Mottagandet antecknas i namnet First line owner." in page.text


def test_the_address_is_not_kept_nor_told_on(browser: Browser, county: SmallCounty) -> None:
    headers = browser.get(path_of()).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_name_cannot_write_into_the_page(browser: Browser, county: SmallCounty) -> None:
    with writing(county.engine, actor=OPERATOR.code) as session:
        session.exec(select(Person).where(Person.code == FIRST_LINE_OWNER)).one().name = "<script>alert(1)</script>"

    assert "<script>" not in browser.get(path_of()).text


def test_without_a_key_no_link_opens(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OKR_LINK_KEY")
    st.cache_resource.clear()

    assert browser.post(path_of()).status_code == 403
