"""Everything that can go wrong, grouped by who can put it right.

OkrError
├── InputError                a person corrects the input
│   ├── InvalidInput          a single value: period, number, reference
│   ├── InvalidWorkbook       a file: every mistake with sheet, cell and what is allowed
│   ├── InvalidRules          a rule file: every mistake with file and line
│   ├── InvalidEvents         a folder of events: every file or column that cannot be measured from
│   ├── InvalidSourceSettings what a connector has been told: every setting it does not take
│   ├── InvalidSource         what is told of a source: every field that cannot be kept
│   ├── StaleEdit             somebody saved in between: both texts are shown
│   ├── NotFound              nothing has that code
│   ├── NotAllowed            the person's roles do not reach that far
│   ├── LinkRefused           the person opens the action itself: the link is forged, altered, or too old
│   ├── TokenRefused          the program gets a token that holds: known, not expired, not revoked
│   └── KeyUsedAgain          the program gives each request an idempotency key of its own
├── InvalidEvent              the record is set aside and counted; the rest goes on
├── SourceError               an outside system did not answer as agreed; the last good figures stay
│   ├── SourceUnavailable     the worker retries, not before the moment it names
│   ├── CredentialsRefused    someone renews the credentials
│   └── SchemaChanged         a data steward corrects the column map, or asks the supplier
├── PlatformError             a task platform or a channel and we did not come together; the action stays as it is
│   ├── TaskRefused           someone corrects what the platform does not take, and sends the task again
│   ├── TaskChanged           nobody: somebody was quicker there; the task is fetched and written once more
│   ├── PlatformGone          someone gives the endpoint its new address; until then it pauses
│   ├── NoticeRefused         someone corrects the address of the person, and sends the notice again
│   └── ForgedMessage         what comes in is not proved to be the platform's: nothing is done
└── OperatorError             whoever runs the installation acts
    ├── DatabaseNotReady      no schema yet, or an older one: migrate
    ├── DatabaseIsNewer       the schema comes from a newer version: update the program
    ├── DatabaseUnavailable   it does not open, answer or accept writing
    ├── InvalidSettings       the environment says something that cannot be done
    ├── AddressRefused        an outside address that is not on the allow-list, or leads inside
    ├── EventsBusy            another process writes to the same folder of events: wait for it
    ├── AuditBroken           the audit chain does not hold
    └── EngineFailed          the rule engine lost facts; nothing was decided
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

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

    sentence: ClassVar[str] = "error.invalid_file"

    def __init__(self, file: str, mistakes: Sequence[Mistake]) -> None:
        super().__init__(message(self.sentence, file=file, count=len(mistakes)), place=Place(file=file))
        self.mistakes = tuple(mistakes)


class InvalidWorkbook(InvalidFile):
    """A workbook or CSV file with mistakes."""


class InvalidRules(InvalidFile):
    """A rule file with mistakes."""

    sentence = "error.invalid_rules"


class InvalidEvents(InvalidFile):
    """A folder of events with files or columns that nothing can be measured from."""


class InvalidSourceSettings(InvalidFile):
    """Settings that their connector does not take."""

    sentence = "sources.invalid_settings"


class InvalidSource(InvalidFile):
    """A source, or a file of sources, with mistakes."""

    sentence = "sources.invalid_source"


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


class LinkRefused(InputError):
    """A link from a notice that is not ours, or that no longer holds."""


class TokenRefused(InputError):
    """No token, or one that is unknown, expired or revoked."""


class KeyUsedAgain(InputError):
    """An idempotency key that has been used for another request."""


class InvalidEvent(OkrError):
    """A record that does not make a canonical event; `field` is the column at fault."""

    def __init__(self, what: Message, *, field: str, place: Place | None = None) -> None:
        super().__init__(what, place=place)
        self.field = field


class SourceError(OkrError):
    """An outside system did not answer as agreed."""


class SourceUnavailable(SourceError):
    """The outside system does not answer now; `try_again` is the earliest moment that makes sense, where known."""

    def __init__(self, what: Message, *, remedy: Message | None = None, try_again: datetime | None = None) -> None:
        super().__init__(what, remedy=remedy)
        self.try_again = try_again


class CredentialsRefused(SourceError):
    """The outside system does not accept the credentials, or there are none."""


class SchemaChanged(SourceError):
    """What comes does not have the columns or the structure that the settings speak of."""


class PlatformError(OkrError):
    """A task platform or a channel and we did not come together."""


class TaskRefused(PlatformError):
    """The platform does not take this task, however often it is sent."""


class TaskChanged(PlatformError):
    """The task has changed on the platform since it was last seen: to be fetched and written once more."""


class PlatformGone(PlatformError):
    """Nobody takes tasks at that address any longer."""


class NoticeRefused(PlatformError):
    """The channel does not reach this person, however often it tries."""


class ForgedMessage(PlatformError):
    """A message from outside that is not signed, too old, altered or not legible."""


class OperatorError(OkrError):
    """Whoever runs the installation acts."""


class DatabaseNotReady(OperatorError):
    """The database has no schema yet, or an older one."""


class DatabaseIsNewer(OperatorError):
    """The database was made by a newer version of the program."""


class DatabaseUnavailable(OperatorError):
    """The database does not open, answer or accept writing."""

    def __init__(self, database: str, error: Exception) -> None:
        said = str(getattr(error, "orig", error)).strip()
        super().__init__(
            message("error.database_unavailable", database=database, said=said),
            remedy=message("error.database_unavailable_remedy"),
        )


class InvalidSettings(OperatorError):
    """The environment asks for something that cannot be done."""


class AddressRefused(OperatorError):
    """An outside address that is not on the allow-list, or that leads into the inner network."""


class EventsBusy(OperatorError):
    """Another process writes to the same folder of events."""


class AuditBroken(OperatorError):
    """The audit chain does not hold."""


class EngineFailed(OperatorError):
    """The rule engine lost facts; nothing was decided."""
