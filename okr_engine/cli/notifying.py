"""`okr channels` and `okr notifications`: how people are told, what could not be sent, and sending it again."""

from typing import Annotated
from uuid import UUID

import typer

from connectors.channels import known_channels
from okr_engine.access import OPERATOR
from okr_engine.cli.delivering import settings_in
from okr_engine.cli.speaking import installation, spoken, tell
from okr_engine.errors import InvalidInput
from okr_engine.services.channels import add_channel, channel_to_try, channel_views, resume_channel
from okr_engine.services.digests import replay, unsent_digests
from okr_engine.words import message


def list_channels() -> None:
    """List the channels, and which of them are paused."""
    found = installation().ask(channel_views, OPERATOR)
    if not found:
        tell("cli.no_channel")
    for one in found:
        paused = spoken("cli.paused_since", at=one.paused_at, because=one.paused_because) if one.paused_at else ""
        typer.echo("  ".join(part for part in (one.code, one.channel, paused) if part))


def connect_channel(
    code: Annotated[str, typer.Argument(help="A short code for the channel.")],
    channel: Annotated[str, typer.Argument(help="Its kind: smtp, webhook, or one that a package brings.")],
    settings: Annotated[str, typer.Option(help="What the channel has to be told, as JSON.")] = "{}",
) -> None:
    """Tell people through a channel what waits for them."""
    installation().act(OPERATOR, add_channel, code, channel, settings_in(settings), channels=known_channels())
    tell("cli.channel_connected", code=code)


def probe_channel(code: Annotated[str, typer.Argument(help="The channel's code.")]) -> None:
    """Try a channel without telling anybody anything."""
    place = installation()
    channel, told = place.ask(channel_to_try, OPERATOR, code, channels=known_channels())
    channel.probe(told, inner=place.settings.inner_host_names)
    tell("cli.channel_works", code=code)


def resume(code: Annotated[str, typer.Argument(help="The channel's code.")]) -> None:
    """Let a paused channel go on, once what it refused has been put right."""
    installation().act(OPERATOR, resume_channel, code)
    tell("cli.channel_connected", code=code)


def list_notifications() -> None:
    """Show the messages that were given up and wait for somebody to put something right."""
    found = installation().ask(unsent_digests, OPERATOR)
    tell("cli.dead_letters", count=len(found))
    for one in found:
        tell(
            "cli.unsent_message",
            id=str(one.id),
            channel=one.channel,
            person=one.person,
            at=one.given_up_at,
            because=one.because,
        )


def replay_notification(notification: Annotated[str, typer.Argument(help="Its id, as the list shows it.")]) -> None:
    """Send again what was given up."""
    try:
        found = UUID(notification)
    except ValueError as error:
        raise InvalidInput(message("task_platforms.not_a_dead_letter")) from error
    installation().act(OPERATOR, replay, found)
    tell("cli.will_be_sent_again")
