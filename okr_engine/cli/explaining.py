"""`okr explain`: why a key result has its status, what it rests on, and whether the figure is noise."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlmodel import Session

from okr_engine.access import OPERATOR
from okr_engine.cli.files import keep
from okr_engine.cli.speaking import installation, tell
from okr_engine.errors import NotFound
from okr_engine.i18n import day, figure, moment, say, speak, spoken
from okr_engine.i18n import period as period_told
from okr_engine.periods import Period
from okr_engine.services.deviation_words import accepted_in_words
from okr_engine.services.explanation_cards import ExplanationCard, explanation_card
from okr_engine.services.explanation_data import explanation_as_data
from okr_engine.services.explanation_words import band_in_words, decided_before, nearly_in_words, what_would_change_it
from okr_engine.services.figure_series import Observed
from okr_engine.services.goal_reports import KeyResultReport, key_result_report
from okr_engine.services.installation import Installation
from okr_engine.services.reasons import reason, shown_fact
from okr_engine.services.typed_times import typed_moment, typed_quarter
from okr_engine.services.variation_words import variation_in_words
from okr_engine.words import Language, Words, message

if TYPE_CHECKING:
    from okr_engine.reports.explanation_card import Reader


def explain(
    code: Annotated[str, typer.Argument(metavar="KEY_RESULT", help="The key result's code, such as A1.1.")],
    period: Annotated[str, typer.Option(help="The quarter, such as 2025-Q2.")],
    as_of: Annotated[str | None, typer.Option(help="What was known at that moment, such as 2025-07-31T12:00.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
    html: Annotated[Path | None, typer.Option(help="A page to print, written to this file.")] = None,
) -> None:
    """Explain a status: why, since when, noise or not, what would change it, the facts and where they come from."""
    # What draws takes Altair along, for which no other command should wait.
    from okr_engine.reports.explanation_card import Reader

    place, quarter = installation(), typed_quarter(period)
    known = None if as_of is None else typed_moment(as_of, place.settings.zone)
    report, card = place.ask(_explained, code, quarter, place, known)
    language, zone = place.settings.language, place.settings.time_zone
    if html is not None:
        _write(html, report, card, quarter, Reader(language, zone), place.now())
    elif as_json:
        typer.echo(json.dumps(explanation_as_data(report, card, quarter), ensure_ascii=False, indent=2))
    else:
        _tell(report, card, quarter, Reader(language, zone))


def _explained(
    session: Session, code: str, quarter: Period, place: Installation, as_of: datetime | None
) -> tuple[KeyResultReport, ExplanationCard | None]:
    report = key_result_report(session, OPERATOR, code, quarter, today=place.today(), as_of=as_of)
    return report, explanation_card(session, report, quarter, today=place.today(), as_of=as_of)


def _write(
    path: Path, report: KeyResultReport, card: ExplanationCard | None, quarter: Period, reader: "Reader", now: datetime
) -> None:
    from okr_engine.reports.explanation_card import explanation_page

    if card is None:
        raise NotFound(message("error.nothing_decided", code=report.standing.code, period=quarter))
    keep(path, explanation_page(report, card, reader, now=now).encode())
    tell("explanation.written", path=path)


def _tell(report: KeyResultReport, card: ExplanationCard | None, quarter: Period, reader: "Reader") -> None:
    language = reader.language
    _tell_status(report, quarter, language)
    if card:
        _tell_card(report, card, reader)
    for one in report.breaks:
        why = spoken(one.text, language)
        typer.echo(f"{say(language, 'noun.comparability_break')} {day(one.day, language)}: {why}")
    for each in report.series:
        recorded = say(
            language, "explanation.recorded", at=moment(each.recorded_at, language, reader.zone), source=each.source
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


def _tell_card(report: KeyResultReport, card: ExplanationCard, reader: "Reader") -> None:
    language, decision, standing = reader.language, card.decision, report.standing
    typer.echo(variation_in_words(report.variation, language))
    if changes := what_would_change_it(card, report, language):
        typer.echo(changes)
    tell("explanation.since", since=card.since)
    decided = moment(decision.decided_at, language, reader.zone)
    tell("explanation.rule", rule=decision.rule, version=decision.rule_version, at=decided)
    if report.assessment:
        word = say(language, f"status.{report.assessment.status}")
        typer.echo(f"{say(language, 'noun.owner_assessment')}: {word}. {report.assessment.explanation}")
        tell("explanation.assessment", name=card.names[report.assessment.saved_by], until=report.assessment.expires)
    if card.deviation:
        typer.echo(accepted_in_words(card.deviation, card.names, language, reader.zone))
    for band in reversed(card.bands):
        typer.echo(f"  {say(language, f'status.{band.status}')}: {band_in_words(band, card, report, language)}")
    for one in card.facts:
        shown = shown_fact(one.name, one.value, standing.measure, standing.decimals, language)
        origin = speak(one.origin, language, tz=reader.zone)
        name = say(language, f"rules.fact.{one.name}")
        typer.echo(f"  {say(language, 'explanation.fact_line', fact=name, value=shown, origin=origin)}")
    for nearly in card.near:
        typer.echo(f"  {nearly_in_words(nearly, card, report, language)}")
    for former in card.earlier:
        typer.echo(decided_before(former, report, language, reader.zone))


def _sentence(report: KeyResultReport, because: Words, language: Language) -> str:
    standing = report.standing
    facts = standing.decision.facts if standing.decision else {}
    return reason(because, facts, standing.measure, standing.decimals, language)


def _figure(report: KeyResultReport, one: Observed, language: Language) -> str:
    if one.value is None:
        return say(language, f"no_data.{one.no_data_reason}") if one.no_data_reason else "–"
    return figure(one.value, report.standing.measure, language, decimals=report.standing.decimals)
