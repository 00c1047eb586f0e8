"""The asker: platforms that can be asked tell every few minutes what has changed, and every night how each task is."""

import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from connectors.platforms import Platforms, known_platforms
from okr_engine.errors import (
    AddressRefused,
    CredentialsRefused,
    InvalidInput,
    InvalidSettings,
    OkrError,
    PlatformGone,
    TaskRefused,
)
from okr_engine.model import AskingKind, TaskEndpoint
from okr_engine.services.askings import (
    Heard,
    Turn,
    due_askings,
    endpoints_called,
    keep_heard,
    pause_asking,
    take_turn,
)
from okr_engine.services.delivering import client_for, platform_of
from okr_engine.services.installation import Installation
from okr_engine.services.platform_reports import platform_actor
from okr_engine.words import Message, message
from okr_engine.workflow.platforms import PlatformSettings, TaskPlatform

_NIGHT = time(2, 0)
_MISSES = 3
_NEEDS_SOMEBODY = (CredentialsRefused, PlatformGone, InvalidInput, InvalidSettings, AddressRefused)
_log = logging.getLogger("okr_engine")


@dataclass(frozen=True)
class Asked:
    """What came of asking one endpoint: how many actions moved, and what went wrong."""

    endpoint: str
    moved: int
    problem: Message | None


def ask_due(
    place: Installation, keep_going: Callable[[], bool] = lambda: True, *, platforms: Platforms | None = None
) -> int:
    """Ask every platform that is due and that nobody else is asking; how many times one was asked.

    As many processes as wanted may do so at once.
    """
    platforms, count = platforms or known_platforms(), 0
    for endpoint, kind in place.ask(due_askings, place.now()):
        if keep_going() and _can_be_asked(platforms, endpoint):
            count += _ask(place, endpoint, kind, platforms, keep_going) is not None
    return count


def ask_now(
    place: Installation, kind: AskingKind, code: str | None = None, *, platforms: Platforms | None = None
) -> list[Asked]:
    """Ask one endpoint's platform, or each that can be asked, whether it is due or not.

    NotFound for an endpoint there is not, InvalidInput for one whose platform cannot be asked.
    """
    platforms = platforms or known_platforms()
    endpoints = place.ask(endpoints_called, code)
    askable = [one for one in endpoints if _can_be_asked(platforms, one)]
    if code is not None and not askable:
        raise InvalidInput(message("task_platforms.cannot_be_asked", code=code))
    asked = [_ask(place, one, kind, platforms, lambda: True, at_once=True) for one in askable]
    return [one for one in asked if one is not None]


def _ask(
    place: Installation,
    endpoint: TaskEndpoint,
    kind: AskingKind,
    platforms: Platforms,
    keep_going: Callable[[], bool],
    *,
    at_once: bool = False,
) -> Asked | None:
    actor, night = platform_actor(endpoint), _next_night(place.now(), place.settings.zone)
    holder = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:12]}"[-100:]
    turn = place.act(actor, take_turn, endpoint.id, kind, holder, night=night, at_once=at_once)
    if turn is None:
        return None
    settings = PlatformSettings()
    try:
        platform, settings = platform_of(platforms, endpoint)
        with client_for(settings, place) as client:
            heard = _hear(platform, settings, client, turn, keep_going)
    except _NEEDS_SOMEBODY as error:
        place.act(actor, pause_asking, turn, error)
        return Asked(endpoint.code, 0, error.what)
    except Exception as error:  # a platform may be anybody's, and must not keep the others from being asked
        heard = _nothing_heard(turn, error)
    try:
        moved = place.act(actor, keep_heard, turn, heard, settings, night=night)
    except Exception as error:  # so may be what it tells
        heard = _nothing_heard(turn, error)
        moved = place.act(actor, keep_heard, turn, heard, settings, night=night)
    return Asked(endpoint.code, moved, heard.error.what if heard.error else None)


def _nothing_heard(turn: Turn, error: Exception) -> Heard:
    """That the asking failed: it is tried again from where it was, and what waits for it goes on waiting."""
    _log.error("Asking a task platform failed", exc_info=error)
    told = error if isinstance(error, OkrError) else OkrError(_unexpected(error))
    return Heard(turn.cursor, missed={one for one in turn.waiting.values() if one}, error=told)


def _unexpected(error: Exception) -> Message:
    return message("sources.unexpected", reason=type(error).__name__)


def _hear(
    platform: TaskPlatform[Any],
    settings: PlatformSettings,
    client: httpx.Client,
    turn: Turn,
    keep_going: Callable[[], bool],
) -> Heard:
    """Ask what there is to ask; a platform that did not answer a few times is left alone."""
    heard, misses = Heard(turn.cursor), 0

    def changes() -> None:
        told = platform.changes(settings, client, cursor=turn.cursor)
        heard.cursor, heard.seen, heard.gone = told.cursor, [*told.seen], [*told.gone]

    if turn.kind is AskingKind.CHANGES:
        misses += not _is_told(heard, changes)
    for action_id, ref in turn.refs.items():

        def task(ref: Any = ref) -> None:
            found = platform.fetch(settings, client, ref)
            heard.gone.append(ref.ref) if found is None else heard.seen.append(found)

        if misses < _MISSES and not keep_going():
            heard.error, misses = OkrError(message("sources.interrupted")), _MISSES
        if misses >= _MISSES or not _is_told(heard, task):
            heard.missed.add(action_id)
            misses += 1
    return heard


def _is_told(heard: Heard, question: Callable[[], None]) -> bool:
    """Whether the platform answers; what time may heal is kept, what somebody has to put right is raised."""
    try:
        question()
    except _NEEDS_SOMEBODY:
        raise
    except TaskRefused as error:
        # Somebody has made something else of that one task: it tells nothing, and is no reason to ask again.
        _log.warning("%s", error)
        return True
    except OkrError as error:
        heard.error = error
    except Exception as error:  # a platform may be anybody's, and must not take the worker with it
        _log.exception("Asking a task platform failed")
        heard.error = OkrError(_unexpected(error))
    else:
        return True
    return False


def _can_be_asked(platforms: Platforms, endpoint: TaskEndpoint) -> bool:
    platform = platforms.platforms.get(endpoint.platform)
    return platform is not None and platform.CAPABILITIES.can_be_asked


def _next_night(now: datetime, zone: ZoneInfo) -> datetime:
    here = now.astimezone(zone)
    tonight = datetime.combine(here.date(), _NIGHT, zone)
    return tonight if tonight > here else datetime.combine(here.date() + timedelta(days=1), _NIGHT, zone)
