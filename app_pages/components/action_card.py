"""A corrective action: why, how far it is, with whom, who is asked next, and what has happened."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from app_pages.components.answers import name_of, role_called
from app_pages.components.here import clock, language, t
from app_pages.components.holders import role_with_people, vacant
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Row, Section, tables, text
from okr_engine.i18n import day, period, speak, spoken
from okr_engine.kept_words import told_message
from okr_engine.periods import Period
from okr_engine.services.action_views import ActionHappening, ActionView
from okr_engine.services.history_words import told_words
from okr_engine.services.reasons import reason


def action_card(view: ActionView, *, key: str) -> None:
    """Draw the action in a frame of its own."""
    with st.container(border=True, key=key):
        name = plain(f"{view.subject_code} {spoken(view.subject_name, language())}")
        st.subheader(f"{name}: {t(f'action.{view.action}')}", anchor=False)
        st.markdown(plain(reason(view.because, view.facts, view.measure, view.decimals, language())))
        st.markdown(
            "  \n".join(
                (
                    f"**{t('action_card.state')}:** {t(f'action_state.{view.state}')}{_round(view)}",
                    f"**{t('overview.desk')}:** {plain(spoken(view.assigned_to, language())) or t('noun.vacancy')}",
                    f"**{t('overview.due')}:** {day(view.due, language())}",
                )
            )
        )
        st.markdown(f"**{t('noun.responsibility_chain')}**\n{_chain(view)}")
        st.caption(
            t(
                "action_card.origin",
                code=view.code,
                period=period(view.period, language()),
                rule=plain(view.rule),
                version=view.rule_version,
            )
        )
        with st.expander(t("action_card.history"), key=f"{key}.history"):
            tables([_history(view)], key=f"{key}.events")


def _round(view: ActionView) -> str:
    return f" ({t('actions.round', number=view.round)})" if view.round > 1 else ""


def _chain(view: ActionView) -> str:
    return "\n".join(
        f"{number}. {role_with_people(link.role, link.people) if link.role else vacant(t(f'role.{link.kind}'))}"
        for number, link in enumerate(view.chain, start=1)
    )


def _history(view: ActionView) -> Section:
    return Section(
        caption=t("action_card.history"),
        columns=(
            Column(t("action_card.when"), 25),
            Column(t("action_card.what"), 50),
            Column(t("action_card.who"), 25),
        ),
        rows=[Row([[text(clock(one.at))], [text(_happening(one))], [text(_who(one))]]) for one in view.history],
    )


def _who(one: ActionHappening) -> str:
    """Whoever did it; on a platform, the person there where it tells."""
    by, endpoint = one.data.get("by"), one.data.get("endpoint")
    return t("holders.on_platform", name=by, endpoint=endpoint) if by and endpoint else name_of(one.actor)


def _happening(one: ActionHappening) -> str:
    why = [speak(told_message(kept), language()) for kept in one.data.get("because", ())]
    reminds_of_support = {"support_request", "text"} <= one.data.keys()
    key = "support.reminded" if reminds_of_support else f"action_event.{one.kind}"
    return " ".join([t(key, **_values(one)), *why])


def _values(one: ActionHappening) -> dict[str, object]:
    """What the sentence of the step has to be told."""
    data = {name: value for name, value in one.data.items() if value is not None}
    values = told_words(one.kind, data, language())
    if "period" in data:
        values["period"] = Period.parse(data["period"])
    if "due" in data:
        values["due"] = date.fromisoformat(data["due"])
    if to := _to(data):
        values["to"] = to
    return values


def _to(data: Mapping[str, Any]) -> str | list[str] | None:
    """Whom a step names: a person, a role, or those who were asked."""
    if "person" in data:
        return name_of(data["person"])
    if "role" in data:
        return spoken(role_called(data["role"]), language())
    return [name_of(code) for code in data.get("asked", ())] or None
