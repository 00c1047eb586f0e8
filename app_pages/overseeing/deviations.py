"""Accepted deviations: those that hold, those that end soon or no longer cover, and those that have ended."""

from collections.abc import Sequence

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.deviation import IN_FORCE, how_it_stands
from app_pages.components.here import clock, language, t
from app_pages.components.tables import Column, Opened, Row, Section, note, state, tables, text
from app_pages.components.the_rest import the_rest
from app_pages.overseeing.naming import key_result
from okr_engine.i18n import day
from okr_engine.services.accepted_deviations import DeviationState, DeviationView
from okr_engine.services.figure_words import figure_told, limit_told

MOST_ROWS = 100
_LOOKS = {
    DeviationState.HOLDS: "accepted",
    DeviationState.EXCEEDED: "needs_support",
    DeviationState.ENDED: "paused",
    DeviationState.WITHDRAWN: "paused",
}


def deviations_section(found: Sequence[DeviationView], *, params: dict[str, str]) -> Opened | None:
    """What is accepted, until when and why, counted apart from the statuses that it leaves alone."""
    st.markdown(t("oversight.deviations_about"))
    if not found:
        st.info(t("oversight.no_deviations"), icon=":material/task_alt:")
        return None
    groups = (
        ("oversight.deviations_ending", [one for one in found if one.is_ending]),
        ("oversight.deviations_holding", [one for one in found if one.state in IN_FORCE and not one.is_ending]),
        ("oversight.deviations_ended", [one for one in found if one.state not in IN_FORCE]),
    )
    sections = [_group(t(heading, count=len(rows)), rows) for heading, rows in groups if rows]
    return tables(sections, key="oversight.deviations", params=params)


def _group(heading: str, found: Sequence[DeviationView]) -> Section:
    return Section(
        caption=heading,
        heading=heading,
        notes=the_rest(found, MOST_ROWS),
        columns=(
            Column(t("noun.key_result"), 25),
            Column(t("deviation.state"), 30),
            Column(t("oversight.rationale"), 27),
            Column(t("deviation.level"), 9, figures=True),
            Column(t("noun.target"), 9, figures=True),
        ),
        rows=[_row(one) for one in found[:MOST_ROWS]],
    )


def _row(one: DeviationView) -> Row:
    accepted = t("deviation.accepted_by", name=name_of(one.accepted_by), at=clock(one.accepted_at))
    return Row(
        [
            [key_result(one.of), note(t("oversight.accepted_since", since=day(one.since, language())))],
            [state(_LOOKS[one.state], t(f"deviation_state.{one.state}")), note(how_it_stands(one))],
            [text(one.rationale), note(accepted)],
            [text(figure_told(one.level, one.of, language()))],
            [text(limit_told(one.target, one.of, language()))],
        ]
    )
