"""Corrective actions: what is open, on whose desk, since when, and what comes next; as a table or as a board."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum

import streamlit as st

from app_pages.components.answers import closed_actions, metrics_of_actions, open_actions
from app_pages.components.here import clock_day, language, t, today
from app_pages.components.tables import Column, Part, Row, Section, follow, link, note, tables, tag, text
from app_pages.components.the_rest import the_rest
from app_pages.writing.action_forms import desk_of
from okr_engine.i18n import day, duration, spoken
from okr_engine.model import ActionState
from okr_engine.services.action_metrics import ActionMetrics, Rate
from okr_engine.services.action_views import ActionView
from okr_engine.services.reasons import reason

MOST_ROWS = 60
"""How many actions are shown; the filters find the rest."""


class Which(StrEnum):
    """The actions to look at."""

    OPEN = "open"
    MINE = "mine"
    LATE = "late"
    CLOSED = "closed"


class Layout(StrEnum):
    """How they are laid out."""

    TABLE = "table"
    BOARD = "board"


STAGES: Mapping[str, tuple[ActionState, ...]] = {
    "actions.stage.to_acknowledge": (ActionState.RAISED, ActionState.NOTIFIED),
    "actions.stage.to_plan": (ActionState.ACKNOWLEDGED,),
    "actions.stage.in_work": (ActionState.PLANNED, ActionState.IN_PROGRESS),
    "actions.stage.to_verify": (ActionState.DONE,),
}


def chosen_actions() -> list[ActionView]:
    """Those of the filter that is chosen, with how many each would show."""
    found = open_actions()
    sets = {
        Which.OPEN: found,
        Which.MINE: [one for one in found if one.is_on_my_desk],
        Which.LATE: [one for one in found if one.due < today()],
    }
    which = st.segmented_control(
        t("actions.which"),
        list(Which),
        format_func=lambda one: t(f"actions.which.{one}", number=len(sets[one]) if one in sets else ""),
        key="actions.which",
        default=Which.OPEN,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    return sets[which] if which in sets else closed_actions()


def as_table(found: Sequence[ActionView]) -> Section:
    """One row an action: what, why, how far, with whom, and what comes next by when."""
    return Section(
        caption=t("main.actions"),
        columns=(
            Column(t("noun.corrective_action"), 30),
            Column(t("my_work.why"), 34),
            Column(t("action_card.state"), 18),
            Column(t("actions.desk_since"), 24),
            Column(t("actions.next_step"), 22),
            Column(t("my_work.due"), 14),
        ),
        notes=the_rest(found, MOST_ROWS),
        rows=[_row(one) for one in found[:MOST_ROWS]],
    )


def as_board(found: Sequence[ActionView]) -> Section:
    """A column a stage, the most urgent first in each."""
    stages = {name: [one for one in found if one.state in states] for name, states in STAGES.items()}
    longest = min(max((len(each) for each in stages.values()), default=0), MOST_ROWS)
    return Section(
        caption=t("main.actions"),
        columns=[
            Column(t("actions.rank"), 6),
            *[Column(t(name, number=len(each)), 25) for name, each in stages.items()],
        ],
        rows=[
            Row([[text(str(at + 1))], *[_card(each[at]) if at < len(each) else [] for each in stages.values()]])
            for at in range(longest)
        ],
    )


def _row(one: ActionView) -> Row:
    return Row(
        [
            _name(one),
            [text(reason(one.because, one.facts, one.measure, one.decimals, language()))],
            [text(t(f"action_state.{one.state}")), *_round(one)],
            [text(desk_of(one)), note(t("actions.since", day=clock_day(one.since)))],
            _next_step(one),
            _due(one),
        ]
    )


def _card(one: ActionView) -> list[Part]:
    return [*_name(one), note(desk_of(one)), *_due(one), *_round(one)]


def _name(one: ActionView) -> list[Part]:
    named = f"{one.subject_code} {spoken(one.subject_name, language())}"
    return [link(named, "action", code=one.code), note(f"{one.code} · {t(f'action.{one.action}')}")]


def _round(one: ActionView) -> list[Part]:
    return [tag(t("actions.round", number=one.round))] if one.round > 1 else []


def _next_step(one: ActionView) -> list[Part]:
    if one.closed_at is not None:
        until = one.accept_until
        return [text(t("actions.accepted_until", day=until))] if until else [text("–")]
    asked = one.asked_next_at
    return [text(t(f"next_step.{one.state}"))] + ([note(t("actions.asked_on", day=clock_day(asked)))] if asked else [])


def _due(one: ActionView) -> list[Part]:
    late = one.closed_at is None and one.due < today()
    return [text(day(one.due, language()))] + ([note(t("my_work.overdue"))] if late else [])


def metrics_section(found: ActionMetrics) -> Section:
    """How the actions fare, each rate with how many it is of."""
    rows = [
        (t("actions.metric.to_acknowledge"), _lasted(found.to_acknowledge)),
        (t("actions.metric.on_time"), _rate(found.on_time)),
        (t("actions.metric.extended"), _rate(found.extended)),
        (t("actions.metric.effective"), _rate(found.effective)),
        (t("actions.metric.recurred"), _rate(found.recurred)),
        (t("actions.metric.dismissed"), _rate(found.dismissed)),
        (t("actions.metric.escalations"), _escalations(found.escalations)),
    ]
    return Section(
        caption=t("actions.metrics"),
        columns=(Column(t("actions.metric"), 60), Column(t("actions.metric_value"), 40, figures=True)),
        rows=[Row([[text(name)], [text(value)]]) for name, value in rows],
    )


def _lasted(median: timedelta | None) -> str:
    return duration(median, language()) if median is not None else "–"


def _rate(rate: Rate) -> str:
    return t("actions.rate", number=rate.count, of=rate.of) if rate.of else "–"


def _escalations(levels: Mapping[int, int]) -> str:
    return ", ".join(t("actions.at_level", level=level, number=count) for level, count in sorted(levels.items())) or "–"


st.title(t("main.actions"), anchor=False)
found = chosen_actions()
layout = st.segmented_control(
    t("actions.layout"),
    list(Layout),
    format_func=lambda one: t(f"actions.layout.{one}"),
    key="actions.layout",
    default=Layout.TABLE,
    required=True,
    persist_state="session",
    label_visibility="collapsed",
)
if found:
    follow(tables([as_board(found) if layout == Layout.BOARD else as_table(found)], key=f"actions.{layout}"))
else:
    st.info(t("actions.none"), icon=":material/task_alt:")
with st.expander(t("actions.metrics"), key="actions.metrics"):
    tables([metrics_section(metrics_of_actions())], key="actions.metric_table")
