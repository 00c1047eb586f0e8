"""What Sources asks. Nothing is remembered: a source is claimed and falls due without the data being changed."""

import streamlit as st

from app_pages.components.here import installation, language, t, user
from connectors.registry import Registry, known_sources, own_names
from okr_engine.i18n import spoken
from okr_engine.measuring.sources import SetAside
from okr_engine.services.people import Choice
from okr_engine.services.source_views import (
    RunView,
    SourceView,
    runs_of,
    set_aside_in,
    source_seen,
    sources_seen,
    units_and_roles_to_choose,
)


@st.cache_resource(show_spinner=False)
def registry() -> Registry:
    """The connectors of this process."""
    return known_sources()


def sources() -> list[SourceView]:
    """The sources that the person looks after."""
    return installation().ask(sources_seen, user(), now=installation().now())


def source(code: str) -> SourceView:
    """One of them, as it is this moment."""
    return installation().ask(source_seen, user(), code, now=installation().now())


def runs(code: str) -> list[RunView]:
    """The source's readings, the newest first."""
    return installation().ask(runs_of, user(), code)


def set_aside(code: str, number: int, *, most: int) -> list[SetAside]:
    """The first records that a reading has set aside."""
    events = installation().settings.events
    return installation().ask(set_aside_in, user(), code, number, events=events, most=most)


def units_and_roles() -> tuple[list[Choice], list[Choice]]:
    """Where the person may have sources, and who may look after one."""
    return installation().ask(units_and_roles_to_choose, user())


def named(one: Choice) -> str:
    """A choice by what it is called."""
    return f"{spoken(one.name, language())} ({one.code})"


def connector_called(name: str) -> str:
    """A connector by what it is called; one from elsewhere by its own name."""
    return t(f"connector.{name}") if name in own_names() else name
