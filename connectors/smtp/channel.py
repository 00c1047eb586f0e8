"""Mail over SMTP: one letter a notice, encrypted unless the server is inside the house, to a checked address only."""

import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from enum import StrEnum

import httpx
from pydantic import Field

from connectors.kit.addresses import Reach, resolved
from connectors.kit.credentials import SecretName, secret
from connectors.smtp.letters import letter
from okr_engine.errors import CredentialsRefused, InvalidSettings, NoticeRefused, OkrError, SourceUnavailable
from okr_engine.words import message
from okr_engine.workflow.channels import ChannelCapabilities, ChannelSettings, Notice

CAPABILITIES = ChannelCapabilities(needs_address=True, can_acknowledge_by_link=True)
_TIMEOUT = 20


class Security(StrEnum):
    """How the connection is encrypted; not at all only where the server is one of the inner hosts."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class Settings(ChannelSettings):
    """Where the mail server is, how it is spoken to, and whose name is under the letters."""

    host: str = Field(title="channels.host", pattern=r"^[A-Za-z0-9.-]+$", max_length=253)
    port: int = Field(default=587, title="channels.port", ge=1, le=65535)
    security: Security = Field(default=Security.STARTTLS, title="channels.security")
    sender: str = Field(title="channels.sender", pattern=r"^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+$", max_length=254)
    user: str | None = Field(default=None, title="channels.user", max_length=254)
    password_variable: SecretName | None = Field(default=None, title="channels.password_variable")


def probe(settings: Settings, *, inner: frozenset[str]) -> None:
    """Come as far as the server lets us without naming anybody."""
    with _connected(settings, inner) as server:
        server.noop()


def send(settings: Settings, notice: Notice, *, inner: frozenset[str], now: datetime) -> None:
    """Hand the letter over; what the server then does with it is its own."""
    written = letter(notice, sender=settings.sender)
    address = notice.address or ""
    with _connected(settings, inner) as server:
        if not address.isascii() and not server.has_extn("smtputf8"):
            raise NoticeRefused(message("channels.no_address", name=notice.name))
        server.send_message(written, from_addr=settings.sender, to_addrs=[address])


@contextmanager
def _connected(settings: Settings, inner: frozenset[str]) -> Iterator[smtplib.SMTP]:
    """A server that lets us in; its own errors become ours. Once it has taken a letter, how it parts is no matter."""
    server = None
    try:
        server = _opened(settings, _checked(settings, inner))
        yield server
    except (smtplib.SMTPException, OSError) as error:
        raise _ours(error, settings) from error
    finally:
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()


def _opened(settings: Settings, addresses: Sequence[str]) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if settings.security is Security.TLS:
        server: smtplib.SMTP = _PinnedWithTls(settings.host, settings.port, context=context, to=addresses)
    else:
        server = _Pinned(settings.host, settings.port, to=addresses)
    try:
        if settings.security is Security.STARTTLS:
            server.starttls(context=context)
        if settings.user and settings.password_variable:
            _log_in(server, settings, settings.user, secret(settings.password_variable))
    except BaseException:
        server.close()
        raise
    return server


def _log_in(server: smtplib.SMTP, settings: Settings, user: str, password: str) -> None:
    try:
        server.login(user, password)
    except UnicodeError as error:
        raise _not_as_set(settings, type(error).__name__) from error


def _checked(settings: Settings, inner: frozenset[str]) -> list[str]:
    hosts = frozenset({settings.host.lower()})
    reach = Reach(hosts=hosts - inner, inner=hosts & inner)
    scheme = "http" if settings.security is Security.NONE else "https"
    reach.check(httpx.URL(scheme=scheme, host=settings.host))
    return reach.checked(settings.host, settings.port, resolve=resolved)


class _Pinned(smtplib.SMTP):
    """Connects to the very addresses that were checked; the name stays that of the server, for its certificate."""

    def __init__(self, host: str, port: int, *, to: Sequence[str]) -> None:
        self._to = to
        super().__init__(host, port, timeout=_TIMEOUT)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return _first_that_answers(self._to, port, timeout)


class _PinnedWithTls(smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    def __init__(self, host: str, port: int, *, context: ssl.SSLContext, to: Sequence[str]) -> None:
        self._to = to
        super().__init__(host, port, timeout=_TIMEOUT, context=context)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        bare = _first_that_answers(self._to, port, timeout)
        return self.context.wrap_socket(bare, server_hostname=host)


def _first_that_answers(addresses: Sequence[str], port: int, timeout: float) -> socket.socket:
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout)
    return socket.create_connection((addresses[-1], port), timeout)


def _ours(error: Exception, settings: Settings) -> OkrError:
    match error:
        case smtplib.SMTPNotSupportedError():
            return _not_as_set(settings, str(error))
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            code, said = next(iter(refused.values()))
            return _refused(code, said) if code >= _FOR_GOOD else _unavailable(settings, f"{code} {_text(said)}")
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=said):
            return _ours_by_code(error, code, said, settings)
        case _:
            return _unavailable(settings, type(error).__name__)


def _ours_by_code(error: Exception, code: int, said: bytes | str, settings: Settings) -> OkrError:
    if code < _FOR_GOOD:
        return _unavailable(settings, f"{code} {_text(said)}")
    if isinstance(error, smtplib.SMTPAuthenticationError) or code in _NOT_LET_IN:
        return CredentialsRefused(
            message("channels.credentials_refused", host=settings.host, said=f"{code} {_text(said)}"),
            remedy=message("channels.credentials_refused_remedy"),
        )
    if isinstance(error, smtplib.SMTPDataError):
        return _refused(code, said)
    return _not_as_set(settings, f"{code} {_text(said)}")


_FOR_GOOD = 500
_NOT_LET_IN = frozenset({530, 534, 535, 538})


def _refused(code: int, said: bytes | str) -> NoticeRefused:
    return NoticeRefused(
        message("channels.letter_refused", said=f"{code} {_text(said)}"), remedy=message("channels.no_address_remedy")
    )


def _not_as_set(settings: Settings, said: str) -> InvalidSettings:
    return InvalidSettings(
        message("channels.not_as_set", host=settings.host, said=said), remedy=message("channels.not_as_set_remedy")
    )


def _unavailable(settings: Settings, reason: str) -> SourceUnavailable:
    return SourceUnavailable(message("task_platforms.no_answer", address=settings.host, reason=reason))


def _text(said: bytes | str) -> str:
    """What the server says, short and legible, for whoever has to put it right."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:200]
