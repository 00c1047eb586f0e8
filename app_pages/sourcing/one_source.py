"""One source: how it does and what to do about it, its last reading, its history, and what stands aside."""

from collections.abc import Sequence

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.here import clock, installation, language, t, user
from app_pages.components.holders import role_with_people
from app_pages.components.notices import mistakes_table, show_error
from app_pages.components.plain import plain
from app_pages.components.set_aside import place_of, why
from app_pages.components.tables import Column, Row, Section, note, tables, text
from app_pages.components.the_rest import the_rest
from app_pages.sourcing.answers import connector_called, named, runs, set_aside, source
from app_pages.sourcing.health import health_badge, run_mark
from okr_engine.errors import OkrError
from okr_engine.i18n import day, duration, figure, number, speak, spoken
from okr_engine.measuring.sources import SetAside
from okr_engine.model import MeasureUnit
from okr_engine.services.reasons import reason
from okr_engine.services.source_views import Health, RunView, SourceView, run_with_set_aside
from okr_engine.services.sources import ask_for_pull

_SECONDS = 2
_MOST_ASIDE = 50
_READ = "sources.just_read"


def state_section(one: SourceView) -> None:
    """The state in words, what is wrong and what helps, who looks after it, and the button that reads it now."""
    st.header(plain(spoken(one.name, language())), anchor=False)
    st.markdown(f"{health_badge(one.health)} {t(f'source_health_means.{one.health}')}")
    _what_is_wrong(one)
    st.markdown("  \n".join(f"**{label}:** {said}" for label, said in _known(one)))
    if one.is_under_way:
        st.fragment(_watch, run_every=_SECONDS)(one.code)
        return
    if st.session_state.pop(_READ, None) == one.code and one.last_run and not one.last_run.error:
        st.success(t("sources.has_been_read"), icon=":material/check_circle:")
    if one.health != Health.PAUSED:
        _button(one.code, t("sources.read_now"), key="sources.read_now", from_the_start=False)


def run_section(one: SourceView) -> None:
    """What the last reading came to, and all readings before it."""
    st.subheader(t("sources.last_run"), anchor=False)
    if one.last_run is None:
        st.markdown(t("sources.no_runs"))
        return
    last = one.last_run
    st.caption(_when(last))
    st.markdown("\n".join(f"- {line}" for line in _counts(last)))
    history = runs(one.code)
    with st.expander(t("sources.runs", count=len(history)), key="sources.history"):
        tables([_history(history)], key=f"sources.runs.{one.code}")
    if aside := run_with_set_aside(history):
        _set_aside(one, aside)


def _what_is_wrong(one: SourceView) -> None:
    last = one.last_run
    if last and last.error:
        remedy = speak(last.remedy, language()) if last.remedy else ""
        st.error(f"{plain(speak(last.error, language()))}\n\n{plain(remedy)}".strip(), icon=":material/error:")
        if last.mistakes:
            mistakes_table(last.mistakes)
    if one.action:
        why = reason(one.action.because, one.action.facts, MeasureUnit.NUMBER, 0, language())
        due = day(one.action.due, language())
        st.warning(
            f"{t('sources.open_action', code=plain(one.action.code), due=due)}  \n{plain(why)}",
            icon=":material/assignment_late:",
        )
        st.page_link("my_work.py", label=t("sources.to_my_work"), icon=":material/arrow_forward:")


def _known(one: SourceView) -> list[tuple[str, str]]:
    good = clock(one.last_good_at) if one.last_good_at else t("sources.never")
    due = clock(one.next_due) if one.next_due and not one.timetable.paused else t("sources.not_due")
    steward = role_with_people(one.steward.name, one.stewards) if one.steward else t("sources.no_steward")
    figures = ", ".join(plain(named(each)) for each in one.figures) or t("sources.no_figures")
    return [
        (t("sources.last_good"), good),
        (t("sources.next_run"), due),
        (t("sources.failures"), number(one.failures, language())),
        (t("sources.steward"), steward),
        (t("sources.connector"), plain(connector_called(one.connector))),
        (t("sources.unit"), plain(named(one.unit))),
        (t("sources.figures"), figures),
    ]


