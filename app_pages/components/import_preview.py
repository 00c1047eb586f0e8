"""An import before it is done: what becomes different, row by row; and every mistake of a file that cannot be taken."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Row, Section, note, tables, text
from app_pages.components.the_rest import the_rest
from okr_engine.i18n import day, number, period, speak, spoken
from okr_engine.periods import Period
from okr_engine.services.importing import ImportPreview, Step, StepKind
from okr_engine.workbook.choices import CHOICES
from okr_engine.workbook.template import sheet_named

MOST_ROWS = 100
"""How many rows of each table are sent to the browser; the rest is counted."""

_MOST_FIELDS = 6


def import_preview(preview: ImportPreview) -> None:
    """How many rows are added, changed, restated and unchanged; and which, the restated ones first."""
    with st.grid(4, min_column_width=150):
        for kind, label in _COUNTED:
            st.metric(t(label), preview.count(kind), border=True)
    for one in preview.notes:
        st.info(plain(speak(one, language())), icon=":material/info:")
    sections = [
        _changes(t("data.restated"), preview.of_kind(StepKind.RESTATED), with_reason=True),
        _changes(t("data.changed"), preview.of_kind(StepKind.CHANGED), with_reason=False),
        _additions(preview.of_kind(StepKind.ADDED)),
    ]
    tables([one for one in sections if one.rows], key="data.preview", level=3)


_COUNTED = (
    (StepKind.ADDED, "data.count_added"),
    (StepKind.CHANGED, "data.count_changed"),
    (StepKind.RESTATED, "data.count_restated"),
    (StepKind.UNCHANGED, "data.count_unchanged"),
)


def _changes(heading: str, steps: Sequence[Step], *, with_reason: bool) -> Section:
    return Section(
        caption=heading,
        heading=heading,
        notes=the_rest(steps, MOST_ROWS),
        columns=(
            Column(t("data.row"), 30),
            Column(t("data.before_and_after"), 46),
            *([Column(t("data.reason"), 24)] if with_reason else []),
        ),
        rows=[
            Row(
                [
                    _row(one),
                    _before_and_after(one),
                    *([[text(one.reason or "")]] if with_reason else []),
                ]
            )
            for one in steps[:MOST_ROWS]
        ],
    )


def _additions(steps: Sequence[Step]) -> Section:
    return Section(
        caption=t("data.added"),
        heading=t("data.added"),
        notes=the_rest(steps, MOST_ROWS),
        columns=(Column(t("data.row"), 34), Column(t("data.content"), 66)),
        rows=[Row([_row(one), [text(_content(one))]]) for one in steps[:MOST_ROWS]],
    )


def _row(one: Step) -> list[Any]:
    named = " · ".join(_shown(part) for part in one.identity)
    return [text(named), note(f"{spoken(sheet_named(one.sheet).heading, language())}, {one.place.cell or ''}")]


def _before_and_after(one: Step) -> list[Any]:
    columns = sheet_named(one.sheet).by_field
    first, *others = [
        f"{spoken(columns[field].heading, language())}: {_shown(before)} → {_shown(one.after[field])}"
        for field, before in one.before.items()
    ]
    return [text(first), *map(note, others)]


def _content(one: Step) -> str:
    sheet = sheet_named(one.sheet)
    told = {name: value for name, value in one.after.items() if name not in sheet.identity}
    shown = [
        f"{spoken(sheet.by_field[name].heading, language())}: {_shown(value)}"
        for name, value in list(told.items())[:_MOST_FIELDS]
    ]
    return " · ".join([*shown, "…"] if len(told) > _MOST_FIELDS else shown)


def _shown(value: object) -> str:
    match value:
        case None | "":
            return t("data.nothing")
        case bool():
            return t("answer.yes") if value else t("answer.no")
        case StrEnum():
            return spoken(CHOICES[type(value)][value], language())
        case Decimal():
            return number(value, language())
        case Period():
            return period(value, language())
        case date():
            return day(value, language())
        case _:
            return str(value)
