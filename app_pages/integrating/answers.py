"""What Integrations asks. Nothing is remembered: a delivery is claimed and finished without the data being changed."""

import streamlit as st

from app_pages.components.here import installation, t, user
from connectors.platforms import Platforms, known_platforms, own_platforms
from okr_engine.access import Actor
from okr_engine.model import DeliveryState
from okr_engine.services.channels import ChannelView, channel_views
from okr_engine.services.dead_letters import DeadLetter, dead_letters
from okr_engine.services.digests import UnsentDigest, unsent_digests
from okr_engine.services.integrations import (
    DeliveryView,
    EndpointView,
    PluginGroup,
    deliveries_seen,
    endpoints_seen,
    plugins_seen,
)


@st.cache_resource(show_spinner=False)
def platforms() -> Platforms:
    """The task platforms of this process."""
    return known_platforms()


def endpoints() -> list[EndpointView]:
    """Every endpoint, as it is this moment."""
    return installation().ask(endpoints_seen, user(), platforms=platforms())


def deliveries(endpoint: str, state: DeliveryState | None) -> list[DeliveryView]:
    """The latest deliveries to an endpoint."""
    return installation().ask(deliveries_seen, user(), endpoint, state=state)


def letters(endpoint: str) -> list[DeadLetter]:
    """What was given up on the way to an endpoint."""
    return [one for one in installation().ask(dead_letters, user()) if one.endpoint == endpoint]


def channels() -> list[ChannelView]:
    """Every channel to people."""
    return installation().ask(channel_views, user())


def unsent() -> list[UnsentDigest]:
    """The messages to people that were given up."""
    return installation().ask(unsent_digests, user())


def plugins() -> list[PluginGroup]:
    """The plugins that other packages bring; installing one needs a new start of the program."""
    return _plugins(user().code, user())


def platform_called(name: str) -> str:
    """A platform by what it is called; one from elsewhere by its own name."""
    return t(f"task_platform.{name}") if name in own_platforms() else name


@st.cache_resource(show_spinner=False)
def _plugins(code: str, _actor: Actor) -> list[PluginGroup]:  # noqa: ARG001 - the key
    return plugins_seen(_actor)
