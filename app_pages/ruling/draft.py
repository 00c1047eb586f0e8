"""The draft: written, checked, tried on the past, and published when nothing speaks against it."""

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.here import installation, t, today, user
from app_pages.components.notices import show_error
from app_pages.components.plain import plain
from app_pages.ruling.answers import draft, editions, rulebook
from app_pages.ruling.publishing import publish_section
from app_pages.ruling.tried import quarters_tried, tried_section
from app_pages.writing.open_form import OnRecord, OpenForm
from okr_engine.errors import OkrError
from okr_engine.services.back_tests import BackTest, back_test, check_draft, digest_of
from okr_engine.services.rule_drafts import DraftView, save_draft
from okr_engine.services.rulebook_views import Book

_SAVED, _TRIED, _PUBLISHED = "rules.saved", "rules.tried", "rules.published"
_HEIGHT = 520


def draft_section() -> None:
    """The text, what can be done with it, and what came of that."""
    st.markdown(t("ruling.draft_about"))
    if version := st.session_state.pop(_PUBLISHED, None):
        st.success(t("ruling.has_been_published", version=plain(version)), icon=":material/check_circle:")
    known = draft()
    form = OpenForm("rules.draft", OnRecord(known.version, {"yaml": known.yaml}, _saved(known)))
    _begin_from(known, form)
    yaml = form.text_area("yaml", t("ruling.draft_text"), height=_HEIGHT)
    if known.version:
        st.caption(plain(_saved(known)))
    if st.session_state.pop(_SAVED, False):
        st.success(t("ruling.draft_saved"), icon=":material/check_circle:")
    if _saving(form):
        st.session_state[_SAVED] = True
        st.rerun()
    _trying(yaml)
    tested: BackTest | None = st.session_state.get(_TRIED)
    if tested is None:
        return
    if tested.digest != digest_of(yaml):
        st.info(t("ruling.tried_another_text"), icon=":material/history:")
        return
    tried_section(tested)
    if version := publish_section(yaml, tested):
        st.session_state.pop(_TRIED)
        st.session_state[_PUBLISHED] = version
        form.start_anew()
        st.rerun()


def _saving(form: OpenForm) -> bool:
    def save(based_on: int) -> None:
        installation().act(user(), save_draft, form.values["yaml"], based_on=based_on)

    if form.is_refused:
        return form.offer_choice({"yaml": t("ruling.draft_text")}, lambda _field, value: str(value or ""), save)
    return st.button(t("ruling.save_draft"), key=form.key("save")) and form.save(save)


def _trying(yaml: str) -> None:
    with st.container(horizontal=True):
        checks = st.button(t("ruling.check"), key="rules.check", icon=":material/rule:")
        tries = st.button(t("ruling.try"), key="rules.try", icon=":material/history:", type="primary")
    try:
        if checks:
            st.session_state.pop(_TRIED, None)
            with st.spinner(t("ruling.checking")):
                found = check_draft(user(), yaml)
            st.success(t("ruling.sound", count=len(found)), icon=":material/check_circle:")
        if tries:
            st.session_state.pop(_TRIED, None)
            place = installation()
            st.session_state[_TRIED] = place.ask(
                back_test, user(), yaml, place.rulebooks.status, today=today(), track=quarters_tried
            )
    except OkrError as refused:
        show_error(refused)


def _begin_from(known: DraftView, form: OpenForm) -> None:
    """The ways to begin: from the rules in force, and from newer ones that have come with the program."""
    offered = editions()
    if offered.on_offer:
        st.info(t("ruling.on_offer", version=plain(offered.on_offer)), icon=":material/redeem:")
        if st.button(t("ruling.take_offer"), key="rules.take_offer"):
            _put(offered.offered_yaml, known, form)
    in_force = rulebook(Book.STATUS).yaml
    if known.version and known.yaml != in_force and st.button(t("ruling.start_over"), key="rules.start_over"):
        _put(in_force, known, form)


def _put(yaml: str, known: DraftView, form: OpenForm) -> None:
    try:
        installation().act(user(), save_draft, yaml, based_on=known.version)
    except OkrError as refused:
        show_error(refused)
        return
    form.start_anew()
    st.rerun()


def _saved(known: DraftView) -> str:
    return t("ruling.draft_saved_by", name=name_of(known.saved_by)) if known.version else ""
