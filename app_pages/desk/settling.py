"""Provisional or final: one figure is declared final, or opened again."""

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.chooser import choose
from app_pages.components.here import clock, installation, t, user
from app_pages.components.notices import show_error
from app_pages.components.plain import plain
from app_pages.desk.speaking import named, shown
from okr_engine.errors import OkrError, StaleEdit
from okr_engine.periods import Period
from okr_engine.services.data_desk import DataDesk, DataState, DeskFigure
from okr_engine.services.finality import declare_final, reopen

_DONE = "data_desk.settled"
_OVERTAKEN = "data_desk.settling_overtaken"


def settling_section(desk: DataDesk, quarter: Period) -> None:
    """The figures with a value, the provisional ones first, and what can be done with one of them."""
    st.header(t("data_desk.settling"), anchor=False)
    known = [one for one in desk.figures if one.value is not None and one.may_enter]
    if not known:
        st.info(t("data_desk.nothing_to_settle"), icon=":material/info:")
        return
    st.markdown(t("data_desk.settling_about"))
    by_name = {_id(one): one for one in sorted(known, key=lambda one: one.state != DataState.PROVISIONAL)}
    names = {name: f"{named(one)} · {t(f'data_state.{one.state}')}" for name, one in by_name.items()}
    name = choose(t("data_desk.settle_which"), names, key=f"data_desk.settle_which.{quarter.code}", width=720)
    _form(by_name[name], key=f"data_desk.settle.{quarter.code}.{name}")


def _form(one: DeskFigure, *, key: str) -> None:
    """What stands, and the one thing that can be done with it: over the revision that was on the screen."""
    if done := st.session_state.pop(_DONE, None):
        st.success(done, icon=":material/check_circle:")
        st.session_state[f"{key}.round"] = st.session_state.get(f"{key}.round", 0) + 1
    if overtaken := st.session_state.pop(_OVERTAKEN, None):
        st.warning(t("data_desk.settling_overtaken", saved_by=plain(overtaken)), icon=":material/sync_problem:")
    seen = st.session_state.get(f"{key}.seen", one.revision)
    st.session_state[f"{key}.seen"] = one.revision
    is_provisional = one.state == DataState.PROVISIONAL
    with st.container(border=True, width=720, key="data_desk-settle"):
        st.markdown(f"**{plain(shown(one, one.value))}** · {t(f'data_state.{one.state}')}")
        st.caption(plain(" ".join(filter(None, (_saved(one), one.reason)))))
        if is_provisional and one.open_findings:
            st.warning(t("data_desk.explain_first", count=len(one.open_findings)), icon=":material/warning:")
        asked = t("data_desk.final_reason") if is_provisional else t("data_desk.reopen_reason")
        reason = st.text_input(
            asked,
            key=f"{key}.{st.session_state.get(f'{key}.round', 0)}.reason",
            persist_state="session",
            on_change="ignore",
        )
        label = t("data_desk.declare_final") if is_provisional else t("data_desk.reopen")
        if st.button(label, key=f"{key}.save", type="primary" if is_provisional else "secondary"):
            _settle(one, reason or "", based_on=seen)


def _settle(one: DeskFigure, reason: str, *, based_on: int) -> None:
    is_provisional = one.state == DataState.PROVISIONAL
    deed = declare_final if is_provisional else reopen
    try:
        installation().act(user(), deed, one.key, reason=reason, based_on=based_on)
    except StaleEdit as refused:
        st.session_state[_OVERTAKEN] = refused.saved_by
        st.rerun()
    except OkrError as error:
        show_error(error)
        return
    key = "data_desk.is_final_now" if is_provisional else "data_desk.is_provisional_now"
    st.session_state[_DONE] = t(key, figure=plain(named(one)))
    st.rerun()


def _saved(one: DeskFigure) -> str:
    if one.saved_at is None:
        return ""
    return t("my_work.saved_by", saved_by=name_of(one.saved_by), at=clock(one.saved_at))


def _id(one: DeskFigure) -> str:
    return f"{one.code}.{one.unit_code}"
