"""`okr evaluate` and `okr status`: decide statuses, and read them."""

import json
from typing import Annotated

import typer
from sqlmodel import Session

from okr_engine.access import OPERATOR, Actor
from okr_engine.cli.progress import quarters_done
from okr_engine.cli.speaking import installation, settings, tell
from okr_engine.errors import InvalidInput
from okr_engine.i18n import say
from okr_engine.periods import Period
from okr_engine.services.evaluation import Evaluation, Track, evaluate, with_later_quarters
from okr_engine.services.installation import Rulebooks
from okr_engine.services.status_evidence import latest_quarter
from okr_engine.services.status_report import status_report
from okr_engine.services.typed_times import typed_moment, typed_quarter
from okr_engine.words import message


def evaluate_quarter(
    period: Annotated[
        str | None, typer.Option(help="The quarter, such as 2025-Q2; the newest one with figures if left out.")
    ] = None,
) -> None:
    """Decide a quarter and the later ones that look back at it, and raise the corrective actions they call for."""
    place = installation()
    quarter = typed_quarter(period) if period else place.ask(latest_quarter)
    if quarter is None:
        raise InvalidInput(message("cli.no_figures"))
    done = place.act(OPERATOR, _evaluate_from, quarter, place.rulebooks, track=quarters_done)
    tell("cli.evaluated", period=done.quarters, decided=done.decided, raised=len(done.raised))


def status(
    period: Annotated[str, typer.Option(help="The quarter, such as 2025-Q2.")],
    as_of: Annotated[str | None, typer.Option(help="What was known at that moment, such as 2025-07-31T12:00.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Show how every goal stands in a quarter, and why."""
    place = installation()
    moment = None if as_of is None else typed_moment(as_of, place.settings.zone)
    report = place.ask(status_report, OPERATOR, typed_quarter(period), today=place.today(), as_of=moment)
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


def _evaluate_from(
    session: Session, actor: Actor, quarter: Period, rulebooks: Rulebooks, *, track: Track
) -> Evaluation:
    """The quarter anew under the rules of its time; the later ones only where its figures bear on them."""
    asked = evaluate(session, actor, [quarter], rulebooks, anew=True)
    later = evaluate(session, actor, with_later_quarters(session, [quarter]) - {quarter}, rulebooks, track=track)
    return Evaluation(asked.quarters + later.quarters, asked.decided + later.decided, asked.raised + later.raised)
