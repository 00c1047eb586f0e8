"""Moved goalposts: who moved what, to which side, and the status that it would have given before."""

from collections.abc import Sequence

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.here import clock, language, t
from app_pages.components.tables import Column, Opened, Part, Row, Section, note, pill, state, tables, text
from app_pages.components.the_rest import the_rest
from app_pages.overseeing.naming import key_result
from okr_engine.periods import Period
from okr_engine.services.goalpost_moves import Move
from okr_engine.services.goalpost_words import goalpost_told
from okr_engine.services.goalposts import LedgerLine, Retold
from okr_engine.statistics.aims import Shift

MOST_ROWS = 100
_LOOKS = {Shift.EASIER: "easier", Shift.HARDER: "harder", Shift.OTHER: "same"}


def goalposts_section(lines: Sequence[LedgerLine], quarter: Period, *, params: dict[str, str]) -> Opened | None:
    """The ledger, the newest move first."""
    st.markdown(t("oversight.goalposts_about", quarter=quarter))
    if not lines:
        st.info(t("oversight.no_goalposts"), icon=":material/task_alt:")
        return None
    return tables([_ledger(lines, quarter)], key="oversight.goalposts", params=params)


def _ledger(lines: Sequence[LedgerLine], quarter: Period) -> Section:
    return Section(
        caption=t("oversight.goalposts"),
        notes=the_rest(lines, MOST_ROWS),
        columns=(
            Column(t("oversight.moved"), 24),
            Column(t("oversight.change"), 22),
            Column(t("oversight.shift"), 12),
            Column(t("oversight.by_whom"), 22),
            Column(t("oversight.status_before_and_now", quarter=quarter), 20),
        ),
        rows=[_row(one) for one in lines[:MOST_ROWS]],
    )


def _row(line: LedgerLine) -> Row:
    move = line.move
    planned = [note(t("oversight.planned_step"))] if move.is_planned else []
    names: list[Part] = [key_result(of) for of in move.of]
    return Row(
        [
            [*names, note(t(f"goalpost.{move.goalpost}"))],
            [text(goalpost_told(move, language())), note(t("oversight.in_force_from", day=move.valid_from))],
            [state(_LOOKS[move.shift], t(f"shift.{move.shift}")), *planned],
            [text(name_of(move.moved_by)), note(clock(move.moved_at)), note(_reason(move))],
            _effects(line),
        ]
    )


def _reason(move: Move) -> str:
    return move.reason or t("oversight.no_reason_given")


def _effects(line: LedgerLine) -> list[Part]:
    if line.retold != Retold.TOLD:
        return [text(t(f"retold.{line.retold}"))]
    parts: list[Part] = []
    for one in line.effects:
        label = f"{one.of.code}: " if len(line.effects) > 1 else ""
        if one.before == one.now:
            parts += [text(label), pill(one.now), note(t("oversight.same_status"))]
        else:
            parts += [text(label), pill(one.before), text("→"), pill(one.now)]
    return [part for part in parts if part]
