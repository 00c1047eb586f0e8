"""Messages, words and templates spoken in one language."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from okr_engine.i18n.catalogues import entry, report_unknown
from okr_engine.i18n.formats import HOME, NOTHING, day, listed, moment, number, period, rounded
from okr_engine.periods import Period
from okr_engine.words import Language, Message, Words

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}(\.(?=\s|$))?")
_BARE_NUMBERS = frozenset({"index", "number", "count", "score"})


def say(language: Language, key: str, /, **values: object) -> str:
    """The sentence for `key` with its values; the form follows `count`. An unknown key is shown as «key»."""
    return speak(Message(key, values), language)


def speak(message: Message, language: Language, *, tz: str = HOME) -> str:
    """A message in `language`; its values are formatted by locale, moments on the wall clock of `tz`."""
    count = message.values.get("count")
    text = entry(message.key, language, count if isinstance(count, Decimal | int) else None)
    if text is None:
        report_unknown(message.key, language)
        return f"«{message.key}»"
    return _filled(text, message.values, language, tz)


def spoken(words: Words, language: Language) -> str:
    """The text in `language`; one that exists only in another language ends in that language's mark, as in [fi]."""
    text, actual = words.spoken(language)
    return text if actual == language else f"{text} [{actual}]"


def fill(template: str, values: Mapping[str, object], language: Language) -> str:
    """A template with its {names} replaced once; a name without a value stays visible as it is."""
    return _filled(template, values, language, HOME)


def figure(
    value: Decimal | int | None,
    unit: str,
    language: Language,
    *,
    decimals: int | None = None,
    signed: bool = False,
    short: bool = False,
) -> str:
    """A value with its unit, rounded once: 90,81 %, 2,57 milj., 3 päivää (`short`: 3 pv); a dash for None.

    `unit` is a MeasureUnit, or points for a difference between percentages. Millions are given in millions.
    """
    if value is None:
        return NOTHING
    exact = rounded(value, decimals)
    shown = number(exact, language, signed=signed)
    if unit in _BARE_NUMBERS or shown == NOTHING:
        return shown
    text = entry(f"figure_short.{unit}", language, exact) if short else None
    text = text or entry(f"figure.{unit}", language, exact)
    if text is None:
        report_unknown(f"figure.{unit}", language)
        return f"{shown} «figure.{unit}»"
    return fill(text, {"value": shown}, language)


def _filled(text: str, values: Mapping[str, object], language: Language, tz: str) -> str:
    def value_of(found: re.Match[str]) -> str:
        name, full_stop = found[1], found[2] or ""
        if name not in values:
            return found[0]
        shown = _shown(name, values[name], language, tz)
        return shown if shown.endswith(".") else shown + full_stop

    return _PLACEHOLDER.sub(value_of, text)


def _shown(name: str, value: object, language: Language, tz: str) -> str:
    match value:
        case None:
            return NOTHING
        case Message():
            return speak(value, language, tz=tz)
        case Words():
            return spoken(value, language)
        case Period():
            return period(value, language)
        case datetime():
            return moment(value, language, tz)
        case date():
            return day(value, language)
        case Decimal():
            return number(value, language)
        case int() if name == "count":
            return number(value, language)
        case list() | tuple():
            return listed([_shown("", each, language, tz) for each in value], language)
        case _:
            return str(value)
