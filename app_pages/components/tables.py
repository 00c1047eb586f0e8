"""Tables for reading: however many rows, one element; a real <table> for keyboards, screen readers and paper."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from app_pages.components.here import t
from app_pages.components.status import movement_word, status_short, status_word
from okr_engine.services.standings import Movement
from okr_engine.terms import Status

Part = Mapping[str, Any] | str
"""A piece of a cell, made by the functions below; words by themselves are a piece too."""


@dataclass(frozen=True)
class Column:
    """A column's heading, how much of the width it takes, and whether figures stand in it."""

    title: str
    share: int = 10
    figures: bool = False


@dataclass(frozen=True)
class Row:
    """One row: a cell is a list of parts, and the first cell names the row."""

    cells: Sequence[Sequence[Part]]
    chosen: bool = False


@dataclass(frozen=True)
class Section:
    """A table with its caption; above it a heading and a few words, below it notes, where there are any."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    heading: str = ""
    lead: Sequence[Part] = field(default_factory=tuple)
    notes: Sequence[Part] = field(default_factory=tuple)


@dataclass(frozen=True)
class Opened:
    """A link that was followed: the page and its query parameters."""

    page: str
    params: Mapping[str, str]


def text(words: str) -> Part:
    """Words as they are."""
    return words


def note(words: str) -> Part:
    """Something smaller, on a line of its own."""
    return {"is": "note", "text": words}


def link(words: str, page: str, **params: str) -> Part:
    """A real link to a page (its URL path, "" for the first one)."""
    return {"is": "link", "text": words, "page": page, "params": params}


def pill(status: Status, *, short: bool = True) -> Part:
    """A status with colour, shape and word."""
    return {"is": "pill", "look": status.value, "text": status_short(status) if short else status_word(status)}


def state(look: str, words: str) -> Part:
    """Another state than a status, drawn like one: its look has a colour and a shape of its own."""
    return {"is": "pill", "look": look, "text": words}


def mark(status: Status, words: str = "") -> Part:
    """A status as its shape alone, with its word for whoever cannot see it; `words` say what it is the status of."""
    return {"is": "mark", "look": status.value, "text": words}


def marks(statuses: Iterable[tuple[Status, str]]) -> Part:
    """Several such marks in a row, each with the words it is the status of."""
    return {"is": "marks", "marks": [[status.value, words] for status, words in statuses]}


def moved(movement: Movement) -> Part:
    """An arrow and its word."""
    return {"is": "moved", "look": movement.value, "text": movement_word(movement)}


def tag(words: str, explanation: str = "") -> Part:
    """A small mark beside a figure, such as «korjattu», with what it means for those who ask."""
    return {"is": "tag", "text": words, "title": explanation}


def tables(
    sections: Iterable[Section], *, key: str, level: int = 2, params: Mapping[str, str] | None = None
) -> Opened | None:
    """Draw the tables under one another, their headings at `level`; the link that was followed, on that one run.

    `params` are query parameters that every link carries beside its own.
    """
    drawn = _mount(
        data={
            "sections": [_as_data(one) for one in sections],
            "level": level,
            "params": dict(params or {}),
            "empty": t("table.empty_cell"),
            "words": {status.value: status_word(status) for status in Status},
        },
        key=key,
        on_opened_change=_nothing,
    )
    opened = drawn.opened
    return Opened(opened["page"], opened["params"]) if opened else None


def follow(opened: Opened | None) -> None:
    """Go where a link leads."""
    if opened:
        st.switch_page(f"{opened.page or 'overview'}.py", query_params=dict(opened.params))


def _as_data(section: Section) -> dict[str, Any]:
    return {
        "caption": section.caption,
        "heading": section.heading,
        "lead": list(section.lead),
        "notes": list(section.notes),
        "columns": [{"title": one.title, "share": one.share, "figures": one.figures} for one in section.columns],
        "rows": [{"cells": [list(cell) for cell in row.cells], "chosen": row.chosen} for row in section.rows],
    }


def _nothing() -> None:
    """Without a callback the result would have no `opened`."""


_FOLDER = Path(__file__).parent
_mount = st.components.v2.component(
    "okr_tables",
    html='<div id="tables"></div>',
    css=(_FOLDER / "tables.css").read_text("utf-8"),
    js=(_FOLDER / "tables.js").read_text("utf-8"),
)
