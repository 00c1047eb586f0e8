"""What the history keeps of a step in words ↔ what a reader is told of it, in the reader's own language."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from okr_engine.i18n import say
from okr_engine.model import ActionEventKind
from okr_engine.words import Language

_ANSWER_DUE = frozenset({ActionEventKind.SUPPORT_ASKED, ActionEventKind.REMINDED})
"""Steps whose data say by which day an answer is due; those that a platform tells name a person there."""


def kept_words(field: str, key: str, **values: object) -> dict[str, Any]:
    """A sentence that nobody has typed, as history keeps it: in the first language under `field`, and in each."""
    words = {language.value: say(language, key, **values) for language in Language}
    return {field: words[Language.FI.value], "words": words}


def told_words(kind: ActionEventKind, data: Mapping[str, Any], language: Language) -> dict[str, object]:
    """What sentences about the step speak of; days as days, so that each language writes them in its own way."""
    in_language = data.get("words", {}).get(language.value)
    told: dict[str, object] = {name: in_language or str(data[name]) for name in ("text", "reason") if data.get(name)}
    if data.get("endpoint"):
        told["endpoint"] = str(data["endpoint"])
    if kind in _ANSWER_DUE and data.get("by"):
        told["by"] = date.fromisoformat(data["by"])
    return told
