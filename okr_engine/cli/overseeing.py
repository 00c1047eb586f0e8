"""`okr oversight`: what nobody looks after, accepted deviations, disagreements and moved goalposts."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

import typer

from okr_engine.access import OPERATOR
from okr_engine.cli.speaking import installation, tell
from okr_engine.i18n import day, moment, say, spoken
from okr_engine.i18n import period as period_told
from okr_engine.model.rows import as_json
from okr_engine.services.accepted_deviations import DeviationView
from okr_engine.services.deviation_words import deviation_in_words
from okr_engine.services.disagreements import Disagreement
from okr_engine.services.goalpost_words import goalpost_told
from okr_engine.services.goalposts import LedgerLine, Retold
from okr_engine.services.neglect import Neglected
from okr_engine.services.neglect_words import neglect_in_words
from okr_engine.services.oversight import Oversight, oversight
from okr_engine.services.typed_times import typed_quarter
from okr_engine.words import Language, Words


def oversee(
    period: Annotated[str, typer.Option(help="The quarter, such as 2025-Q2.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Show what to watch over in a quarter: neglect, accepted deviations, disagreements, moved goalposts."""
    place = installation()
    found = place.ask(
        oversight, OPERATOR, typed_quarter(period), place.rulebooks.status, today=place.today(), now=place.now()
    )
    if as_json:
        typer.echo(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
        return
    language, zone = place.settings.language, place.settings.time_zone
    _tell_list("oversight.radar", [_neglected(one, language) for one in found.neglected])
    _tell_list("oversight.deviations", [_deviation(one, language, zone) for one in found.deviations])
    _tell_list("oversight.disagreements_counted", [_disagreement(one, language) for one in found.disagreements])
    _tell_list("oversight.goalposts_counted", [_goalpost(one, language, zone) for one in found.goalposts])


def _tell_list(heading: str, lines: list[str]) -> None:
    tell(heading, number=len(lines))
    for one in lines:
        typer.echo(f"  {one}")


def _neglected(one: Neglected, language: Language) -> str:
    role = spoken(one.role_name, language) or say(language, f"role.{one.role}")
    since = day(one.since, language) if one.since else say(language, "oversight.not_known")
    kind, sentence = say(language, f"neglect.{one.kind}"), neglect_in_words(one, language)
    return f"{one.code} {spoken(one.name, language)}. {kind} ({since}). {sentence} → {role}"


def _deviation(one: DeviationView, language: Language, zone: str) -> str:
    at = moment(one.withdrawn_at or one.accepted_at, language, zone)
    sentence = deviation_in_words(one, language, by=one.withdrawn_by or "", at=at)
    return f"{one.of.code} {spoken(one.of.name, language)}. {sentence} {one.rationale}"


def _disagreement(one: Disagreement, language: Language) -> str:
    own, derived = (say(language, f"status_short.{status}") for status in (one.own, one.derived))
    lasted = say(language, "oversight.days", count=one.days)
    outcome, quarter = say(language, f"outcome.{one.outcome}"), period_told(one.quarter, language)
    return f"{one.of.code} {quarter}: {own} ↔ {derived}, {lasted}. {outcome}. {one.explanation}"


def _goalpost(line: LedgerLine, language: Language, zone: str) -> str:
    move = line.move
    codes, what = ", ".join(of.code for of in move.of), say(language, f"goalpost.{move.goalpost}")
    told = "; ".join(
        f"{one.of.code} {say(language, f'status_short.{one.before}')} → {say(language, f'status_short.{one.now}')}"
        for one in line.effects
    )
    said = told if line.retold == Retold.TOLD else say(language, f"retold.{line.retold}")
    reason = move.reason or say(language, "oversight.no_reason_given")
    when, shift = moment(move.moved_at, language, zone), say(language, f"shift.{move.shift}")
    return f"{codes} {what}: {goalpost_told(move, language)}. {shift}. {move.moved_by} {when}. {reason} {said}"


def _as_json(found: Oversight) -> dict[str, Any]:
    return {
        "period": found.quarter.code,
        "neglected": [_neglected_as_json(one) for one in found.neglected],
        "deviations": [_deviation_as_json(one) for one in found.deviations],
        "disagreements": [_disagreement_as_json(one) for one in found.disagreements],
        "goalposts": [_goalpost_as_json(one) for one in found.goalposts],
    }


def _neglected_as_json(one: Neglected) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "subject": one.subject.value,
        "code": one.code,
        "name": asdict(one.name),
        "since": as_json(one.since),
        "sentence": {language.value: neglect_in_words(one, language) for language in Language},
        "role": one.role.value,
        "role_name": asdict(one.role_name),
    }


def _deviation_as_json(one: DeviationView) -> dict[str, Any]:
    names = ("state", "since", "until", "rationale", "level", "accepted_by", "accepted_at")
    withdrawn = ("withdrawn_by", "withdrawn_at", "reason")
    return {
        "key_result": one.of.code,
        **_fields(one, names),
        "target": as_json(one.target.value) if one.target else None,
        "latest": as_json(one.latest.value) if one.latest else None,
        **_fields(one, withdrawn),
    }


def _disagreement_as_json(one: Disagreement) -> dict[str, Any]:
    names = ("quarter", "own", "derived", "explanation", "given_by", "since", "until", "ending", "days", "leaning")
    return {"key_result": one.of.code, **_fields(one, (*names, "later_quarter", "later", "outcome"))}


def _goalpost_as_json(line: LedgerLine) -> dict[str, Any]:
    move = line.move
    return {
        "key_results": [of.code for of in move.of],
        **_fields(move, ("goalpost", "valid_from", "shift", "is_planned", "reason", "moved_at", "moved_by")),
        "before": _side(move.before),
        "after": _side(move.after),
        "retold": line.retold.value,
        "effects": [{"key_result": one.of.code, **_fields(one, ("before", "now"))} for one in line.effects],
    }


def _side(side: Any) -> Any:
    """One side of a move: a target or limit by its numbers, words by language, anything else as it is kept."""
    if isinstance(side, Words):
        return asdict(side)
    if isinstance(side, tuple):
        return [as_json(end) for end in side[2:5] if end is not None]
    return as_json(side)


def _fields(one: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: as_json(getattr(one, name)) for name in names}
