"""What a button of Integrations does: a service acts, and the screen says afterwards what came of it."""

from collections.abc import Callable

import streamlit as st

from app_pages.components.here import installation, user
from app_pages.components.notices import show_error
from okr_engine.errors import OkrError


def act(service: Callable[..., object], *args: object, done: str, place: str) -> None:
    """Let the service act and draw the screen anew, with `done` where `place` is said; or show why it did not."""
    try:
        installation().act(user(), service, *args)
    except OkrError as refused:
        show_error(refused)
        return
    st.session_state[place] = done
    st.rerun()


def say_done(place: str) -> None:
    """What was done there before the screen was drawn anew, once."""
    if done := st.session_state.pop(place, None):
        st.success(done, icon=":material/check_circle:")
