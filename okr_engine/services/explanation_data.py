"""A status explained as plain data, for `okr explain --json` and for programs."""

from typing import Any

from okr_engine.i18n import speak
from okr_engine.model.rows import as_json, as_json_values
from okr_engine.periods import Period
from okr_engine.services.accepted_deviations import DeviationView
from okr_engine.services.assessments import AssessmentView
from okr_engine.services.explanation_cards import ExplanationCard
from okr_engine.services.explanation_words import nearly_in_words, what_would_change_it
from okr_engine.services.figure_series import Observed
from okr_engine.services.goal_reports import KeyResultReport
from okr_engine.services.reasons import reason
from okr_engine.services.variation_words import variation_in_words
from okr_engine.words import Language, Words


def explanation_as_data(report: KeyResultReport, card: ExplanationCard | None, quarter: Period) -> dict[str, Any]:
    """The explanation of the status in `quarter`; without a card, only that nothing has been decided."""
    standing, decision, chart = report.standing, report.standing.decision, report.variation
    return {
        "key_result": standing.code,
        "period": quarter.code,
        "status": standing.status.value,
        "reason": _in_all(report, decision.because) if decision else None,
        "flags": [{"flag": one.flag, "reason": _in_all(report, one.because)} for one in decision.flags]
        if decision
        else [],
        "rule": decision.rule if decision else None,
        "rule_version": decision.rule_version if decision else None,
        "decided_at": as_json(decision.decided_at) if decision else None,
        "facts": as_json_values(decision.facts) if decision else {},
        **(_card_as_json(card, report) if card else {}),
        "evidence": {
            "tier": chart.current.tier.value,
            "points": len(chart.current.values),
            "signal": chart.signal.wording.value if chart.signal else None,
            "variation": chart.variation.value if chart.variation else None,
            "assurance": chart.assurance.value if chart.assurance else None,
            "sentence": {one.value: variation_in_words(chart, one) for one in Language},
        },
        "owner_assessment": _assessment_as_json(report.assessment) if report.assessment else None,
        "breaks": [one.day.isoformat() for one in report.breaks],
        "figures": [_figure_as_json(one) for one in report.series],
    }


def _assessment_as_json(view: AssessmentView) -> dict[str, Any]:
    return {
        "status": view.status.value,
        "reason": view.explanation,
        "expires": as_json(view.expires),
        "by": view.saved_by,
    }


def _deviation_as_json(view: DeviationView) -> dict[str, Any]:
    told = {"state": view.state, "since": view.since, "until": view.until, "rationale": view.rationale}
    told |= {"level": view.level, "accepted_by": view.accepted_by, "accepted_at": view.accepted_at}
    return {name: as_json(value) for name, value in told.items()}


def _card_as_json(card: ExplanationCard, report: KeyResultReport) -> dict[str, Any]:
    return {
        "since": card.since.code,
        "accepted_deviation": _deviation_as_json(card.deviation) if card.deviation else None,
        "origins": {one.name: {each.value: speak(one.origin, each) for each in Language} for one in card.facts},
        "what_would_change_it": {one.value: what_would_change_it(card, report, one) for one in Language},
        "bands": [
            {"status": one.status.value, "low": as_json(one.low), "high": as_json(one.high)} for one in card.bands
        ],
        "nearly": [
            {
                "rule": one.rule.name,
                "status": one.status.value,
                "lacks": one.lacking.fact if one.lacking else None,
                "sentence": {each.value: nearly_in_words(one, card, report, each) for each in Language},
            }
            for one in card.near
        ],
        "earlier": [
            {
                "status": one.status.value,
                "rule": one.rule,
                "rule_version": one.rule_version,
                "value": one.facts.get("value"),
                "decided_at": as_json(one.decided_at),
            }
            for one in card.earlier
        ],
    }


def _in_all(report: KeyResultReport, because: Words) -> dict[str, str]:
    standing = report.standing
    facts = standing.decision.facts if standing.decision else {}
    return {one.value: reason(because, facts, standing.measure, standing.decimals, one) for one in Language}


def _figure_as_json(one: Observed) -> dict[str, Any]:
    return as_json_values({name: getattr(one, name) for name in Observed.__dataclass_fields__})
