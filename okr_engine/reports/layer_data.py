"""The rows that the layers of a chart draw: each thing once, days as numbers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from okr_engine.reports.canvas import BLUE, INK, ORANGE, PAPER, TEAL, Ground
from okr_engine.reports.drawing import Dot, Drawing, Line, LineKind, MarkKind, Signal
from okr_engine.reports.labels import words_of

Rows = list[dict[str, Any]]

_LOOKS: Mapping[Signal | None, tuple[str, str]] = {
    None: ("circle", BLUE),
    Signal.HIGH_GOOD: ("triangle-up", TEAL),
    Signal.HIGH_BAD: ("triangle-up", ORANGE),
    Signal.HIGH: ("triangle-up", INK),
    Signal.LOW_GOOD: ("triangle-down", TEAL),
    Signal.LOW_BAD: ("triangle-down", ORANGE),
    Signal.LOW: ("triangle-down", INK),
}


def data_of(drawing: Drawing, ground: Ground) -> dict[str, Rows]:
    """The rows of every layer by their name; nothing for a layer that would be empty."""
    found: dict[str, Rows] = {
        "dots": [_dot(one) for one in drawing.dots],
        "bands": [
            {"day": at(one.since), "until": at(one.day), "low": one.low, "high": one.high}
            for one in drawing.dots
            if one.low is not None and one.high is not None
        ],
        "path": [{"day": at(on), "value": value} for on, value in drawing.path],
        "baseline": [{"day": at(drawing.baseline[0]), "value": drawing.baseline[1]}] if drawing.baseline else [],
        "notes": [{"day": at(one.day), "number": one.number, "said": one.said} for one in drawing.notes],
        "words": [
            {
                "day": at(drawing.first) + one.x / ground.width * (drawing.last - drawing.first).days,
                "value": ground.value(one.y),
                "text": one.text,
                "align": one.align,
                "aside": one.aside,
                "colour": one.colour,
                "weight": 600 if one.bold else 400,
            }
            for one in words_of(drawing, ground)
        ],
    }
    for kind in LineKind:
        found[kind.value] = [
            {"day": at(one.since), "until": at(one.until), "value": one.value, "to": _end(one), "said": one.said}
            for one in drawing.lines
            if one.kind == kind
        ]
    for mark in MarkKind:
        found[mark.value] = [{"day": at(one.day), "why": one.why} for one in drawing.marks if one.kind == mark]
    return {name: rows for name, rows in found.items() if rows}


def _end(one: Line) -> float:
    return one.value if one.to is None else one.to


def _dot(one: Dot) -> dict[str, Any]:
    shape, colour = _LOOKS[one.signal]
    return {
        "day": at(one.day),
        "since": at(one.since),
        "value": one.value,
        "stretch": one.stretch,
        "when": one.when,
        "figure": one.told,
        "between": one.between,
        "called": one.called,
        "shape": shape,
        "colour": colour,
        "fill": PAPER if one.is_open else colour,
    }


def at(day: date) -> int:
    """A day as a number: as such no time zone can move a quarter's end."""
    return day.toordinal()
