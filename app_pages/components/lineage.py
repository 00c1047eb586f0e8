"""Where a figure comes from: who told it, or which run computed it from how many events of which files."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.here import language, t
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Row, Section, note, tables, text
from okr_engine.i18n import number, speak
from okr_engine.services.indicator_reports import FigureView, Origin
from okr_engine.words import Message


def came_from(shown: FigureView) -> str:
    """One sentence: who entered it, which file brought it, or which run computed it; and when."""
    told = plain(shown.source.partition(":")[2])
    match shown.origin:
        case Origin.COMPUTED:
            return t("indicator.came_computed", run=told, at=shown.recorded_at)
        case Origin.IMPORTED:
            return t("indicator.came_imported", file=told, name=plain(name_of(shown.recorded_by)), at=shown.recorded_at)
        case Origin.ENTERED:
            return t("indicator.came_entered", name=plain(name_of(shown.recorded_by)), at=shown.recorded_at)


def lineage(shown: FigureView, *, key: str) -> None:
    """The way from the figure to the files; nothing for one that was not computed."""
    told = shown.lineage
    if told is None:
        return
    st.header(t("indicator.lineage"), anchor=False)
    st.markdown(t("indicator.lineage_moments", as_of=datetime.fromisoformat(told["as_of"]), until=_day(told)))
    for said in told["notes"]:
        st.warning(plain(speak(Message(said["key"], said["values"]), language())), icon=":material/info:")
    tables([one for one in (_parts(told), _left_out(told), _limits(told)) if one.rows], key=key, level=3)


def _day(told: Mapping[str, Any]) -> date | None:
    return date.fromisoformat(told["events_until"]) if told["events_until"] else None


def _parts(told: Mapping[str, Any]) -> Section:
    return Section(
        caption=t("indicator.files"),
        heading=t("indicator.files"),
        columns=(
            Column(t("indicator.table"), 30),
            Column(t("indicator.month"), 18),
            Column(t("indicator.events"), 18, figures=True),
            Column(t("indicator.runs"), 34),
        ),
        rows=[
            Row(
                [
                    [text(t(f"event_table.{one['table']}")), note(one["table"])],
                    [text(one["month"] or "–")],
                    [text(number(one["events"], language()))],
                    [text(", ".join(one["runs"]))],
                ]
            )
            for one in told["parts"]
        ],
    )


def _left_out(told: Mapping[str, Any]) -> Section:
    """What was counted beside the figure, and what could not be used."""
    counts = [(f"excluded.{name}", count) for name, count in told["excluded"].items() if count]
    counts += [(f"counted.{name}", count) for name, count in told["counted"].items() if count]
    return Section(
        caption=t("indicator.left_out"),
        heading=t("indicator.left_out"),
        columns=(Column(t("indicator.what"), 70), Column(t("indicator.count"), 30, figures=True)),
        rows=[Row([[text(t(key))], [text(_number(count))]]) for key, count in counts],
    )


def _number(count: int | str) -> str:
    return number(count, language()) if isinstance(count, int) else count


def _limits(told: Mapping[str, Any]) -> Section:
    return Section(
        caption=t("indicator.limits"),
        heading=t("indicator.limits"),
        columns=(
            Column(t("indicator.rule"), 34),
            Column(t("indicator.section"), 30),
            Column(t("indicator.confidence"), 22),
            Column(t("indicator.n"), 14, figures=True),
        ),
        rows=[
            Row(
                [
                    [text(one["rule"]), note(one["service_class"])],
                    [text(one["section"])],
                    [text(t(f"limit_confidence.{one['confidence']}"))],
                    [text(number(one["n"], language()))],
                ]
            )
            for one in told["limits"]
        ],
    )
