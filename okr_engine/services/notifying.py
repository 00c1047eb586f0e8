"""The messenger: makes digests of what waits for people, sends them, and keeps what came of it."""

import logging
import os
import socket
from collections.abc import Callable
from uuid import UUID, uuid4

from sqlmodel import Session

from connectors.channels import Channels, known_channels
from okr_engine.access import SCHEDULE
from okr_engine.errors import (
    AddressRefused,
    CredentialsRefused,
    InvalidInput,
    InvalidSettings,
    NoticeRefused,
    OkrError,
    PlatformGone,
    SourceUnavailable,
)
from okr_engine.model import NotificationChannel
from okr_engine.services.acknowledge_links import signed_link
from okr_engine.services.channels import channel_of, channels_at_work
from okr_engine.services.delivering import Persistence
from okr_engine.services.digests import Claimed, claim, gather, given_up, is_anything_due, pause, put_off, sent
from okr_engine.services.installation import Installation
from okr_engine.services.notices import LinkOf, notice_of
from okr_engine.services.telling_hours import telling_hours
from okr_engine.words import message

_log = logging.getLogger("okr_engine")


def notify_due(
    place: Installation,
    keep_going: Callable[[], bool] = lambda: True,
    *,
    persistence: Persistence | None = None,
    channels: Channels | None = None,
) -> int:
    """Tell everybody who may not wait longer, and send again what was put off; how many messages were tried.

    As many processes as wanted may do so at once.
    """
    persistence, count = persistence or Persistence(), 0
    if place.ask(is_anything_due, place.now()):
        place.act(SCHEDULE, gather)
    for channel_id in place.ask(channels_at_work):
        count += _send_through(place, channel_id, keep_going, persistence, channels or known_channels())
    return count


def _send_through(
    place: Installation, channel_id: UUID, keep_going: Callable[[], bool], persistence: Persistence, channels: Channels
) -> int:
    count, holder = 0, f"{socket.gethostname()}-{os.getpid()}"
    while keep_going() and channel_id in place.ask(channels_at_work):
        # A claim of its own name: what was sent too slowly cannot be finished in the place of a later claim.
        name = f"{holder}-{uuid4().hex[:12]}"[-100:]
        claimed = place.act(SCHEDULE, claim, channel_id, holder=name, lease=persistence.lease)
        if claimed is None:
            break
        _send(place, claimed, persistence, channels)
        count += 1
    return count


def _send(place: Installation, claimed: Claimed, persistence: Persistence, channels: Channels) -> None:
    row = place.ask(_channel, claimed.channel_id)
    try:
        channel, settings = channel_of(channels, row)
        notice = place.ask(
            notice_of,
            claimed.digest_id,
            message_id=str(claimed.id),
            app_address=settings.app_address,
            link_of=_link_of(place, settings.app_address) if channel.CAPABILITIES.can_acknowledge_by_link else None,
        )
        if channel.CAPABILITIES.needs_address and not notice.address:
            raise NoticeRefused(message("channels.no_address", name=notice.name))
        channel.send(settings, notice, inner=place.settings.inner_host_names, now=place.now())
    except (CredentialsRefused, PlatformGone, InvalidInput, InvalidSettings, AddressRefused) as error:
        place.act(SCHEDULE, pause, claimed, error)
    except SourceUnavailable as error:
        _try_again(place, claimed, error, persistence)
    except OkrError as error:
        place.act(SCHEDULE, given_up, claimed, error)
    except Exception as error:  # a channel may be anybody's, and must not take the worker with it
        _log.exception("Sending %s failed", claimed.id)
        place.act(SCHEDULE, given_up, claimed, OkrError(message("sources.unexpected", reason=type(error).__name__)))
    else:
        place.act(SCHEDULE, sent, claimed)


def _try_again(place: Installation, claimed: Claimed, error: SourceUnavailable, persistence: Persistence) -> None:
    pause_now = persistence.pause_after(claimed.attempt)
    if pause_now is None:
        place.act(SCHEDULE, given_up, claimed, error)
        return
    now = place.now()
    earliest = max(now + pause_now, error.try_again or now)
    until = place.ask(telling_hours, earliest).next_moment(earliest, urgent=True)
    place.act(SCHEDULE, put_off, claimed, error, until=until)


def _link_of(place: Installation, app_address: str) -> LinkOf | None:
    """How links for acknowledging are made; not at all without a key to sign them with."""
    key = place.settings.link_key
    if key is None:
        return None
    return lambda link: f"{app_address}/acknowledge/{signed_link(key, link, now=place.now())}"


def _channel(session: Session, channel_id: UUID) -> NotificationChannel:
    channel = session.get_one(NotificationChannel, channel_id)
    session.expunge(channel)
    return channel
