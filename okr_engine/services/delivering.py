"""The carrier: takes what is due to each endpoint, sends it, and keeps what came of it."""

import logging
import os
import random
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec
from uuid import UUID, uuid4

import httpx
from pydantic import ValidationError
from sqlmodel import Session

from connectors.kit.addresses import Reach
from connectors.kit.client import Clock, Patience, open_client
from connectors.platforms import Platforms, known_platforms
from okr_engine.access import SCHEDULE, Actor
from okr_engine.errors import (
    AddressRefused,
    CredentialsRefused,
    InvalidInput,
    InvalidSettings,
    OkrError,
    PlatformGone,
    SourceUnavailable,
    TaskChanged,
)
from okr_engine.model import TaskEndpoint
from okr_engine.services.deliveries import (
    LEASE,
    Claimed,
    Destination,
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
from okr_engine.workflow.tasks import TaskRef

P = ParamSpec("P")
Outcome = Callable[[Session, Actor], object]
"""What there is to be kept of a delivery, in the transaction in which the next one is taken."""

# The schedule that the Standard Webhooks specification recommends: three days and a few hours in all.
_PAUSES = tuple(
    timedelta(minutes=minutes) for minutes in (1 / 12, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 20 * 60, 24 * 60)
)
# The outbox is what asks again; a single attempt is short.
_ONE_ATTEMPT = Patience(connect=10, read=20, answer=30, waiting=0, attempts=1, answer_bytes=1024 * 1024)
_log = logging.getLogger("okr_engine")
UNREACHABLE = message("task_platforms.unreachable_remedy")
"""What helps where a platform does not answer, and nobody tries again by themselves."""


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
    endpoints = place.ask(endpoints_at_work)
    if not endpoints:
        return 0
    persistence, platforms = persistence or Persistence(), platforms or known_platforms()
    return sum(_deliver_to(place, one, keep_going, persistence, platforms) for one in endpoints)


def _deliver_to(
    place: Installation,
    endpoint_id: UUID,
    keep_going: Callable[[], bool],
    persistence: Persistence,
    platforms: Platforms,
) -> int:
    count, came_of_it = 0, None
    while True:
        wanted = endpoint_id if keep_going() else None
        claimed = place.act(SCHEDULE, _keep_and_take, came_of_it, wanted, lease=persistence.lease)
        if claimed is None:
            return count
        came_of_it = _deliver(place, claimed, persistence, platforms)
        count += 1


def _keep_and_take(
    session: Session, actor: Actor, came_of_it: Outcome | None, endpoint_id: UUID | None, *, lease: timedelta
) -> Claimed | None:
    """Keep what came of a delivery and take the next one, in one transaction: half as many are half the time."""
    if came_of_it is not None:
        came_of_it(session, actor)
    if endpoint_id is None:
        return None
    # A claim of its own name: what was sent too slowly cannot be finished in the place of a later claim.
    return claim(session, actor, endpoint_id, holder=f"{_process()}-{uuid4().hex[:12]}"[-100:], lease=lease)


def _process() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


def _deliver(place: Installation, claimed: Claimed, persistence: Persistence, platforms: Platforms) -> Outcome:
    """Send what is claimed; what there is to be kept of it."""
    try:
        ref = _sent(place, claimed, platforms)
    except (CredentialsRefused, PlatformGone, InvalidInput, InvalidSettings, AddressRefused) as error:
        return _outcome(pause, claimed, error)
    except (SourceUnavailable, TaskChanged) as error:
        return _try_again(place, claimed, error, persistence)
    except OkrError as error:
        return _outcome(given_up, claimed, error)
    except Exception as error:  # a platform may be anybody's, and must not take the worker with it
        _log.exception("Delivering %s failed", claimed.id)
        told_error = OkrError(message("sources.unexpected", reason=type(error).__name__))
        return _outcome(given_up, claimed, told_error)
    return _outcome(delivered, claimed, ref)


def _sent(place: Installation, claimed: Claimed, platforms: Platforms) -> TaskRef:
    """Write the task; where it has changed meanwhile, look at it and write once more over what is there now."""
    platform, settings = platform_of(platforms, claimed.destination)
    sent = told(claimed.message, language=settings.language, app_address=settings.app_address)
    with client_for(settings, place) as client:
        try:
            return platform.upsert(settings, client, sent, known=claimed.known, now=place.now())
        except TaskChanged:
            seen = platform.fetch(settings, client, claimed.known) if claimed.known else None
            if seen is None:
                raise
            return platform.upsert(settings, client, sent, known=seen.ref, now=place.now())


def _try_again(
    place: Installation, claimed: Claimed, error: SourceUnavailable | TaskChanged, persistence: Persistence
) -> Outcome:
    pause_now = persistence.pause_after(claimed.attempt)
    if pause_now is None:
        return _outcome(given_up, claimed, OkrError(error.what, remedy=UNREACHABLE))
    now = place.now()
    not_before = error.try_again if isinstance(error, SourceUnavailable) else None
    return _outcome(put_off, claimed, error, until=max(now + pause_now, not_before or now))


def _outcome(service: Callable[Concatenate[Session, Actor, P], object], *args: P.args, **kwargs: P.kwargs) -> Outcome:
    return lambda session, actor: service(session, actor, *args, **kwargs)


def platform_of(
    platforms: Platforms, endpoint: TaskEndpoint | Destination
) -> tuple[TaskPlatform[Any], PlatformSettings]:
    """The endpoint's platform, and its settings as the platform reads them; InvalidInput where they do not fit."""
    platform = platforms.platforms.get(endpoint.platform)
    if platform is None:
        unknown = message("task_platforms.no_such_platform", platform=endpoint.platform)
        raise InvalidInput(platforms.problems.get(endpoint.platform) or unknown)
    try:
        settings = platform.Settings.model_validate(dict(endpoint.settings))
    except ValidationError as error:
        names = ", ".join(str(one["loc"][0]) for one in error.errors() if one["loc"])
        raise InvalidInput(message("task_platforms.invalid_settings", code=endpoint.code, names=names)) from error
    _check_hosts(settings, endpoint.code)
    return platform, settings


def _check_hosts(settings: PlatformSettings, code: str) -> None:
    """InvalidInput where the hosts cannot be read from the settings."""
    try:
        _hosts(settings)
    except Exception as error:  # a platform may be anybody's
        _log.exception("Reading the hosts of %s failed", code)
        raise InvalidInput(message("task_platforms.no_hosts", code=code)) from error


def _hosts(settings: PlatformSettings) -> frozenset[str]:
    return frozenset(host.lower() for host in settings.hosts)


def client_for(settings: PlatformSettings, place: Installation) -> httpx.Client:
    """A client that reaches the platform's hosts and asks once."""
    hosts = _hosts(settings)
    inner = hosts & place.settings.inner_host_names
    return open_client(Reach(hosts=hosts - inner, inner=inner), patience=_ONE_ATTEMPT, clock=Clock(now=place.clock))


def _endpoint(session: Session, endpoint_id: UUID) -> TaskEndpoint:
    endpoint = session.get_one(TaskEndpoint, endpoint_id)
    session.expunge(endpoint)
    return endpoint
