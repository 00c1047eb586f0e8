"""What the first records of a file become, and which of them are set aside and why."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import streamlit as st

from app_pages.components.here import clock, language, t
from app_pages.components.set_aside import place_of, why
from app_pages.components.tables import Column, Row, Section, note, tables, text
from app_pages.components.the_rest import the_rest
from okr_engine.i18n import day, number
from okr_engine.measuring.events import Value
from okr_engine.measuring.tables import TABLES, Table
from okr_engine.services.uploads import Preview

MOST_ROWS = 20


def preview_counts(preview: Preview, *, is_whole: bool) -> None:
    """How many of the records that were looked at become events."""
    st.header(t("upload.preview"), anchor=False)
    about = "upload.preview_whole" if is_whole else "upload.preview_first"
    st.markdown(t(about, count=preview.read))
    with st.grid(3, min_column_width=150):
        st.metric(t("upload.read"), number(preview.read, language()), border=True)
        st.metric(t("upload.usable"), number(preview.usable, language()), border=True)
        st.metric(t("upload.set_aside"), number(len(preview.set_aside), language()), border=True)


def preview_tables(preview: Preview, table: str) -> None:
    """The first events, and the first records that make none."""
    sections = [_events(preview, TABLES[table]), _set_aside(preview)]
    tables([one for one in sections if one.rows], key="upload.preview", level=3)


def _events(preview: Preview, table: Table) -> Section:
    return Section(
        caption=t("upload.events"),
        heading=t("upload.events"),
        notes=[text(t("upload.only_first", count=len(preview.events)))] if preview.usable > len(preview.events) else (),
        columns=(
            Column(t("upload.event"), 26),
            Column(t(f"event_column.{table.unit_column}"), 18),
            Column(t("upload.rest"), 56),
        ),
        rows=[_event(values, table) for values in preview.events],
    )


def _event(values: Mapping[str, Value], table: Table) -> Row:
    named = {name: _shown(name, value, table) for name, value in values.items()}
    identity = [named.pop(name) for name in table.identity if name in named]
    unit = named.pop(table.unit_column, "")
    rest = [f"{t(f'event_column.{name}')}: {value}" for name, value in named.items()]
    return Row([[text(" · ".join(identity))], [text(unit)], [text(rest[0]), *map(note, rest[1:])] if rest else []])


def _shown(name: str, value: Value, table: Table) -> str:
    match value:
        case bool():
            return t("answer.yes") if value else t("answer.no")
        case datetime():
            return clock(value)
        case date():
            return day(value, language())
        case int() | Decimal():
            return number(value, language())
        case str() if table.column(name).words:
            return t(f"event_word.{name}.{value}")
        case _:
            return str(value)


def _set_aside(preview: Preview) -> Section:
    return Section(
        caption=t("upload.set_aside_records"),
        heading=t("upload.set_aside_records"),
        notes=the_rest(preview.set_aside, MOST_ROWS),
        columns=(Column(t("upload.place"), 26), Column(t("upload.why"), 74)),
        rows=[
            Row([[text(place_of(replace(one.place, file=None)))], [text(why(one))]])
            for one in preview.set_aside[:MOST_ROWS]
        ],
    )
