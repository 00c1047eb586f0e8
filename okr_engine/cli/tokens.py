"""`okr tokens`: programs that may ask the API as a person."""

from typing import Annotated

import typer

from okr_engine.access import OPERATOR
from okr_engine.cli.speaking import installation, settings, spoken, tell
from okr_engine.i18n import NOTHING, moment
from okr_engine.model import TokenScope
from okr_engine.services.api_tokens import TokenView, create_token, revoke_token
from okr_engine.services.api_tokens import tokens as every_token


def create(
    person: Annotated[str, typer.Argument(help="The code of the person it acts as, with that person's roles.")],
    purpose: Annotated[str, typer.Option(help="What it is for, such as the system that uses it.")],
    scope: Annotated[TokenScope, typer.Option(help="Only reading, or writing too.")] = TokenScope.READ,
    days: Annotated[int, typer.Option(help="How long it holds, a year at most.")] = 90,
) -> None:
    """Let a program ask the API as a person; the secret is shown this once."""
    token, secret = installation().act(OPERATOR, create_token, person, purpose=purpose, scope=scope, days=days)
    tell("tokens.created", code=token.code, expires=token.expires_at)
    typer.echo(secret)


def list_tokens() -> None:
    """List every token: whose, what for, until when, last used."""
    found = installation().ask(every_token, OPERATOR)
    if not found:
        tell("tokens.none")
    for token in found:
        typer.echo(_line(token))


def revoke(code: Annotated[str, typer.Argument(help="The token's code, such as T-1a2b3c4d.")]) -> None:
    """End a token at once."""
    installation().act(OPERATOR, revoke_token, code)
    tell("tokens.ended", code=code)


def _line(token: TokenView) -> str:
    language, zone = settings().language, settings().time_zone
    ended = spoken("tokens.ended_at", at=token.revoked_at) if token.revoked_at else ""
    used = moment(token.last_used_at, language, zone) if token.last_used_at else NOTHING
    told = spoken("tokens.line", expires=moment(token.expires_at, language, zone), used=used)
    return "  ".join(part for part in (token.code, token.person, token.scope, token.purpose, told, ended) if part)
