"""Calendar periods a figure can belong to: months, quarters, half-years and years."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, cached_property, lru_cache

from okr_engine.errors import InvalidInput
from okr_engine.words import message


class Cadence(StrEnum):
    """How often a figure is measured."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"

    @property
    def per_year(self) -> int:
        """How many periods a year has."""
        return 12 // self.months

    @property
    def months(self) -> int:
        """How many months a period has."""
        return _MONTHS[self]


_MONTHS = {Cadence.MONTH: 1, Cadence.QUARTER: 3, Cadence.HALF_YEAR: 6, Cadence.YEAR: 12}


_SPELLINGS = tuple(
    (cadence, re.compile(pattern, re.IGNORECASE))
    for cadence, pattern in (
        (Cadence.QUARTER, r"(?P<year>\d{4})\s*[-/ ]?\s*Q(?P<number>\d)"),
        (Cadence.QUARTER, r"Q(?P<number>\d)\s*[-/ ]\s*(?P<year>\d{4})"),
        (Cadence.HALF_YEAR, r"(?P<year>\d{4})\s*[-/ ]?\s*H(?P<number>\d)"),
        (Cadence.HALF_YEAR, r"H(?P<number>\d)\s*[-/ ]\s*(?P<year>\d{4})"),
        (Cadence.MONTH, r"(?P<year>\d{4})\s*-\s*(?P<number>\d{1,2})"),
        (Cadence.YEAR, r"(?P<year>\d{4})(?P<number>)"),
    )
)
_NUMBER_AND_YEAR = re.compile(r"(?P<number>\d{1,2})\s*/\s*(?P<year>\d{4})")


@dataclass(frozen=True, order=True)
class Period:
    """One period, ordered by its first day."""

    start: date
    cadence: Cadence

    @classmethod
    def numbered(cls, cadence: Cadence, year: int, number: int) -> "Period":
        """The `number`th period of `year`, counted from 1; InvalidInput where there is none."""
        if not (1 <= number <= cadence.per_year and 1900 <= year <= 2200):
            raise InvalidInput(
                message("error.no_such_period", year=year, number=number),
                remedy=message("error.periods_allowed"),
            )
        return cls(date(year, (number - 1) * cadence.months + 1, 1), cadence)

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, text: str, cadence: Cadence = Cadence.QUARTER) -> "Period":
        """Read a period as people type it: 2025-Q2, Q2/2025, 2/2025 (counted in `cadence`), 2025-06, 2025-H1, 2025."""
        text = text.strip()
        for spelled, pattern in _SPELLINGS:
            if found := pattern.fullmatch(text):
                return cls.numbered(spelled, int(found["year"]), int(found["number"] or 1))
        if found := _NUMBER_AND_YEAR.fullmatch(text):
            return cls.numbered(cadence, int(found["year"]), int(found["number"]))
        raise InvalidInput(message("error.not_a_period", text=text), remedy=message("error.periods_allowed"))

    @classmethod
    def containing(cls, day: date, cadence: Cadence = Cadence.QUARTER) -> "Period":
        """The period that `day` falls in."""
        return cls.numbered(cadence, day.year, (day.month - 1) // cadence.months + 1)

    @property
    def number(self) -> int:
        """Which period of its year this is, counted from 1."""
        return (self.start.month - 1) // self.cadence.months + 1

    @property
    def code(self) -> str:
        """The one spelling that is stored: 2025-06, 2025-Q2, 2025-H1, 2025."""
        year = f"{self.start.year:04}"
        match self.cadence:
            case Cadence.MONTH:
                return f"{year}-{self.number:02}"
            case Cadence.QUARTER:
                return f"{year}-Q{self.number}"
            case Cadence.HALF_YEAR:
                return f"{year}-H{self.number}"
            case Cadence.YEAR:
                return year

    @cached_property
    def end(self) -> date:
        """The last day."""
        return self.shifted(1).start - timedelta(days=1)

    @cache  # noqa: B019  a few hundred periods, asked for again and again
    def shifted(self, steps: int) -> "Period":
        """The period `steps` later, or earlier where negative."""
        index = self.start.year * self.cadence.per_year + self.number - 1 + steps
        year, number = divmod(index, self.cadence.per_year)
        return Period(date(year, number * self.cadence.months + 1, 1), self.cadence)

    @cache  # noqa: B019  as above
    def of_cadence(self, cadence: Cadence) -> "Period | None":
        """The period of another cadence that ends on the same day, if there is one: 2025-Q2 is when 2025-H1 ends."""
        candidate = Period.containing(self.end, cadence)
        return candidate if candidate.end == self.end else None

    def __str__(self) -> str:
        return self.code
