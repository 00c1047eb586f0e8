"""Whether a change is more than noise, in sentences: the latest figure first, then the target, then the points."""

from okr_engine.i18n import say
from okr_engine.statistics.evidence import FEWEST_FOR_ICONS, Wording
from okr_engine.statistics.xmr_charts import Chart, Remark
from okr_engine.statistics.xmr_rules import Label
from okr_engine.words import Language

_TOLD_ELSEWHERE = (Remark.NO_TARGET, Remark.NEUTRAL_DIRECTION)


def variation_in_words(chart: Chart, language: Language) -> str:
    """What so many comparable points let be said of the latest one, and of the target."""
    points = len(chart.current.values)
    tier = say(language, f"variation_tier.{chart.current.tier}")
    said = [
        *_of_the_latest(chart, language),
        *_of_the_target(chart, language),
        say(language, "variation.tier", count=points, tier=tier),
    ]
    said += [
        say(language, f"chart_remark.{remark}", points=points, fewest=FEWEST_FOR_ICONS)
        for remark in chart.remarks
        if remark not in _TOLD_ELSEWHERE
    ]
    return " ".join(said)


def called(label: Label | None, language: Language) -> str:
    """What a point is called; nothing without a label."""
    return say(language, f"point_label.{label.name}") if label else ""


def _of_the_latest(chart: Chart, language: Language) -> list[str]:
    if chart.signal:
        return [say(language, f"chart_signal.{chart.signal.wording}", label=called(chart.signal.label, language))]
    if chart.variation:
        return [say(language, "variation.common_cause")]
    is_judged = chart.current.rung.wording != Wording.NOTHING and Remark.NO_DATA not in chart.remarks
    return [say(language, "variation.no_signal")] if is_judged else []


def _of_the_target(chart: Chart, language: Language) -> list[str]:
    if chart.assurance:
        return [say(language, "spc.assurance", icon=say(language, f"assurance_icon.{chart.assurance}"))]
    return [say(language, f"trial_assurance.{chart.trial_assurance}")] if chart.trial_assurance else []
