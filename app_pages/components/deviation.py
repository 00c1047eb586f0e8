"""What leadership accepts of a key result for now: until when, why, by whom, and the form for those who decide."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app_pages.components.answers import deviation_of, name_of
from app_pages.components.here import clock, installation, language, t, user
from app_pages.components.plain import plain
from app_pages.writing.open_form import OnRecord, OpenForm
from okr_engine.errors import InvalidInput
from okr_engine.i18n import day, number
from okr_engine.services.accepted_deviations import (
    DeviationBeside,
    DeviationState,
    DeviationView,
    accept_deviation,
    withdraw_deviation,
)
from okr_engine.services.deviation_words import deviation_in_words
from okr_engine.services.figure_words import figure_told, limit_told
from okr_engine.services.goal_reports import KeyResultReport
from okr_engine.services.measurements import value_typed
from okr_engine.words import message

IN_FORCE = (DeviationState.HOLDS, DeviationState.EXCEEDED)
_ICONS = {
    DeviationState.HOLDS: ":blue[:material/handshake:]",
    DeviationState.EXCEEDED: ":red[:material/error:]",
    DeviationState.ENDED: ":gray[:material/event_busy:]",
    DeviationState.WITHDRAWN: ":gray[:material/undo:]",
}


def deviation(report: KeyResultReport) -> None:
    """The accepted deviation beside the real target; nothing where there is none and the person may accept none."""
    beside = deviation_of(report.standing.code)
    if beside.deviation is None and not beside.may_accept:
        return
    with st.container(border=True, gap="small", key="goal-deviation"):
        st.subheader(t("noun.accepted_deviation"), anchor=False)
        if beside.deviation is None:
            st.markdown(t("deviation.none"))
        else:
            _accepted(beside.deviation)
        if beside.may_accept:
            _forms(beside)


def how_it_stands(view: DeviationView) -> str:
    """Whether it still counts, and if not, why, in a sentence."""
    by, at = name_of(view.withdrawn_by or ""), clock(view.withdrawn_at or view.accepted_at)
    return deviation_in_words(view, language(), by=by, at=at)


def _accepted(view: DeviationView) -> None:
    st.markdown(f"{_ICONS[view.state]} **{plain(how_it_stands(view))}**")
    st.markdown(plain(view.rationale))
    lines = [(t("deviation.real_target"), limit_told(view.target, view.of, language()))]
    lines += [(t("deviation.level"), figure_told(view.level, view.of, language()))] if view.level is not None else []
    lines += [(t("deviation.since"), day(view.since, language()))]
    st.markdown("  \n".join(f"**{label}:** {plain(words)}" for label, words in lines))
    st.caption(t("deviation.accepted_by", name=plain(name_of(view.accepted_by)), at=clock(view.accepted_at)))
    if view.state in IN_FORCE:
        st.caption(t("deviation.status_stays"))


def _forms(beside: DeviationBeside) -> None:
    view = beside.deviation
    in_force = view is not None and view.state in IN_FORCE
    label = t("deviation.change") if in_force else t("deviation.accept")
    with st.expander(label, key=f"goal.deviation.{beside.of.code}", icon=":material/edit:"):
        saved = _accept_form(beside, view if in_force else None)
    if view is not None and in_force:
        with st.expander(t("deviation.withdraw"), key=f"goal.withdrawal.{beside.of.code}", icon=":material/undo:"):
            saved = _withdraw_form(beside, view) or saved
    if saved:
        st.rerun()


def _accept_form(beside: DeviationBeside, known: DeviationView | None) -> bool:
    revision = beside.deviation.revision if beside.deviation else 0
    form = OpenForm(f"goal.accept.{beside.of.code}", OnRecord(revision, _fields(known), _saved(beside.deviation)))
    target = limit_told(beside.target, beside.of, language())
    st.caption(t("deviation.about", target=target) if beside.target else t("deviation.about_without_target"))
    labels = {
        "until": t("deviation.until"),
        "rationale": t("deviation.rationale"),
        "level": t("deviation.level_typed"),
    }
    form.day("until", labels["until"], width=200)
    form.text_area("rationale", labels["rationale"], height=120)
    form.text_input("level", labels["level"], width=320)

    def accept(based_on: int) -> None:
        until, level = form.values["until"], str(form.values["level"]).strip()
        if until is None:
            raise InvalidInput(message("error.deviation_needs_rationale"))
        installation().act(
            user(),
            accept_deviation,
            beside.of.code,
            until=until,
            rationale=form.values["rationale"],
            level=value_typed(level, beside.of.measure) if level else None,
            based_on=based_on,
        )

    if form.is_refused:
        return form.offer_choice(labels, _shown, accept)
    return st.button(t("deviation.save"), key=form.key("save"), type="primary") and form.save(accept)


def _withdraw_form(beside: DeviationBeside, view: DeviationView) -> bool:
    form = OpenForm(f"goal.withdraw.{beside.of.code}", OnRecord(view.revision, {"reason": ""}, _saved(view)))
    labels = {"reason": t("deviation.withdrawal_reason")}
    form.text_input("reason", labels["reason"])

    def withdraw(based_on: int) -> None:
        said = str(form.values["reason"])
        installation().act(user(), withdraw_deviation, beside.of.code, reason=said, based_on=based_on)

    if form.is_refused:
        return form.offer_choice(labels, _shown, withdraw)
    return st.button(t("deviation.withdraw_now"), key=form.key("save")) and form.save(withdraw)


def _fields(known: DeviationView | None) -> Mapping[str, Any]:
    if known is None:
        return {"until": None, "rationale": "", "level": ""}
    level = "" if known.level is None else number(known.level, language())
    return {"until": known.until, "rationale": known.rationale, "level": level}


def _saved(view: DeviationView | None) -> str:
    if view is None:
        return ""
    saved_by, at = view.withdrawn_by or view.accepted_by, view.withdrawn_at or view.accepted_at
    return t("my_work.saved_by", saved_by=name_of(saved_by), at=clock(at))


def _shown(field: str, value: Any) -> str:
    return day(value, language()) if field == "until" and value else str(value or "")
