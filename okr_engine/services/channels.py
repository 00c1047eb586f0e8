"""Channels to people: told once where notices go, checked as the channel reads it, tried, paused and resumed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import Session, col, select

from connectors.channels import Channels
from okr_engine.access import Actor, Permission, may_somewhere
from okr_engine.database import columns_of
from okr_engine.errors import InvalidInput, NotAllowed, NotFound
from okr_engine.kept_words import told_message
from okr_engine.model import NotificationChannel
from okr_engine.words import Message, message
from okr_engine.workflow.channels import Channel, ChannelSettings


@dataclass(frozen=True)
class ChannelView:
    """A channel as it is: its kind, and since when and why it is paused, if it is."""

    code: str
    channel: str
    paused_at: datetime | None
    paused_because: Message | None


def add_channel(
    session: Session, actor: Actor, code: str, channel: str, settings: Mapping[str, Any], *, channels: Channels
) -> None:
    """Tell people every later step that concerns them on this channel too; InvalidInput for what cannot be kept."""
    require_steward(actor)
    if session.exec(select(NotificationChannel.id).where(NotificationChannel.code == code)).first() is not None:
        raise InvalidInput(message("task_platforms.code_taken", code=code))
    added = NotificationChannel(code=code, channel=channel, settings=dict(settings))
    channel_of(channels, added)
    session.add(added)


def channel_views(session: Session, actor: Actor) -> list[ChannelView]:
    """Every channel, by code."""
    require_steward(actor)
    return [
        ChannelView(
            one.code, one.channel, one.paused_at, told_message(one.paused_because) if one.paused_because else None
        )
        for one in session.exec(select(NotificationChannel).order_by(col(NotificationChannel.code)))
    ]


def channel_to_try(
    session: Session, actor: Actor, code: str, *, channels: Channels
) -> tuple[Channel[Any], ChannelSettings]:
    """The channel with that code and its settings, for whoever wants to probe it outside of any transaction."""
    require_steward(actor)
    return channel_of(channels, _coded(session, code))


def resume_channel(session: Session, actor: Actor, code: str) -> None:
    """Let a paused channel go on, once what it refused has been put right."""
    require_steward(actor)
    found = _coded(session, code)
    found.paused_at = found.paused_because = None


def channels_at_work(session: Session) -> Sequence[UUID]:
    """The channels that are not paused."""
    at_work = columns_of(NotificationChannel.id).where(col(NotificationChannel.paused_at).is_(None))
    return session.scalars(at_work.order_by(col(NotificationChannel.code))).all()


def channel_of(channels: Channels, row: NotificationChannel) -> tuple[Channel[Any], ChannelSettings]:
    """The row's channel, and its settings as the channel reads them; InvalidInput where they do not fit."""
    channel = channels.channels.get(row.channel)
    if channel is None:
        unknown = message("channels.no_such_channel", channel=row.channel)
        raise InvalidInput(channels.problems.get(row.channel) or unknown)
    try:
        return channel, channel.Settings.model_validate(row.settings)
    except ValidationError as error:
        names = ", ".join(str(one["loc"][0]) for one in error.errors() if one["loc"])
        raise InvalidInput(message("channels.invalid_settings", code=row.code, names=names)) from error


def require_steward(actor: Actor) -> None:
    """Refuse whoever may not look after how the installation speaks with the outside."""
    if not may_somewhere(actor, Permission.MANAGE_SOURCES):
        raise NotAllowed(
            message("error.not_allowed.manage_sources", name=actor.name), remedy=message("error.not_allowed_remedy")
        )


def _coded(session: Session, code: str) -> NotificationChannel:
    found = session.exec(select(NotificationChannel).where(NotificationChannel.code == code)).first()
    if found is None:
        raise NotFound(message("error.no_such_code", code=code))
    return found
