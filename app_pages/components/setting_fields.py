"""What a source or a task platform has to be told, as fields of a form: drawn from its settings model."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.plain import plain
from app_pages.writing.open_form import OpenForm
from okr_engine.i18n import speak
from okr_engine.services.setting_forms import FieldKind, SettingField, settings_shown, settings_typed
from okr_engine.words import Language


def draw_settings(form: OpenForm, fields: Sequence[SettingField]) -> None:
    """Every setting, with a word on how secrets are told."""
    st.markdown(f"**{t('sources.settings')}**")
    st.caption(t("sources.settings_about"))
    for one in fields:
        _widget(form, one)


def setting_labels(fields: Sequence[SettingField]) -> dict[str, str]:
    """What each field of the form is called."""
    return {f"setting.{one.name}": _label(one) for one in fields}


def as_shown(fields: Sequence[SettingField], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Kept settings as the form's fields."""
    return {f"setting.{name}": value for name, value in settings_shown(fields, settings).items()}


def as_typed(form: OpenForm, fields: Sequence[SettingField], known: Mapping[str, Any]) -> dict[str, Any]:
    """What the form's fields say, as settings."""
    return settings_typed(fields, {one.name: form.values[f"setting.{one.name}"] for one in fields}, known)


def _widget(form: OpenForm, one: SettingField) -> None:
    key, label = f"setting.{one.name}", _label(one)
    match one.kind:
        case FieldKind.YES_OR_NO:
            form.checkbox(key, label)
        case FieldKind.CHOICE:
            form.one_of(key, label, {each: _choice(one.name, each) for each in one.choices}, width=320)
        case FieldKind.DAY:
            form.day(key, label, width=220)
        case FieldKind.NUMBER:
            form.text_input(key, label, width=220)
        case FieldKind.PARTS | FieldKind.PROSE:
            form.text_area(key, label, height=120)
        case FieldKind.TEXT:
            form.text_input(key, label)


def _label(one: SettingField) -> str:
    title = plain(speak(one.title, language()))
    if one.kind == FieldKind.PARTS:
        return t("sources.as_yaml", title=title)
    return t("sources.required", title=title) if one.is_required else title


def _choice(name: str, value: str) -> str:
    if name == "language" and value in list(Language):
        return t(f"language.{value}")
    return {"": t("sources.none"), "\t": t("sources.tabulator")}.get(value, value)
