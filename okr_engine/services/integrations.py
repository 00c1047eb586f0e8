"""What there is to see of where tasks go: each endpoint's health, the latest deliveries, and how plugins do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import case, func
from sqlmodel import Session, col, select

from connectors import channels
from connectors import platforms as task_platforms
from connectors import registry as sources
from connectors.platforms import Platforms
from connectors.plugins import Contract, Plugin, installed
from okr_engine.access import Actor
from okr_engine.database import columns_of
from okr_engine.errors import OkrError
from okr_engine.kept_words import told_message, told_remedy
from okr_engine.model import Asking, Delivery, DeliveryState, OutboxMessage, TaskEndpoint
from okr_engine.services.deliveries import require_steward
from okr_engine.services.delivering import platform_of
from okr_engine.words import Message

PLUGIN_KINDS: tuple[Contract, ...] = (sources.CONTRACT, task_platforms.CONTRACT, channels.CONTRACT)
"""The contracts that other packages may fulfil, in the order in which their plugins are shown."""


class EndpointHealth(StrEnum):
    """How an endpoint does: whether what is due to it arrives, and whether it tells what it is asked."""

    WORKING = "working"
    PAUSED = "paused"
    RETRYING = "retrying"
    NOT_HEARD = "not_heard"
    DEAD_LETTERS = "dead_letters"
    UNUSED = "unused"


@dataclass(frozen=True)
class Counts:
    """How many deliveries to an endpoint wait, were tried in vain, or are given up; when the last one arrived."""

    waiting: int = 0
    retrying: int = 0
    dead: int = 0
    last_delivered_at: datetime | None = None


@dataclass(frozen=True)
class EndpointView:
    """An endpoint: what it is told and where it leads, how it does, and what stopped it.

    `not_heard` counts how often in a row its platform was asked in vain.
    """

    code: str
    platform: str
    settings: Mapping[str, Any]
    version: int
    hosts: tuple[str, ...]
    counts: Counts
    paused_at: datetime | None
    paused_because: Message | None
    remedy: Message | None
    not_heard: int
    not_heard_because: Message | None

    @property
    def health(self) -> EndpointHealth:
        """The gravest of what is true."""
        if self.paused_at is not None:
            return EndpointHealth.PAUSED
        if self.counts.dead:
            return EndpointHealth.DEAD_LETTERS
        if self.counts.retrying:
            return EndpointHealth.RETRYING
        if self.not_heard:
            return EndpointHealth.NOT_HEARD
        return EndpointHealth.WORKING if self.counts.last_delivered_at else EndpointHealth.UNUSED


@dataclass(frozen=True)
class DeliveryView:
    """One delivery: which step of which action, how it stands, when it is tried next, and its last error."""

    id: UUID
    action: str
    kind: str
    number: int
    at: datetime
    state: DeliveryState
    attempts: int
    due_at: datetime | None
    finished_at: datetime | None
    error: Message | None
    remedy: Message | None


@dataclass(frozen=True)
class PluginGroup:
    """The plugins of one kind that other packages bring."""

    group: str
    plugins: Sequence[Plugin]


def endpoints_seen(session: Session, actor: Actor, *, platforms: Platforms) -> list[EndpointView]:
    """Every endpoint with how it does, in the order of their codes."""
    require_steward(actor)
    counts, unheard = _counts(session), _unheard(session)
    rows = session.exec(select(TaskEndpoint).order_by(col(TaskEndpoint.code)))
    return [_endpoint(one, counts.get(one.id, Counts()), unheard.get(one.id), platforms) for one in rows]


def deliveries_seen(
    session: Session, actor: Actor, endpoint: str, *, state: DeliveryState | None = None, most: int = 50
) -> list[DeliveryView]:
    """The latest deliveries to an endpoint, of one state or of all, the newest step first."""
    require_steward(actor)
    query = (
        select(Delivery, OutboxMessage)
        .join(OutboxMessage, col(OutboxMessage.id) == col(Delivery.message_id))
        .join(TaskEndpoint, col(TaskEndpoint.id) == col(Delivery.endpoint_id))
        .where(TaskEndpoint.code == endpoint)
        .order_by(col(OutboxMessage.at).desc(), col(Delivery.number).desc())
        .limit(most)
    )
    found = session.exec(query if state is None else query.where(Delivery.state == state))
    return [_delivery(one, sent) for one, sent in found]


def plugins_seen(actor: Actor, kinds: Sequence[Contract] = PLUGIN_KINDS) -> list[PluginGroup]:
    """The plugins that other packages bring, each loaded to see how it does."""
    require_steward(actor)
    return [PluginGroup(one.group, installed(one)) for one in kinds]


def _counts(session: Session) -> dict[UUID, Counts]:
    waits = col(Delivery.state) == DeliveryState.WAITING
    query = columns_of(
        Delivery.endpoint_id,
        func.count(case((waits, 1))),
        func.count(case((waits & (col(Delivery.attempts) > 0), 1))),
        func.count(case((col(Delivery.state) == DeliveryState.DEAD, 1))),
        func.max(case((col(Delivery.state) == DeliveryState.DELIVERED, col(Delivery.finished_at)))),
    ).group_by(col(Delivery.endpoint_id))
    return {endpoint: Counts(*found) for endpoint, *found in session.execute(query)}


def _unheard(session: Session) -> dict[UUID, Asking]:
    """By endpoint the asking that has failed most often in a row."""
    found = session.exec(select(Asking).where(Asking.failures > 0).order_by(col(Asking.failures)))
    return {one.endpoint_id: one for one in found}


def _endpoint(one: TaskEndpoint, counts: Counts, unheard: Asking | None, platforms: Platforms) -> EndpointView:
    said = one.paused_because
    return EndpointView(
        code=one.code,
        platform=one.platform,
        settings=one.settings,
        version=one.version,
        hosts=_hosts(one, platforms),
        counts=counts,
        paused_at=one.paused_at,
        paused_because=told_message(said) if said else None,
        remedy=told_remedy(said) if said else None,
        not_heard=unheard.failures if unheard else 0,
        not_heard_because=told_message(unheard.error) if unheard and unheard.error else None,
    )


def _hosts(one: TaskEndpoint, platforms: Platforms) -> tuple[str, ...]:
    """The hosts alone: the rest of an address may be a secret."""
    try:
        _, settings = platform_of(platforms, one)
        return tuple(sorted(settings.hosts))
    except (OkrError, ValidationError):
        return ()


def _delivery(one: Delivery, sent: OutboxMessage) -> DeliveryView:
    return DeliveryView(
        id=one.id,
        action=sent.task["code"],
        kind=sent.kind,
        number=one.number,
        at=sent.at,
        state=one.state,
        attempts=one.attempts,
        due_at=one.due_at,
        finished_at=one.finished_at,
        error=told_message(one.error) if one.error else None,
        remedy=told_remedy(one.error) if one.error else None,
    )
