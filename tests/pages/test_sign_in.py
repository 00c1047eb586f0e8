"""Signing in: the ways in, and what somebody sees who is not known."""

import pytest

from tests.pages.conftest import PROVIDER, Visit


def test_a_stranger_is_shown_the_way_in_and_nothing_else(visit: Visit) -> None:
    page = visit(None)

    assert page.title[0].value == "Strategian seuranta"
    assert page.button("sign_in.provider").label == "Kirjaudu sisään"
    assert not page.metric


def test_a_deep_link_of_a_stranger_leads_to_the_way_in(visit: Visit) -> None:
    page = visit(None, page="goal.py", code="A1")

    assert page.title[0].value == "Strategian seuranta"
    assert not page.exception


def test_somebody_whom_the_installation_does_not_know_is_told_whom_to_ask(visit: Visit) -> None:
    page = visit("somebody@elsewhere.example")

    assert page.title[0].value == "Sinua ei vielä tunneta täällä"
    assert "strategiayksikköä lisäämään sinut" in page.error[0].value
    assert page.button("main.sign_out").label == "Kirjaudu ulos"


def test_the_demo_offers_its_people_and_a_banner(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    offer_demo(monkeypatch)

    page = visit(None)
    said = [one.value for one in page.markdown]

    assert any("Esittelytunnuksilla voi kokeilla vapaasti" in one for one in said)
    assert sum("/demo/sign-in/" in one.proto.body for one in page.get("html")) == 14


def test_without_any_way_in_the_administrator_is_told_what_to_set(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_demo(monkeypatch)
    monkeypatch.delenv("OKR_DEMO")

    assert "OKR_OIDC_" in visit(None).warning[0].value


def test_the_banner_is_not_shown_where_people_sign_in_for_real(visit: Visit) -> None:
    said = [one.value for one in visit("strategy-office@county.example").markdown]

    assert not any("Esittely" in one for one in said)


def offer_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROVIDER:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OKR_DEMO", "1")
