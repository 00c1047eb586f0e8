"""The carrier: takes what is due to each endpoint, sends it, and keeps what came of it."""

import logging
import os
import random
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from pydantic import ValidationError
from sqlmodel import Session

from connectors.kit.addresses import Reach
from connectors.kit.client import Clock, Patience, open_client
from connectors.platforms import Platforms, known_platforms
from okr_engine.access import SCHEDULE
from okr_engine.errors import (
    AddressRefused,
    CredentialsRefused,
    InvalidInput,
    InvalidSettings,
    OkrError,
    PlatformGone,
    SourceUnavailable,
)
from okr_engine.model import TaskEndpoint
from okr_engine.services.deliveries import (
    LEASE,
    Claimed,
    claim,
    delivered,
    endpoints_at_work,
    given_up,
    pause,
    put_off,
)
from okr_engine.services.installation import Installation
from okr_engine.services.outbox import told
from okr_engine.words import message
from okr_engine.workflow.platforms import PlatformSettings, TaskPlatform

# The schedule that the Standard Webhooks specification recommends: three days and a few hours in all.
_PAUSES = tuple(
    timedelta(minutes=minutes) for minutes in (1 / 12, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 20 * 60, 24 * 60)
)
# The outbox is what asks again; a single attempt is short.
_ONE_ATTEMPT = Patience(connect=10, read=20, answer=30, waiting=0, attempts=1, answer_bytes=1024 * 1024)
_log = logging.getLogger("okr_engine")


@dataclass(frozen=True)
class Persistence:
    """How long a delivery is held, and the pauses between its attempts; after the last of them it is given up."""

    lease: timedelta = LEASE
    pauses: tuple[timedelta, ...] = _PAUSES
    chance: Callable[[], float] = field(default=random.random)

    def pause_after(self, attempt: int) -> timedelta | None:
        """How long to wait after that attempt, a fifth more or less so that they spread; None at the end."""
        if attempt > len(self.pauses):
            return None
        return self.pauses[attempt - 1] * (0.8 + 0.4 * self.chance())


def deliver_due(
    place: Installation,
    keep_going: Callable[[], bool] = lambda: True,
    *,
    persistence: Persistence | None = None,
    platforms: Platforms | None = None,
) -> int:
    """Send everything that is due and that nobody else is sending; how many deliveries were tried.

    As many processes as wanted may do so at once.
    """
    persistence, count = persistence or Persistence(), 0
    for endpoint_id in place.ask(endpoints_at_work):
        count += _deliver_to(place, endpoint_id, keep_going, persistence, platforms or known_platforms())
    return count


def _deliver_to(
    place: Installation,
    endpoint_id: UUID,
    keep_going: Callable[[], bool],
    persistence: Persistence,
    platforms: Platforms,
) -> int:
    count, holder = 0, f"{socket.gethostname()}-{os.getpid()}"
    while keep_going() and endpoint_id in place.ask(endpoints_at_work):
        # A claim of its own name: what was sent too slowly cannot be finished in the place of a later claim.
        claimed = place.act(
            SCHEDULE, claim, endpoint_id, holder=f"{holder}-{uuid4().hex[:12]}"[-100:], lease=persistence.lease
        )
        if claimed is None:
            break
        _deliver(place, claimed, persistence, platforms)
        count += 1
    return count


def _deliver(place: Installation, claimed: Claimed, persistence: Persistence, platforms: Platforms) -> None:
    endpoint = place.ask(_endpoint, claimed.endpoint_id)
    try:
        platform, settings = platform_of(platforms, endpoint)
        sent = told(claimed.message, language=settings.language, app_address=settings.app_address)
        with client_for(settings, place) as client:
            ref = platform.upsert(settings, client, sent, known=claimed.known, now=place.now())
    except (CredentialsRefused, PlatformGone, InvalidInput, InvalidSettings, AddressRefused) as error:
        place.act(SCHEDULE, pause, claimed, error)
    except SourceUnavailable as error:
        _try_again(place, claimed, error, persistence)
    except OkrError as error:
        place.act(SCHEDULE, given_up, claimed, error)
    except Exception as error:  # a platform may be anybody's, and must not take the worker with it
        _log.exception("Delivering %s failed", claimed.id)
        told_error = OkrError(message("sources.unexpected", reason=type(error).__name__))
        place.act(SCHEDULE, given_up, claimed, told_error)
    else:
        place.act(SCHEDULE, delivered, claimed, ref)


def _try_again(place: Installation, claimed: Claimed, error: SourceUnavailable, persistence: Persistence) -> None:
    pause_now = persistence.pause_after(claimed.attempt)
    if pause_now is None:
        place.act(SCHEDULE, given_up, claimed, error)
        return
    now = place.now()
    place.act(SCHEDULE, put_off, claimed, error, until=max(now + pause_now, error.try_again or now))


def platform_of(platforms: Platforms, endpoint: TaskEndpoint) -> tuple[TaskPlatform[Any], PlatformSettings]:
    """The endpoint's platform, and its settings as the platform reads them; InvalidInput where they do not fit."""
    platform = platforms.platforms.get(endpoint.platform)
    if platform is None:
        unknown = message("task_platforms.no_such_platform", platform=endpoint.platform)
        raise InvalidInput(platforms.problems.get(endpoint.platform) or unknown)
    try:
        return platform, platform.Settings.model_validate(endpoint.settings)
    except ValidationError as error:
        names = ", ".join(str(one["loc"][0]) for one in error.errors() if one["loc"])
        raise InvalidInput(message("task_platforms.invalid_settings", code=endpoint.code, names=names)) from error


def client_for(settings: PlatformSettings, place: Installation) -> httpx.Client:
    """A client that reaches the platform's hosts and asks once."""
    hosts = frozenset(host.lower() for host in settings.hosts)
    inner = hosts & place.settings.inner_host_names
    return open_client(Reach(hosts=hosts - inner, inner=inner), patience=_ONE_ATTEMPT, clock=Clock(now=place.clock))


def _endpoint(session: Session, endpoint_id: UUID) -> TaskEndpoint:
    endpoint = session.get_one(TaskEndpoint, endpoint_id)
    session.expunge(endpoint)
    return endpoint
