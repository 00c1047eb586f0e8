"""Every edition of the status rules: from when, by whom, why, and what its back-test came to."""

from collections.abc import Mapping

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.here import clock, installation, language, t, today, user
from app_pages.components.notices import show_error
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Part, Row, Section, note, state, tables, text
from app_pages.ruling.answers import editions
from okr_engine.access import Permission, may_somewhere
from okr_engine.errors import OkrError
from okr_engine.i18n import day
from okr_engine.services.rulebook_editions import withdraw
from okr_engine.services.rulebook_views import EditionView, InForce

_LOOKS: Mapping[InForce, str] = {InForce.NOW: "on_track", InForce.LATER: "reading", InForce.BEFORE: "paused"}
_WITHDRAWN = "rules.withdrawn"


def editions_section() -> None:
    """The list, and the way to take back what is not yet in force."""
    st.markdown(t("ruling.editions_about"))
    if version := st.session_state.pop(_WITHDRAWN, None):
        st.success(t("ruling.withdrawn", version=plain(version)), icon=":material/check_circle:")
    known = editions().editions
    tables(
        [
            Section(
                caption=t("ruling.editions"),
                columns=(
                    Column(t("ruling.edition"), 22),
                    Column(t("ruling.state"), 12),
                    Column(t("ruling.in_force_from"), 14),
                    Column(t("ruling.published"), 18),
                    Column(t("ruling.why"), 20),
                    Column(t("ruling.tried"), 14),
                ),
                rows=[_row(one) for one in known],
            )
        ],
        key="rules.editions",
    )
    if may_somewhere(user(), Permission.PUBLISH_RULES):
        for one in known:
            if one.in_force == InForce.LATER:
                _withdraw(one)


def _row(one: EditionView) -> Row:
    by = t("ruling.shipped") if one.shipped else name_of(one.recorded_by)
    at = [note(clock(one.recorded_at))] if one.recorded_at else []
    mark = state(_LOOKS[one.in_force], t(f"ruling.in_force.{one.in_force}"))
    return Row(
        [
            [text(one.version)],
            [mark],
            [text(day(one.valid_from, language()))],
            [text(by), *at],
            [text(one.reason)] if one.reason else [],
            _tried(one),
        ]
    )


def _tried(one: EditionView) -> list[Part]:
    if not one.back_test:
        return []
    return [text(t("ruling.tried_summary", judged=one.back_test["judged"], flipped=one.back_test["flipped"]))]


def _withdraw(one: EditionView) -> None:
    with st.form(f"rules.withdraw.{one.version}"):
        st.markdown(t("ruling.withdraw_about", version=plain(one.version), day=day(one.valid_from, language())))
        reason = st.text_input(t("ruling.withdraw_reason"), key=f"rules.withdraw_reason.{one.version}")
        pressed = st.form_submit_button(t("ruling.withdraw"), key=f"rules.withdraw_button.{one.version}")
    if not pressed:
        return
    try:
        installation().act(user(), withdraw, one.version, reason=reason, today=today())
    except OkrError as refused:
        show_error(refused)
        return
    st.session_state[_WITHDRAWN] = one.version
    st.rerun()
