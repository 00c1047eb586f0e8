"""How a source is reached: its connector, its checked settings, and a client that speaks with its hosts only."""

import logging
from collections.abc import Collection, Mapping
from typing import Any

import httpx
from pydantic import ValidationError
from sqlmodel import Session, select

from connectors.kit.addresses import Reach
from connectors.kit.client import open_client
from connectors.kit.credentials import check_use, is_secret_name
from connectors.registry import Registry, known_sources
from okr_engine import model
from okr_engine.access import Actor, Permission, may_somewhere, require
from okr_engine.errors import InvalidInput, InvalidSourceSettings, NotAllowed, OkrError
from okr_engine.measuring.events import pseudonym
from okr_engine.measuring.sources import PersonKey, Source, SourceSettings
from okr_engine.services.installation import Installation
from okr_engine.services.setting_forms import mistakes_in_words
from okr_engine.settings import Settings
from okr_engine.words import message

_log = logging.getLogger("okr_engine")


def client_for(settings: SourceSettings, inner_hosts: Collection[str]) -> httpx.Client:
    """A client for the hosts that the settings name; those of `inner_hosts` may be inside the house and without TLS."""
    hosts = {host.lower() for host in settings.hosts}
    inner = frozenset(hosts & {host.lower() for host in inner_hosts})
    return open_client(Reach(hosts=frozenset(hosts - inner), inner=inner))


def read_settings(
    registry: Registry, connector: str, settings: Mapping[str, Any], *, code: str
) -> tuple[Source[Any], SourceSettings]:
    """The connector of that name, and the settings of the source `code` as its model reads them.

    Raises InvalidInput for a connector that does not exist or cannot be loaded, InvalidSourceSettings for settings
    that it does not take, CredentialsRefused for a secret that is kept for other sources.
    """
    source = registry.sources.get(connector)
    if source is None:
        broken = registry.problems.get(connector)
        known = message("measuring.allowed", allowed=", ".join(sorted(registry.sources)))
        raise InvalidInput(broken or message("sources.no_such_connector", connector=connector), remedy=known)
    try:
        read = source.Settings.model_validate(dict(settings))
    except ValidationError as error:
        mistakes = mistakes_in_words(source.Settings, error.errors(), file=connector)
        raise InvalidSourceSettings(connector, mistakes) from error
    for name in _secrets_named(read):
        check_use(name, code)
    return source, read


def person_key_of(settings: Settings) -> PersonKey:
    """What turns a person's identifier into the keyed hash; it raises InvalidSettings where there is no key."""
    key = settings.person_key.get_secret_value().encode() if settings.person_key else b""
    return lambda identifier: pseudonym(identifier, key)


def try_connection(place: Installation, actor: Actor, code: str, connector: str, settings: Mapping[str, Any]) -> None:
    """Ask the source for as little as shows that it can be read; returns where it answers, raises what is wrong.

    NotAllowed for whoever looks after no source, or not after this one where there is one of that code.
    """
    place.ask(_require, actor, code)
    source, read = read_settings(known_sources(), connector, settings, code=code)
    try:
        with client_for(read, place.settings.inner_host_names) as client:
            source.probe(read, client)
    except OkrError:
        raise
    except Exception as error:  # a connector may be anybody's
        _log.exception("Trying %s failed", connector)
        raise OkrError(message("sources.unexpected", reason=type(error).__name__)) from error


def _require(session: Session, actor: Actor, code: str) -> None:
    known = session.exec(select(model.Source).where(model.Source.code == code)).first()
    if known is not None:
        require(actor, Permission.MANAGE_SOURCES, known.unit_id)
    elif not may_somewhere(actor, Permission.MANAGE_SOURCES):
        raise NotAllowed(
            message("error.not_allowed.manage_sources", name=actor.name), remedy=message("error.not_allowed_remedy")
        )


def _secrets_named(settings: SourceSettings) -> list[str]:
    return [value for value in settings.model_dump().values() if isinstance(value, str) and is_secret_name(value)]
