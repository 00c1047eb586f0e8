"""One corrective action: why it exists, what is planned, what comes next, who is asked, what has happened."""

import streamlit as st

from app_pages.components.action_card import action_card
from app_pages.components.answers import any_action, name_of, report_of_goal, support_of
from app_pages.components.chart import figures_chart
from app_pages.components.effect_card import effect_card
from app_pages.components.here import clock, language, t
from app_pages.components.notices import show_error
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Part, Row, Section, note, tables, text
from app_pages.writing.action_forms import action_forms
from app_pages.writing.support import answer_form
from okr_engine.errors import NotFound
from okr_engine.i18n import day, spoken
from okr_engine.model import ActionPlan, ActionState
from okr_engine.services.action_views import ActionView
from okr_engine.services.support_requests import SupportView


def plan_section(one: ActionView) -> None:
    """What is planned; how the effect will be seen stands with the effect."""
    if not one.plan:
        return
    made = ActionPlan.model_validate(one.plan)
    st.header(t("action_plan.heading"), anchor=False)
    st.markdown(plain(made.steps))
    method = t(f"root_cause_method.{made.root_cause_method}")
    lines = [
        f"**{t('action_plan.due')}:** {day(made.due, language())}",
        f"**{t('action_plan.kind')}:** {t(f'action_kind.{made.kind}')}",
        f"**{t('action_plan.root_cause')}** ({method}): {plain(made.root_cause)}",
    ]
    told = {"extent": made.extent, "containment": made.containment, "cost": made.cost}
    lines += [f"**{t(f'action_plan.{name}')}:** {plain(words)}" for name, words in told.items() if words]
    st.markdown("  \n".join(lines))


def support_section(one: ActionView) -> None:
    """What has been asked for, and the answers; whoever is asked answers here."""
    found = support_of(one.code)
    if not found:
        return
    st.header(t("support.heading"), anchor=False)
    tables([_requests(found)], key="action.support")
    for request in found:
        if request.is_mine:
            answer_form(request)


def _requests(found: list[SupportView]) -> Section:
    return Section(
        caption=t("support.heading"),
        columns=(
            Column(t("support.need"), 40),
            Column(t("support.asked_of"), 24),
            Column(t("support.answer"), 36),
        ),
        rows=[
            Row(
                [
                    [text(one.need), note(t("support.asked_by", name=name_of(one.asked_by), at=clock(one.asked_at)))],
                    [text(spoken(one.role, language())), note(t("support.by", day=one.by))],
                    _answer(one),
                ]
            )
            for one in found
        ],
    )


def _answer(one: SupportView) -> list[Part]:
    if one.answer is None or one.answered_at is None:
        return [text(t("support.waiting"))]
    return [
        text(f"{t(f'support_answer.{one.answer}')}: {one.answer_text}"),
        note(t("support.answered_by", name=name_of(one.answered_by or ""), at=clock(one.answered_at))),
    ]


def evidence(one: ActionView) -> None:
    """The figures of the key result that the action is on, with the action where it happened."""
    if one.goal_code is None:
        return
    report = report_of_goal(one.goal_code, one.period)
    rows = [*report.key_results, *report.kpis]
    found = next((row for row in rows if row.standing.code == one.subject_code), None)
    if found and any(each.value is not None for each in found.series):
        figures_chart(found.drawn, found.variation, key="action.chart")
    params = {"code": one.goal_code, "kr": one.subject_code, "period": one.period.code}
    st.page_link("goal.py", label=t("action.to_the_goal"), query_params=params, icon=":material/flag:")


code = st.query_params.get("code", "")
try:
    one = any_action(code)
except NotFound as missing:
    st.title(t("main.actions"), anchor=False)
    show_error(missing)
    st.page_link("actions.py", label=t("main.actions"), icon=":material/arrow_back:")
    st.stop()

st.set_page_config(page_title=one.code)
st.page_link("actions.py", label=t("main.actions"), icon=":material/arrow_back:")
st.title(f"{t('noun.corrective_action')} {one.code}", anchor=False)
with st.grid(2, min_column_width=340, gap="large"):
    with st.container():
        action_card(one, key="action.card")
    with st.container():
        evidence(one)
has_effect = one.indicator is not None and (one.plan is not None or one.closed_at is not None or one.round > 1)
if one.is_mine:
    st.header(t("action.what_next"), anchor=False)
    if one.state == ActionState.DONE:
        st.markdown(t("action.waits_for_its_effect"))
        if has_effect:
            effect_card(one.code)
    action_forms(one)
plan_section(one)
if has_effect and not (one.is_mine and one.state == ActionState.DONE):
    effect_card(one.code)
support_section(one)
