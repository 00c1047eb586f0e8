"""What is wrong with a draft: every mistake with its line and its rule."""

from collections.abc import Sequence

import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.notices import show_error
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Row, Section, tables, text
from app_pages.components.the_rest import the_rest
from okr_engine.errors import InvalidRules, Mistake, OkrError
from okr_engine.i18n import speak

_MOST = 100


def show_refusal(refused: OkrError) -> None:
    """Why a draft was not taken: all of its mistakes, or the one sentence there is."""
    if not isinstance(refused, InvalidRules):
        show_error(refused)
        return
    st.error(plain(speak(refused.what, language())), icon=":material/error:")
    tables([_mistakes(refused.mistakes)], key="rules.mistakes")


def _mistakes(mistakes: Sequence[Mistake]) -> Section:
    return Section(
        caption=t("data.mistakes"),
        columns=(
            Column(t("ruling.place"), 10),
            Column(t("ruling.rule"), 24),
            Column(t("data.what"), 36),
            Column(t("data.allowed"), 30),
        ),
        notes=the_rest(mistakes, _MOST),
        rows=[_row(one) for one in mistakes[:_MOST]],
    )


def _row(one: Mistake) -> Row:
    line = one.place.line
    return Row(
        [
            [text(t("data.line", number=str(line)))] if line is not None else [],
            [text(one.place.record)] if one.place.record else [],
            [text(speak(one.what, language()))],
            [text(speak(one.allowed, language()))] if one.allowed else [],
        ]
    )
