"""Who asks: the token of a request, as whom it acts, what for, and how often."""

from datetime import datetime
from threading import Lock
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from okr_engine.api.problems import Problem, Refused
from okr_engine.errors import TokenRefused
from okr_engine.model import TokenScope
from okr_engine.services.api_tokens import Bearer, bearer_of, note_use
from okr_engine.services.installation import Installation
from okr_engine.words import Message, message

_scheme = HTTPBearer(auto_error=False, description="A token made with `okr tokens create`.")


class Allowance:
    """So many requests a minute for each token or endpoint: saved up while it is silent, for a minute at most."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._left: dict[UUID, tuple[float, datetime]] = {}
        self._lock = Lock()

    def seconds_to_wait(self, one: UUID, now: datetime) -> float:
        """Take one request from what is left; 0, or after how many seconds there will be one."""
        per_second = self._per_minute / 60
        with self._lock:
            left, since = self._left.get(one, (float(self._per_minute), now))
            left = min(self._per_minute, left + max(0.0, (now - since).total_seconds()) * per_second)
            is_enough = left >= 1
            self._left[one] = (left - 1 if is_enough else left, now)
        return 0 if is_enough else (1 - left) / per_second


def spend(allowance: Allowance, one: UUID, now: datetime, *, too_many: Message) -> None:
    """Take one request from what is left to `one`; refuse it, with the time to wait, where there is nothing."""
    if seconds := allowance.seconds_to_wait(one, now):
        raise Refused(
            Problem.TOO_MANY,
            too_many,
            remedy=message("api.too_many_remedy"),
            headers={"Retry-After": str(int(seconds) + 1)},
        )


def installation_of(request: Request) -> Installation:
    """The installation that the API belongs to."""
    place: Installation = request.app.state.installation()
    return place


Place = Annotated[Installation, Depends(installation_of)]


def reader(
    request: Request, place: Place, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)]
) -> Bearer:
    """Whoever shows a token that holds."""
    if shown is None:
        raise TokenRefused(message("tokens.missing"), remedy=message("tokens.remedy"))
    bearer = place.ask(bearer_of, shown.credentials, now=place.now(), today=place.today())
    allowance: Allowance = request.app.state.allowance
    spend(allowance, bearer.token_id, place.now(), too_many=message("api.too_many"))
    if bearer.is_to_be_noted:
        place.act(bearer.actor, note_use, bearer.token_id)
    return bearer


Reader = Annotated[Bearer, Depends(reader)]


def writer(bearer: Reader) -> Bearer:
    """Whoever shows a token that may also write."""
    if bearer.scope is not TokenScope.WRITE:
        raise Refused(Problem.NOT_ALLOWED, message("api.scope_missing"), remedy=message("api.scope_missing_remedy"))
    return bearer


Writer = Annotated[Bearer, Depends(writer)]
