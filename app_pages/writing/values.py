"""Values to enter: what is missing first, one form, and what the value did to the status."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.chooser import choose
from app_pages.components.here import clock, installation, language, t, user
from app_pages.components.plain import plain
from app_pages.components.status import status_pill
from app_pages.components.tables import Column, Row, Section, note, pill, tables, tag, text
from app_pages.components.the_rest import the_rest
from app_pages.writing.open_form import OnRecord, OpenForm
from okr_engine.i18n import figure, number, period, spoken
from okr_engine.periods import Period
from okr_engine.services.evaluation import Evaluation
from okr_engine.services.measurements import Entry, enter_value, value_typed
from okr_engine.services.my_work import WritableGoal, WritableKeyResult
from okr_engine.services.reasons import reason
from okr_engine.terms import NoDataReason

MOST_ROWS = 100
"""How many key results the table shows, what is missing first; all of them can be chosen."""

VALUE, NO_VALUE = "value", "no_value"
_MINE = ""
_SAVED = "my_work.value_saved"


@dataclass(frozen=True)
class _Saved:
    """What the last save came to; without an evaluation it said nothing new."""

    key_result: str
    quarter: Period
    evaluation: Evaluation | None


def values_section(goals: Sequence[WritableGoal], quarter: Period) -> None:
    """The person's own key results, or those of a goal they choose, and the form for one of them."""
    st.header(t("my_work.values"), anchor=False)
    chosen = _chosen(goals, quarter)
    due = sorted((one for one in chosen if one.period), key=lambda one: not one.is_missing)
    if not due:
        st.info(t("my_work.no_values", period=quarter), icon=":material/task_alt:")
        return
    waiting = sum(one.is_missing for one in due)
    st.markdown(t("my_work.values_missing", count=waiting) if waiting else t("my_work.values_complete"))
    tables([_overview(due)], key=f"my_work.values.{quarter.code}")
    if len(due) < len(chosen):
        st.caption(t("my_work.values_not_due", count=len(chosen) - len(due)))
    _form([one for one in due if one.may_enter], quarter)


def _chosen(goals: Sequence[WritableGoal], quarter: Period) -> list[WritableKeyResult]:
    """What the person looks after; beside it, or without it, the goals to choose from."""
    mine = [one for goal in goals for one in goal.key_results if one.is_mine]
    others = {goal.code: goal for goal in goals if any(one.may_enter and not one.is_mine for one in goal.key_results)}
    if not others:
        return mine
    labels = {_MINE: t("my_work.mine_all")} if mine else {}
    labels |= {code: f"{code} {spoken(goal.name, language())}" for code, goal in others.items()}
    code = choose(t("noun.goal"), labels, key=f"my_work.values_of.{quarter.code}")
    return [one for one in others[code].key_results if one.may_enter] if code else mine


def _overview(due: Sequence[WritableKeyResult]) -> Section:
    return Section(
        caption=t("my_work.values"),
        columns=(
            Column(t("my_work.key_result_or_kpi"), 40),
            Column(t("noun.period"), 12),
            Column(t("my_work.recorded"), 18, figures=True),
            Column(t("my_work.status"), 18),
        ),
        notes=the_rest(due, MOST_ROWS),
        rows=[
            Row(
                [
                    [text(_named(one))],
                    [text(period(one.period, language()))] if one.period else [],
                    _recorded(one),
                    [pill(one.status)],
                ]
            )
            for one in due[:MOST_ROWS]
        ],
    )


def _recorded(one: WritableKeyResult) -> list[Any]:
    if one.recorded is None:
        return [text(t("my_work.missing"))]
    if one.recorded.no_data_reason:
        return [text("–"), note(t(f"no_data.{one.recorded.no_data_reason}"))]
    shown = text(figure(one.recorded.value, one.measure, language(), decimals=one.decimals))
    return [shown, tag(t("my_work.provisional"))] if one.recorded.provisional else [shown]


def _form(due: Sequence[WritableKeyResult], quarter: Period) -> None:
    by_code = {one.code: one for one in due}
    names = {one.code: _named(one) for one in due}
    code = choose(t("my_work.enter_for"), names, key=f"my_work.value_for.{quarter.code}")
    value_outcome(by_code[code], quarter)
    value_form(by_code[code], quarter, page="my_work")


