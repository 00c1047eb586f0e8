"""Where a chart is drawn: its size and language, and where days and values come to lie."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from okr_engine.i18n.formats import HOME
from okr_engine.reports.drawing import Drawing
from okr_engine.words import Language

INK, BLUE, TEAL, GREY, PAPER, GRID = "#10161F", "#1F4468", "#1B6370", "#50555C", "#FFFFFF", "#ECE8E0"
ORANGE = "#A3430A"

AIR = 26
"""Pixels between the outermost values and the edge: a label fits there."""

STRIP = 24
"""The height of the strip below the values in which happenings are numbered."""


@dataclass(frozen=True)
class Canvas:
    """The language and the size in pixels of what lies between the axes, and whose days it shows.

    A chart on a page is as wide as there is room; its `width` then is the narrowest one in which words must not meet.
    """

    language: Language
    width: int = 300
    height: int = 300
    time_zone: str = HOME

    def day_of(self, at: datetime) -> date:
        """The day of a moment where the organisation is."""
        return at.astimezone(ZoneInfo(self.time_zone)).date()


@dataclass(frozen=True)
class Ground:
    """A drawing on its canvas, in pixels from the upper left corner."""

    first: date
    last: date
    lowest: float
    highest: float
    width: int
    height: int

    @classmethod
    def of(cls, drawing: Drawing, canvas: Canvas) -> "Ground":
        """With all values on it and some air around them; a single value lies in the middle."""
        low, high = min(drawing.levels, default=0.0), max(drawing.levels, default=0.0)
        if low == high:
            room = abs(low) / 10 or 1.0
            low, high = low - room, high + room
        air = (high - low) * AIR / (canvas.height - 2 * AIR)
        return cls(drawing.first, drawing.last, low - air, high + air, canvas.width, canvas.height)

    def x(self, day: date) -> float:
        """How far from the left a day lies."""
        return (day - self.first).days / ((self.last - self.first).days or 1) * self.width

    def y(self, value: float) -> float:
        """How far from the top a value lies."""
        return (self.highest - value) / (self.highest - self.lowest) * self.height

    def value(self, y: float) -> float:
        """Which value lies that far from the top."""
        return self.highest - y / self.height * (self.highest - self.lowest)
