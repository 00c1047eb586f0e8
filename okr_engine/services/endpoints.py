"""Endpoints on task platforms: told once where tasks go, checked as the platform reads it."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, select

from connectors.platforms import Platforms
from okr_engine.access import Actor, Permission, may_somewhere
from okr_engine.errors import InvalidInput, NotAllowed
from okr_engine.model import TaskEndpoint
from okr_engine.services.delivering import platform_of
from okr_engine.words import message


def add_endpoint(
    session: Session, actor: Actor, code: str, platform: str, settings: Mapping[str, Any], *, platforms: Platforms
) -> None:
    """Tell every later step of an action to this endpoint; InvalidInput for a code that is taken or wrong settings."""
    if not may_somewhere(actor, Permission.MANAGE_SOURCES):
        raise NotAllowed(
            message("error.not_allowed.manage_sources", name=actor.name), remedy=message("error.not_allowed_remedy")
        )
    if session.exec(select(TaskEndpoint.id).where(TaskEndpoint.code == code)).first() is not None:
        raise InvalidInput(message("task_platforms.code_taken", code=code))
    endpoint = TaskEndpoint(code=code, platform=platform, settings=dict(settings))
    platform_of(platforms, endpoint)
    session.add(endpoint)
