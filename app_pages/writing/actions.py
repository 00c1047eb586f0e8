"""Corrective actions that are mine: why, by when, who stands in the chain, and what I can do."""

from collections.abc import Sequence

import streamlit as st

from app_pages.components.action_card import action_card
from app_pages.components.answers import lasting_on_my_desk, open_actions, support_on_my_desk
from app_pages.components.chooser import choose
from app_pages.components.here import language, t, today
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Row, Section, note, tables, tag, text
from app_pages.components.the_rest import the_rest
from app_pages.writing.action_forms import action_forms, desk_of
from app_pages.writing.support import answer_form
from okr_engine.i18n import day, spoken
from okr_engine.services.action_views import ActionView
from okr_engine.services.reasons import reason

MOST_ROWS = 40
"""How many actions the table shows; all of them can be chosen."""


def actions_section() -> None:
    """What lies on the person's desk, then what they may act on as part of the chain; one action opened."""
    st.header(t("my_work.actions"), anchor=False)
    for request in support_on_my_desk():
        answer_form(request)
    for check in lasting_on_my_desk():
        label = t("effect.confirm_lasting", code=check.code, name=plain(spoken(check.indicator_name, language())))
        st.page_link("action.py", label=label, query_params={"code": check.code}, icon=":material/fact_check:")
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
                    [text(desk_of(one))] + ([tag(t("my_work.mine_tag"))] if one.is_on_my_desk else []),
                    [text(day(one.due, language()))] + ([note(t("my_work.overdue"))] if one.due < today() else []),
                ]
            )
            for one in mine[:MOST_ROWS]
        ],
    )


def _action(one: ActionView) -> None:
    action_card(one, key=f"my_work.action_card.{one.code}")
    st.page_link(
        "action.py", label=t("my_work.open_action"), query_params={"code": one.code}, icon=":material/open_in_full:"
    )
    action_forms(one, is_whole=False)


def _named(one: ActionView) -> str:
    return f"{one.subject_code} {spoken(one.subject_name, language())}"


def _why(one: ActionView) -> str:
    return reason(one.because, one.facts, one.measure, one.decimals, language())
