"""How a source does, always as a shape, a colour and a word."""

from collections.abc import Mapping

from app_pages.components.here import t
from app_pages.components.tables import Part, state
from okr_engine.model import RunState
from okr_engine.services.source_views import Health

_LOOKS: Mapping[Health, tuple[str, str]] = {
    Health.WORKING: ("on_track", ":green-badge[:material/check_circle: {word}]"),
    Health.FAILING: ("needs_support", ":red-badge[:material/disabled_by_default: {word}]"),
    Health.LATE: ("challenges", ":orange-badge[:material/warning: {word}]"),
    Health.PAUSED: ("paused", ":gray-badge[:material/pause: {word}]"),
    Health.NEVER_READ: ("no_data", ":gray-badge[:material/more_horiz: {word}]"),
    Health.READING: ("reading", ":blue-badge[:material/download: {word}]"),
}
_RUNS = {
    RunState.DONE: "on_track",
    RunState.FAILED: "needs_support",
    RunState.LOST: "challenges",
    RunState.RUNNING: "reading",
}


def health_mark(health: Health) -> Part:
    """The state in a cell of a table."""
    return state(_LOOKS[health][0], t(f"source_health.{health}"))


def health_badge(health: Health) -> str:
    """The state as Markdown."""
    return _LOOKS[health][1].format(word=t(f"source_health.{health}"))


def run_mark(run: RunState) -> Part:
    """How a reading ended, in a cell of a table."""
    return state(_RUNS[run], t(f"run_state.{run}"))
