"""An explanation card in words: what would change the status, since when it holds, and what was decided before."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from okr_engine.i18n import figure, moment, say
from okr_engine.i18n.formats import HOME, rounded
from okr_engine.model import MeasureUnit
from okr_engine.rulebook.near_misses import NearMiss
from okr_engine.services.explanation_cards import ExplanationCard
from okr_engine.services.goal_reports import KeyResultReport
from okr_engine.services.reasons import shown_fact
from okr_engine.services.rules_in_words import condition_in_words
from okr_engine.services.standings import Decision
from okr_engine.services.status_bands import Band
from okr_engine.words import Language


def what_would_change_it(card: ExplanationCard, report: KeyResultReport, language: Language) -> str:
    """In a sentence or two: the nearest figures that would give a better status, and a worse one."""
    if not card.bands or "value" not in card.decision.facts:
        return ""
    if len(card.bands) == 1:
        return say(language, "explanation.nothing_changes_it")
    sides = ((card.nearest(better=True), "explanation.to_better"), (card.nearest(better=False), "explanation.to_worse"))
    return " ".join(
        say(
            language,
            key,
            status=say(language, f"status.{band.status}"),
            range=band_in_words(band, card, report, language),
            change=change_in_words(band, card, report, language),
        )
        for band, key in sides
        if band
    )


def band_in_words(band: Band, card: ExplanationCard, report: KeyResultReport, language: Language) -> str:
    """The figures of a band: at least, at most, between; the ends of the scale go without saying."""
    low, high = _edge(band.low, ROUND_CEILING, report, language), _edge(band.high, ROUND_FLOOR, report, language)
    is_lowest, is_highest = band == card.bands[0], band == card.bands[-1]
    if is_lowest and is_highest:
        return say(language, "band.any")
    if is_lowest:
        return say(language, "band.at_most", high=high)
    if is_highest:
        return say(language, "band.at_least", low=low)
    return high if low == high else say(language, "band.between", low=low, high=high)


def change_in_words(band: Band, card: ExplanationCard, report: KeyResultReport, language: Language) -> str:
    """The change from the figure that was judged to the nearest of the band, in the indicator's own unit; signed."""
    change = band.distance_from(Decimal(str(card.decision.facts["value"])))
    unit = "points" if report.standing.measure == MeasureUnit.PERCENT else report.standing.measure
    decimals = report.standing.decimals
    if not rounded(change, decimals):
        decimals = _decimals(change)
    return figure(change, unit, language, decimals=decimals, signed=True)


def nearly_in_words(one: NearMiss, card: ExplanationCard, report: KeyResultReport, language: Language) -> str:
    """A rule that would have given another status: what it lacks and what is there, or that it was outranked."""
    status = say(language, f"status.{one.status}")
    if one.lacking is None:
        return say(language, "explanation.outranked", rule=one.rule.name, status=status)
    lacking, standing = one.lacking, report.standing
    actual = shown_fact(lacking.fact, card.decision.facts[lacking.fact], standing.measure, standing.decimals, language)
    condition = condition_in_words(lacking, one.rule.patterns[0].type, language)
    return say(language, "explanation.nearly", rule=one.rule.name, status=status, condition=condition, actual=actual)


def decided_before(one: Decision, report: KeyResultReport, language: Language, zone: str = HOME) -> str:
    """A former decision on the same quarter: the status, the figure it rested on, the rule, and when."""
    value = one.facts.get("value")
    standing = report.standing
    shown = shown_fact("value", value, standing.measure, standing.decimals, language) if value is not None else "–"
    return say(
        language,
        "explanation.decided_before",
        status=say(language, f"status.{one.status}"),
        value=shown,
        rule=one.rule,
        version=one.rule_version,
        at=moment(one.decided_at, language, zone),
    )


def _edge(value: Decimal | None, rounding: str, report: KeyResultReport, language: Language) -> str:
    """An edge in the indicator's decimals, rounded into its band and never out of it."""
    if value is None:
        return ""
    step = Decimal(1).scaleb(-report.standing.decimals)
    return figure(value.quantize(step, rounding), report.standing.measure, language, decimals=report.standing.decimals)


def _decimals(value: Decimal) -> int:
    """How many decimals it takes to show the value exactly."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
