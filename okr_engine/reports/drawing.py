"""What a chart over time shows, whatever it is about: dots, lines, marks and notes, each with its words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Signal(StrEnum):
    """Which way a dot stands out, by its shape; whether that is good, by its colour."""

    HIGH_GOOD = "high_good"
    HIGH_BAD = "high_bad"
    HIGH = "high"
    LOW_GOOD = "low_good"
    LOW_BAD = "low_bad"
    LOW = "low"


class LineKind(StrEnum):
    """What a level line stands for."""

    TARGET = "target"
    LIMIT = "limit"
    MEAN = "mean"
    CONTROL = "control"
    TRIAL = "trial"


@dataclass(frozen=True)
class Dot:
    """A figure of the days from `since` to `day`; the line runs through dots of the same stretch only.

    `is_open` while it may still change; `low` and `high` are the ends of its interval.
    """

    since: date
    day: date
    value: float
    when: str
    told: str
    stretch: int = 0
    is_open: bool = False
    signal: Signal | None = None
    called: str = ""
    low: float | None = None
    high: float | None = None
    between: str = ""


class Beside(StrEnum):
    """Where the words of a line stand."""

    ITS_LENGTH = "its_length"
    ITS_END = "its_end"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class Line:
    """A level that holds from one day to another, or a step from `value` to the next level, which is `to`."""

    kind: LineKind
    since: date
    until: date
    value: float
    said: str
    to: float | None = None
    beside: Beside = Beside.ITS_LENGTH


class MarkKind(StrEnum):
    """What begins on a day that a mark stands on."""

    BREAK = "break"
    REBASE = "rebase"


@dataclass(frozen=True)
class Mark:
    """A day from which something is different: words beside it (shorter ones where there is no room), and why."""

    kind: MarkKind
    day: date
    said: str
    short: str
    why: str


@dataclass(frozen=True)
class Note:
    """What happened on a day, told beside the chart under its number; several of about one day share a note."""

    number: str
    day: date
    said: str


@dataclass(frozen=True)
class Drawing:
    """A whole chart; `ticks` are the days that the axis names, with their names."""

    first: date
    last: date
    unit: str
    decimals: int
    ticks: Mapping[date, str]
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...] = ()
    path: tuple[tuple[date, float], ...] = ()
    path_is_stepped: bool = False
    baseline: tuple[date, float, str] | None = None
    marks: tuple[Mark, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def levels(self) -> Iterator[float]:
        """Every value that has to be seen."""
        for dot in self.dots:
            yield from (one for one in (dot.value, dot.low, dot.high) if one is not None)
        yield from (line.value for line in self.lines)
        yield from (value for _, value in self.path)
        if self.baseline:
            yield self.baseline[1]
