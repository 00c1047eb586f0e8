"""The responsibility chain: the policy in words, a dry run for any goal, every edition, and the form for the next."""

from datetime import date, datetime, time

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.here import clock, installation, language, t, today, user
from app_pages.components.notices import show_error
from app_pages.components.tables import Column, Row, Section, note, tables, text
from app_pages.ruling.answers import chain_editions, goals_with_chains, tried_chain
from app_pages.ruling.mistakes import show_refusal
from app_pages.writing.open_form import DAY_FORMAT
from okr_engine.access import Permission, may_somewhere
from okr_engine.errors import OkrError
from okr_engine.i18n import day, listed, speak, spoken
from okr_engine.services.escalation_policies import PolicyEdition, check_policy, in_force_on, publish_policy
from okr_engine.services.escalation_previews import Preview, PreviewStep
from okr_engine.services.policy_words import policy_in_words

_PUBLISHED = "rules.chain_published"
_MORNING = time(9)
_HEIGHT = 520
_EVEN_COLUMNS = "<style>.st-key-rules-chain-yaml textarea { font-family: monospace; font-size: .85rem }</style>"


def chain_section() -> None:
    """The policy in force, what it would lead to, every edition, and the form for those who may publish."""
    known = chain_editions()
    in_force = in_force_on(known, today())
    st.markdown(t("policy.about"))
    if published := st.session_state.pop(_PUBLISHED, None):
        st.success(published, icon=":material/check_circle:")
    tables([_in_words(in_force)], key="rules.chain")
    _dry_run()
    tables([_editions(known, in_force)], key="rules.chain_editions")
    if may_somewhere(user(), Permission.PUBLISH_RULES):
        _form(in_force)


def _in_words(edition: PolicyEdition) -> Section:
    return Section(
        caption=t("policy.in_force"),
        columns=(Column(t("policy.about_what"), 32), Column(t("policy.what_holds"), 68)),
        rows=[
            Row([[text(speak(name, language()))], [text(speak(sentence, language()))]])
            for name, sentence in policy_in_words(edition.policy)
        ],
    )


def _dry_run() -> None:
    st.subheader(t("policy.dry_run"), anchor=False)
    st.markdown(t("policy.dry_run_about"))
    goals = goals_with_chains()
    if not goals:
        st.info(t("policy.no_goals"))
        return
    with st.container(horizontal=True):
        goal: str = st.selectbox(
            t("noun.goal"),
            list(goals),
            format_func=lambda code: f"{code} {spoken(goals[code], language())}",
            key="rules.chain_goal",
        )
        starts = st.date_input(
            t("policy.raised_on"), value=today(), format=DAY_FORMAT, key="rules.chain_day", width=220
        )
    try:
        found = tried_chain(goal, _morning_of(starts))
    except OkrError as refused:
        show_error(refused)
        return
    tables([_tried(found)], key="rules.chain_tried")
    st.caption(t("policy.repeats", hours=found.repeat_hours))


def _morning_of(starts: date) -> datetime:
    return datetime.combine(starts, _MORNING, installation().settings.zone)


def _tried(found: Preview) -> Section:
    return Section(
        caption=f"{found.goal} {spoken(found.name, language())}",
        columns=(
            Column(t("action_card.when"), 20),
            Column(t("policy.what_holds"), 20),
            Column(t("policy.who"), 28),
            Column(t("ruling.why"), 32),
        ),
        rows=[_asking(one) for one in found.steps],
    )


def _asking(one: PreviewStep) -> Row:
    people = listed([who if isinstance(who, str) else speak(who, language()) for who in one.people], language())
    role = spoken(one.role, language())
    why = [text(speak(sentence, language())) for sentence in one.because]
    if one.closed_days:
        why.append(note(t("policy.closed_between", days=one.closed_days)))
    return Row(
        [
            [text(clock(one.at))],
            [text(t(f"asking_kind.{one.kind}"))],
            [text(people), *([note(role)] if role else [])],
            why,
        ]
    )


def _editions(known: list[PolicyEdition], in_force: PolicyEdition) -> Section:
    return Section(
        caption=t("policy.editions"),
        columns=(
            Column(t("ruling.in_force_from"), 24),
            Column(t("ruling.published"), 34),
            Column(t("ruling.why"), 42),
        ),
        rows=[_edition(one, is_in_force=one == in_force) for one in known],
    )


def _edition(one: PolicyEdition, *, is_in_force: bool) -> Row:
    since = day(one.valid_from, language()) if one.valid_from else t("roll_up.from_the_start")
    state = [note(t("ruling.in_force.now"))] if is_in_force else []
    by = text(name_of(one.published_by)) if one.published_by else text(t("ruling.shipped"))
    at = [note(clock(one.published_at))] if one.published_at else []
    return Row([[text(since), *state], [by, *at], [text(one.reason)] if one.reason else []])


def _form(in_force: PolicyEdition) -> None:
    st.html(_EVEN_COLUMNS)
    with st.expander(t("policy.change"), icon=":material/edit:"), st.form("rules.chain_form", enter_to_submit=False):
        st.markdown(t("policy.change_about"))
        yaml = st.text_area(t("policy.text"), value=in_force.text, height=_HEIGHT, key="rules-chain-yaml")
        reason = st.text_input(t("policy.reason"), key="rules.chain_reason")
        valid_from = st.date_input(
            t("ruling.publish_day"),
            value=today(),
            min_value=today(),
            format=DAY_FORMAT,
            key="rules.chain_from",
            width=220,
        )
        with st.container(horizontal=True):
            checks = st.form_submit_button(t("ruling.check"), key="rules.chain_check", icon=":material/rule:")
            publishes = st.form_submit_button(t("policy.publish"), key="rules.chain_publish", type="primary")
    try:
        if checks:
            check_policy(user(), yaml)
            st.success(t("policy.holds"), icon=":material/check_circle:")
        if publishes:
            _publish(yaml, reason, valid_from)
    except OkrError as refused:
        show_refusal(refused)


def _publish(yaml: str, reason: str, valid_from: date) -> None:
    place = installation()
    number = place.act(user(), publish_policy, yaml, reason=reason, valid_from=valid_from, today=today())
    st.session_state[_PUBLISHED] = t("policy.published", number=str(number), day=valid_from)
    st.rerun()
