"""`okr pull` and `okr worker`: read sources by hand, or whenever they are due."""

import json
import logging
import signal
import sys
from threading import Event
from typing import Annotated, Any

import typer

from okr_engine.cli.progress import working
from okr_engine.cli.speaking import complain, installation, tell
from okr_engine.model import RunState
from okr_engine.services.pulls import PullReport, pull
from okr_engine.services.schedules import sources_to_pull
from okr_engine.worker.ticking import running_worker


def pull_sources(
    source: Annotated[
        str | None, typer.Argument(help="The source's code; all that are not paused if left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Read sources now: their events, the figures these change, and the statuses and actions that follow."""
    place = installation()
    reports = []
    for code in [source] if source else place.ask(sources_to_pull):
        with working("cli.pulling", source=code):
            reports.append((code, pull(place, code, asked_by="operator")))
    if as_json:
        typer.echo(json.dumps([_as_json(code, report) for code, report in reports], ensure_ascii=False, indent=2))
    else:
        for code, report in reports:
            _tell(code, report)
    if any(report and report.state == RunState.FAILED for _, report in reports):
        sys.exit(1)


def work() -> None:
    """Read sources whenever they are due, until stopped; as many such processes as wanted."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stopped = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    with running_worker(installation()):
        tell("cli.worker_started")
        stopped.wait()
    tell("cli.worker_stopped")


def _tell(code: str, report: PullReport | None) -> None:
    if report is None:
        tell("cli.pull_elsewhere", source=code)
        return
    tell(
        "cli.pulled",
        source=code,
        number=report.number,
        read=report.records_read,
        aside=report.records_set_aside,
        added=report.events_added,
        replaced=report.events_replaced,
        written=report.values_written,
        restated=report.values_restated,
        decided=report.statuses_decided,
        raised=len(report.actions_raised),
    )
    if report.error is not None:
        complain(report.error)


def _as_json(code: str, report: PullReport | None) -> dict[str, Any]:
    if report is None:
        return {"source": code, "state": RunState.RUNNING}
    error = {"kind": type(report.error).__name__, "what": report.error.what.key} if report.error else None
    return {**vars(report), "error": error}
