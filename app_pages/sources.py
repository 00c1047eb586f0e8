"""Sources: where figures come from, how each source does, what stands aside, and when it is read."""

from collections.abc import Sequence

import streamlit as st

from app_pages.components.here import clock, language, t, user
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Part, Row, Section, follow, link, note, tables, text
from app_pages.sourcing.answers import registry, sources
from app_pages.sourcing.forms import edit_section, new_section
from app_pages.sourcing.health import health_mark
from app_pages.sourcing.one_source import run_section, state_section
from okr_engine.access import Permission, may_somewhere
from okr_engine.i18n import speak, spoken
from okr_engine.services.source_views import Health, SourceView


def overview(seen: Sequence[SourceView], chosen: SourceView | None) -> Section:
    """Every source with its state, its last and its next reading."""
    return Section(
        caption=t("main.sources"),
        columns=(
            Column(t("sources.source"), 30),
            Column(t("sources.state"), 18),
            Column(t("sources.last_run"), 18),
            Column(t("sources.next_run"), 18),
            Column(t("sources.steward"), 16),
        ),
        notes=[link(t("sources.new"), "sources", new="1")],
        rows=[Row(cells(one), chosen=one is chosen) for one in seen],
    )


def cells(one: SourceView) -> list[list[Part]]:
    """One source in the table."""
    again = [note(t("sources.failed_in_a_row", count=one.failures))] if one.failures else []
    due = [text(clock(one.next_due))] if one.next_due and not one.timetable.paused else []
    return [
        [link(spoken(one.name, language()), "sources", source=one.code), note(one.code)],
        [health_mark(one.health), *again],
        [text(clock(one.last_run.started_at))] if one.last_run else [],
        due,
        [text(spoken(one.steward.name, language()))] if one.steward else [],
    ]


def chosen_of(seen: Sequence[SourceView]) -> SourceView | None:
    """The source in the address, or the first one that something is wrong with, or the first."""
    asked = (one for one in seen if one.code == st.query_params.get("source"))
    ailing = (one for one in seen if one.health in (Health.FAILING, Health.LATE))
    return next(asked, None) or next(ailing, None) or next(iter(seen), None)


def page() -> None:
    """The list, and below it one source or the form for a new one."""
    for problem in registry().problems.values():
        st.warning(plain(speak(problem, language())), icon=":material/extension_off:")
    seen, is_new = sources(), "new" in st.query_params
    chosen = None if is_new else chosen_of(seen)
    st.markdown(t("sources.about") if seen else t("sources.none_yet"))
    follow(tables([overview(seen, chosen)], key="sources.overview"))
    if is_new:
        new_section()
    elif chosen:
        state_section(chosen)
        run_section(chosen)
        edit_section(chosen)


st.title(t("main.sources"), anchor=False)
if may_somewhere(user(), Permission.MANAGE_SOURCES):
    page()
else:
    st.info(t("sources.not_yours"), icon=":material/lock:")
