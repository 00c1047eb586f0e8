"""The catalogues: one .po file per language, read when the language is first spoken."""

import logging
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from okr_engine.words import Language

_log = logging.getLogger(__name__)


def entry(key: str, language: Language, count: Decimal | int | None = None) -> str | None:
    """What the catalogue says for `key`, in the form for `count` where it has several; None for an unknown key."""
    catalogue = _catalogue(language)
    if count is not None and (text := catalogue.ngettext(key, key, _grammatical(count))) != key:
        return text
    text = catalogue.gettext(key)
    return text if text != key else None


@cache
def report_unknown(key: str, language: Language) -> None:
    """Log, the first time only, that a catalogue lacks `key`."""
    _log.warning("catalogue %s has no %s", language, key)


@cache
def _catalogue(language: Language) -> GNUTranslations:
    source = files("okr_engine.i18n").joinpath(f"{language}.po").read_bytes()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source), locale=str(language), abort_invalid=True))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _grammatical(count: Decimal | int) -> int:
    """One only for a bare 1: the three languages say 1,0 and 0,5 in the plural."""
    exact = Decimal(count)
    return 1 if abs(exact) == 1 and exact.as_tuple().exponent == 0 else 2
