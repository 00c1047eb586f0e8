"""Texts as people type them, made fit to keep: readable, trimmed, and no longer than a workbook takes back."""

from okr_engine.errors import InvalidInput
from okr_engine.model.columns import LONGEST_LINE, LONGEST_PROSE
from okr_engine.words import message
from okr_engine.workbook.cells import readable_text


def line(typed: str | None) -> str | None:
    """One line, or None for an empty one; InvalidInput beyond 500 characters."""
    return _within(readable_text(typed or ""), LONGEST_LINE) or None


def prose(typed: str | None) -> str:
    """Paragraphs, perhaps none; InvalidInput beyond 20,000 characters."""
    return _within(readable_text(typed or ""), LONGEST_PROSE)


def _within(text: str, longest: int) -> str:
    if len(text) > longest:
        raise InvalidInput(message("error.text_too_long", count=len(text), longest=longest))
    return text
