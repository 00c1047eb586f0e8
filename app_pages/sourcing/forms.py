"""The forms of a source: its names and steward, its timetable, and whatever its connector has to be told."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app_pages.components.chooser import choose
from app_pages.components.here import installation, t, user
from app_pages.components.notices import show_error
from app_pages.components.setting_fields import as_shown, as_typed, draw_settings, setting_labels
from app_pages.sourcing.answers import connector_called, named, registry, units_and_roles
from app_pages.writing.open_form import OnRecord, OpenForm
from connectors.registry import own_names
from okr_engine.errors import InvalidInput, OkrError
from okr_engine.model import Rhythm, Timetable
from okr_engine.services.connections import try_connection
from okr_engine.services.people import Choice
from okr_engine.services.setting_forms import SettingField, setting_fields
from okr_engine.services.source_views import SourceView
from okr_engine.services.sources import add_source, save_source, source_form
from okr_engine.words import Language, message

_SAVED = "sources.saved"
_NO_STEWARD = ""
_WEEKDAYS = range(1, 8)
_LABELS = {
    "name_fi": "sources.name_fi",
    "name_sv": "sources.name_sv",
    "name_en": "sources.name_en",
    "steward": "sources.steward",
    "rhythm": "sources.rhythm",
    "at": "sources.at",
    "weekday": "sources.weekday",
    "month_day": "sources.month_day",
    "working_days_only": "sources.working_days_only",
    "paused": "sources.paused",
}


def edit_section(one: SourceView) -> None:
    """The source as it is, to be changed."""
    st.subheader(t("sources.edit"), anchor=False)
    if st.session_state.pop(_SAVED, None) == one.code:
        st.success(t("sources.has_been_saved"), icon=":material/check_circle:")
    fields = setting_fields(registry(), one.connector)
    on_record = {
        "name_fi": one.name.fi or "",
        "name_sv": one.name.sv or "",
        "name_en": one.name.en or "",
        "steward": one.steward.code if one.steward else _NO_STEWARD,
        **_timetable_shown(one.timetable),
        **as_shown(fields, one.settings),
    }
    form = OpenForm(f"sources.edit.{one.code}", OnRecord(one.version, on_record))
    fixed = {"code": one.code, "connector": one.connector, "unit": one.unit.code}

    def save(based_on: int) -> None:
        told = source_form({**fixed, **_told(form, fields, one.settings)})
        installation().act(user(), save_source, told, based_on=based_on, zone=installation().settings.zone)

    with st.container(border=True, width=720, key="sources-edit"):
        _names_and_steward(form, _with_steward(one))
        _timetable(form)
        draw_settings(form, fields)
        if form.is_refused:
            saved = form.offer_choice(_labels(fields), _shown, save)
        else:
            with st.container(horizontal=True):
                pressed = st.button(t("sources.save"), key=form.key("save"), type="primary")
                tried = st.button(t("sources.try"), key=form.key("try"))
            if tried:
                _try(one.code, one.connector, form, fields, one.settings)
            saved = pressed and form.save(save)
    if saved:
        st.session_state[_SAVED] = one.code
        st.rerun()


def new_section() -> None:
    """A source that is not there yet: first through which connector, then what that has to be told."""
    st.header(t("sources.new"), anchor=False)
    st.markdown(t("sources.new_about"))
    names = {name: connector_called(name) for name in sorted(registry().sources, key=_demo_last)}
    connector = choose(t("sources.connector"), names, key="sources.new.connector", width=420)
    fields = setting_fields(registry(), connector)
    units, roles = units_and_roles()
    empty = {
        "code": "",
        "unit": units[0].code,
        "name_fi": "",
        "name_sv": "",
        "name_en": "",
        "steward": _NO_STEWARD,
        **_timetable_shown(Timetable()),
        **as_shown(fields, {}),
    }
    form = OpenForm(f"sources.new.{connector}", OnRecord(0, empty))

    def add(_based_on: int) -> None:
        first = {"code": str(form.values["code"]).strip(), "unit": form.values["unit"], "connector": connector}
        told = source_form({**first, **_told(form, fields, {})})
        installation().act(user(), add_source, told, zone=installation().settings.zone)

    with st.container(border=True, width=720, key="sources-new"):
        form.text_input("code", t("sources.code"), placeholder=t("sources.code_example"), width=320)
        form.one_of("unit", t("sources.unit"), {one.code: named(one) for one in units}, width=420)
        _names_and_steward(form, roles)
        _timetable(form)
        draw_settings(form, fields)
        with st.container(horizontal=True):
            pressed = st.button(t("sources.add"), key=form.key("save"), type="primary")
            tried = st.button(t("sources.try"), key=form.key("try"))
        if tried:
            _try(str(form.values["code"]).strip(), connector, form, fields, {})
        saved = pressed and form.save(add)
    if saved:
        code = str(form.values["code"]).strip()
        st.session_state[_SAVED] = code
        st.switch_page("sources.py", query_params={"source": code})


def _names_and_steward(form: OpenForm, roles: Sequence[Choice]) -> None:
    for one in Language:
        form.text_input(f"name_{one}", t(_LABELS[f"name_{one}"]))
    choices = {_NO_STEWARD: t("sources.no_steward"), **{one.code: named(one) for one in roles}}
    form.one_of("steward", t("sources.steward"), choices, width=420)


def _with_steward(one: SourceView) -> list[Choice]:
    """The roles to choose from; the one that has it now may be of another unit."""
    _, roles = units_and_roles()
    return roles if one.steward is None or one.steward in roles else [one.steward, *roles]


def _timetable(form: OpenForm) -> None:
    st.markdown(f"**{t('sources.timetable')}**")
    rhythms = {one: t(f"rhythm.{one}") for one in Rhythm}
    rhythm = form.one_of_few("rhythm", t("sources.rhythm"), rhythms, required=True)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if rhythm == Rhythm.WEEK:
            form.one_of("weekday", t("sources.weekday"), {one: t(f"weekday.{one}") for one in _WEEKDAYS}, width=220)
        if rhythm == Rhythm.MONTH:
            form.text_input("month_day", t("sources.month_day"), width=220)
        form.text_input("at", t("sources.at_minute" if rhythm == Rhythm.HOUR else "sources.at"), width=220)
    form.checkbox("working_days_only", t("sources.working_days_only"))
    form.checkbox("paused", t("sources.paused"))


def _timetable_shown(known: Timetable) -> dict[str, Any]:
    return {
        "rhythm": known.rhythm,
        "at": known.at,
        "weekday": known.day if known.day in _WEEKDAYS else _WEEKDAYS[0],
        "month_day": str(known.day),
        "working_days_only": known.working_days_only,
        "paused": known.paused,
    }


def _told(form: OpenForm, fields: Sequence[SettingField], known: Mapping[str, Any]) -> dict[str, Any]:
    """What the form says, as a source's fields."""
    values = form.values
    told = {name: values[name] for name in ("rhythm", "at", "working_days_only", "paused")}
    told |= {f"name_{one}": str(values[f"name_{one}"]).strip() or None for one in Language}
    if values["rhythm"] == Rhythm.WEEK:
        told["day"] = values["weekday"]
    if values["rhythm"] == Rhythm.MONTH:
        told["day"] = _day_of_month(str(values["month_day"]))
    return told | {"steward": values["steward"] or None, "settings": as_typed(form, fields, known)}


def _day_of_month(typed: str) -> int:
    if not typed.strip().isdecimal():
        raise InvalidInput(message("sources.no_day_of_month"))
    return int(typed)


def _try(code: str, connector: str, form: OpenForm, fields: Sequence[SettingField], known: Mapping[str, Any]) -> None:
    """Try the connection with what is typed just now."""
    try:
        with st.spinner(t("sources.trying")):
            try_connection(installation(), user(), code, connector, as_typed(form, fields, known))
    except OkrError as refused:
        show_error(refused)
        return
    st.success(t("sources.answers"), icon=":material/check_circle:")


def _labels(fields: Sequence[SettingField]) -> dict[str, str]:
    own = {name: t(label) for name, label in _LABELS.items()}
    return own | setting_labels(fields)


def _shown(field: str, value: Any) -> str:
    match field:
        case "rhythm":
            return t(f"rhythm.{value}") if value else ""
        case "weekday":
            return t(f"weekday.{value}") if value else ""
        case _ if isinstance(value, bool):
            return t("answer.yes") if value else t("answer.no")
        case _:
            return str(value or "")


def _demo_last(name: str) -> tuple[bool, bool, str]:
    return name == "demo", name not in own_names(), name
