"""How key results add up: the policy of each time, who decided it and why, and the form for the next one."""

from decimal import Decimal

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.here import clock, installation, language, t, today, user
from app_pages.components.notices import show_error
from app_pages.components.tables import Column, Row, Section, note, tables, text
from app_pages.ruling.answers import policies_of_roll_up
from app_pages.writing.open_form import DAY_FORMAT
from okr_engine.access import Permission, may_somewhere
from okr_engine.errors import OkrError
from okr_engine.i18n import day, figure
from okr_engine.services.roll_up_policies import PolicyView, decide_policy
from okr_engine.statistics.roll_up import Policy
from okr_engine.terms import RollUpMethod

_DECIDED = "rules.roll_up_decided"


def adding_up_section() -> None:
    """The policies, newest first, and the form for those who may decide the next one."""
    st.markdown(t("roll_up.about"))
    if st.session_state.pop(_DECIDED, False):
        st.success(t("roll_up.decided"), icon=":material/check_circle:")
    tables(
        [
            Section(
                caption=t("roll_up.policies"),
                columns=(
                    Column(t("ruling.in_force_from"), 18),
                    Column(t("roll_up.policy"), 40),
                    Column(t("ruling.published"), 18),
                    Column(t("ruling.why"), 24),
                ),
                rows=[_row(one) for one in policies_of_roll_up()],
            )
        ],
        key="rules.roll_up",
    )
    if may_somewhere(user(), Permission.PUBLISH_RULES):
        _form()


def _row(one: PolicyView) -> Row:
    since = day(one.valid_from, language()) if one.valid_from else t("roll_up.from_the_start")
    by = [text(name_of(one.decided_by))] if one.decided_by else [text(t("ruling.shipped"))]
    at = [note(clock(one.decided_at))] if one.decided_at else []
    return Row([[text(since)], [text(_told(one.policy))], [*by, *at], [text(one.reason)] if one.reason else []])


def _told(policy: Policy) -> str:
    if policy.method is RollUpMethod.WORST_OF:
        return t("roll_up.worst_of")
    share = figure(policy.on_track_from * 100, "percent", language(), decimals=0)
    return f"{t('roll_up.weighted')} {t('roll_up.on_track_from', share=share)}"


def _form() -> None:
    with st.expander(t("roll_up.decide"), icon=":material/edit:"), st.form("rules.roll_up_form", enter_to_submit=False):
        picked: str = st.radio(
            t("roll_up.policy"),
            [one.value for one in RollUpMethod],
            format_func=lambda one: t(f"roll_up.{one}"),
            key="rules.roll_up_method",
        )
        share = st.number_input(
            t("roll_up.share_typed"), min_value=1, max_value=100, value=80, key="rules.roll_up_share", width=220
        )
        valid_from = st.date_input(
            t("roll_up.valid_from"),
            value=today(),
            min_value=today(),
            format=DAY_FORMAT,
            key="rules.roll_up_day",
            width=220,
        )
        reason = st.text_input(t("roll_up.reason"), key="rules.roll_up_reason")
        pressed = st.form_submit_button(t("roll_up.decide_button"), key="rules.roll_up_button", type="primary")
    if not pressed:
        return
    method = RollUpMethod(picked)
    on_track_from = Decimal(share) / 100 if method is RollUpMethod.WEIGHTED else Decimal(1)
    try:
        installation().act(
            user(),
            decide_policy,
            method,
            today=today(),
            valid_from=valid_from,
            reason=reason,
            on_track_from=on_track_from,
        )
    except OkrError as refused:
        show_error(refused)
        return
    st.session_state[_DECIDED] = True
    st.rerun()
