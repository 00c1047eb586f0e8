"""`okr explain`: why a key result has its status, what it rests on, and whether the figure is noise."""

import json
from typing import Annotated, Any

import typer

from okr_engine.access import OPERATOR
from okr_engine.cli.moments import typed_moment
from okr_engine.cli.speaking import installation, tell
from okr_engine.cli.statuses import typed_quarter
from okr_engine.i18n import day, figure, moment, say, spoken
from okr_engine.i18n import period as period_told
from okr_engine.model.rows import as_json, as_json_values
from okr_engine.periods import Period
from okr_engine.services.figure_series import Observed
from okr_engine.services.goal_reports import KeyResultReport, key_result_report
from okr_engine.services.reasons import reason, shown_fact
from okr_engine.services.standings import Decision
from okr_engine.services.variation_words import variation_in_words
from okr_engine.words import Language, Words


def explain(
    code: Annotated[str, typer.Argument(metavar="KEY_RESULT", help="The key result's code, such as A1.1.")],
    period: Annotated[str, typer.Option(help="The quarter, such as 2025-Q2.")],
    as_of: Annotated[str | None, typer.Option(help="What was known at that moment, such as 2025-07-31T12:00.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Explain a status: one sentence, then noise or not, the rule with its facts, and where the figures come from."""
    place, quarter = installation(), typed_quarter(period)
    known = None if as_of is None else typed_moment(as_of, place.settings.zone)
    report = place.ask(key_result_report, OPERATOR, code, quarter, today=place.today(), as_of=known)
    if as_json:
        typer.echo(json.dumps(_as_json(report, quarter), ensure_ascii=False, indent=2))
        return
    language, zone = place.settings.language, place.settings.time_zone
    _tell_status(report, quarter, language)
    if report.standing.decision:
        _tell_decision(report, report.standing.decision, language, zone)
    for one in report.breaks:
        why = spoken(one.text, language)
        typer.echo(f"{say(language, 'noun.comparability_break')} {day(one.day, language)}: {why}")
    for each in report.series:
        recorded = say(
            language, "explanation.recorded", at=moment(each.recorded_at, language, zone), source=each.source
        )
        typer.echo(f"  {period_told(each.period, language)}  {_figure(report, each, language)}  {recorded}")


def _tell_status(report: KeyResultReport, quarter: Period, language: Language) -> None:
    standing = report.standing
    word = say(language, f"status.{standing.status}")
    name, when = spoken(standing.name, language), period_told(quarter, language)
    typer.echo(f"{standing.code} {name}, {when}: {word}")
    if standing.decision is None:
        tell("explanation.not_decided")
        return
    typer.echo(_sentence(report, standing.decision.because, language))
    for flag in standing.decision.flags:
        typer.echo(_sentence(report, flag.because, language))


def _tell_decision(report: KeyResultReport, decision: Decision, language: Language, zone: str) -> None:
    typer.echo(variation_in_words(report.variation, language))
    decided = moment(decision.decided_at, language, zone)
    tell("explanation.rule", rule=decision.rule, version=decision.rule_version, at=decided)
    if report.assessment:
        word = say(language, f"status.{report.assessment.status}")
        typer.echo(f"{say(language, 'noun.owner_assessment')}: {word}. {report.assessment.explanation}")
    for name, value in decision.facts.items():
        shown = shown_fact(name, value, report.standing.measure, report.standing.decimals, language)
        typer.echo(f"  {say(language, f'rules.fact.{name}')}: {shown}")


def _sentence(report: KeyResultReport, because: Words, language: Language) -> str:
    standing = report.standing
    facts = standing.decision.facts if standing.decision else {}
    return reason(because, facts, standing.measure, standing.decimals, language)


def _figure(report: KeyResultReport, one: Observed, language: Language) -> str:
    if one.value is None:
        return say(language, f"no_data.{one.no_data_reason}") if one.no_data_reason else "–"
    return figure(one.value, report.standing.measure, language, decimals=report.standing.decimals)


def _as_json(report: KeyResultReport, quarter: Period) -> dict[str, Any]:
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
        "evidence": {
            "tier": chart.current.tier.value,
            "points": len(chart.current.values),
            "signal": chart.signal.wording.value if chart.signal else None,
            "variation": chart.variation.value if chart.variation else None,
            "assurance": chart.assurance.value if chart.assurance else None,
            "sentence": {one.value: variation_in_words(chart, one) for one in Language},
        },
        "owner_assessment": report.assessment.status.value if report.assessment else None,
        "breaks": [one.day.isoformat() for one in report.breaks],
        "figures": [_figure_as_json(one) for one in report.series],
    }


def _in_all(report: KeyResultReport, because: Words) -> dict[str, str]:
    return {one.value: _sentence(report, because, one) for one in Language}


def _figure_as_json(one: Observed) -> dict[str, Any]:
    return as_json_values({name: getattr(one, name) for name in Observed.__dataclass_fields__})
