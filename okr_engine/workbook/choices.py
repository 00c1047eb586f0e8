"""The words for closed sets in the workbook: part of the file format, so they outlive the words on the screens."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from okr_engine.model import (
    BreakKind,
    Direction,
    IndicatorKind,
    KeyResultKind,
    MeasureUnit,
    NarrativeState,
    NoDataReason,
    Polarity,
    RoleKind,
    TargetBasis,
)
from okr_engine.periods import Cadence
from okr_engine.words import Language, Words

CHOICES: Mapping[type[StrEnum], Mapping[StrEnum, Words]] = {
    Language: {
        Language.FI: Words("suomi", "finska", "Finnish"),
        Language.SV: Words("ruotsi", "svenska", "Swedish"),
        Language.EN: Words("englanti", "engelska", "English"),
    },
    RoleKind: {
        RoleKind.VIEWER: Words("lukija", "läsare", "viewer"),
        RoleKind.GOAL_OWNER: Words("tavoitteen omistaja", "målägare", "goal owner"),
        RoleKind.SPONSOR: Words("johdon omistaja", "ägare i ledningen", "sponsor"),
        RoleKind.LEADERSHIP_GROUP: Words("johtoryhmä", "ledningsgrupp", "leadership group"),
        RoleKind.STRATEGY_OFFICE: Words("strategiayksikkö", "strategienhet", "strategy office"),
        RoleKind.DATA_STEWARD: Words("tietovastaava", "dataansvarig", "data steward"),
        RoleKind.ADMINISTRATOR: Words("pääkäyttäjä", "administratör", "administrator"),
    },
    KeyResultKind: {
        KeyResultKind.KEY_RESULT: Words("avaintulos", "nyckelresultat", "key result"),
        KeyResultKind.KPI: Words("KPI-mittari", "KPI-mätare", "KPI"),
    },
    Direction: {
        Direction.INCREASE: Words("kasvaa", "ökar", "increases"),
        Direction.DECREASE: Words("laskee", "minskar", "decreases"),
        Direction.AT_LEAST: Words("vähintään", "minst", "at least"),
        Direction.AT_MOST: Words("enintään", "högst", "at most"),
        Direction.WITHIN: Words("välillä", "inom intervall", "within"),
        Direction.IMPROVE: Words("paranee", "förbättras", "improves"),
        Direction.NEUTRAL: Words("seurataan", "följs", "is followed"),
    },
    IndicatorKind: {
        IndicatorKind.OUTCOME: Words("tulos", "utfall", "outcome"),
        IndicatorKind.PROGRESS: Words("työn eteneminen", "arbetets framskridande", "progress of work"),
    },
    MeasureUnit: {
        MeasureUnit.PERCENT: Words("%", "procent", "percent"),
        MeasureUnit.INDEX: Words("indeksi", "index", "index"),
        MeasureUnit.SCORE: Words("pistemäärä", "poäng", "score"),
        MeasureUnit.NUMBER: Words("luku", "tal", "number"),
        MeasureUnit.COUNT: Words("lukumäärä", "antal", "count"),
        MeasureUnit.MILLION: Words("miljoonaa", "miljoner", "millions"),
        MeasureUnit.DAYS: Words("päivää", "dagar", "days"),
        MeasureUnit.HOURS: Words("tuntia", "timmar", "hours"),
        MeasureUnit.MINUTES: Words("minuuttia", "minuter", "minutes"),
        MeasureUnit.EURO: Words("euroa", "euro", "euros"),
    },
    Polarity: {
        Polarity.HIGHER: Words("suurempi", "högre", "higher"),
        Polarity.LOWER: Words("pienempi", "lägre", "lower"),
        Polarity.NEITHER: Words("ei kumpikaan", "ingendera", "neither"),
    },
    Cadence: {
        Cadence.MONTH: Words("kuukausi", "månad", "month"),
        Cadence.QUARTER: Words("vuosineljännes", "kvartal", "quarter"),
        Cadence.HALF_YEAR: Words("puolivuosi", "halvår", "half-year"),
        Cadence.YEAR: Words("vuosi", "år", "year"),
    },
    TargetBasis: {
        TargetBasis.OWN: Words("oma", "egen", "own"),
        TargetBasis.STATUTORY: Words("lakisääteinen", "lagstadgad", "statutory"),
    },
    BreakKind: {
        BreakKind.DEFINITION: Words("määritelmä", "definition", "definition"),
        BreakKind.POPULATION: Words("mitattava joukko", "population", "population"),
        BreakKind.COVERAGE: Words("kattavuus", "täckning", "coverage"),
        BreakKind.MODE: Words("keruutapa", "insamlingssätt", "mode of collection"),
        BreakKind.SYSTEM: Words("järjestelmä", "system", "system"),
        BreakKind.ORGANISATION: Words("organisaatio", "organisation", "organisation"),
    },
    NoDataReason: {
        NoDataReason.NOT_YET_DUE: Words("ei vielä ajankohtainen", "inte aktuell än", "not yet due"),
        NoDataReason.LATE: Words("myöhässä", "försenad", "late"),
        NoDataReason.SOURCE_FAILED: Words("lähde ei vastannut", "källan svarade inte", "source failed"),
        NoDataReason.TOO_FEW_ANSWERS: Words("liian vähän vastauksia", "för få svar", "too few answers"),
        NoDataReason.NOT_COLLECTED: Words("ei kerätty", "inte insamlad", "not collected"),
        NoDataReason.NOT_COMPARABLE: Words("ei vertailukelpoinen", "inte jämförbar", "not comparable"),
        NoDataReason.WITHDRAWN: Words("poistettu käytöstä", "tagen ur bruk", "withdrawn"),
    },
    NarrativeState: {
        NarrativeState.DRAFT: Words("luonnos", "utkast", "draft"),
        NarrativeState.SUBMITTED: Words("lähetetty", "inlämnad", "submitted"),
    },
}

YES = Words("kyllä", "ja", "yes")
NO = Words("ei", "nej", "no")
_ALSO_YES = ("x", "1", "true", "k", "y", "j", "tosi", "sant")
_ALSO_NO = ("0", "false", "e", "n", "epätosi", "falskt")


@cache
def choices_by_word(choices: type[StrEnum]) -> Mapping[str, StrEnum]:
    """Every word a member may be typed as, in any of the three languages or as its own code; lower case."""
    by_word: dict[str, StrEnum] = {}
    for choice, words in CHOICES[choices].items():
        for word in (choice.value, *spellings(words)):
            by_word[word.casefold()] = choice
    return by_word


def spellings(words: Words) -> tuple[str, ...]:
    """The words in all the languages they have."""
    return tuple(word for word in (words.fi, words.sv, words.en) if word)


YES_NO_BY_WORD: Mapping[str, bool] = {
    **dict.fromkeys((*spellings(YES), *_ALSO_YES), True),
    **dict.fromkeys((*spellings(NO), *_ALSO_NO), False),
}
