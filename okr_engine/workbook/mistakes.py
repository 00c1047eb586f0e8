"""All mistakes of a file gathered, so that a person corrects them in one go."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from okr_engine.errors import InvalidInput, InvalidWorkbook, Mistake, Place
from okr_engine.words import Message, message

SHOWN = 500


class Mistakes:
    """The mistakes of one file; beyond the first 500 they are only counted."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._mistakes: list[Mistake] = []
        self._more = 0

    def add(self, place: Place, what: Message, allowed: Message | None = None) -> None:
        """Note one mistake."""
        if len(self._mistakes) < SHOWN:
            self._mistakes.append(Mistake(place, what, allowed))
        else:
            self._more += 1

    def add_refusal(self, place: Place, refusal: InvalidInput) -> None:
        """Note what a converter refused."""
        self.add(place, refusal.what, refusal.remedy)

    def raise_any(self) -> None:
        """InvalidWorkbook with everything noted, if anything was."""
        if not self._mistakes:
            return
        more = (
            [Mistake(Place(file=self.file), message("workbook.more_mistakes", count=self._more))] if self._more else []
        )
        raise InvalidWorkbook(self.file, [*self._mistakes, *more])

    def __len__(self) -> int:
        return len(self._mistakes) + self._more


def nearest(typed: str, known: Iterable[str], *, count: int = 3) -> Sequence[str]:
    """The known spellings closest to what was typed, the nearest first."""
    by_folded: dict[str, str] = {}
    for spelling in known:
        by_folded.setdefault(spelling.casefold(), spelling)
    return [by_folded[match] for match in get_close_matches(typed.casefold(), by_folded, n=count, cutoff=0.6)]
