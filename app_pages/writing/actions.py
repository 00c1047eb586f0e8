"""Corrective actions that are mine: why, by when, who stands in the chain, and what I can do."""

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from app_pages.components.action_card import action_card
from app_pages.components.answers import name_of, open_actions
from app_pages.components.chooser import choose
from app_pages.components.here import clock, installation, language, t, today, user
from app_pages.components.notices import show_error
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Row, Section, note, tables, tag, text
from app_pages.components.the_rest import the_rest
from app_pages.writing.answers import roles_and_people
from app_pages.writing.open_form import OnRecord, OpenForm
from okr_engine.errors import InvalidInput, OkrError, StaleEdit
from okr_engine.i18n import day, spoken
from okr_engine.model import ActionState
from okr_engine.services.action_steps import acknowledge, assign
from okr_engine.services.action_views import ActionView
from okr_engine.services.reasons import reason
from okr_engine.words import message

MOST_ROWS = 40
"""How many actions the table shows; all of them can be chosen."""

_DONE = "my_work.action_done"
_OVERTAKEN = "my_work.action_overtaken"


def actions_section() -> None:
    """What lies on the person's desk, then what they may act on as part of the chain; one action opened."""
    st.header(t("my_work.actions"), anchor=False)
    mine = sorted((one for one in open_actions() if one.is_mine), key=lambda one: (not one.is_on_my_desk, one.due))
    if not mine:
        st.info(t("my_work.no_actions"), icon=":material/task_alt:")
        return
    on_desk = sum(one.is_on_my_desk for one in mine)
    st.markdown(t("my_work.on_my_desk", count=on_desk) if on_desk else t("my_work.nothing_on_my_desk"))
    if len(mine) > 1:
        tables([_overview(mine)], key="my_work.actions")
    by_code = {one.code: one for one in mine}
    code = next(iter(by_code))
    if len(mine) > 1:
        names = {one.code: f"{one.code} · {_named(one)}" for one in mine}
        code = choose(t("my_work.action"), names, key="my_work.action_of", width=720)
    _action(by_code[code])


def _overview(mine: Sequence[ActionView]) -> Section:
    return Section(
        caption=t("my_work.actions"),
        columns=(
            Column(t("noun.key_result"), 34),
            Column(t("my_work.why"), 40),
            Column(t("my_work.desk"), 24),
            Column(t("my_work.due"), 14),
        ),
        notes=the_rest(mine, MOST_ROWS),
        rows=[
            Row(
                [
                    [text(_named(one)), note(one.code)],
                    [text(_why(one))],
                    [text(_desk(one))] + ([tag(t("my_work.mine_tag"))] if one.is_on_my_desk else []),
                    [text(day(one.due, language()))] + ([note(t("my_work.overdue"))] if one.due < today() else []),
                ]
            )
            for one in mine[:MOST_ROWS]
        ],
    )


def _action(one: ActionView) -> None:
    if st.session_state.get(_DONE) == one.code:
        st.success(t("my_work.action_saved"), icon=":material/check_circle:")
    if overtaken := st.session_state.pop(_OVERTAKEN, None):
        st.warning(t("my_work.action_overtaken", saved_by=plain(overtaken)), icon=":material/sync_problem:")
    action_card(one, key=f"my_work.action_card.{one.code}")
    form = OpenForm(f"my_work.action.{one.code}", _on_record(one))
    if one.state in (ActionState.RAISED, ActionState.NOTIFIED) and not form.is_refused:
        _acknowledge(one, form)
    _assign(one, form)


def _acknowledge(one: ActionView, form: OpenForm) -> None:
    if not st.button(t("my_work.acknowledge"), key=form.key("acknowledge"), type="primary"):
        return
    try:
        installation().act(user(), acknowledge, one.code, version=form.based_on)
    except StaleEdit as refused:
        st.session_state[_OVERTAKEN] = refused.saved_by
        st.rerun()
    except OkrError as error:
        show_error(error)
        return
    st.session_state[_DONE] = one.code
    st.rerun()


def _assign(one: ActionView, form: OpenForm) -> None:
    names = _assignable()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        form.one_of(
            "to",
            t("my_work.assign_to"),
            names,
            placeholder=t("my_work.choose_desk"),
            width=420,
        )
        form.day("due", t("my_work.assign_due"), width=180)
        pressed = not form.is_refused and st.button(t("my_work.assign"), key=form.key("assign"))

    def give(based_on: int) -> None:
        kind, _, code = str(form.values["to"] or "").partition(":")
        if not code or form.values["due"] is None:
            raise InvalidInput(message("error.assign_to_role_or_person"))
        installation().act(
            user(),
            assign,
            one.code,
            version=based_on,
            role=code if kind == "role" else None,
            person=code if kind == "person" else None,
            due=form.values["due"],
        )
        st.session_state[_DONE] = one.code

    if form.is_refused:
        labels = {"to": t("my_work.assign_to"), "due": t("my_work.assign_due")}
        saved = form.offer_choice(labels, lambda field, value: _shown(field, value, names, one), give)
    else:
        saved = pressed and form.save(give)
    if saved:
        st.rerun()


def _on_record(one: ActionView) -> OnRecord:
    last = one.history[-1]
    saved = t("my_work.saved_by", saved_by=name_of(last.actor), at=clock(last.at))
    state = t("my_work.action_stands", state=t(f"action_state.{one.state}"), desk=_desk(one), due=one.due)
    return OnRecord(one.version, {"to": None, "due": max(one.due, today())}, f"{saved} {state}")


def _assignable() -> dict[str, str]:
    """Everybody an action can be given to, roles first, by what they are called."""
    roles, people = roles_and_people()
    return {
        **{f"role:{one.code}": t("my_work.a_role", name=spoken(one.name, language())) for one in roles},
        **{f"person:{one.code}": t("my_work.a_person", name=spoken(one.name, language())) for one in people},
    }


def _shown(field: str, value: object, names: Mapping[str, str], one: ActionView) -> str:
    if field == "to":
        return names.get(str(value), _desk(one))
    return day(value, language()) if isinstance(value, date) else ""


def _named(one: ActionView) -> str:
    return f"{one.subject_code} {spoken(one.subject_name, language())}"


def _why(one: ActionView) -> str:
    return reason(one.because, one.facts, one.measure, one.decimals, language())


def _desk(one: ActionView) -> str:
    return spoken(one.assigned_to, language()) or t("noun.vacancy")
