"""How much may be said of a survey: by how many answered, and of how many who were asked."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

LARGEST_COMPOSITION_GAP = 0.10
GOOD_RESPONSE, FAIR_RESPONSE, LOW_RESPONSE = 0.60, 0.40, 0.20
NARROW_HALF_WIDTH = 10.0
"""In points of a net promoter score or of a 0–100 index."""


class Grade(StrEnum):
    """How far answers stand for everyone asked; it limits what is said and never changes a figure."""

    A = "a"
    B = "b"
    C = "c"
    D = "d"
    NO_FRAME = "no_frame"

    @property
    def speaks_for_those_who_answered_only(self) -> bool:
        """Whether it is said to hold for those who answered, and no one else."""
        return self in (Grade.C, Grade.D, Grade.NO_FRAME)

    @property
    def may_be_judged(self) -> bool:
        """Whether a target may be called met or missed by it."""
        return self in (Grade.A, Grade.B, Grade.C)

    @property
    def has_interval(self) -> bool:
        """Whether an interval is told; without a frame it would claim a random sample that nobody drew."""
        return self != Grade.NO_FRAME


def grade(answers: int, invited: int | None, *, has_frame: bool = True, composition_gap: float = 0.0) -> Grade:
    """The grade of a response rate: A from 60 %, B from 40, C from 20, D below or where nobody knows who was invited.

    `has_frame` is False where anyone could answer uninvited. `composition_gap` is the largest difference between those
    who answered and those invited in age, sex, unit or language, as a share; above 10 points the grade falls by one.
    Product conventions. ValueError where more answered than were invited.
    """
    if answers < 0 or (invited is not None and not max(answers, 1) <= invited < float("inf")):
        raise ValueError(f"{answers} answers of {invited} invited cannot be")
    if not 0 <= composition_gap <= 1:
        raise ValueError("a gap between shares lies between 0 and 1")
    if not has_frame:
        return Grade.NO_FRAME
    rate = answers / invited if invited is not None else 0.0
    fall = sum(rate < limit for limit in (GOOD_RESPONSE, FAIR_RESPONSE, LOW_RESPONSE))
    fall += composition_gap > LARGEST_COMPOSITION_GAP
    return (Grade.A, Grade.B, Grade.C, Grade.D)[min(fall, 3)]


class Shown(StrEnum):
    """How much is shown with so many answers, each step with what the steps before it show."""

    NOTHING = "nothing"
    COUNT = "count"
    VALUE = "value"
    LEVEL = "level"
    CHANGE = "change"


@dataclass(frozen=True)
class FewestAnswers:
    """From how many answers on each is shown; 30 and 100 are conventions of ours, about ±20 and ±10 points wide."""

    count: int = 5
    value: int = 10
    level: int = 30
    change: int = 100

    def __post_init__(self) -> None:
        if not 0 < self.count <= self.value <= self.level <= self.change:
            raise ValueError("each step needs at least as many answers as the one before it")


def shown_with(answers: int, *, half_width: float | None = None, fewest: FewestAnswers | None = None) -> Shown:
    """How much is shown: a change also where the interval is at most ten points to either side, if a level is.

    ValueError with answers or a width below nothing.
    """
    if answers < 0 or (half_width is not None and not (half_width >= 0 and isfinite(half_width))):
        raise ValueError("answers and widths are not below nothing")
    steps = fewest or FewestAnswers()
    is_narrow = half_width is not None and half_width <= NARROW_HALF_WIDTH
    if answers >= steps.change or (answers >= steps.level and is_narrow):
        return Shown.CHANGE
    if answers >= steps.level:
        return Shown.LEVEL
    if answers >= steps.value:
        return Shown.VALUE
    return Shown.COUNT if answers >= steps.count else Shown.NOTHING
