"""A moved goalpost in words: what it was and what it is."""

from typing import Any

from okr_engine.i18n import NOTHING, day, say, spoken
from okr_engine.services.figure_words import figure_told, limit_told
from okr_engine.services.goalpost_moves import Goalpost, Move
from okr_engine.words import Language, Words


def goalpost_told(move: Move, language: Language) -> str:
    """From what to what, in the unit of the goalpost; a break says what happened."""
    if move.goalpost == Goalpost.BREAK:
        return spoken(move.explained, language) or say(language, "break_kind.definition")
    before, after = (_told(move, side, language) for side in (move.before, move.after))
    return say(language, "goalpost.moved", before=before, after=after)


def _told(move: Move, side: Any, language: Language) -> str:
    of = move.of[0]
    match move.goalpost:
        case Goalpost.TARGET | Goalpost.LIMIT:
            return limit_told(side, of, language)
        case Goalpost.BASELINE:
            return figure_told(side, of, language)
        case Goalpost.DIRECTION:
            return say(language, f"direction.{side}")
        case Goalpost.DUE:
            return day(side, language)
        case _ if isinstance(side, Words):
            return f"«{spoken(side, language)}»"
        case _:
            return say(language, "goalpost.version", number=str(side)) if side is not None else NOTHING
