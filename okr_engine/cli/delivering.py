"""`okr deliveries`: where tasks go, what could not be delivered, and sending it again."""

import json
from typing import Annotated, Any
from uuid import UUID

import typer

from connectors.platforms import known_platforms
from okr_engine.access import OPERATOR
from okr_engine.cli.speaking import installation, tell
from okr_engine.errors import InvalidInput
from okr_engine.services.deliveries import dead_letters, replay, resume
from okr_engine.services.endpoints import add_endpoint
from okr_engine.words import message


def list_deliveries() -> None:
    """Show what was given up and waits for a person."""
    place = installation()
    found = place.ask(dead_letters, OPERATOR)
    tell("cli.dead_letters", count=len(found))
    for one in found:
        tell(
            "cli.dead_letter",
            id=str(one.id),
            endpoint=one.endpoint,
            action=one.action,
            step=message(f"action_event.{one.kind}"),
            attempts=one.attempts,
            at=one.finished_at,
        )


def connect_platform(
    code: Annotated[str, typer.Argument(help="A short code for the endpoint.")],
    platform: Annotated[str, typer.Argument(help="The task platform: webhook, or one that a package brings.")],
    settings: Annotated[str, typer.Option(help="What the platform has to be told, as JSON.")] = "{}",
) -> None:
    """Tell every later step of a corrective action to a task platform."""
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


def settings_in(settings: str) -> dict[str, Any]:
    """The settings that somebody has typed as a JSON object."""
    try:
        read = json.loads(settings)
    except ValueError as error:
        raise InvalidInput(message("task_platforms.settings_are_json")) from error
    if not isinstance(read, dict):
        raise InvalidInput(message("task_platforms.settings_are_json"))
    return read
