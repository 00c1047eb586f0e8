"""Reasons in words: a rule's sentence with the facts of one key result, in one language."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from okr_engine.i18n import figure, fill, number, say, spoken
from okr_engine.model import MeasureUnit
from okr_engine.rulebook import VOCABULARY, Kind
from okr_engine.words import Language, Words


def reason(because: Words, facts: Mapping[str, Any], measure: str, decimals: int, language: Language) -> str:
    """The sentence with every figure in the indicator's own unit and decimals."""
    shown = {name: shown_fact(name, value, measure, decimals, language) for name, value in facts.items()}
    return fill(spoken(because, language), shown, language)


def shown_fact(name: str, value: Any, measure: str, decimals: int, language: Language) -> str:
    """One fact as people read it; a number without a place in the vocabulary is shown as it is."""
    known = VOCABULARY["status"].get(name)
    if known is None:
        return str(value)
    match known.kind:
        case Kind.TEXT:
            return say(language, _WORDS[name].format(value))
        case Kind.FLAG:
            return say(language, "answer.yes" if value else "answer.no")
        case Kind.UNIT if name in _DIFFERENCES and measure == MeasureUnit.PERCENT:
            return figure(Decimal(str(value)), "points", language, decimals=decimals)
        case Kind.UNIT:
            return figure(Decimal(str(value)), measure, language, decimals=decimals)
        case Kind.POINTS:
            return figure(Decimal(str(value)), "points", language, decimals=decimals)
        case Kind.PERCENT:
            return figure(Decimal(str(value)), "percent", language, decimals=1)
        case Kind.SHARE:
            return figure(Decimal(str(value)) * 100, "percent", language, decimals=0)
        case Kind.COUNT:
            return number(int(value), language)


_DIFFERENCES = frozenset({"missed_by", "behind_by", "improved_by", "improved_from_baseline"})
_WORDS = {
    "direction": "direction.{}",
    "evidence_tier": "evidence_tier.{}",
    "kind": "key_result_kind.{}",
    "no_data_reason": "no_data.{}",
    "status": "status.{}",
}
