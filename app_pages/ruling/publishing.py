"""Publishing a draft that has been tried: the reason, the day, and what has been seen."""

import streamlit as st

from app_pages.components.here import installation, t, today, user
from app_pages.components.notices import show_error
from app_pages.writing.open_form import DAY_FORMAT
from okr_engine.errors import OkrError
from okr_engine.services.back_test_results import BackTest, HarmKind
from okr_engine.services.rule_publishing import publish


def publish_section(yaml: str, tested: BackTest) -> str | None:
    """The form, or why there is none; the version once it is published."""
    st.subheader(t("ruling.publish_heading"), anchor=False)
    if tested.stops:
        st.error(t("ruling.cannot_be_published"), icon=":material/block:")
        return None
    with st.form("rules.publish", enter_to_submit=False):
        st.markdown(t("ruling.publish_about"))
        reason = st.text_input(t("ruling.publish_reason"), key="rules.publish_reason")
        valid_from = st.date_input(
            t("ruling.publish_day"),
            value=today(),
            min_value=today(),
            format=DAY_FORMAT,
            key="rules.publish_day",
            width=220,
        )
        seen = [harm.kind for harm in tested.asks if _is_seen(harm.kind)]
        pressed = st.form_submit_button(t("ruling.publish"), key="rules.publish_button", type="primary")
    if not pressed:
        return None
    try:
        place = installation()
        version: str = place.act(
            user(),
            publish,
            yaml,
            tested,
            place.rulebooks,
            reason=reason,
            valid_from=valid_from,
            today=today(),
            acknowledged=seen,
        )
    except OkrError as refused:
        show_error(refused)
        return None
    return version


def _is_seen(kind: HarmKind) -> bool:
    return st.checkbox(t("ruling.seen", harm=t(f"rule_harm.{kind}")), key=f"rules.seen.{kind}")
