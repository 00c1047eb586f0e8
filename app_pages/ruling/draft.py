"""The draft: written, checked, tried on the past, and published when nothing speaks against it."""

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.here import installation, t, today, user
from app_pages.components.notices import show_error
from app_pages.components.plain import plain
from app_pages.ruling.answers import draft, editions, rulebook
from app_pages.ruling.mistakes import show_refusal
from app_pages.ruling.publishing import publish_section
from app_pages.ruling.tried import quarters_tried, tried_section
from app_pages.writing.open_form import OnRecord, OpenForm
from okr_engine.errors import OkrError
from okr_engine.services.back_test_results import BackTest
from okr_engine.services.back_tests import back_test, check_draft, digest_of
from okr_engine.services.rule_drafts import DraftView, save_draft
from okr_engine.services.rulebook_views import Book

_SAVED, _TRIED, _PUBLISHED = "rules.saved", "rules.back_test", "rules.published"
_HEIGHT = 520
# In YAML the columns mean something; Streamlit's text area has no other font of its own.
_EVEN_COLUMNS = "<style>.st-key-rules-draft-yaml textarea { font-family: monospace; font-size: .85rem }</style>"


def draft_section() -> None:
    """The text, what can be done with it, and what came of that."""
    st.markdown(t("ruling.draft_about"))
    if version := st.session_state.pop(_PUBLISHED, None):
        st.success(t("ruling.has_been_published", version=plain(version)), icon=":material/check_circle:")
    known = draft()
    form = OpenForm("rules.draft", OnRecord(known.version, {"yaml": known.yaml}, _saved(known)))
    _begin_from(known, form)
    st.html(_EVEN_COLUMNS)
    yaml = form.text_area("yaml", t("ruling.draft_text"), height=_HEIGHT)
    if known.version:
        st.caption(plain(_saved(known)))
    if st.session_state.pop(_SAVED, False):
        st.success(t("ruling.draft_saved"), icon=":material/check_circle:")
    _acting(form, yaml)
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


def _acting(form: OpenForm, yaml: str) -> None:
    """The buttons under the text, or after a refused save the choice between both texts."""

    def save(based_on: int) -> None:
        installation().act(user(), save_draft, yaml, based_on=based_on)

    if form.is_refused:
        saved = form.offer_choice({"yaml": t("ruling.draft_text")}, lambda _field, value: str(value or ""), save)
        checks = tries = False
    else:
        with st.container(horizontal=True):
            saves = st.button(t("ruling.save_draft"), key="rules.save", icon=":material/save:")
            checks = st.button(t("ruling.check"), key="rules.check", icon=":material/rule:")
            tries = st.button(t("ruling.try"), key="rules.try", icon=":material/history:", type="primary")
        saved = saves and form.save(save)
    if saved:
        st.session_state[_SAVED] = True
        st.rerun()
    try:
        if checks:
            _check(yaml)
        if tries:
            _try(yaml)
    except OkrError as refused:
        show_refusal(refused)


def _check(yaml: str) -> None:
    with st.spinner(t("ruling.checking")):
        found = check_draft(user(), yaml)
    st.success(t("ruling.sound", count=found.rules), icon=":material/check_circle:")


def _try(yaml: str) -> None:
    st.session_state.pop(_TRIED, None)
    place = installation()
    shipped = place.rulebooks.status
    found = place.ask(back_test, user(), yaml, shipped, today=today(), track=quarters_tried)
    st.session_state[_TRIED] = found


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
