"""The closed words of the product, one per idea; tables, rules, files and screens all use these."""

from enum import StrEnum


class Status(StrEnum):
    """How a key result or goal stands; the last two are not colours but the absence of one."""

    ON_TRACK = "on_track"
    CHALLENGES = "challenges"
    NEEDS_SUPPORT = "needs_support"
    NO_DATA = "no_data"
    NOT_ASSESSED = "not_assessed"


HOW_GOOD = {Status.NEEDS_SUPPORT: 0, Status.CHALLENGES: 1, Status.ON_TRACK: 2}
"""The statuses that judge, in order: the higher the better."""


class Direction(StrEnum):
    """What a key result asks of its indicator."""

    INCREASE = "increase"
    DECREASE = "decrease"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    WITHIN = "within"
    IMPROVE = "improve"
    NEUTRAL = "neutral"

    @property
    def has_path(self) -> bool:
        """Whether the way from baseline to target is walked step by step."""
        return self in (Direction.INCREASE, Direction.DECREASE)


class KeyResultKind(StrEnum):
    """Whether a row commits to something, or only follows a figure."""

    KEY_RESULT = "key_result"
    KPI = "kpi"


class NoDataReason(StrEnum):
    """Why there is no figure; nothing is green for lack of data."""

    NOT_YET_DUE = "not_yet_due"
    LATE = "late"
    SOURCE_FAILED = "source_failed"
    TOO_FEW_ANSWERS = "too_few_answers"
    NOT_COLLECTED = "not_collected"
    NOT_COMPARABLE = "not_comparable"
    WITHDRAWN = "withdrawn"


class Tier(StrEnum):
    """The evidence ladder: how much the comparable, present points since the last break can carry."""

    NONE = "T0"
    LEVEL = "T1"
    PAIR = "T2"
    PREDICTION = "T3"
    TRIAL = "T4"
    STANDARD = "T5"
    FIRM = "T6"


class RoleKind(StrEnum):
    """What a role is for; `access.py` says what each may do."""

    VIEWER = "viewer"
    GOAL_OWNER = "goal_owner"
    SPONSOR = "sponsor"
    LEADERSHIP_GROUP = "leadership_group"
    STRATEGY_OFFICE = "strategy_office"
    DATA_STEWARD = "data_steward"
    ADMINISTRATOR = "administrator"


class RollUpMethod(StrEnum):
    """How a roll-up gets its status."""

    WORST_OF = "worst_of"
    WEIGHTED = "weighted"
