"""Errors, warnings and empty states, said so that somebody knows what to do."""

from collections.abc import Sequence

import streamlit as st

from app_pages.components.here import language, t, user
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Row, Section, tables, text
from app_pages.components.the_rest import the_rest
from okr_engine.access import Permission, may_somewhere
from okr_engine.errors import InvalidFile, Mistake, OkrError
from okr_engine.i18n import speak

_MOST_MISTAKES = 100


def show_error(error: OkrError) -> None:
    """What went wrong, where, and the remedy; every mistake of a file."""
    spoken = speak(error.what, language())
    remedy = speak(error.remedy, language()) if error.remedy else ""
    st.error(f"{plain(spoken)}\n\n{plain(remedy)}".strip())
    if isinstance(error, InvalidFile):
        mistakes_table(error.mistakes)


def mistakes_table(mistakes: Sequence[Mistake]) -> None:
    """Every mistake: where it is, what is wrong, and what is allowed."""
    tables(
        [
            Section(
                caption=t("data.mistakes"),
                notes=the_rest(mistakes, _MOST_MISTAKES),
                columns=(
                    Column(t("data.sheet"), 16),
                    Column(t("data.cell"), 10),
                    Column(t("data.what"), 40),
                    Column(t("data.allowed"), 36),
                ),
                rows=[_mistake(one) for one in mistakes[:_MOST_MISTAKES]],
            )
        ],
        key="data.mistakes",
        level=3,
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


def _mistake(one: Mistake) -> Row:
    line = t("data.line", number=str(one.place.line)) if one.place.line is not None else ""
    where = ", ".join(part for part in (line, one.place.cell) if part)
    return Row(
        [
            [text(one.place.sheet or one.place.file or "")],
            [text(where)] if where else [],
            [text(speak(one.what, language()))],
            [text(speak(one.allowed, language()))] if one.allowed else [],
        ]
    )
