"""Errors, warnings and empty states, said so that somebody knows what to do."""

import streamlit as st

from app_pages.components.here import language, t, user
from app_pages.components.plain import plain
from okr_engine.access import Permission, may_somewhere
from okr_engine.errors import InvalidFile, OkrError
from okr_engine.i18n import speak


def show_error(error: OkrError) -> None:
    """What went wrong, where, and the remedy; every mistake of a file."""
    spoken = speak(error.what, language())
    remedy = speak(error.remedy, language()) if error.remedy else ""
    st.error(f"{plain(spoken)}\n\n{plain(remedy)}".strip())
    if isinstance(error, InvalidFile):
        st.table(
            [
                {
                    t("notices.place"): str(mistake.place),
                    t("notices.what"): speak(mistake.what, language()),
                    t("notices.allowed"): speak(mistake.allowed, language()) if mistake.allowed else "",
                }
                for mistake in error.mistakes
            ]
        )


def no_data_yet() -> None:
    """Nothing can be shown yet: what to do, and the way there for whoever may do it."""
    st.info(t("notices.no_data_yet"), title=t("notices.no_data_yet_title"))
    if may_somewhere(user(), Permission.IMPORT):
        st.page_link("data.py", label=t("notices.go_to_import"))


def no_role_yet() -> None:
    """Somebody is known here but holds no role today, so no page has anything for them: whom to ask."""
    st.title(t("notices.no_role_yet_title"), anchor=False)
    st.info(t("notices.no_role_yet"))
