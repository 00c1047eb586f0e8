"""Reading on after a mistake, so that the next one is found too: shapes of parts, and notes of what is wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from okr_engine.errors import Mistake, Place
from okr_engine.rulebook.notation import Part
from okr_engine.words import Message, message

_Word = TypeVar("_Word", bound=StrEnum)


@dataclass
class Notes:
    """The mistakes of one file so far. A reading method returns None for what it had to note a mistake about."""

    file: str
    record: str | None = None
    mistakes: list[Mistake] = field(default_factory=list)

    def note(self, where: Part | int, what: Message, allowed: Iterable[str] = ()) -> None:
        """Remember a mistake at a part or line, and what would have been allowed."""
        place = Place(file=self.file, line=where if isinstance(where, int) else where.line, record=self.record)
        choices = ", ".join(allowed)
        self.mistakes.append(Mistake(place, what, message("rules.choices", choices=choices) if choices else None))

    def fields(self, part: Part, required: Iterable[str], optional: Iterable[str] = ()) -> Mapping[str, Part]:
        """The named fields that are there; every strange and every missing one is noted."""
        required = tuple(required)
        found = self.mapping(part)
        if found is None:
            return {}
        known = (*required, *optional)
        for name in found.keys() - set(known):
            self.note(part.key_lines[name], message("rules.unknown_field", field=name), known)
        for name in required:
            if name not in found:
                self.note(part, message("rules.missing_field", field=name))
        return {name: value for name, value in found.items() if name in known}

    def mapping(self, part: Part) -> Mapping[str, Part] | None:
        """The part as a mapping."""
        if isinstance(part.value, dict):
            return part.value
        self.note(part, message("rules.not_a_mapping", found=_short(part)))
        return None

    def items(self, part: Part | None) -> list[Part]:
        """The parts of a list; nothing, and a note, for what is not a list."""
        if part is None:
            return []
        if isinstance(part.value, list):
            return part.value
        self.note(part, message("rules.not_a_list", found=_short(part)))
        return []

    def text(self, part: Part) -> str | None:
        """The part as text with something in it."""
        if isinstance(part.value, str) and part.value.strip():
            return part.value.strip()
        self.note(part, message("rules.not_text", found=_short(part)))
        return None

    def whole(self, part: Part, low: int, high: int) -> int | None:
        """The part as a whole number between `low` and `high`."""
        if isinstance(part.value, int) and not isinstance(part.value, bool) and low <= part.value <= high:
            return part.value
        self.note(part, message("rules.not_whole", found=_short(part), low=low, high=high))
        return None

    def word(self, part: Part, words: type[_Word]) -> _Word | None:
        """The part as one of a closed set of words."""
        if isinstance(part.value, str) and part.value in set(words):
            return words(part.value)
        self.note(part, message("rules.unknown_word", word=_short(part)), words)
        return None


def _short(part: Part) -> str:
    return str(part.plain())[:60]
