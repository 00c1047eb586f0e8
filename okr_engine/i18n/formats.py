"""Numbers, days, moments and periods as each language writes them."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.lists import format_list
from babel.numbers import get_decimal_symbol, get_group_symbol

from okr_engine.periods import Cadence, Period
from okr_engine.words import Language

NOTHING = "–"
HOME = "Europe/Helsinki"

_LOCALES = {
    Language.FI: Locale("fi", "FI"),
    Language.SV: Locale("sv", "FI"),
    Language.EN: Locale("en", "GB"),
}
_DAYS = {Language.FI: "d.M.y", Language.SV: "d.M.y", Language.EN: "d MMM y"}
_MOMENTS = {Language.FI: "d.M.y 'klo' H.mm", Language.SV: "d.M.y 'kl.' H.mm", Language.EN: "d MMM y, HH:mm"}
_YEAR_PARTS = {Language.FI: "{part}/{year}", Language.SV: "{part}/{year}", Language.EN: "{part} {year}"}
_EXACT = Context(prec=1000)


def rounded(value: Decimal | int, decimals: int | None) -> Decimal:
    """`value` with that many decimals, halves away from zero; None keeps the decimals it came with."""
    value = Decimal(value)
    if decimals is None or not value.is_finite():
        return value
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=_EXACT)


def number(value: Decimal | int, language: Language, *, decimals: int | None = None, signed: bool = False) -> str:
    """A number as the language writes it, rounded once; `signed` puts a plus before what is above zero."""
    exact = rounded(value, decimals)
    if not exact.is_finite():
        return NOTHING
    sign = "\N{MINUS SIGN}" if exact < 0 else "+" if signed and exact > 0 else ""
    return sign + f"{exact.copy_abs():,f}".translate(_marks(language))


@cache
def _marks(language: Language) -> dict[int, str]:
    locale = _LOCALES[language]
    return str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})


def day(when: date, language: Language) -> str:
    """A date: 30.6.2025, in English 30 Jun 2025."""
    return format_date(when, _DAYS[language], locale=_LOCALES[language])


def moment(when: datetime, language: Language, tz: str = HOME) -> str:
    """A moment on the wall clock of `tz`: 30.6.2025 klo 14.05; ValueError for a moment without a time zone."""
    if when.tzinfo is None:
        raise ValueError("a moment must be aware before it can be shown")
    return format_datetime(when.astimezone(ZoneInfo(tz)), _MOMENTS[language], locale=_LOCALES[language])


def duration(lasted: timedelta, language: Language) -> str:
    """How long something took, in its largest unit: 12 s, 3 min."""
    return format_timedelta(lasted, threshold=1.5, format="short", locale=_LOCALES[language])


def period(which: Period, language: Language) -> str:
    """A period by its short name: Q2/2025 (Q2 2025), H1/2025 (H1 2025), kesäkuu 2025, 2025."""
    match which.cadence:
        case Cadence.MONTH:
            return format_date(which.start, "LLLL y", locale=_LOCALES[language])
        case Cadence.QUARTER:
            return _part_of_year(f"Q{which.number}", which, language)
        case Cadence.HALF_YEAR:
            return _part_of_year(f"H{which.number}", which, language)
        case Cadence.YEAR:
            return str(which.start.year)


def listed(texts: list[str], language: Language) -> str:
    """Texts one after another: a, b ja c."""
    return format_list(texts, locale=_LOCALES[language])


def _part_of_year(part: str, which: Period, language: Language) -> str:
    return _YEAR_PARTS[language].format(part=part, year=which.start.year)
