"""The owner's words on a goal: a summary, the four questions, and every version of them."""

import streamlit as st

from app_pages.components.answers import name_of, versions_of_narrative
from app_pages.components.here import clock, language, t
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Row, Section, note, tables, text
from okr_engine.services.goal_reports import GoalReport
from okr_engine.services.narratives import QUESTIONS, NarrativeView
from okr_engine.words import Language

SUMMARY, *FOUR_QUESTIONS = QUESTIONS


def words_in(report: GoalReport, wanted: Language) -> NarrativeView | None:
    """The owner's words in the wanted language, or else in the first that has any."""
    return next((report.narratives[one] for one in (wanted, *Language) if one in report.narratives), None)


def summary(words: NarrativeView | None) -> None:
    """The summary, before the figures."""
    if words and words.texts[SUMMARY]:
        st.markdown(f"{plain(words.texts[SUMMARY])}{_language_mark(words)}")


def owners_words(report: GoalReport, words: NarrativeView | None) -> None:
    """The four questions as headings, who saved them when, and the versions before."""
    st.header(t("noun.narrative"), anchor=False)
    if words is None:
        st.markdown(t("owners_words.none"))
        return
    st.caption(
        t(
            "owners_words.saved",
            state=t(f"narrative_state.{words.state}"),
            name=plain(name_of(words.saved_by)),
            at=clock(words.saved_at),
            count=words.revision,
        )
    )
    if words.language != language():
        st.caption(t("owners_words.only_in", language=t(f"language.{words.language}")))
    with st.grid(2, min_column_width=320):
        for question in FOUR_QUESTIONS:
            with st.container():
                st.subheader(t(f"question.{question}"), anchor=False)
                st.markdown(plain(words.texts[question]) if words.texts[question] else t("owners_words.unanswered"))
    with st.expander(t("owners_words.history"), key="goal.history", on_change="rerun") as history:
        if history.open:
            tables([_versions(report, words)], key="goal.history_table")


def _versions(report: GoalReport, words: NarrativeView) -> Section:
    versions = versions_of_narrative(report.standing.id, report.quarter, words.language)
    return Section(
        caption=t("owners_words.history"),
        columns=(Column(t("owners_words.version"), 25), *[Column(t(f"question.{one}"), 19) for one in FOUR_QUESTIONS]),
        rows=[
            Row(
                [
                    [
                        text(str(one.revision)),
                        note(f"{t(f'narrative_state.{one.state}')} · {name_of(one.saved_by)}"),
                        note(clock(one.saved_at)),
                    ],
                    *[[text(one.texts[question])] if one.texts[question] else [] for question in FOUR_QUESTIONS],
                ]
            )
            for one in versions
        ],
    )


def _language_mark(words: NarrativeView) -> str:
    return "" if words.language == language() else f" \\[{words.language}\\]"
