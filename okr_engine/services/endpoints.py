"""Endpoints on task platforms: told where tasks go, checked as the platform reads it, and tried."""

import logging
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlmodel import Session, select

from connectors.kit.credentials import check_use, is_secret_name
from connectors.platforms import Platforms
from okr_engine.access import Actor
from okr_engine.errors import InvalidInput, InvalidSourceSettings, NotFound, OkrError, SourceUnavailable, StaleEdit
from okr_engine.model import TaskEndpoint
from okr_engine.model.columns import Code
from okr_engine.services.deliveries import require_steward
from okr_engine.services.delivering import UNREACHABLE, client_for, platform_of
from okr_engine.services.installation import Installation
from okr_engine.services.outbox import introduce
from okr_engine.services.people import last_saved_by
from okr_engine.services.setting_forms import mistakes_in_words
from okr_engine.words import message

_log = logging.getLogger("okr_engine")


def add_endpoint(
    session: Session, actor: Actor, code: str, platform: str, settings: Mapping[str, Any], *, platforms: Platforms
) -> None:
    """Tell open actions and every later step to this endpoint; InvalidInput for a taken code or wrong settings."""
    require_steward(actor)
    if session.exec(select(TaskEndpoint.id).where(TaskEndpoint.code == code)).first() is not None:
        raise InvalidInput(message("task_platforms.code_taken", code=code))
    try:
        _Named(code=code)
    except ValidationError as error:
        raise InvalidSourceSettings(platform, mistakes_in_words(_Named, error.errors(), file=code)) from error
    endpoint = TaskEndpoint(code=code, platform=platform, settings=dict(settings))
    _check(platforms, endpoint)
    session.add(endpoint)
    session.flush()
    introduce(session, endpoint.id)


def save_settings(
    session: Session, actor: Actor, code: str, settings: Mapping[str, Any], *, based_on: int, platforms: Platforms
) -> bool:
    """Tell the endpoint's platform something else, over the version shown; whether anything has changed.

    StaleEdit when somebody has saved since; InvalidSourceSettings with every mistake.
    """
    require_steward(actor)
    known = session.exec(select(TaskEndpoint).where(TaskEndpoint.code == code).with_for_update()).first()
    if known is None:
        raise NotFound(message("error.no_such_code", code=code))
    _check(platforms, TaskEndpoint(code=code, platform=known.platform, settings=dict(settings)))
    if known.settings == dict(settings):
        return False
    if known.version != based_on:
        raise StaleEdit(theirs="", yours="", saved_by=last_saved_by(session, known))
    known.settings = dict(settings)
    return True


def try_endpoint(
    place: Installation, actor: Actor, code: str, platform: str, settings: Mapping[str, Any], *, platforms: Platforms
) -> None:
    """Ask the platform for as little as shows that it takes tasks; returns where it does, raises what is wrong."""
    require_steward(actor)
    endpoint = TaskEndpoint(code=code, platform=platform, settings=dict(settings))
    _check(platforms, endpoint)
    module, read = platform_of(platforms, endpoint)
    try:
        with client_for(read, place) as client:
            module.probe(read, client)
    except SourceUnavailable as error:
        raise SourceUnavailable(error.what, remedy=UNREACHABLE, try_again=error.try_again) from error
    except OkrError:
        raise
    except Exception as error:  # a platform may be anybody's
        _log.exception("Trying %s failed", platform)
        raise OkrError(message("sources.unexpected", reason=type(error).__name__)) from error


class _Named(BaseModel):
    code: Code


def _check(platforms: Platforms, endpoint: TaskEndpoint) -> None:
    """InvalidSourceSettings with every mistake; CredentialsRefused for a secret that is kept for others."""
    module = platforms.platforms.get(endpoint.platform)
    if module is not None:
        try:
            read = module.Settings.model_validate(endpoint.settings)
        except ValidationError as error:
            mistakes = mistakes_in_words(module.Settings, error.errors(), file=endpoint.platform)
            raise InvalidSourceSettings(endpoint.platform, mistakes) from error
        for value in read.model_dump().values():
            if isinstance(value, str) and is_secret_name(value):
                check_use(value, endpoint.code)
    platform_of(platforms, endpoint)
