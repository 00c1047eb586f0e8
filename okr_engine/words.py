"""What people read, before it has become a language: texts in three languages, and messages with values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Language(StrEnum):
    """The product's languages, in the order in which a missing text is looked for."""

    FI = "fi"
    SV = "sv"
    EN = "en"


@dataclass(frozen=True)
class Words:
    """One text in up to three languages."""

    fi: str | None = None
    sv: str | None = None
    en: str | None = None

    def spoken(self, language: Language) -> tuple[str, Language]:
        """The text in `language`, or the first one that exists, with the language it really is in."""
        for candidate in (language, *Language):
            text: str | None = getattr(self, candidate.value)
            if text:
                return text, candidate
        return "", language

    def __bool__(self) -> bool:
        return bool(self.fi or self.sv or self.en)


@dataclass(frozen=True)
class Message:
    """A sentence as a catalogue key with its values; it becomes a language at the edge."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def message(key: str, /, **values: object) -> Message:
    """A message with its values, spelled shortly."""
    return Message(key, values)
