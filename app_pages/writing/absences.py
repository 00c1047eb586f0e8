"""When the person is away: nobody asks them then, but their deputy or the next in the chain."""

from datetime import date
from uuid import UUID

import streamlit as st

from app_pages.components.here import installation, language, t, today, user
from app_pages.components.notices import show_error
from app_pages.writing.open_form import BASED_ON_NOTHING, OnRecord, OpenForm
from okr_engine.errors import InvalidInput, OkrError
from okr_engine.i18n import day
from okr_engine.services.absences import AbsenceView, absences, add_absence, end_absence
from okr_engine.words import message


def absences_section() -> None:
    """The person's own days away, each to be ended, and a form for more."""
    known = installation().ask(absences, user(), user().code, today=today())
    with st.expander(t("absence.heading"), key="my_work.absences"):
        st.caption(t("absence.help"))
        for one in known:
            _absence(one)
        form = OpenForm("my_work.absence", OnRecord(BASED_ON_NOTHING, {"starts": None, "ends": None}))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            form.day("starts", t("absence.starts"), width=180)
            form.day("ends", t("absence.ends"), width=180)
            pressed = st.button(t("absence.add"), key="my_work.absence.add")
        if pressed and form.save(lambda _based_on: _add(form.values["starts"], form.values["ends"])):
            st.rerun()


def _add(starts: date | None, ends: date | None) -> None:
    if starts is None or ends is None:
        raise InvalidInput(message("action_do.incomplete"))
    installation().act(user(), add_absence, user().code, starts=starts, ends=ends, today=today())


def _absence(one: AbsenceView) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{day(one.starts, language())} – {day(one.ends, language())}", width="content")
        if st.button(t("absence.end"), key=f"my_work.absence.{one.id}"):
            _end(one.id)


def _end(absence: UUID) -> None:
    try:
        installation().act(user(), end_absence, absence, today=today())
    except OkrError as error:
        show_error(error)
        return
    st.rerun()
