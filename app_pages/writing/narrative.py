"""The owner's words: a summary and four questions, with last quarter's answers beside them."""

from collections.abc import Sequence

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.chooser import choose
from app_pages.components.here import clock, installation, language, t, user
from app_pages.components.plain import plain
from app_pages.writing.answers import goal_words
from app_pages.writing.open_form import OnRecord, OpenForm
from okr_engine.i18n import period, spoken
from okr_engine.model import NarrativeState
from okr_engine.periods import Period
from okr_engine.services.my_work import GoalWords, WritableGoal
from okr_engine.services.narratives import QUESTIONS, NarrativeView, save_narrative
from okr_engine.words import Language

_SAVED = "my_work.words_saved"
_KEPT = {NarrativeState.DRAFT: "my_work.words_kept", NarrativeState.SUBMITTED: "my_work.words_submitted"}


def narrative_section(goals: Sequence[WritableGoal], quarter: Period) -> None:
    """One goal's words in one language: last quarter's for reference, a draft to save, and to submit."""
    st.header(t("noun.narrative"), anchor=False)
    by_code = {goal.code: goal for goal in goals if goal.may_write}
    if not by_code:
        st.info(t("my_work.no_narratives"), icon=":material/task_alt:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = {code: f"{code} {spoken(goal.name, language())}" for code, goal in by_code.items()}
        code = choose(t("noun.goal"), names, key=f"my_work.narrative_of.{quarter.code}")
        written_in = Language(
            st.segmented_control(
                t("my_work.language"),
                list(Language),
                default=user().language,
                required=True,
                format_func={one: t(f"language.{one}") for one in Language}.__getitem__,
                key="my_work.narrative_language",
                persist_state="session",
            )
        )
    words = goal_words(code, quarter)
    _form(code, quarter, written_in, words)


def _form(code: str, quarter: Period, written_in: Language, words: GoalWords) -> None:
    name = f"my_work.narrative.{code}.{quarter.code}.{written_in}"
    known, before = words.now.get(written_in), words.before.get(written_in)
    if st.session_state.get(_SAVED) == name and known:
        st.success(t(_KEPT[known.state]), icon=":material/check_circle:")
    st.caption(_state(known))
    form = OpenForm(name, _on_record(known))
    with st.container(
        border=True, width="stretch" if before else 860, key=f"my_work-narrative-{code.replace('.', '-')}"
    ):
        if before:
            st.caption(t("my_work.words_before", period=quarter.shifted(-1)))
        for question in QUESTIONS:
            _question(form, question, before, quarter)

        saved = _save(form, code, quarter, written_in)
    if saved:
        st.rerun()


def _save(form: OpenForm, code: str, quarter: Period, written_in: Language) -> bool:
    """The buttons, and whether something has been saved; after a refusal what was wanted then is what is offered."""

    def keep(based_on: int) -> None:
        state = st.session_state[form.key("wanted")]
        installation().act(
            user(), save_narrative, code, quarter, written_in, form.values, state=state, based_on=based_on
        )
        st.session_state[_SAVED] = form.name

    if form.is_refused:
        return form.offer_choice({one: t(f"question.{one}") for one in QUESTIONS}, _shown, keep)
    with st.container(horizontal=True):
        draft = st.button(t("my_work.save_draft"), key=form.key("save_draft"))
        submit = st.button(t("my_work.submit"), key=form.key("submit"), type="primary")
    if not (draft or submit):
        return False
    st.session_state[form.key("wanted")] = NarrativeState.SUBMITTED if submit else NarrativeState.DRAFT
    return form.save(keep)


def _question(form: OpenForm, question: str, before: NarrativeView | None, quarter: Period) -> None:
    height = 100 if question == "summary" else 140
    if before is None:
        form.text_area(question, t(f"question.{question}"), height=height)
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        form.text_area(question, t(f"question.{question}"), height=height)
    with right:
        st.caption(period(quarter.shifted(-1), language()))
        st.text(before.texts[question] or t("my_work.empty"))


def _on_record(known: NarrativeView | None) -> OnRecord:
    if known is None:
        return OnRecord(0, dict.fromkeys(QUESTIONS, ""))
    return OnRecord(known.revision, dict(known.texts), _saved(known))


def _state(known: NarrativeView | None) -> str:
    if known is None:
        return t("my_work.words_none")
    state = t("my_work.words_version", number=str(known.revision), state=t(f"narrative_state.{known.state}"))
    return f"{state} {plain(_saved(known))}"


def _saved(known: NarrativeView) -> str:
    return t("my_work.saved_by", saved_by=name_of(known.saved_by), at=clock(known.saved_at))


def _shown(_field: str, value: object) -> str:
    return str(value or "")
