"""Rules: what gives a status and why, every edition of it, the quarter under today's rules, and the next draft."""

from collections.abc import Callable, Mapping

import streamlit as st

from app_pages.components.here import t, user
from app_pages.ruling.adding_up import adding_up_section
from app_pages.ruling.chain import chain_section
from app_pages.ruling.draft import draft_section
from app_pages.ruling.editions import editions_section
from app_pages.ruling.rules_in_words import rules_section
from app_pages.ruling.under_today import under_today_section
from okr_engine.access import Permission, may_somewhere
from okr_engine.services.rulebook_views import Book

VIEWS: Mapping[str, Callable[[], None]] = {
    "status": lambda: rules_section(Book.STATUS),
    "editions": editions_section,
    "today": under_today_section,
    "draft": draft_section,
    "adding_up": adding_up_section,
    "actions": lambda: rules_section(Book.ACTIONS),
    "escalation": chain_section,
    "data_quality": lambda: rules_section(Book.DATA_QUALITY),
}


def chosen_view() -> str:
    """The part that is looked at, kept in the address; the draft is for those who may publish."""
    offered = [one for one in VIEWS if one != "draft" or may_somewhere(user(), Permission.PUBLISH_RULES)]
    asked = st.query_params.get("view")
    picked: str = st.segmented_control(
        t("ruling.view"),
        offered,
        default=asked if asked in offered else offered[0],
        format_func=lambda one: t(f"ruling.view.{one}"),
        key="rules.view",
        label_visibility="collapsed",
        required=True,
        on_change=_forget_rule,
    )
    return picked


def _forget_rule() -> None:
    st.query_params["view"] = st.session_state["rules.view"]
    st.query_params.pop("rule", None)


st.title(t("main.rules"), anchor=False)
VIEWS[chosen_view()]()
