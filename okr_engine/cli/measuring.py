"""`okr measure` and `okr events check`: figures from events, and whether events can be measured from."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from okr_engine import clock
from okr_engine.cli.speaking import mistake_line, settings, spoken, tell
from okr_engine.errors import InvalidEvents, InvalidInput
from okr_engine.i18n import figure as shown_figure
from okr_engine.i18n import speak
from okr_engine.measuring.checking import check_events
from okr_engine.measuring.deadlines import read_limits
from okr_engine.measuring.definition import definition
from okr_engine.measuring.measure import Figure, Measured, Question, in_millions, measure
from okr_engine.periods import Period
from okr_engine.services.typed_times import typed_moment
from okr_engine.settings import Settings
from okr_engine.words import Message, message


def measure_kpi(
    kpi: Annotated[str, typer.Argument(help="What to measure, such as revolving_door.")],
    period: Annotated[str, typer.Option(help="A month, quarter, half-year or year: 2025-06, 2025-Q2, 2025-H1, 2025.")],
    events: Annotated[Path | None, typer.Option(help="The folder of events; OKR_EVENTS if left out.")] = None,
    unit: Annotated[str | None, typer.Option(help="Only this unit.")] = None,
    as_of: Annotated[str | None, typer.Option(help="As things were at that moment, such as 2025-07-31T12:00.")] = None,
    basis: Annotated[str | None, typer.Option(help="Of access_time: deadline or completed.")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("--param", help="A parameter of the definition, as name=value.")
    ] = None,
    version: Annotated[str | None, typer.Option(help="A version of the definition; the newest if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Compute a figure from canonical events, with what it was computed from."""
    known = settings()
    told = _parameters(parameter or [], basis)
    moment = clock.now() if as_of is None else typed_moment(as_of, known.zone)
    measured = measure(
        definition(kpi, version),
        events or known.events,
        Question(Period.parse(period), moment, unit=unit, parameters=told),
        zone=known.zone,
        limits=read_limits(known.rules),
        memory_mb=known.measuring_memory_mb,
        spill=known.measuring_spill,
    )
    if as_json:
        typer.echo(json.dumps(_report(measured), ensure_ascii=False, indent=2))
        return
    tell(
        "measuring.told", period=measured.question.period, name=measured.definition.names, value=_value(measured, known)
    )
    for name, one in measured.groups.items():
        typer.echo(f"  {name or '–'}: {one.value} ({one.numerator} / {one.denominator})")
    if measured.figure.pending:
        tell("measuring.pending", count=measured.figure.pending)
    if measured.limit_confidence and not measured.limit_confidence.is_verified:
        tell("indicator.rests_on_unverified")
    for note in measured.notes:
        typer.echo(speak(note, known.language))


def check_folder(
    folder: Annotated[Path | None, typer.Argument(help="The folder of events; OKR_EVENTS if left out.")] = None,
) -> None:
    """Check that the events of a folder can be measured from."""
    known = settings()
    place = folder or known.events
    checked = check_events(place, zone=known.zone, limits=read_limits(known.rules), now=clock.now())
    for table, count in checked.rows.items():
        tell("events.counted", table=table, count=count)
    for note in checked.notes:
        typer.echo(mistake_line(note))
    if checked.mistakes:
        raise InvalidEvents(str(place), checked.mistakes)
    tell("events.hold")


def _parameters(told: list[str], basis: str | None) -> dict[str, str | int | bool]:
    found: dict[str, str | int | bool] = {}
    for one in told:
        name, given, value = one.partition("=")
        if not given:
            raise InvalidInput(message("measuring.not_a_parameter", found=one))
        found[name.strip()] = value.strip()
    return found | ({"basis": basis} if basis else {})


def _value(measured: Measured, known: Settings) -> str:
    form = measured.definition.form(measured.parameters)
    one = measured.figure
    shown = shown_figure(one.value, form.unit, known.language, decimals=form.decimals)
    return f"{shown} ({one.numerator} / {one.denominator})" if one.denominator else shown


def _report(measured: Measured) -> dict[str, object]:
    definition, question = measured.definition, measured.question
    form = definition.form(measured.parameters)
    extra: dict[str, object] = {}
    if definition.needs_deadlines:
        extra = {
            "basis": measured.parameters["basis"],
            "limit_confidence": measured.limit_confidence,
            "limits": [
                {
                    "rule": limit.rule,
                    "service_class": limit.service_class,
                    "section": limit.section,
                    "confidence": limit.confidence,
                    **_figure(one),
                }
                for limit, one in measured.limits
            ],
            "limits_version": measured.limits_version,
        }
    if form.unit == "count" and measured.figure.value is not None:
        extra["in_millions"] = _number(in_millions(measured.figure.value))
    return {
        "kpi": definition.kpi,
        "period": question.period.code,
        "unit": question.unit,
        **_figure(measured.figure),
        "measure_unit": form.unit,
        "direction": definition.direction,
        "definition_version": definition.version,
        "parameters": dict(measured.parameters),
        "watermark": question.as_of.isoformat(),
        "events_until": measured.events_until.isoformat() if measured.events_until else None,
        **extra,
        "groups": {name: _figure(one) for name, one in measured.groups.items()},
        "notes": [_in_words(note) for note in measured.notes],
        "sql": definition.sql,
    }


def _figure(one: Figure) -> dict[str, object]:
    return {
        "value": _number(one.value),
        "numerator": _number(one.numerator),
        "denominator": _number(one.denominator),
        "pending": one.pending,
        "n": one.n,
        "coverage": _number(one.coverage),
        "response_rate": _number(one.response_rate),
        "counted": {name: _number(value) for name, value in one.counted.items()},
        "excluded": dict(one.excluded),
    }


def _number(value: Decimal | int | None) -> int | float | None:
    """A number of JSON: whole where it is whole."""
    if value is None or isinstance(value, int):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def _in_words(note: Message) -> str:
    return spoken(note.key, **note.values)
