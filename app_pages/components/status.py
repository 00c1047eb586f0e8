"""A status as people see it: always a colour, an icon of its own shape and a word; and how it moved."""

from collections.abc import Mapping
from dataclasses import dataclass

from app_pages.components.here import language, t
from okr_engine.i18n import figure
from okr_engine.services.standings import Movement
from okr_engine.statistics.roll_up import Standing
from okr_engine.terms import Status


@dataclass(frozen=True)
class Look:
    """How one status is drawn: a theme colour, an icon, and whether it sits on a tinted ground."""

    colour: str
    icon: str
    tinted: bool = True


LOOKS: Mapping[Status, Look] = {
    Status.ON_TRACK: Look("green", "check_circle"),
    Status.CHALLENGES: Look("orange", "warning"),
    Status.NEEDS_SUPPORT: Look("red", "disabled_by_default"),
    Status.NO_DATA: Look("gray", "more_horiz"),
    Status.NOT_ASSESSED: Look("gray", "remove", tinted=False),
}

_ARROWS = {
    Movement.BETTER: "arrow_upward",
    Movement.WORSE: "arrow_downward",
    Movement.SAME: "arrow_forward",
    Movement.LOST: "more_horiz",
    Movement.NEW: "horizontal_rule",
}

COUNTED = (Status.ON_TRACK, Status.CHALLENGES, Status.NEEDS_SUPPORT, Status.NO_DATA)
"""The statuses that are counted one by one where figures are gathered."""

JUDGED = frozenset(Status) - {Status.NOT_ASSESSED}
"""The statuses that deserve a mark beside a figure; the dash of the other would be read as a minus sign."""

_BY_URGENCY = (Status.NEEDS_SUPPORT, Status.CHALLENGES, Status.NO_DATA, Status.ON_TRACK, Status.NOT_ASSESSED)


def status_word(status: Status) -> str:
    """The status in words: «Haasteita, joita ratkaistaan»."""
    return t(f"status.{status}")


def status_short(status: Status) -> str:
    """The status in a word or two, for tables."""
    return t(f"status_short.{status}")


def status_pill(status: Status, *, short: bool = False) -> str:
    """The status as Markdown, to stand anywhere in a text: colour, icon and word."""
    look = LOOKS[status]
    directive = f"{look.colour}-badge" if look.tinted else look.colour
    return f":{directive}[:material/{look.icon}: {status_short(status) if short else status_word(status)}]"


def status_text(status: Status) -> str:
    """The status as Markdown without a ground, for headings of figures."""
    return f":{LOOKS[status].colour}[:material/{LOOKS[status].icon}: {status_short(status)}]"


def movement_word(movement: Movement) -> str:
    """How the status moved since the quarter before, in a word."""
    return t(f"movement_short.{movement}")


def movement_text(movement: Movement) -> str:
    """The same in a few words as Markdown, with its arrow."""
    return f":material/{_ARROWS[movement]}: {t(f'movement.{movement}')}"


def roll_up_text(standing: Standing, accepted: int = 0) -> str:
    """What lies behind a roll-up, the most serious first: «1 haasteissa · 2 etenee · 3/3 mitattu».

    Then how many of them are accepted as they are; and where it goes by weight the share, with what that hides.
    """
    if not standing.of:
        return t("overview.no_key_results")
    measured = t("overview.measured_short", measured=standing.measured, of=standing.of)
    agreed = [t("overview.accepted", count=accepted)] if accepted else []
    return " · ".join([*_counts(standing.counts), measured, *agreed, *_share(standing)])


def _counts(counts: Mapping[Status, int]) -> list[str]:
    return [t(f"status_count.{status}", count=counts[status]) for status in _BY_URGENCY if counts.get(status)]


def _share(standing: Standing) -> list[str]:
    if standing.on_track_share is None:
        return []
    share = figure(standing.on_track_share * 100, "percent", language(), decimals=0)
    hidden = _counts(standing.hidden)
    said = t("roll_up.share_hides", share=share, hidden=hidden) if hidden else t("roll_up.share", share=share)
    return [said]
