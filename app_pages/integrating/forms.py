"""The forms of an endpoint: whatever its platform has to be told."""

import streamlit as st

from app_pages.components.chooser import choose
from app_pages.components.here import installation, t, user
from app_pages.components.notices import show_error
from app_pages.components.setting_fields import as_shown, as_typed, draw_settings, setting_labels
from app_pages.integrating.answers import platform_called, platforms
from app_pages.writing.open_form import OnRecord, OpenForm
from connectors.platforms import own_platforms
from okr_engine.errors import OkrError
from okr_engine.services.endpoints import add_endpoint, save_settings, try_endpoint
from okr_engine.services.integrations import EndpointView
from okr_engine.services.setting_forms import SettingField, fields_of

_SAVED = "integrations.saved"


def edit_section(one: EndpointView) -> None:
    """The endpoint's settings as they are, to be changed; nothing where its platform cannot be used."""
    platform = platforms().platforms.get(one.platform)
    if platform is None:
        return
    st.subheader(t("integrations.edit"), anchor=False)
    if st.session_state.pop(_SAVED, None) == one.code:
        st.success(t("integrations.has_been_saved"), icon=":material/check_circle:")
    fields = fields_of(platform.Settings)
    form = OpenForm(f"integrations.edit.{one.code}", OnRecord(one.version, as_shown(fields, one.settings)))

    def save(based_on: int) -> None:
        typed = as_typed(form, fields, one.settings)
        installation().act(user(), save_settings, one.code, typed, based_on=based_on, platforms=platforms())

    with st.container(border=True, width=720, key="integrations-edit"):
        draw_settings(form, fields)
        if form.is_refused:
            saved = form.offer_choice(setting_labels(fields), lambda _, value: str(value or ""), save)
        else:
            with st.container(horizontal=True):
                pressed = st.button(t("sources.save"), key=form.key("save"), type="primary")
                tried = st.button(t("integrations.try_typed"), key=form.key("try"))
            if tried:
                _try(one.code, one.platform, form, fields)
            saved = pressed and form.save(save)
    if saved:
        st.session_state[_SAVED] = one.code
        st.rerun()


def new_section() -> None:
    """An endpoint that is not there yet: first on which platform, then what that has to be told."""
    st.header(t("integrations.new"), anchor=False)
    st.markdown(t("integrations.new_about"))
    names = {name: platform_called(name) for name in sorted(platforms().platforms, key=_ours_first)}
    chosen = choose(t("integrations.platform"), names, key="integrations.new.platform", first="webhook", width=420)
    fields = fields_of(platforms().platforms[chosen].Settings)
    form = OpenForm(f"integrations.new.{chosen}", OnRecord(0, {"code": "", **as_shown(fields, {})}))

    def add(_based_on: int) -> None:
        code, typed = str(form.values["code"]).strip(), as_typed(form, fields, {})
        installation().act(user(), add_endpoint, code, chosen, typed, platforms=platforms())

    with st.container(border=True, width=720, key="integrations-new"):
        form.text_input("code", t("sources.code"), placeholder=t("integrations.code_example"), width=320)
        draw_settings(form, fields)
        with st.container(horizontal=True):
            pressed = st.button(t("integrations.add"), key=form.key("save"), type="primary")
            tried = st.button(t("sources.try"), key=form.key("try"))
        if tried:
            _try(str(form.values["code"]).strip(), chosen, form, fields)
        saved = pressed and form.save(add)
    if saved:
        code = str(form.values["code"]).strip()
        st.session_state[_SAVED] = code
        st.switch_page("integrations.py", query_params={"endpoint": code})


def _try(code: str, platform: str, form: OpenForm, fields: tuple[SettingField, ...]) -> None:
    """Try the connection with what is typed just now."""
    try:
        with st.spinner(t("sources.trying")):
            typed = as_typed(form, fields, {})
            try_endpoint(installation(), user(), code, platform, typed, platforms=platforms())
    except OkrError as refused:
        show_error(refused)
        return
    st.success(t("integrations.answers"), icon=":material/check_circle:")


def _ours_first(name: str) -> tuple[bool, str]:
    return name not in own_platforms(), name
