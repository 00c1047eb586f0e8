"""Where owner and rules differed: how each saw it, for how long, and who was right later."""

from collections.abc import Sequence

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.here import clock, language, t
from app_pages.components.status import status_short
from app_pages.components.tables import Column, Opened, Part, Row, Section, note, pill, tables, text
from app_pages.components.the_rest import the_rest
from app_pages.overseeing.naming import key_result
from okr_engine.i18n import number, period
from okr_engine.services.disagreements import Disagreement, Leaning, Outcome, counted

MOST_ROWS = 100


def disagreements_section(found: Sequence[Disagreement], *, params: dict[str, str]) -> Opened | None:
    """How many leaned which way and whom the next quarter bore out; then every one of them."""
    st.markdown(t("oversight.disagreements_about"))
    if not found:
        st.info(t("oversight.no_disagreements"), icon=":material/task_alt:")
        return None
    return tables([_summary(found), _register(found)], key="oversight.disagreements", params=params)


def _summary(found: Sequence[Disagreement]) -> Section:
    counts = counted(found)
    return Section(
        caption=t("oversight.who_was_right"),
        heading=t("oversight.who_was_right"),
        columns=(
            Column(t("oversight.leaning"), 32),
            *[Column(t(f"outcome.{outcome}"), 17, figures=True) for outcome in Outcome],
        ),
        rows=[
            Row(
                [
                    [text(t(f"leaning.{leaning}"))],
                    *[[text(number(counts.get((leaning, outcome), 0), language()))] for outcome in Outcome],
                ]
            )
            for leaning in Leaning
        ],
    )


def _register(found: Sequence[Disagreement]) -> Section:
    return Section(
        caption=t("oversight.disagreements"),
        heading=t("oversight.register"),
        notes=the_rest(found, MOST_ROWS),
        columns=(
            Column(t("noun.key_result"), 22),
            Column(t("noun.owner_assessment"), 28),
            Column(t("noun.derived_status"), 14),
            Column(t("oversight.lasted"), 18),
            Column(t("oversight.later"), 18),
        ),
        rows=[_row(one) for one in found[:MOST_ROWS]],
    )


def _row(one: Disagreement) -> Row:
    return Row(
        [
            [key_result(one.of), note(period(one.quarter, language()))],
            [pill(one.own), note(one.explanation), note(name_of(one.given_by))],
            [pill(one.derived)],
            [
                text(t("oversight.days", count=one.days)),
                note(t("oversight.disagreed_since", since=clock(one.since))),
                note(t(f"disagreement_ending.{one.ending}", until=clock(one.until))),
            ],
            [text(t(f"outcome.{one.outcome}")), *_later(one)],
        ]
    )


def _later(one: Disagreement) -> list[Part]:
    if one.later is None:
        return []
    return [note(t("oversight.later_status", quarter=one.later_quarter, status=status_short(one.later)))]
