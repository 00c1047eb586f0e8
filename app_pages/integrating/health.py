"""How an endpoint and a delivery do, always as a shape, a colour and a word."""

from collections.abc import Mapping

from app_pages.components.here import t
from app_pages.components.tables import Part, state
from okr_engine.model import DeliveryState
from okr_engine.services.integrations import EndpointHealth

_LOOKS: Mapping[EndpointHealth, tuple[str, str]] = {
    EndpointHealth.WORKING: ("on_track", ":green-badge[:material/check_circle: {word}]"),
    EndpointHealth.RETRYING: ("challenges", ":orange-badge[:material/warning: {word}]"),
    EndpointHealth.NOT_HEARD: ("challenges", ":orange-badge[:material/warning: {word}]"),
    EndpointHealth.DEAD_LETTERS: ("needs_support", ":red-badge[:material/disabled_by_default: {word}]"),
    EndpointHealth.PAUSED: ("paused", ":gray-badge[:material/pause: {word}]"),
    EndpointHealth.UNUSED: ("no_data", ":gray-badge[:material/more_horiz: {word}]"),
}
_DELIVERIES = {
    DeliveryState.DELIVERED: "on_track",
    DeliveryState.WAITING: "no_data",
    DeliveryState.DEAD: "needs_support",
}


def health_mark(health: EndpointHealth) -> Part:
    """The state in a cell of a table."""
    return state(_LOOKS[health][0], t(f"endpoint_health.{health}"))


def health_badge(health: EndpointHealth) -> str:
    """The state as Markdown."""
    return _LOOKS[health][1].format(word=t(f"endpoint_health.{health}"))


def paused_mark() -> Part:
    """That a channel is paused, in a cell of a table."""
    return health_mark(EndpointHealth.PAUSED)


def unsent_mark() -> Part:
    """That a message was given up, in a cell of a table."""
    return delivery_mark(DeliveryState.DEAD)


def delivery_mark(found: DeliveryState) -> Part:
    """How a delivery stands, in a cell of a table."""
    return state(_DELIVERIES[found], t(f"delivery_state.{found}"))


def plugin_mark(*, is_used: bool) -> Part:
    """Whether a plugin can be used, in a cell of a table."""
    return (
        state("on_track", t("integrations.in_use")) if is_used else state("needs_support", t("integrations.not_used"))
    )
