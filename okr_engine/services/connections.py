"""How a source is reached: its connector, its checked settings, and a client that speaks with its hosts only."""

from collections.abc import Collection, Mapping
from typing import Any

import httpx
from pydantic import ValidationError

from connectors.kit.addresses import Reach
from connectors.kit.client import open_client
from connectors.registry import Registry
from okr_engine.errors import InvalidInput, InvalidSourceSettings, Mistake, Place
from okr_engine.measuring.sources import Source, SourceSettings
from okr_engine.words import message


def client_for(settings: SourceSettings, inner_hosts: Collection[str]) -> httpx.Client:
    """A client for the hosts that the settings name; those of `inner_hosts` may be inside the house and without TLS."""
    hosts = {host.lower() for host in settings.hosts}
    inner = frozenset(hosts & {host.lower() for host in inner_hosts})
    return open_client(Reach(hosts=frozenset(hosts - inner), inner=inner))


def read_settings(
    registry: Registry, connector: str, settings: Mapping[str, Any]
) -> tuple[Source[Any], SourceSettings]:
    """The connector of that name, and the settings as its model reads them.

    Raises InvalidInput for a connector that does not exist or cannot be loaded, InvalidSourceSettings for settings
    that it does not take.
    """
    source = registry.sources.get(connector)
    if source is None:
        broken = registry.problems.get(connector)
        known = message("measuring.allowed", allowed=", ".join(sorted(registry.sources)))
        raise InvalidInput(broken or message("sources.no_such_connector", connector=connector), remedy=known)
    try:
        return source, source.Settings.model_validate(dict(settings))
    except ValidationError as error:
        raise InvalidSourceSettings(connector, [_mistake(connector, one) for one in error.errors()]) from error


def _mistake(connector: str, found: Mapping[str, Any]) -> Mistake:
    field = ".".join(map(str, found["loc"]))
    return Mistake(Place(file=connector, record=field or None), message("sources.setting_refused", said=found["msg"]))
