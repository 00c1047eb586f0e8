"""`okr evaluate` and `okr status`: decide statuses, and read them."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from okr_engine.access import OPERATOR
from okr_engine.cli.speaking import installation, settings, tell
from okr_engine.errors import InvalidInput
from okr_engine.i18n import say
from okr_engine.periods import Cadence, Period
from okr_engine.services.evaluation import evaluate
from okr_engine.services.status_facts import latest_quarter
from okr_engine.services.status_report import status_report
from okr_engine.words import message


def evaluate_quarter(
    period: Annotated[
        str | None, typer.Option(help="The quarter, such as 2025-Q2; the newest one with figures if left out.")
    ] = None,
) -> None:
    """Decide the statuses of a quarter, and raise the corrective actions they call for."""
    place = installation()
    quarter = _quarter(period) if period else place.ask(latest_quarter)
    if quarter is None:
        raise InvalidInput(message("cli.no_figures"))
    done = place.act(OPERATOR, evaluate, [quarter], place.rulebooks)
    tell("cli.evaluated", period=quarter, decided=done.decided, raised=len(done.raised))


def status(
    period: Annotated[str, typer.Option(help="The quarter, such as 2025-Q2.")],
    as_of: Annotated[str | None, typer.Option(help="What was known at that moment, such as 2025-07-31T12:00.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Show how every goal stands in a quarter, and why."""
    place = installation()
    report = place.ask(status_report, OPERATOR, _quarter(period), today=place.today(), as_of=_moment(as_of))
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    language = settings().language
    for goal in report["goals"]:
        word = say(language, f"status.{goal['status']}")
        typer.echo(f"{goal['code']}  {word}  {goal['measured']}/{goal['of']}")
        for one in [*goal["key_results"], *goal["kpis"]]:
            word = say(language, f"status.{one['status']}")
            typer.echo(f"  {one['code']}  {word}. {one['reason'].get(language.value, '')}")


def _quarter(text: str) -> Period:
    period = Period.parse(text)
    if period.cadence != Cadence.QUARTER:
        raise InvalidInput(message("error.not_a_quarter", text=text), remedy=message("error.periods_allowed"))
    return period


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(message("error.not_a_moment", text=text), remedy=message("error.moments_allowed")) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=settings().zone)).astimezone(UTC)
