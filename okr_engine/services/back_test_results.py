"""What comes of trying a draft of the rules on the past: cases, counts, false alarms and harm."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from okr_engine.model import MeasureUnit, Status
from okr_engine.periods import Period
from okr_engine.words import Words

WITHOUT_FIGURE = (Status.NO_DATA, Status.NOT_ASSESSED)
"""The only things to say of a key result without a figure; any other status judges it."""


class Later(StrEnum):
    """Whether a red proved right: it did when one of the next two quarters with a status was red as well."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    UNKNOWN = "unknown"


class HarmKind(StrEnum):
    """What is wrong with a draft; the first five stop it, the others have to be seen before it is published."""

    STATUS_WITHOUT_FIGURE = "status_without_figure"
    STATUTORY_LIMIT_HIDDEN = "statutory_limit_hidden"
    CONFIRMED_RED_LOST = "confirmed_red_lost"
    FIGURE_NOT_JUDGED = "figure_not_judged"
    MISSED_TARGET_ON_TRACK = "missed_target_on_track"
    RED_LOST = "red_lost"
    MUCH_CHANGED = "much_changed"
    RULES_NEVER_HEARD = "rules_never_heard"
    SLOW_RULES = "slow_rules"

    @property
    def stops(self) -> bool:
        """Whether a draft that does this cannot be published at all."""
        return self in _STOPPING


_STOPPING = (
    HarmKind.STATUS_WITHOUT_FIGURE,
    HarmKind.STATUTORY_LIMIT_HIDDEN,
    HarmKind.CONFIRMED_RED_LOST,
    HarmKind.FIGURE_NOT_JUDGED,
    HarmKind.MISSED_TARGET_ON_TRACK,
)


@dataclass(frozen=True)
class KeyResultName:
    """What a key result is called, how its figures are shown, and whether the reader may open its goal."""

    goal: str
    code: str
    name: Words
    measure: MeasureUnit
    decimals: int
    may_open: bool


@dataclass(frozen=True)
class Case:
    """A key result in a quarter: what was recorded, what the draft says and why, and whether a red proved right."""

    subject: KeyResultName
    quarter: Period
    before: Status
    after: Status
    rule_before: str
    rule_after: str
    because: Words
    facts: Mapping[str, Any]
    later: Later

    @property
    def is_flipped(self) -> bool:
        """Whether the draft says otherwise than what was recorded."""
        return self.before != self.after

    @property
    def is_judged(self) -> bool:
        """Whether what was recorded or what the draft says judges the figure."""
        return not {self.before, self.after} <= set(WITHOUT_FIGURE)

    @property
    def loses_red(self) -> bool:
        """Whether the draft no longer calls for support."""
        return self.before == Status.NEEDS_SUPPORT != self.after

    @property
    def finds_red(self) -> bool:
        """Whether the draft calls for support where none was called for."""
        return self.after == Status.NEEDS_SUPPORT != self.before

    @property
    def harm(self) -> HarmKind | None:
        """What harm it does here, the worst first."""
        if self.after not in WITHOUT_FIGURE and "value" not in self.facts:
            return HarmKind.STATUS_WITHOUT_FIGURE
        if self.after != Status.NEEDS_SUPPORT and self.facts.get("below_limit_periods", 0) >= 2:
            return HarmKind.STATUTORY_LIMIT_HIDDEN
        if self.loses_red and self.after != Status.CHALLENGES and self.later == Later.CONFIRMED:
            return HarmKind.CONFIRMED_RED_LOST
        if self._ignores_figure:
            return HarmKind.FIGURE_NOT_JUDGED
        if self._overlooks_target:
            return HarmKind.MISSED_TARGET_ON_TRACK
        return HarmKind.RED_LOST if self.loses_red else None

    @property
    def _ignores_figure(self) -> bool:
        can_be_judged = self.facts.get("has_value") == self.facts.get("judgeable") == 1
        return can_be_judged and self.before not in WITHOUT_FIGURE and self.after in WITHOUT_FIGURE

    @property
    def _overlooks_target(self) -> bool:
        is_missed = self.facts.get("met") == 0 and self.facts.get("has_path") != 1
        return is_missed and self.after == Status.ON_TRACK != self.before


@dataclass(frozen=True)
class QuarterTried:
    """How many statuses of a quarter were judged again, how many came out otherwise, and how many reds there are."""

    quarter: Period
    judged: int
    flipped: int
    red_before: int
    red_after: int


@dataclass(frozen=True)
class Sightings:
    """How many reds there are of a kind, and how many of them proved right, did not, or cannot be known yet."""

    confirmed: int = 0
    not_confirmed: int = 0
    unknown: int = 0

    @property
    def count(self) -> int:
        """All of them."""
        return self.confirmed + self.not_confirmed + self.unknown


@dataclass(frozen=True)
class Harm:
    """One kind of harm with every key result it comes to, or with the rules it is about."""

    kind: HarmKind
    cases: tuple[Case, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def is_about_cases(self) -> bool:
        """Whether its cases say more than the list of all that changes."""
        return bool(self.cases) and self.kind != HarmKind.MUCH_CHANGED


@dataclass(frozen=True)
class BackTest:
    """What came of trying a draft on the past: of this very text, on the decisions and beside the rules of then.

    Of the versions that it stands `beside` the first one was in force.
    """

    digest: str
    decisions: str
    beside: tuple[str, ...]
    quarters: tuple[QuarterTried, ...]
    matrix: Mapping[tuple[Status, Status], int]
    flips: tuple[Case, ...]
    new_reds: Sightings
    lost_reds: Sightings
    harms: tuple[Harm, ...]

    @property
    def judged(self) -> int:
        """How many statuses were judged again."""
        return sum(one.judged for one in self.quarters)

    @property
    def stops(self) -> tuple[Harm, ...]:
        """What keeps the draft from being published."""
        return tuple(one for one in self.harms if one.kind.stops)

    @property
    def asks(self) -> tuple[Harm, ...]:
        """What its publisher has to say to have seen."""
        return tuple(one for one in self.harms if not one.kind.stops)
