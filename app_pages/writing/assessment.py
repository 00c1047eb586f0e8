"""The owner's view of a key result, beside the status that the rules gave it."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.chooser import choose
from app_pages.components.here import clock, installation, language, t, today, user
from app_pages.components.plain import plain
from app_pages.components.status import status_pill, status_text, status_word
from app_pages.writing.open_form import OnRecord, OpenForm
from okr_engine.errors import InvalidInput
from okr_engine.i18n import day, spoken
from okr_engine.periods import Period
from okr_engine.services.assessments import ASSESSABLE, assess
from okr_engine.services.my_work import GivenView, WritableGoal, WritableKeyResult, view_expires
from okr_engine.services.reasons import reason
from okr_engine.words import message

_SAVED = "my_work.view_saved"


def assessment_section(goals: Sequence[WritableGoal], quarter: Period) -> None:
    """Choose a key result, see why it stands as it does, and say how the owner sees it."""
    st.header(t("noun.owner_assessment"), anchor=False)
    by_code = {one.code: one for goal in goals for one in goal.key_results if one.may_assess}
    if not by_code:
        st.info(t("my_work.no_views"), icon=":material/task_alt:")
        return
    st.markdown(t("my_work.view_about"))
    names = {code: f"{code} {spoken(one.name, language())}" for code, one in by_code.items()}
    code = choose(t("my_work.key_result_or_kpi"), names, key=f"my_work.view_of.{quarter.code}")
    one = by_code[code]
    form = OpenForm(f"my_work.view.{code}.{quarter.code}", _on_record(one.given_view))
    if st.session_state.get(_SAVED) == form.name:
        st.success(t("my_work.view_saved"), icon=":material/check_circle:")
    with st.container(border=True, key=f"my_work-view-{code.replace('.', '-')}"):
        derived, own = st.columns(2, gap="medium")
        with derived:
            _derived(one)
        with own:
            saved = _own(form, one, quarter)
    if saved:
        st.rerun()


def _derived(one: WritableKeyResult) -> None:
    st.caption(t("noun.derived_status"))
    st.markdown(status_pill(one.status))
    if one.decision:
        st.text(reason(one.decision.because, one.decision.facts, one.measure, one.decimals, language()))


def _own(form: OpenForm, one: WritableKeyResult, quarter: Period) -> bool:
    given = one.given_view
    st.caption(t("noun.owner_assessment"))
    if given:
        holds = "my_work.view_holds" if today() <= given.expires else "my_work.view_expired"
        st.markdown(f"{status_pill(given.status)} {t(holds, expires=given.expires)}")
        st.caption(plain(_saved(given)))
    form.one_of_few("status", t("my_work.view_status"), {one: status_text(one) for one in ASSESSABLE})
    form.text_area("explanation", t("my_work.view_explanation"), height=120)
    form.day("expires", t("my_work.view_expires"), width=200)

    def give(based_on: int) -> None:
        status, expires = form.values["status"], form.values["expires"]
        if status is None or expires is None:
            raise InvalidInput(message("error.assessment_needs_reason"))
        installation().act(
            user(),
            assess,
            one.code,
            quarter,
            status=status,
            explanation=form.values["explanation"],
            expires=expires,
            based_on=based_on,
        )
        st.session_state[_SAVED] = form.name

    if form.is_refused:
        labels = {
            "status": t("my_work.view_status"),
            "explanation": t("my_work.view_explanation"),
            "expires": t("my_work.view_expires"),
        }
        return form.offer_choice(labels, _shown, give)
    return st.button(t("my_work.save_view"), key=form.key("save"), type="primary") and form.save(give)


def _on_record(given: GivenView | None) -> OnRecord:
    if given is None:
        return OnRecord(0, {"status": None, "explanation": "", "expires": view_expires(today())})
    fields = {"status": given.status, "explanation": given.explanation, "expires": given.expires}
    return OnRecord(given.revision, fields, _saved(given))


def _saved(given: GivenView) -> str:
    return t("my_work.saved_by", saved_by=name_of(given.saved_by), at=clock(given.saved_at))


def _shown(field: str, value: Any) -> str:
    match field:
        case "status":
            return status_word(value) if value else ""
        case "expires":
            return day(value, language()) if value else ""
        case _:
            return str(value or "")
