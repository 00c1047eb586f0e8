"""Answering a request for support: what will be given, or why nothing."""

import streamlit as st

from app_pages.components.here import installation, t, user
from app_pages.components.plain import plain
from app_pages.writing.open_form import OnRecord, OpenForm
from okr_engine.errors import InvalidInput
from okr_engine.model import SupportAnswer
from okr_engine.services.support_requests import SupportView, answer_request
from okr_engine.words import message


def answer_form(one: SupportView) -> None:
    """The need, and an answer in one of three words with a sentence."""
    form = OpenForm(f"support.{one.action}.{one.number}", OnRecord(one.version, {"answer": None, "text": ""}))
    with st.container(border=True, width=720, key=f"support-{one.action}-{one.number}"):
        st.markdown(f"**{t('support.to_answer', action=one.action, day=one.by)}**  \n{plain(one.need)}")
        answers = {answer: t(f"support_answer.{answer}") for answer in SupportAnswer}
        form.one_of_few("answer", t("support.answer"), answers)
        form.text_area("text", t("support.answer_text"), height=80)

        def give(_based_on: int) -> None:
            if form.values["answer"] is None:
                raise InvalidInput(message("action_do.incomplete"))
            installation().act(
                user(),
                answer_request,
                one.action,
                one.number,
                answer=SupportAnswer(form.values["answer"]),
                text=str(form.values["text"]),
            )

        if st.button(t("support.send_answer"), key=form.key("save"), type="primary") and form.save(give):
            st.rerun()
