"""`okr sources`: which sources there are and how they do; adding them, trying them, and what their readings came to."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from connectors.registry import known_sources
from okr_engine.access import OPERATOR
from okr_engine.cli.progress import working
from okr_engine.cli.speaking import installation, spoken, tell
from okr_engine.i18n import moment
from okr_engine.model.rows import as_json
from okr_engine.services.connections import try_connection
from okr_engine.services.source_files import bring_in, read_source_file
from okr_engine.services.source_views import RunView, SourceView, runs_of, source_seen, sources_seen
from okr_engine.settings import Settings
from okr_engine.words import Message

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
Code = Annotated[str, typer.Argument(help="The source's code.")]


def list_sources(context: typer.Context, as_json: AsJson = False) -> None:
    """Show every source: its state, its last and next reading, and failures in a row."""
    if context.invoked_subcommand:
        return
    place = installation()
    seen = place.ask(sources_seen, OPERATOR, now=place.now())
    problems = known_sources().problems.values()
    if as_json:
        _print([_source_as_json(one) for one in seen])
        return
    for one in seen:
        tell(
            "cli.source",
            source=one.code,
            state=_word(one),
            last=_at(place.settings, one.last_run),
            next=one.next_due if not one.timetable.paused else None,
            failures=one.failures,
        )
        if one.failures and one.last_run and one.last_run.error:
            typer.echo(f"  {spoken(one.last_run.error.key, **one.last_run.error.values)}")
    if not seen:
        tell("cli.no_sources")
    for problem in problems:
        tell(problem.key, **problem.values)


def add_sources(
    file: Annotated[Path, typer.Argument(help="A YAML file with `sources` and `calculations`.")],
) -> None:
    """Add or change the sources and calculations of a file: all of them, or none."""
    told = read_source_file(file)
    place = installation()
    brought = place.act(OPERATOR, bring_in, told, zone=place.settings.zone)
    tell("cli.sources_added", file=file.name, sources=brought.sources, calculations=brought.calculations)


def try_source(code: Code) -> None:
    """Ask a source for as little as shows that it can be read."""
    place = installation()
    source = place.ask(source_seen, OPERATOR, code, now=place.now())
    with working("cli.trying", source=code):
        try_connection(place, OPERATOR, code, source.connector, source.settings)
    tell("cli.source_answers", source=code)


def show_runs(code: Code, as_json: AsJson = False) -> None:
    """Show what a source's readings came to, the newest first."""
    place = installation()
    runs = place.ask(runs_of, OPERATOR, code)
    if as_json:
        _print([_run_as_json(one) for one in runs])
        return
    for one in runs:
        tell(
            "cli.source_run",
            number=one.number,
            state=Message(f"run_state.{one.state}"),
            started=one.started_at,
            read=one.records_read,
            aside=one.records_set_aside,
            written=one.values_written,
            restated=one.values_restated,
        )
        if one.error:
            typer.echo(f"  {spoken(one.error.key, **one.error.values)}")
    if not runs:
        tell("cli.no_runs", source=code)


def _word(one: SourceView) -> Message:
    return Message(f"source_health.{one.health}")


def _at(settings: Settings, run: RunView | None) -> str | None:
    return moment(run.started_at, settings.language, settings.time_zone) if run else None


def _source_as_json(one: SourceView) -> dict[str, Any]:
    return {
        "code": one.code,
        "connector": one.connector,
        "unit": one.unit.code,
        "state": one.health,
        "last_run": _run_as_json(one.last_run) if one.last_run else None,
        "last_good_at": as_json(one.last_good_at),
        "next_due": as_json(one.next_due),
        "failures": one.failures,
        "action": one.action.code if one.action else None,
        "figures": [each.code for each in one.figures],
    }


def _run_as_json(one: RunView) -> dict[str, Any]:
    kept = {name: as_json(value) for name, value in vars(one).items() if not isinstance(value, Message)}
    return kept | {"error": one.error.key if one.error else None, "remedy": one.remedy.key if one.remedy else None}


def _print(found: object) -> None:
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
