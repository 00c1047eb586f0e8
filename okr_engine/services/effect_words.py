"""What is known of an action's effect in sentences: the one that matters first, then what it rests on."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from okr_engine.i18n import figure, number, period, say
from okr_engine.i18n.formats import listed
from okr_engine.model import MeasureUnit
from okr_engine.periods import Period
from okr_engine.services.effect_findings import Finding
from okr_engine.services.effect_series import Obstacle, Omission, Prospect
from okr_engine.services.effect_views import CheckView
from okr_engine.statistics.effects import FEWEST_BEFORE, Verdict
from okr_engine.words import Language

_FEW = 3
"""So many periods are named one by one; of more, the first and the last."""

_THOUSANDTH = Decimal("0.001")


def effect_in_words(check: CheckView, language: Language) -> str:
    """The one plain sentence: what the figures say of the effect, or why they say nothing and from when on they may."""
    found = check.found
    if found.obstacle is not None:
        return _obstacle(
            found.obstacle,
            language,
            before=len(found.before),
            after=len(found.after),
            readings=found.readings,
            until=found.until,
        )
    change = found.change or Decimal(0)
    signed = found.verdict == Verdict.NO_DEMONSTRABLE_EFFECT
    return say(
        language,
        f"effect_says.{found.verdict}",
        change=_change(change if signed else abs(change), check, language, signed=signed),
        expected=_change(check.expected, check, language),
    )


def prospect_in_words(of: Prospect, language: Language) -> str:
    """From which day on a verdict can come, or why none ever will: what a planner needs to know."""
    return _obstacle(of.obstacle, language, before=of.before, after=of.after, readings=of.readings, until=of.earliest)


def effect_rests_on(check: CheckView, language: Language) -> tuple[str, ...]:
    """What the sentence rests on: interval, method and points, what was left out, and what else is to be known."""
    return tuple(_rests_on(check, check.found, language))


def registered_in_words(check: CheckView, language: Language) -> str:
    """What was registered with the plan: the indicator's expected change, over how many readings, and from when."""
    key = "effect.registered_up" if check.sign > 0 else "effect.registered_down"
    return say(
        language,
        key,
        expected=_change(check.expected, check, language),
        count=check.readings,
        counts_from=check.counts_from,
    )


def reading_told(value: Decimal, of: CheckView, language: Language) -> str:
    """A figure in the indicator's own unit."""
    return figure(value, of.measure, language, decimals=of.decimals, short=True)


def _rests_on(check: CheckView, found: Finding, language: Language) -> Iterator[str]:
    if found.is_judged:
        if found.low is not None and found.high is not None:
            low = number(found.low, language, decimals=check.decimals, signed=True)
            yield say(language, "effect.interval", low=low, high=_change(found.high, check, language, signed=True))
        yield say(language, f"effect_method.{found.method}", before=str(len(found.before)), after=str(len(found.after)))
        if found.p is not None and found.low is None:
            yield say(language, "effect.chance", p=_chance(found.p, language))
        if found.is_indication:
            yield say(language, "effect.is_indication")
        if found.same_season is not None:
            change = _change(found.same_season, check, language, signed=True)
            yield say(language, "effect.same_season", change=change)
    for why in Omission:
        if periods := [one.period for one in found.left_out if one.why == why]:
            yield say(language, f"effect_left_out.{why}", periods=_periods(periods, language))
    if not check.is_recorded_before:
        yield say(language, "effect.recorded_after")


def _obstacle(
    obstacle: Obstacle, language: Language, *, before: int, after: int, readings: int, until: date | None
) -> str:
    is_short = obstacle == Obstacle.SHORT_BASELINE
    have, count = (before, FEWEST_BEFORE) if is_short else (after, readings)
    return say(language, f"effect_obstacle.{obstacle}", until=until, count=count, have=str(have))


def _change(value: Decimal, of: CheckView, language: Language, *, signed: bool = False) -> str:
    unit = "points" if of.measure == MeasureUnit.PERCENT else of.measure
    return figure(value, unit, language, decimals=of.decimals, signed=signed)


def _chance(p: Decimal, language: Language) -> str:
    return f"< {number(_THOUSANDTH, language)}" if p < _THOUSANDTH else number(p, language, decimals=3)


def _periods(periods: Sequence[Period], language: Language) -> str:
    names = [period(one, language) for one in periods]
    return listed(names, language) if len(names) <= _FEW else f"{names[0]}–{names[-1]}"
