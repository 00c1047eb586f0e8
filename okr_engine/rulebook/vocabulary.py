"""What rules can talk about: the facts, what kind of value each has, and who can stand in a chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from okr_engine.terms import Direction, KeyResultKind, NoDataReason, RoleKind, Status, Tier
from okr_engine.words import Message, message


class ChainRole(StrEnum):
    """The roles a responsibility chain can be made of; persons are found when it matters."""

    GOAL_OWNER = RoleKind.GOAL_OWNER.value
    SPONSOR = RoleKind.SPONSOR.value
    LEADERSHIP_GROUP = RoleKind.LEADERSHIP_GROUP.value
    STRATEGY_OFFICE = RoleKind.STRATEGY_OFFICE.value
    DATA_STEWARD = RoleKind.DATA_STEWARD.value


class Kind(StrEnum):
    """What a value is measured in, and so what it may be compared with."""

    FLAG = "flag"
    TEXT = "text"
    UNIT = "unit"
    POINTS = "points"
    PERCENT = "percent"
    SHARE = "share"
    COUNT = "count"


@dataclass(frozen=True)
class Fact:
    """One thing a rule can test. A text takes only `words`; a flag 0 or 1; a count 0, 1, 2 …; the rest any number."""

    name: str
    kind: Kind
    words: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether the value is one of `words` instead of a number."""
        return self.kind is Kind.TEXT

    @property
    def meaning(self) -> Message:
        """What the fact says, for the people who write rules and read reasons."""
        return message(f"rules.fact.{self.name}")


_KEY_RESULT = (
    Fact("direction", Kind.TEXT, tuple(Direction)),
    Fact("kind", Kind.TEXT, tuple(KeyResultKind)),
    Fact("no_data_reason", Kind.TEXT, tuple(NoDataReason)),
    Fact("evidence_tier", Kind.TEXT, tuple(Tier)),
    Fact("measured_now", Kind.FLAG),
    Fact("has_value", Kind.FLAG),
    Fact("has_target", Kind.FLAG),
    Fact("has_baseline", Kind.FLAG),
    Fact("has_path", Kind.FLAG),
    Fact("met", Kind.FLAG),
    Fact("comparable", Kind.FLAG),
    Fact("crosses_break", Kind.FLAG),
    Fact("statutory_target", Kind.FLAG),
    Fact("judgeable", Kind.FLAG),
    Fact("value", Kind.UNIT),
    Fact("target", Kind.UNIT),
    Fact("target_low", Kind.UNIT),
    Fact("target_high", Kind.UNIT),
    Fact("baseline", Kind.UNIT),
    Fact("expected", Kind.UNIT),
    Fact("previous", Kind.UNIT),
    Fact("limit", Kind.UNIT),
    Fact("missed_by", Kind.UNIT),
    Fact("behind_by", Kind.UNIT),
    Fact("improved_by", Kind.UNIT),
    Fact("improved_from_baseline", Kind.UNIT),
    Fact("missed_by_points", Kind.POINTS),
    Fact("missed_by_percent", Kind.PERCENT),
    Fact("path_share", Kind.SHARE),
    Fact("time_share", Kind.SHARE),
    Fact("comparable_points", Kind.COUNT),
    Fact("worsened_in_a_row", Kind.COUNT),
    Fact("below_limit_periods", Kind.COUNT),
)
_STATUS = (*_KEY_RESULT, Fact("status", Kind.TEXT, tuple(Status)))
_PULL = (
    Fact("failures", Kind.COUNT),
    Fact("days_without", Kind.COUNT),
    Fact("set_aside_percent", Kind.PERCENT),
    Fact("figures_missing", Kind.COUNT),
    Fact("figures_uncomputed", Kind.COUNT),
)

VOCABULARY: Mapping[str, Mapping[str, Fact]] = {
    "key_result": {fact.name: fact for fact in _KEY_RESULT},
    "status": {fact.name: fact for fact in _STATUS},
    "pull": {fact.name: fact for fact in _PULL},
}
