"""The row above every page: what is looked at on the left, who is looking and in which language on the right."""

import streamlit as st

from app_pages.components.here import (
    installation,
    language,
    quarter,
    quarters,
    strategies,
    strategy,
    t,
)
from app_pages.components.plain import plain
from okr_engine.access import Actor
from okr_engine.i18n import period, spoken
from okr_engine.words import Language


def top_row(actor: Actor | None) -> None:
    """Draw the row; before signing in there is only the language to choose."""
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute" if actor else "right",
        key="main-top-row",
    ):
        if actor:
            with st.container(horizontal=True, vertical_alignment="center", width="content"):
                _choose_strategy()
                _choose_quarter()
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="medium"):
            if actor:
                st.markdown(plain(actor.name), width="content")
                sign_out()
            _choose_language()


def sign_out() -> None:
    """The way out, for whoever came in."""
    if installation().settings.has_identity_provider:
        st.button(t("main.sign_out"), key="main.sign_out", on_click=st.logout)
    else:
        st.html(f'<a href="/demo/sign-out" style="color: inherit">{t("main.sign_out")}</a>', width="content")


def _choose_strategy() -> None:
    labels = {one.code: spoken(one.name, language()) for one in strategies()}
    looked_at = strategy()
    if looked_at is None or len(labels) == 1:
        return
    st.session_state["main.strategy"] = looked_at.code
    st.selectbox(
        t("noun.strategy"),
        list(labels),
        format_func=labels.__getitem__,
        key="main.strategy",
        on_change=_strategy_chosen,
        label_visibility="collapsed",
        filter_mode=None,
        width=320,
    )


def _strategy_chosen() -> None:
    st.session_state["strategy"] = st.session_state["main.strategy"]
    st.query_params.from_dict({"strategy": st.session_state["main.strategy"]})


def _choose_quarter() -> None:
    labels = {one.code: period(one, language()) for one in quarters()}
    looked_at = quarter()
    if looked_at is None:
        return
    st.session_state["main.period"] = looked_at.code
    st.selectbox(
        t("noun.quarter"),
        list(labels),
        format_func=labels.__getitem__,
        key="main.period",
        on_change=_quarter_chosen,
        label_visibility="collapsed",
        filter_mode=None,
        width=140,
    )


def _quarter_chosen() -> None:
    st.session_state["period"] = st.session_state["main.period"]
    st.query_params["period"] = st.session_state["main.period"]


def _choose_language() -> None:
    st.session_state["main.language"] = language()
    st.segmented_control(
        t("main.language"),
        list(Language),
        format_func=lambda one: one.value.upper(),
        key="main.language",
        on_change=_language_chosen,
        label_visibility="collapsed",
        required=True,
    )


def _language_chosen() -> None:
    st.session_state["language"] = Language(st.session_state["main.language"]).value
