"""`okr calendars`: addresses at which people's own calendars read their due dates."""

from typing import Annotated

import typer

from okr_engine.access import OPERATOR
from okr_engine.cli.speaking import installation, settings, spoken, tell
from okr_engine.i18n import moment
from okr_engine.services.calendar_feeds import FeedView, create_feed, feeds, revoke_feed


def create(person: Annotated[str, typer.Argument(help="The code of the person whose due dates it shows.")]) -> None:
    """Make an address for a person's calendar; it is shown this once."""
    feed, secret = installation().act(OPERATOR, create_feed, person)
    tell("calendar_feeds.created", code=feed.code)
    typer.echo(f"/calendar/{secret}.ics")


def list_calendars() -> None:
    """List every address: whose, since when, whether revoked."""
    found = installation().ask(feeds, OPERATOR)
    if not found:
        tell("calendar_feeds.none")
    for feed in found:
        typer.echo(_line(feed))


def revoke(code: Annotated[str, typer.Argument(help="The address's code, such as C-1a2b3c4d.")]) -> None:
    """Let an address lead nowhere from now on."""
    installation().act(OPERATOR, revoke_feed, code)
    tell("calendar_feeds.ended", code=code)


def _line(feed: FeedView) -> str:
    created = moment(feed.created_at, settings().language, settings().time_zone)
    ended = spoken("tokens.ended_at", at=feed.revoked_at) if feed.revoked_at else ""
    return "  ".join(part for part in (feed.code, feed.person, created, ended) if part)
