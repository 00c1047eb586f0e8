"""Signing in: through the identity provider, or in a demo as one of its people."""

from itertools import groupby

import streamlit as st

from app_pages.components.here import installation, language, t, today
from app_pages.components.plain import plain
from okr_engine.access import Actor
from okr_engine.errors import NotFound
from okr_engine.i18n import speak
from okr_engine.services.demo import DEMO_ACCOUNTS, DemoAccount
from okr_engine.services.people import actor_with_code


def sign_in() -> None:
    """Offer the ways in that this installation has."""
    settings = installation().settings
    st.title(t("sign_in.title"), anchor=False)
    if settings.has_identity_provider:
        st.markdown(t("sign_in.with_provider"))
        st.button(t("sign_in.button"), key="sign_in.provider", type="primary", on_click=st.login)
    elif settings.offers_demo_accounts:
        _demo_accounts()
    else:
        st.warning(t("sign_in.no_way_in"))


def _demo_accounts() -> None:
    known = [(account, actor) for account in DEMO_ACCOUNTS if (actor := _person(account))]
    if not known:
        st.info(t("sign_in.demo_not_loaded"))
        return
    st.markdown(t("sign_in.choose_demo_account"))
    for case, accounts in groupby(known, key=lambda pair: pair[0].case):
        st.header(t(f"demo_case.{case}"), anchor=False)
        with st.grid("auto", min_column_width=280):
            for account, actor in accounts:
                _card(account, actor)


def _person(account: DemoAccount) -> Actor | None:
    try:
        return installation().ask(actor_with_code, account.person, today=today())
    except NotFound:
        return None


def _card(account: DemoAccount, actor: Actor) -> None:
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{plain(actor.name)}**")
        st.markdown(speak(account.shows, language()))
        st.html(f'<a href="/demo/sign-in/{account.person}" style="color: inherit">{t("sign_in.as_demo_account")}</a>')
