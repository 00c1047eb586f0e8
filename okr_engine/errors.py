"""Everything that can go wrong, grouped by who can put it right.

OkrError
├── InputError                a person corrects the input
│   ├── InvalidInput          a single value: period, number, reference
│   ├── InvalidWorkbook       a file: every mistake with sheet, cell and what is allowed
│   ├── InvalidRules          a rule file: every mistake with file and line
│   ├── StaleEdit             somebody saved in between: both texts are shown
│   ├── NotFound              nothing has that code
│   └── NotAllowed            the person's roles do not reach that far
└── OperatorError             whoever runs the installation acts
    ├── DatabaseNotReady      no schema yet, or an older one: migrate
    ├── DatabaseIsNewer       the schema comes from a newer version: update the program
    ├── DatabaseUnavailable   it does not open, answer or accept writing
    ├── InvalidSettings       the environment says something that cannot be done
    ├── AuditBroken           the audit chain does not hold
    └── EngineFailed          the rule engine lost facts; nothing was decided
"""

from collections.abc import Sequence
from dataclasses import dataclass

from okr_engine.words import Message, message


@dataclass(frozen=True)
class Place:
    """Where a mistake is: as much of file, sheet, cell, line and record as is known."""

    file: str | None = None
    sheet: str | None = None
    cell: str | None = None
    line: int | None = None
    record: str | None = None

    def __str__(self) -> str:
        line = str(self.line) if self.line is not None else None
        return " : ".join(part for part in (self.file, self.sheet, self.cell, line, self.record) if part)


@dataclass(frozen=True)
class Mistake:
    """One thing a person has to correct: where, what is wrong, and what is allowed instead."""

    place: Place
    what: Message
    allowed: Message | None = None


class OkrError(Exception):
    """Base of all; carries a message that can be said in any language."""

    def __init__(self, what: Message, *, place: Place | None = None, remedy: Message | None = None) -> None:
        super().__init__(what.key, dict(what.values), str(place or ""))
        self.what = what
        self.place = place
        self.remedy = remedy


class InputError(OkrError):
    """A person corrects the input."""


class InvalidInput(InputError):
    """A single value that cannot be used."""


class InvalidFile(InputError):
    """A file with mistakes; all of them at once."""

    def __init__(self, file: str, mistakes: Sequence[Mistake]) -> None:
        super().__init__(message("error.invalid_file", file=file, count=len(mistakes)), place=Place(file=file))
        self.mistakes = tuple(mistakes)


class InvalidWorkbook(InvalidFile):
    """A workbook or CSV file with mistakes."""


class InvalidRules(InvalidFile):
    """A rule file with mistakes."""


class StaleEdit(InputError):
    """Somebody else saved in between; both texts are kept so that nothing typed is lost."""

    def __init__(self, *, theirs: str, yours: str, saved_by: str) -> None:
        super().__init__(message("error.stale_edit", saved_by=saved_by))
        self.theirs = theirs
        self.yours = yours
        self.saved_by = saved_by


class NotFound(InputError):
    """Nothing has that code."""


class NotAllowed(InputError):
    """The person's roles do not reach that far."""


class OperatorError(OkrError):
    """Whoever runs the installation acts."""


class DatabaseNotReady(OperatorError):
    """The database has no schema yet, or an older one."""


class DatabaseIsNewer(OperatorError):
    """The database was made by a newer version of the program."""


class DatabaseUnavailable(OperatorError):
    """The database does not open, answer or accept writing."""


class InvalidSettings(OperatorError):
    """The environment asks for something that cannot be done."""


class AuditBroken(OperatorError):
    """The audit chain does not hold."""


class EngineFailed(OperatorError):
    """The rule engine lost facts; nothing was decided."""
