"""`okr deliveries`: where tasks go, what could not be delivered, sending it again, and asking what became of them."""

import json
from typing import Annotated, Any
from uuid import UUID

import typer

from connectors.platforms import known_platforms
from okr_engine.access import OPERATOR
from okr_engine.cli.speaking import installation, spoken, tell
from okr_engine.errors import InvalidInput
from okr_engine.model import AskingKind
from okr_engine.services.asking import ask_now
from okr_engine.services.dead_letters import dead_letters, replay
from okr_engine.services.deliveries import resume
from okr_engine.services.endpoints import add_endpoint
from okr_engine.words import message


def list_deliveries() -> None:
    """Show what was given up and waits for a person, and which plugins cannot be used."""
    place = installation()
    found = place.ask(dead_letters, OPERATOR)
    tell("cli.dead_letters", count=len(found))
    for one in found:
        tell(
            "cli.dead_letter",
            id=str(one.id),
            endpoint=one.endpoint,
            action=one.action,
            step=message("cli.step", number=str(one.number)),
            attempts=one.attempts,
            at=one.finished_at,
        )
        for said in filter(None, (one.error, one.remedy)):
            typer.echo(f"  {spoken(said.key, **said.values)}")
    for problem in known_platforms().problems.values():
        tell(problem.key, **problem.values)


def connect_platform(
    code: Annotated[str, typer.Argument(help="A short code for the endpoint.")],
    platform: Annotated[str, typer.Argument(help="The task platform, such as webhook, caldav or node_red.")],
    settings: Annotated[str, typer.Option(help="What the platform has to be told, as JSON.")] = "{}",
) -> None:
    """Tell open corrective actions and every later step to a task platform."""
    installation().act(OPERATOR, add_endpoint, code, platform, settings_in(settings), platforms=known_platforms())
    tell("cli.platform_connected", code=code)


def replay_delivery(delivery: Annotated[str, typer.Argument(help="Its id, as the list shows it.")]) -> None:
    """Send again what was given up."""
    try:
        delivery_id = UUID(delivery)
    except ValueError as error:
        raise InvalidInput(message("task_platforms.not_a_dead_letter")) from error
    installation().act(OPERATOR, replay, delivery_id)
    tell("cli.will_be_sent_again")


def resume_endpoint(code: Annotated[str, typer.Argument(help="The endpoint's code.")]) -> None:
    """Let a paused endpoint go on, once what it refused has been put right."""
    installation().act(OPERATOR, resume, code)
    tell("cli.platform_connected", code=code)


def poll(
    code: Annotated[str | None, typer.Argument(help="Only this endpoint.")] = None,
) -> None:
    """Ask task platforms now what has changed there."""
    _ask(AskingKind.CHANGES, code)


def reconcile(
    code: Annotated[str | None, typer.Argument(help="Only this endpoint.")] = None,
) -> None:
    """Ask task platforms now how the task of every open action is, as otherwise every night."""
    _ask(AskingKind.EVERYTHING, code)


def _ask(kind: AskingKind, code: str | None) -> None:
    found = ask_now(installation(), kind, code)
    for one in found:
        if one.problem:
            tell("cli.platform_not_asked", code=one.endpoint, problem=one.problem)
        else:
            tell("cli.platform_asked", code=one.endpoint, count=one.moved)
    if any(one.problem for one in found):
        raise typer.Exit(1)


def settings_in(settings: str) -> dict[str, Any]:
    """The settings that somebody has typed as a JSON object."""
    try:
        read = json.loads(settings)
    except ValueError as error:
        raise InvalidInput(message("task_platforms.settings_are_json")) from error
    if not isinstance(read, dict):
        raise InvalidInput(message("task_platforms.settings_are_json"))
    return read