def _watch(code: str) -> None:
    """The way from waiting to done; once there, the page is drawn anew and looks no longer."""
    one = source(code)
    if not one.is_under_way:
        st.session_state[_READ] = code
        st.rerun()
    if one.reading_since and one.health == Health.READING:
        st.info(t("sources.reading_since", moment=one.reading_since), icon=":material/download:")
    else:
        st.info(t("sources.waiting"), icon=":material/hourglass_top:")


def _button(code: str, label: str, *, key: str, from_the_start: bool) -> None:
    if not st.button(label, key=key, type="secondary" if from_the_start else "primary"):
        return
    try:
        installation().act(user(), ask_for_pull, code, from_the_start=from_the_start)
    except OkrError as refused:
        show_error(refused)
        return
    st.rerun()


def _when(run: RunView) -> str:
    began = clock(run.started_at)
    asked_by = plain(name_of(run.asked_by))
    lasted = duration(run.duration, language()) if run.duration is not None else t("sources.unknown")
    return t("sources.run_was", number=run.number, began=began, lasted=lasted, asked_by=asked_by)


def _counts(run: RunView) -> list[str]:
    def count(value: int) -> str:
        return number(value, language())

    return [
        t("sources.records", read=count(run.records_read), aside=count(run.records_set_aside)),
        t(
            "sources.events",
            added=count(run.events_added),
            replaced=count(run.events_replaced),
            unchanged=count(run.events_unchanged),
            superseded=count(run.events_superseded),
        ),
        t("sources.values", written=count(run.values_written), restated=count(run.values_restated)),
        t("sources.consequences", decided=count(run.statuses_decided), raised=count(run.actions_raised)),
    ]


def _history(found: Sequence[RunView]) -> Section:
    def counted(value: int) -> str:
        return figure(value, MeasureUnit.COUNT, language())

    return Section(
        caption=t("sources.history"),
        columns=(
            Column(t("sources.began"), 22),
            Column(t("sources.state"), 16),
            Column(t("sources.lasted"), 10, figures=True),
            Column(t("sources.read"), 10, figures=True),
            Column(t("sources.aside"), 10, figures=True),
            Column(t("sources.new_events"), 12, figures=True),
            Column(t("sources.figures_written"), 14, figures=True),
        ),
        rows=[
            Row(
                [
                    [text(clock(one.started_at)), note(t("sources.asked_by", name=name_of(one.asked_by)))],
                    [run_mark(one.state), *([note(speak(one.error, language()))] if one.error else [])],
                    [text(duration(one.duration, language()))] if one.duration is not None else [],
                    [text(counted(one.records_read))],
                    [text(counted(one.records_set_aside))],
                    [text(counted(one.events_added))],
                    [text(counted(one.values_written))],
                ]
            )
            for one in found
        ],
    )


def _set_aside(one: SourceView, run: RunView) -> None:
    """The records that made no event: where they are and why, and the way to give them another chance."""
    st.subheader(t("sources.set_aside"), anchor=False)
    found = set_aside(one.code, run.number, most=_MOST_ASIDE)
    began = clock(run.started_at)
    st.markdown(t("sources.set_aside_of", count=run.records_set_aside, began=began))
    with st.expander(t("sources.places_and_reasons"), key="sources.aside"):
        tables([_places(found, run.records_set_aside)], key=f"sources.aside.{one.code}")
    st.markdown(t("sources.again_about"))
    if not one.is_under_way and one.health != Health.PAUSED:
        _button(one.code, t("sources.again"), key="sources.again", from_the_start=True)


def _places(found: Sequence[SetAside], count: int) -> Section:
    return Section(
        caption=t("sources.set_aside"),
        columns=(Column(t("sources.place"), 35), Column(t("sources.why"), 65)),
        notes=the_rest(range(count), _MOST_ASIDE),
        rows=[Row([[text(place_of(one.place))], [text(why(one))]]) for one in found],
    )
