"""Whether a change is more than noise, in sentences: the latest figure first, then the target, then the points."""

from app_pages.components.here import t
from okr_engine.statistics.evidence import FEWEST_FOR_ICONS, Wording
from okr_engine.statistics.xmr_charts import Chart, Remark
from okr_engine.statistics.xmr_rules import Label

_TOLD_ELSEWHERE = (Remark.NO_TARGET, Remark.NEUTRAL_DIRECTION)


def variation_in_words(chart: Chart) -> str:
    """What so many comparable points let be said of the latest one, and of the target."""
    points = len(chart.current.values)
    said = [
        *_of_the_latest(chart),
        *_of_the_target(chart),
        t("variation.tier", count=points, tier=t(f"variation_tier.{chart.current.tier}")),
    ]
    said += [
        t(f"chart_remark.{remark}", points=points, fewest=FEWEST_FOR_ICONS)
        for remark in chart.remarks
        if remark not in _TOLD_ELSEWHERE
    ]
    return " ".join(said)


def called(label: Label | None) -> str:
    """What a point is called."""
    return t(f"point_label.{label.name}") if label else ""


def _of_the_latest(chart: Chart) -> list[str]:
    if chart.signal:
        return [t(f"chart_signal.{chart.signal.wording}", label=called(chart.signal.label))]
    if chart.variation:
        return [t("variation.common_cause")]
    is_judged = chart.current.rung.wording != Wording.NOTHING and Remark.NO_DATA not in chart.remarks
    return [t("variation.no_signal")] if is_judged else []


def _of_the_target(chart: Chart) -> list[str]:
    said = [t("spc.assurance", icon=t(f"assurance_icon.{chart.assurance}"))] if chart.assurance else []
    return said + ([t(f"trial_assurance.{chart.trial_assurance}")] if chart.trial_assurance else [])