def value_form(one: WritableKeyResult, quarter: Period, *, page: str, begins_with: str = VALUE) -> None:
    """The form for one figure: its value, or the reason why there is none; `begins_with` while nothing is recorded."""
    code = one.code
    assert one.period is not None
    form = OpenForm(f"{page}.value.{code}.{quarter.code}", _on_record(one, begins_with))
    with st.container(border=True, width=720, key=f"{page}-value-{code.replace('.', '-')}"):
        st.markdown(f"**{plain(_named(one))}** · {period(one.period, language())}")
        st.caption(_known(one))
        kind = form.one_of_few("kind", t("my_work.value_kind"), _kinds(), required=True)
        if kind == VALUE:
            form.text_input("value", t("my_work.value"), placeholder=t("my_work.value_example"), width=260)
            st.caption(_allowed(one))
            form.checkbox("provisional", t("my_work.is_provisional"))
        else:
            form.one_of(
                "no_data_reason",
                t("my_work.no_data_reason"),
                {why: t(f"no_data.{why}") for why in NoDataReason},
                placeholder=t("my_work.choose"),
            )
        form.text_area("comment", t("my_work.comment"), height=80)
        if one.recorded is not None:
            form.text_input("reason", t("my_work.restatement_reason"))
            st.caption(t("my_work.restatement_help"))

        def enter(based_on: int) -> None:
            done = installation().act(
                user(),
                enter_value,
                code,
                quarter,
                _entry(form, one),
                based_on=based_on,
                rulebooks=installation().rulebooks,
            )
            st.session_state[_SAVED] = _Saved(code, quarter, done)

        labels = {
            "value": t("my_work.value"),
            "no_data_reason": t("my_work.no_data_reason"),
            "provisional": t("my_work.provisional"),
            "comment": t("my_work.comment"),
        }
        if form.is_refused:
            saved = form.offer_choice(labels, _shown, enter)
        else:
            pressed = st.button(t("my_work.save_value"), key=form.key("save"), type="primary")
            saved = pressed and form.save(enter)
    if saved:
        st.rerun()


def value_outcome(one: WritableKeyResult, quarter: Period) -> None:
    """What the value that was just saved did to the status, and why."""
    saved: _Saved | None = st.session_state.get(_SAVED)
    if saved is None or (saved.key_result, saved.quarter) != (one.code, quarter):
        return
    if saved.evaluation is None:
        st.info(t("my_work.nothing_new"), icon=":material/info:")
        return
    decision = one.decision
    why = reason(decision.because, decision.facts, one.measure, one.decimals, language()) if decision else ""
    lines = [t("my_work.value_saved"), f"{status_pill(one.status)} {plain(why)}"]
    if saved.evaluation.raised:
        lines.append(t("my_work.actions_raised", count=len(saved.evaluation.raised)))
    st.success("  \n".join(lines), icon=":material/check_circle:")


def _allowed(one: WritableKeyResult) -> str:
    unit = t(f"unit.{one.measure}")
    if one.lowest is None and one.highest is None:
        return t("my_work.value_in", unit=unit)
    return t("my_work.value_within", unit=unit, low=one.lowest, high=one.highest)


def _on_record(one: WritableKeyResult, begins_with: str) -> OnRecord:
    known = one.recorded
    empty = {
        "kind": begins_with,
        "value": "",
        "no_data_reason": None,
        "provisional": False,
        "comment": "",
        "reason": "",
    }
    if known is None:
        return OnRecord(0, empty)
    fields = empty | {
        "kind": NO_VALUE if known.no_data_reason else VALUE,
        "value": "" if known.value is None else _typed(known.value),
        "no_data_reason": known.no_data_reason,
        "provisional": known.provisional,
        "comment": known.comment,
    }
    saved = t("my_work.saved_by", saved_by=name_of(known.saved_by), at=clock(known.saved_at))
    return OnRecord(known.revision, fields, saved)


def _typed(value: Decimal) -> str:
    """The figure on record as somebody would type it: exact, in the language's own decimals."""
    return number(value, language()).replace("\N{MINUS SIGN}", "-")


def _entry(form: OpenForm, one: WritableKeyResult) -> Entry:
    has_value = form.values["kind"] == VALUE
    typed = str(form.values.get("value", "")).strip()
    return Entry(
        value=value_typed(typed, one.measure) if has_value and typed else None,
        no_data_reason=None if has_value else form.values.get("no_data_reason"),
        reason=form.values.get("reason"),
        comment=form.values.get("comment"),
        provisional=has_value and bool(form.values.get("provisional")),
    )


def _known(one: WritableKeyResult) -> str:
    if one.recorded is None:
        return t("my_work.not_recorded")
    known = one.recorded
    value = figure(known.value, one.measure, language(), decimals=one.decimals)
    told = t(f"no_data.{known.no_data_reason}") if known.no_data_reason else value
    saved = t("my_work.saved_by", saved_by=plain(name_of(known.saved_by)), at=clock(known.saved_at))
    return f"{t('my_work.recorded_now', value=told)} {saved}"


def _kinds() -> dict[str, str]:
    return {VALUE: t("my_work.has_value"), NO_VALUE: t("my_work.has_no_value")}


def _shown(field: str, value: Any) -> str:
    match field:
        case "no_data_reason":
            return t(f"no_data.{value}") if value else ""
        case "provisional":
            return t("answer.yes") if value else t("answer.no")
        case _:
            return str(value or "")


def _named(one: WritableKeyResult) -> str:
    return f"{one.code} {spoken(one.name, language())}"
