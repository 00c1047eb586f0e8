"""Where a connector may go: hosts on the allow-list, and never by detour into the inner network."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

import httpx
from pydantic import AfterValidator

from okr_engine.errors import AddressRefused, SourceUnavailable
from okr_engine.words import message

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]


def _readable(text: str) -> str:
    try:
        httpx.URL(text)
    except httpx.InvalidURL as error:
        raise ValueError("no address that can be read") from error
    return text


WebAddress = Annotated[str, AfterValidator(_readable)]
"""An address in settings: its host and its port can be read."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Reach:
    """The hosts a connector may speak with; `inner` ones may be on the organisation's own network and without TLS."""

    hosts: frozenset[str]
    inner: frozenset[str] = frozenset()

    def check(self, url: httpx.URL) -> None:
        """Raise AddressRefused unless `url` names an allowed host in an allowed scheme."""
        host = url.host.lower()
        if host not in self.hosts | self.inner:
            raise AddressRefused(
                message("sources.host_not_allowed", host=host), remedy=message("sources.host_not_allowed_remedy")
            )
        if url.scheme != "https" and not (url.scheme == "http" and host in self.inner):
            raise AddressRefused(
                message("sources.not_encrypted", host=host), remedy=message("sources.not_encrypted_remedy")
            )

    def checked(self, host: str, port: int, *, resolve: Resolve) -> list[str]:
        """The addresses of `host`, each of them checked; AddressRefused where one leads inside without permission."""
        inner = host.lower() in self.inner
        addresses = [ipaddress.ip_address(text) for text in resolve(host, port)]
        if any(not _may_connect(address, inner=inner) for address in addresses):
            raise AddressRefused(
                message("sources.inner_address", host=host), remedy=message("sources.inner_address_remedy")
            )
        return [str(address) for address in addresses]


def resolved(host: str, port: int) -> list[str]:
    """Every address the name service gives for `host`, in its order of preference."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceUnavailable(
            message("sources.unknown_host", host=host), remedy=message("sources.unknown_host_remedy")
        ) from error
    return list(dict.fromkeys(str(address[0]).partition("%")[0] for *_, address in found))


def _may_connect(address: Address, *, inner: bool) -> bool:
    address = _embedded(address)
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return address.is_global or (inner and (address.is_private or address.is_loopback))


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
