"""What can be done with a corrective action now: the next step first, then everything else that may be needed."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import streamlit as st

from app_pages.components.answers import effect_prospect, name_of, report_of_goal
from app_pages.components.here import clock, installation, language, t, today, user
from app_pages.components.notices import show_error
from app_pages.components.plain import plain
from app_pages.writing.answers import roles_and_people
from app_pages.writing.open_form import OnRecord, OpenForm, keeps_typed_text
from okr_engine.errors import InvalidInput, OkrError, StaleEdit
from okr_engine.i18n import day, number, spoken
from okr_engine.model import ActionKind, ActionState, RootCauseMethod
from okr_engine.services.action_steps import (
    acknowledge,
    assign,
    comment,
    dismiss,
    extend,
    finish,
    plan,
    reopen,
    start,
)
from okr_engine.services.action_views import ActionView
from okr_engine.services.effect_words import prospect_in_words
from okr_engine.services.goal_reports import KeyResultReport
from okr_engine.services.support_requests import ask_for_support
from okr_engine.services.typed_plans import fields_of, typed_plan
from okr_engine.words import message

_DONE = "action.done"
_OVERTAKEN = "action.overtaken"
_NEXT: Mapping[ActionState, tuple[str, Callable[..., None]]] = {
    ActionState.RAISED: ("action_do.acknowledge", acknowledge),
    ActionState.NOTIFIED: ("action_do.acknowledge", acknowledge),
    ActionState.PLANNED: ("action_do.start", start),
    ActionState.IN_PROGRESS: ("action_do.finish", finish),
}
_PLANNABLE = (ActionState.ACKNOWLEDGED, ActionState.PLANNED, ActionState.IN_PROGRESS)


class Deed(StrEnum):
    """What else can be done with an open action."""

    ASSIGN = "assign"
    EXTEND = "extend"
    SUPPORT = "support"
    COMMENT = "comment"
    PLAN = "plan"
    DISMISS = "dismiss"


def action_forms(one: ActionView, *, is_whole: bool = True) -> None:
    """The next step of the action as a button or a form, and the other deeds, one of them opened.

    Where it is not the `is_whole` page of the action, the plan is made over there.
    """
    if st.session_state.pop(_DONE, None) == one.code:
        st.success(t("my_work.action_saved"), icon=":material/check_circle:")
    if overtaken := st.session_state.pop(_OVERTAKEN, None):
        st.warning(t("my_work.action_overtaken", saved_by=plain(overtaken)), icon=":material/sync_problem:")
    # What somebody has typed stays in sight, also where the action has moved on meanwhile.
    for deed in Deed:
        if not _is_offered(deed, one) and keeps_typed_text(_name(one, deed)):
            _FORMS[deed](one)
    if one.closed_at is not None:
        _reopen(one)
        return
    if one.state in _NEXT:
        label, verb = _NEXT[one.state]
        if st.button(t(label), key=f"action.{one.code}.next", type="primary"):
            _at_once(one, verb)
    elif one.state == ActionState.ACKNOWLEDGED and is_whole:
        _plan(one)
    elif one.state == ActionState.ACKNOWLEDGED:
        label, params = t("next_step.acknowledged"), {"code": one.code}
        st.page_link("action.py", label=label, query_params=params, icon=":material/edit_note:")
    _other_deeds(one)


def _other_deeds(one: ActionView) -> None:
    deeds = [deed for deed in Deed if deed != Deed.PLAN or one.state in _PLANNABLE[1:]]
    chosen = st.segmented_control(
        t("action_do.else"),
        deeds,
        format_func=lambda deed: t(f"action_do.{deed}"),
        key=f"action.{one.code}.deed",
        default=Deed.ASSIGN,
        required=True,
        persist_state="session",
    )
    match chosen:
        case Deed.ASSIGN:
            _assign(one)
        case Deed.EXTEND:
            _extend(one)
        case Deed.SUPPORT:
            _ask_for_support(one)
        case Deed.COMMENT:
            _comment(one)
        case Deed.PLAN:
            _plan(one)
        case Deed.DISMISS:
            _dismiss(one)


def _at_once(one: ActionView, verb: Callable[..., None]) -> None:
    try:
        installation().act(user(), verb, one.code, version=one.version)
    except StaleEdit as refused:
        st.session_state[_OVERTAKEN] = refused.saved_by
    except OkrError as error:
        show_error(error)
        return
    else:
        st.session_state[_DONE] = one.code
    st.rerun()


def _plan(one: ActionView) -> None:
    fields = fields_of(one.plan)
    fields["expected"] = number(fields["expected"], language()) if fields["expected"] is not None else ""
    fields["indicator"] = fields["indicator"] or one.indicator
    form = _form(one, "plan", fields | {"reason": ""})
    with st.container(border=True, width=720, key=f"action-plan-{one.code}"):
        st.markdown(f"**{t('action_plan.heading')}**")
        form.text_area("steps", t("action_plan.steps"), height=100)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            form.day("due", t("action_plan.due"), width=180)
            form.one_of("kind", t("action_plan.kind"), {one: t(f"action_kind.{one}") for one in ActionKind}, width=300)
        form.one_of(
            "root_cause_method",
            t("action_plan.root_cause_method"),
            {one: t(f"root_cause_method.{one}") for one in RootCauseMethod},
            placeholder=t("my_work.choose"),
            width=300,
        )
        form.text_area("root_cause", t("action_plan.root_cause"), height=80)
        form.text_area("extent", t("action_plan.extent"), height=68)
        form.text_area("containment", t("action_plan.containment"), height=68)
        form.text_input("cost", t("action_plan.cost"))
        if one.indicator:
            _criterion(one, form)
        if one.plan:
            form.text_input("reason", t("action_plan.reason"))
        _save(one, form, t("action_plan.save"), lambda based_on: _planned(one, form, based_on))


def _criterion(one: ActionView, form: OpenForm) -> None:
    assert one.indicator is not None
    st.markdown(f"**{t('action_plan.criterion')}**")
    st.caption(t("action_plan.criterion_help"))
    names = {row.indicator: f"{row.standing.code} {spoken(row.standing.name, language())}" for row in _measured(one)}
    form.one_of("indicator", t("action_plan.indicator"), names, width=560)
    foreseen = prospect_in_words(effect_prospect(one.code, one.indicator, one.period.end), language())
    st.caption(t("action_plan.foreseen", code=one.subject_code, prospect=plain(foreseen)))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        form.text_input("expected", t("action_plan.expected", unit=t(f"unit.{one.measure}")), width=260)
        form.text_input("readings", t("action_plan.readings"), width=180)
        form.day("counts_from", t("action_plan.counts_from"), width=200)


def _measured(one: ActionView) -> list[KeyResultReport]:
    """What the goal of the action follows, by any of which its effect can be seen."""
    if one.goal_code is None:
        return []
    report = report_of_goal(one.goal_code, one.period)
    return [*report.key_results, *report.kpis]


def _planned(one: ActionView, form: OpenForm, based_on: int) -> None:
    measures = {row.indicator: row.standing.measure for row in _measured(one)}
    indicator = form.values.get("indicator")
    made = typed_plan(form.values, indicator=indicator, measure=measures.get(str(indicator), one.measure))
    reason = str(form.values.get("reason") or "").strip() or None
    installation().act(user(), plan, one.code, version=based_on, plan=made, reason=reason)


def _assign(one: ActionView) -> None:
    names = _assignable()
    form = _form(one, "assign", {"to": None, "due": max(one.due, today())})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        form.one_of("to", t("my_work.assign_to"), names, placeholder=t("my_work.choose_desk"), width=420)
        form.day("due", t("my_work.assign_due"), width=180)
        pressed = not form.is_refused and st.button(t("my_work.assign"), key=form.key("save"))

    def give(based_on: int) -> None:
        kind, _, code = str(form.values["to"] or "").partition(":")
        if not code or form.values["due"] is None:
            raise InvalidInput(message("error.assign_to_role_or_person"))
        role, person = (code, None) if kind == "role" else (None, code)
        installation().act(user(), assign, one.code, version=based_on, role=role, person=person, due=form.values["due"])

    labels = {"to": t("my_work.assign_to"), "due": t("my_work.assign_due")}
    _finish(one, form, pressed, give, labels, lambda field, value: _shown_desk(field, value, names, one))


def _extend(one: ActionView) -> None:
    form = _form(one, "extend", {"due": None, "reason": ""})
    st.caption(t("action_do.extend_help", count=one.extensions))
    form.day("due", t("action_do.new_due"), width=200)
    form.text_input("reason", t("action_do.reason"), width=560)
    _save(
        one,
        form,
        t("action_do.extend"),
        lambda based_on: installation().act(
            user(), extend, one.code, version=based_on, due=_given(form, "due"), reason=form.values["reason"]
        ),
    )


def _ask_for_support(one: ActionView) -> None:
    roles = {link.code: spoken(link.role, language()) for link in one.chain if link.code}
    form = _form(one, "support", {"need": "", "role": None, "by": None})
    form.text_area("need", t("action_do.need"), height=80, width=560)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        form.one_of("role", t("action_do.support_from"), roles, placeholder=t("my_work.choose"), width=420)
        form.day("by", t("action_do.answer_by"), width=200)
    _save(
        one,
        form,
        t("action_do.support"),
        lambda based_on: installation().act(
            user(),
            ask_for_support,
            one.code,
            version=based_on,
            need=form.values["need"],
            role=_given(form, "role"),
            by=_given(form, "by"),
        ),
    )


def _comment(one: ActionView) -> None:
    form = _form(one, "comment", {"text": ""})
    form.text_area("text", t("action_do.comment_text"), height=80, width=560)
    _save(
        one,
        form,
        t("action_do.comment"),
        lambda based_on: installation().act(user(), comment, one.code, version=based_on, text=form.values["text"]),
    )


def _dismiss(one: ActionView) -> None:
    form = _form(one, "dismiss", {"until": None, "reason": ""})
    st.caption(t("action_do.dismiss_help"))
    form.day("until", t("action_do.accept_until"), width=200)
    form.text_input("reason", t("action_do.reason"), width=560)
    _save(
        one,
        form,
        t("action_do.dismiss"),
        lambda based_on: installation().act(
            user(),
            dismiss,
            one.code,
            version=based_on,
            accept_until=_given(form, "until"),
            reason=form.values["reason"],
        ),
    )


def _reopen(one: ActionView) -> None:
    form = _form(one, "reopen", {"reason": ""})
    form.text_input("reason", t("action_do.reason"), width=560)
    _save(
        one,
        form,
        t("action_do.reopen"),
        lambda based_on: installation().act(user(), reopen, one.code, version=based_on, reason=form.values["reason"]),
    )


_FORMS: Mapping[Deed, Callable[[ActionView], None]] = {
    Deed.PLAN: _plan,
    Deed.ASSIGN: _assign,
    Deed.EXTEND: _extend,
    Deed.SUPPORT: _ask_for_support,
    Deed.COMMENT: _comment,
    Deed.DISMISS: _dismiss,
}


def _is_offered(deed: Deed, one: ActionView) -> bool:
    return one.closed_at is None and (deed != Deed.PLAN or one.state in _PLANNABLE)


def _name(one: ActionView, deed: str) -> str:
    return f"action.{one.code}.{deed}"


def _form(one: ActionView, deed: str, fields: Mapping[str, Any]) -> OpenForm:
    last = one.history[-1]
    saved = t("my_work.saved_by", saved_by=name_of(last.actor), at=clock(last.at))
    state = t("my_work.action_stands", state=t(f"action_state.{one.state}"), desk=desk_of(one), due=one.due)
    return OpenForm(_name(one, deed), OnRecord(one.version, dict(fields), f"{saved} {state}"))


def _save(one: ActionView, form: OpenForm, label: str, deed: Callable[[int], object]) -> None:
    pressed = not form.is_refused and st.button(label, key=form.key("save"), type="primary")
    _finish(one, form, pressed, deed, {}, _shown)


def _finish(
    one: ActionView,
    form: OpenForm,
    pressed: bool,
    deed: Callable[[int], object],
    labels: Mapping[str, str],
    shown: Callable[[str, Any], str],
) -> None:
    saved = form.offer_choice(labels, shown, deed) if form.is_refused else pressed and form.save(deed)
    if saved:
        st.session_state[_DONE] = one.code
        st.rerun()


def _given(form: OpenForm, field: str) -> Any:
    value = form.values[field]
    if value in (None, ""):
        raise InvalidInput(message("action_do.incomplete"))
    return value


def _assignable() -> dict[str, str]:
    """Everybody an action can be given to, roles first, by what they are called."""
    roles, people = roles_and_people()
    return {
        **{f"role:{one.code}": t("my_work.a_role", name=spoken(one.name, language())) for one in roles},
        **{f"person:{one.code}": t("my_work.a_person", name=spoken(one.name, language())) for one in people},
    }


def _shown_desk(field: str, value: object, names: Mapping[str, str], one: ActionView) -> str:
    return names.get(str(value), desk_of(one)) if field == "to" else _shown(field, value)


def _shown(_field: str, value: object) -> str:
    match value:
        case date():
            return day(value, language())
        case Decimal():
            return number(value, language())
        case _:
            return str(value or "")


def desk_of(one: ActionView) -> str:
    """With whom the action is; nobody is a vacancy."""
    return spoken(one.assigned_to, language()) or t("noun.vacancy")
